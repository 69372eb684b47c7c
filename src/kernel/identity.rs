//! Identity levels: how coarsely two kernel names can be the same kernel.

use super::normalise::{base, function_name, normalise};
use serde::{Deserialize, Serialize};

/// Levels of identity, from coarse to fine, so that the level of agreement is a maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A class of names that count as the same work.
    Family,
    /// The function's own name: other template arguments, tile, or data type.
    Base,
    /// Equal but for how a compiler or demangler writes the same name.
    Normalised,
    /// The demangled string itself.
    Exact,
}

/// One kernel name at its levels; the family is asked of [`super::Families`], since it is data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The demangled name as the profiler printed it.
    pub exact: String,
    /// One spelling for all compilers and demanglers.
    pub normalised: String,
    /// What the kernel does, without template arguments and tuning.
    pub base: String,
    /// The function's own name (`device_kernel`), which patterns are tried on first.
    pub function: String,
}

impl Identity {
    /// From the demangled name and the profiler's short name (which may be empty).
    pub fn new(demangled: &str, short: &str) -> Self {
        let normalised = normalise(demangled);
        let of_short = if demangled.is_empty() { normalise(short) } else { String::new() };
        let said = if demangled.is_empty() { &of_short } else { &normalised };
        Self { exact: demangled.to_owned(), base: base(said), function: function_name(said), normalised }
    }

    /// The finest level, above family, at which two names agree.
    pub fn agreement(&self, other: &Self) -> Option<Level> {
        if self.exact == other.exact {
            Some(Level::Exact)
        } else if self.normalised == other.normalised {
            Some(Level::Normalised)
        } else if self.base == other.base {
            Some(Level::Base)
        } else {
            None
        }
    }
}
