//! What makes a verdict an exit code, and the documentation of what spoke.

use crate::diag::Severity;
use serde::{Deserialize, Serialize};

/// By what a run was decided, and what the process says to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Decision {
    /// The least severity of a finding that fails.
    pub fail_on: Severity,
    pub allow_inconclusive: bool,
    /// 0 passed; 1 a finding, or INCONCLUSIVE; 2 a wrong spec, rule or argument; 3 a trace that cannot be read or lacks
    /// what is needed; 4 nothing was checked.
    pub exit_code: u8,
}

/// The documentation of a check or rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The code of its findings.
    pub name: String,
    /// What a finding of it weighs where a spec does not say otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub text: String,
}
