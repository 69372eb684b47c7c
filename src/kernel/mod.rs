//! Kernel names: normalisation, identity levels, patterns and families. Knows strings only.

mod cut_off;
mod family;
mod identity;
mod kernel_pattern;
mod language;
mod normalise;
mod pattern;
mod traits;
mod wildcard;

pub use cut_off::{is_cut_off, keeps_base, may_be_same};
pub use family::{Families, Family, FamilyId};
pub use identity::{Identity, Level};
pub use kernel_pattern::KernelPattern;
pub use language::Language;
pub use normalise::normalise;
pub use pattern::{Glob, PatternError, TextPattern};
pub use traits::{Dtype, dtype, dtypes, is_generated};
