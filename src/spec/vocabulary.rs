//! The names a spec may use that this module does not define.

use crate::kernel::Families;

/// Known names, given from outside: for validation and for near-miss hints.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Built-in checks.
    pub checks: Vec<String>,
    /// Scripted rules: their folders under `rules/`.
    pub rules: Vec<String>,
    pub families: Families,
}

impl Vocabulary {
    /// Everything that `[checks]` can give a severity: checks and rules.
    pub(super) fn judgements(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().chain(&self.rules).map(String::as_str)
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(String::as_str)
    }
}
