//! What a run gives, and how the process ends for it.

use crate::diag::{Problem, ProblemClass, Severity, Verdict};
use crate::outcome::{Decision, Outcome, ProblemOutcome};

/// What a run gives: its outcome, the problems that kept cases or rules from judging, and what rules printed.
#[derive(Debug)]
pub struct Run {
    pub outcome: Outcome,
    pub problems: Vec<Problem>,
    /// For whoever writes a rule; never part of a result.
    pub printed: Vec<String>,
}

impl Run {
    /// The run together with mistakes that kept other specs from being loaded.
    #[must_use]
    pub fn after(mut self, mistakes: Vec<Problem>) -> Self {
        if !mistakes.is_empty() {
            self.outcome.verdict = Verdict::Fail;
            self.outcome.problems.splice(0..0, mistakes.iter().map(ProblemOutcome::from));
            self.problems.splice(0..0, mistakes);
        }
        self
    }

    /// Decides by these what the process says to its caller, for reports as well. The exit code.
    pub fn decide(&mut self, fail_on: Severity, allow_inconclusive: bool) -> u8 {
        let exit_code = exit_code(self, fail_on, allow_inconclusive);
        self.outcome.decision = Some(Decision { fail_on, allow_inconclusive, exit_code });
        exit_code
    }
}

/// Exit codes: public API, documented in the README.
pub fn exit_code(run: &Run, fail_on: Severity, allow_inconclusive: bool) -> u8 {
    let class = |class: ProblemClass| run.problems.iter().any(|p| p.class == class);
    let cases = &run.outcome.cases;
    if class(ProblemClass::Spec) {
        2
    } else if class(ProblemClass::Trace) || cases.iter().any(|c| c.refused) {
        3
    } else if cases.iter().any(|c| c.verdict == Verdict::Fail || c.worst() >= Some(fail_on))
        || (!allow_inconclusive && cases.iter().any(|c| c.verdict == Verdict::Inconclusive))
    {
        1
    } else if class(ProblemClass::Nothing) || cases.iter().all(|c| c.verdict == Verdict::Skipped) {
        4
    } else {
        0
    }
}
