//! Rules in Rhai, contained: what framework owners write without Rust.
//!
//! A rule is a folder below a rules folder: `rule.rhai` (the script), `rule.md` (a header and the
//! documentation) and `cases/` (specs that must pass or fail). It sees the compared op through the types of
//! [`api`], reads no file, no clock and no environment, and is stopped at fixed [`limits`]. Whatever is
//! wrong with it is a [`Problem`](crate::diag::Problem) with a caret in the script, and never a pass.

pub mod api;
mod budget;
mod engine;
mod failure;
mod imports;
mod isolate;
mod library;
pub mod limits;
mod load;
mod operators;
mod parameters;
mod reads;
mod rule;
mod undefined;
mod vet;

pub use library::Rules;
pub use load::{Inspected, RuleDoc, inspect, load};
pub use rule::Rule;
