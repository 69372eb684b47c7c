//! What a check says of one case.

use crate::diag::{Finding, Problem, Verdict};

#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// PASS, INCONCLUSIVE or SKIPPED; whether findings fail the case is decided by their severities.
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// Why it is inconclusive or skipped.
    pub reason: Option<String>,
    /// The check itself is broken: a rule that fails. Such a run ends as one on a bad spec does.
    pub problem: Option<Problem>,
    /// What a rule printed, for whoever writes it; never part of a result.
    pub printed: Vec<String>,
}

impl Judgement {
    pub fn pass() -> Self {
        Self { verdict: Verdict::Pass, findings: Vec::new(), reason: None, problem: None, printed: Vec::new() }
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

    /// A check that could not judge because it is broken itself.
    pub fn broken(problem: Problem) -> Self {
        Self { problem: Some(problem), ..Self::inconclusive("the rule failed") }
    }
}
