//! Specifications: TOML to one merged, typed [`Spec`], every value with its file and byte span.
//!
//! The known names (checks, rules, families) are given as a [`Vocabulary`], so that this module
//! imports neither checks nor scripts.

mod model;

pub use model::{
    Case, Count, Each, KernelEntry, KnownDifference, Latency, LaunchCompare, Order, Others, Parameter, ProcessFilter,
    RuleUse, SideSpec, Spec,
};
