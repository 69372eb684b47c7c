//! What a check says of one case.

use crate::diag::{Finding, Verdict};

#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// PASS, INCONCLUSIVE or SKIPPED; whether findings fail the case is decided by their severities.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// Why it is inconclusive or skipped.
    pub reason: Option<String>,
}

impl Judgement {
    pub fn pass() -> Self {
        Self { verdict: Verdict::Pass, findings: Vec::new(), reason: None }
    }

    pub fn of(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::pass() }
    }

    pub fn skipped(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skipped, reason: Some(reason.into()), ..Self::pass() }
    }

    pub fn inconclusive(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::Inconclusive, reason: Some(reason.into()), ..Self::pass() }
    }
}
