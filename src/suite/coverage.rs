//! What no test shows to fail: a judgement that never failed anywhere may be one that cannot.

use super::{State, Tested};
use crate::diag::Problem;

/// Names that must be shown to fail.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// Rules must be shown to stay silent as well.
    pub rules: Vec<String>,
    pub checks: Vec<String>,
    pub issues: Vec<String>,
}

impl Demand {
    pub fn len(&self) -> usize {
        self.rules.len() + self.checks.len() + self.issues.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A problem for each name that no test shows.
pub(super) fn uncovered(demand: &Demand, tests: &[Tested]) -> Vec<Problem> {
    // Words that are not recorded yet are said all the same.
    let good = || tests.iter().filter(|test| test.state == State::AsExpected || test.now.is_some());
    let shown = |name: &String| good().any(|test| test.shows.contains(name));
    let cleared = |name: &String| good().any(|test| test.clears.contains(name));
    let mut problems = Vec::new();
    for name in demand.rules.iter().filter(|name| !shown(name) || !cleared(name)) {
        let (what, start) = if shown(name) { ("to stay silent", "pass") } else { ("to report something", "fail") };
        problems.push(
            problem(format!("no test shows the rule `{name}` {what}"))
                .help(format!("add a case to the rule's folder: `cases/{start}-….toml`")),
        );
    }
    let tables = [("the check", &demand.checks), ("the common issue", &demand.issues)];
    for (kind, names) in tables {
        for name in names.iter().filter(|name| !shown(name)) {
            problems.push(
                problem(format!("no test shows {kind} `{name}` to be reported"))
                    .help(format!("add a `[[test]]` with `reports = [\"{name}\"]` to a spec")),
            );
        }
    }
    problems
}

fn problem(what: String) -> Problem {
    Problem::spec("not-covered", what)
}
