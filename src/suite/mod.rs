//! `align test`: every case of specs and rules, judged against what it must say.
//!
//! [`run`] plans the tests of the files it is given (`plan`), judges them all in one parallel run of the pipeline,
//! holds each outcome to its expectation (`verdict`) and to the text recorded for it (`recorded`), and looks for
//! what no test shows to fail (`coverage`).

mod coverage;
pub mod human;
pub mod json;
mod plan;
mod recorded;
mod reported;
mod verdict;

pub use coverage::Demand;

use crate::diag::{Problem, Severity};
use crate::pipeline::{Request, Session};
use plan::Planned;
use recorded::Recorded;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Files and folders with specs, files of tests and rules.
    pub paths: Vec<PathBuf>,
    /// Only tests whose title or file holds this text.
    pub filter: Option<String>,
    /// The least severity that fails a case.
    pub fail_on: Severity,
    /// What must be shown to fail; judged only where everything is run.
    pub demand: Option<Demand>,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It says what it must, in the words recorded for it.
    AsExpected,
    /// It reports what it must not.
    Noisy,
    /// It does not report what it must.
    Missing,
    /// It reports what it must, in other words than recorded, or with another verdict.
    Wrong,
    /// It reports what it must, and nothing is recorded yet.
    NoSnapshot,
    /// It could not be judged: a trace or a rule is broken.
    Broken,
}

impl State {
    pub const ALL: [Self; 6] =
        [Self::AsExpected, Self::Noisy, Self::Missing, Self::Wrong, Self::NoSnapshot, Self::Broken];

    /// As reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsExpected => "as expected",
            Self::Noisy => "noisy",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::NoSnapshot => "no snapshot",
            Self::Broken => "broken",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One test and how it ended.
#[derive(Debug, Clone)]
pub struct Tested {
    pub file: String,
    /// `vllm/attention/decode: wrong shape`, or `vllm/graph-share: fail-eager-mock`.
    pub title: String,
    pub state: State,
    /// Checks, rules and common issues that it must report.
    pub shows: Vec<String>,
    /// Rules that it shows to stay silent.
    pub clears: Vec<String>,
    /// Why it is not as expected; for `wrong` words, the difference from what was recorded.
    pub problems: Vec<Problem>,
    pub difference: Option<String>,
    /// The file and the heading under which its words are recorded.
    recorded_in: Option<(PathBuf, String)>,
    /// Its words, if it reports what it must.
    now: Option<String>,
}

/// The result of a run.
#[derive(Debug)]
pub struct Suite {
    /// In the order of the files.
    pub tests: Vec<Tested>,
    /// Mistakes that kept specs, rules or tests from being run.
    pub mistakes: Vec<Problem>,
    /// Recordings that belong to no test.
    pub stale: Vec<Problem>,
    /// What no test shows to fail.
    pub uncovered: Vec<Problem>,
    /// How many checks, rules and issues are shown to fail; `None` where that was not asked.
    pub covered: Option<usize>,
    files: BTreeMap<PathBuf, Recorded>,
    whole: bool,
}

/// Runs every test of the files.
pub fn run(session: &Session, options: &Options) -> Suite {
    let (specs, mut mistakes) = session.load_tests(&options.paths);
    let (planned, wrong) = plan::plan(&specs);
    mistakes.extend(wrong);
    let wanted = |test: &Planned<'_>| options.filter.as_ref().is_none_or(|text| test.is_about(text));
    let planned: Vec<Planned<'_>> = planned.into_iter().filter(wanted).collect();
    let requests: Vec<Request<'_>> = planned.iter().map(|test| test.request(options.fail_on)).collect();
    let runs = session.check_each(&requests);
    let severities = verdict::severities(session);
    let mut files = recorded::read(planned.iter().filter_map(|test| test.recorded_in.clone()), &mut mistakes);
    recorded::add_orphans(&mut files, specs.iter().map(|loaded| PathBuf::from(&loaded.spec.file.name)));
    let tests: Vec<Tested> =
        planned.iter().zip(runs).map(|(test, run)| verdict::judge(test, run, &severities, &files)).collect();
    let whole = options.filter.is_none();
    let stale = if whole { recorded::stale(&files, &tests) } else { Vec::new() };
    let demand = options.demand.as_ref().filter(|_| whole && mistakes.is_empty());
    let uncovered = demand.map(|demand| coverage::uncovered(demand, &tests)).unwrap_or_default();
    let covered = demand.filter(|demand| !demand.is_empty()).map(|demand| demand.len() - uncovered.len());
    Suite { tests, mistakes, stale, uncovered, covered, files, whole }
}

impl Suite {
    /// Records what tests say now where only the words differ or none are recorded, and drops what belongs to no
    /// test. A test that reports too little or too much stays as it is: that is to be mended, not recorded.
    ///
    /// # Errors
    /// Files that cannot be written, or were not written by this program.
    pub fn bless(&self) -> Result<usize, Vec<Problem>> {
        recorded::bless(&self.files, &self.tests, self.whole)
    }

    /// The exit code once what can be recorded is.
    pub fn code_after_blessing(&self) -> u8 {
        let open = |test: &Tested| test.state != State::AsExpected && test.now.is_none();
        match self.exit_code() {
            1 if self.uncovered.is_empty() && !self.tests.iter().any(open) => 0,
            code => code,
        }
    }

    pub fn count(&self, state: State) -> usize {
        self.tests.iter().filter(|test| test.state == state).count()
    }

    /// Exit codes as those of `align check`.
    pub fn exit_code(&self) -> u8 {
        use crate::diag::ProblemClass;
        let problems = || self.mistakes.iter().chain(self.tests.iter().flat_map(broken));
        let class = |class: ProblemClass| problems().any(|problem| problem.class == class);
        let clean = self.stale.is_empty() && self.uncovered.is_empty();
        if class(ProblemClass::Spec) {
            2
        } else if class(ProblemClass::Trace) {
            3
        } else if !clean || self.tests.iter().any(|test| test.state != State::AsExpected) {
            1
        } else if self.tests.is_empty() {
            4
        } else {
            0
        }
    }
}

fn broken(test: &Tested) -> &[Problem] {
    if test.state == State::Broken { &test.problems } else { &[] }
}
