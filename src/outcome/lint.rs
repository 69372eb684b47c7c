//! The result of `align lint`.

use super::{FORMAT, ProblemOutcome};
use crate::diag::{Problem, Remark, Severity};
use serde::{Deserialize, Serialize};

/// Remarks on specs, families and rules, and the mistakes that kept some from being read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LintOutcome {
    /// [`FORMAT`].
    pub format: u32,
    /// Specs, tables of families and rules that were linted.
    pub linted: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub remarks: Vec<RemarkOutcome>,
    pub problems: Vec<ProblemOutcome>,
}

/// One remark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemarkOutcome {
    pub severity: Severity,
    #[serde(flatten)]
    pub problem: ProblemOutcome,
}

impl LintOutcome {
    pub fn new(linted: usize, remarks: &[Remark], problems: &[Problem]) -> Self {
        let of = |severity: Severity| remarks.iter().filter(|remark| remark.severity == severity).count();
        Self {
            format: FORMAT,
            linted,
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            remarks: remarks
                .iter()
                .map(|r| RemarkOutcome { severity: r.severity, problem: ProblemOutcome::from(&r.problem) })
                .collect(),
            problems: problems.iter().map(ProblemOutcome::from).collect(),
        }
    }
}
