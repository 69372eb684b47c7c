//! What is asked for: the traces, and what the user says beside them.

use std::path::PathBuf;

/// Two traces and what is known of the op. What is given replaces what would be inferred.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub mock: PathBuf,
    pub e2e: PathBuf,
    /// Where the spec will stand; its paths are relative to there. `None`: paths are written as given.
    pub output: Option<PathBuf>,
    pub name: Option<String>,
    pub op: Option<String>,
    pub owner: Option<String>,
    /// Ranges of the mock to look in, outermost first.
    pub mock_within: Vec<String>,
    /// The range of the mock of which one occurrence is one instance.
    pub mock_range: Option<String>,
    /// Ranges of the E2E to look in, outermost first.
    pub e2e_within: Vec<String>,
    /// The module of the E2E of which one call is one instance.
    pub e2e_module: Option<String>,
    /// The kernel that stands right before an instance in the E2E.
    pub after: Option<String>,
    /// The kernel that stands right after an instance in the E2E.
    pub before: Option<String>,
}

impl Request {
    /// Whether flags say where the op is: in the mock, in the E2E.
    pub(super) fn asked(&self) -> [bool; 2] {
        let mock = !self.mock_within.is_empty() || self.mock_range.is_some();
        let e2e = !self.e2e_within.is_empty() || self.e2e_module.is_some();
        [mock, e2e || self.after.is_some() || self.before.is_some()]
    }
}
