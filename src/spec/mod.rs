//! Specifications: TOML to one merged, typed [`Spec`], every value with its file and byte span.
//!
//! The known names (checks, rules, families) are given as a [`Vocabulary`], so that this module
//! imports neither checks nor scripts. A file is read in steps: `syntax` (what is broken is reported
//! and blanked), `reading` and `node` (tables and values by their documentation in [`keys`]),
//! `draft` (one file), `load` (what it extends, merged by `layer`).

mod discover;
mod draft;
mod expectations;
mod expected;
mod families;
mod issues;
pub mod keys;
mod layer;
mod library;
mod load;
mod model;
mod node;
mod patterns;
mod project;
mod quote;
mod reading;
mod release;
mod rule_header;
mod sides;
mod statement;
mod syntax;
mod values;
mod vocabulary;

pub use discover::{TEST_SUFFIX, discover, discover_tests, discover_to_lint, unproven};
pub use families::{FamilyRow, parse_families, parse_family_rows};
pub use issues::{IssueRow, parse_issue_rows};
pub use library::{BUILTIN, Library, read_file};
pub use load::{Layered, load, load_any, load_layered, load_text};
pub use model::{
    Case, Changes, Count, Each, Given, KernelEntry, KnownDifference, Latency, LaunchCompare, Order, Others, Parameter,
    ProcessFilter, RuleUse, SideSpec, Spec, Test,
};
pub use project::{PROJECT_FILE, Project, find_project, load_project};
pub use quote::{UNEXPLAINED, quote};
pub use release::{Release, Requirement, Version};
pub use rule_header::{Declared, RuleHeader, parse_rule_header};
pub use vocabulary::Vocabulary;
