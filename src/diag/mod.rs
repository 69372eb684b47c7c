//! What every stage speaks: source files and spans, problems in the user's input, findings about
//! two traces, evidence, severities, verdicts and near-miss hints.
//!
//! Nothing here knows a trace or a specification; a renderer needs only this and [`crate::outcome`].

mod apart;
mod finding;
mod nearest;
mod path;
mod problem;
mod source;
mod text;
mod verdict;

pub use apart::told_apart;
pub use finding::{Evidence, Excerpt, Finding, KernelRef, Mark, Severity, Side};
pub use nearest::{did_you_mean, nearest, nearest_file, nearest_many};
pub use path::refuse_special;
pub use problem::{Label, Problem, ProblemClass, Remark, unique};
pub use source::{Loc, SourceFile, Span, Spanned};
pub use text::{argument, duration, escape, is_invisible, percent, plural, plural_of, quoted, shorten, signed_percent};
pub use verdict::Verdict;
