//! The one serialisable result of a run: what every report reads.
//!
//! Plain data in a fixed order, nothing that depends on the machine or the clock, so that the same input
//! gives the same bytes.

mod counts;
mod decision;
mod diff;
mod distribution;
mod finding;
mod lint;
mod problem;
mod ranks;
#[cfg(test)]
mod schema;
mod side;
mod timeline;
mod trend;

pub use crate::select::{LeftOut, Method};
pub use crate::stats::{Interval, Method as IntervalMethod};
pub use crate::trace::Provenance;
pub use counts::{Counts, KnownCounts};
pub use decision::{Decision, Page};
pub use diff::{
    DiffCounts, DiffOutcome, DiffSide, FamilyDiff, KernelDiff, ProcessTotal, Repeated, SequenceDiff, SequenceStep,
    ShapeChange, ShapeCount, StepState, StepTimes, TimeState, Times, Total,
};
pub use distribution::{Distribution, Distributions, Histogram, InstanceTimes, KernelTimes};
pub use finding::{FindingOutcome, Place};
pub use lint::{LintOutcome, RemarkOutcome};
pub use problem::ProblemOutcome;
pub use ranks::{RankSpread, RanksOutcome};
pub use side::{LatencyOutcome, Row, RowMatch, SideOutcome};
pub use timeline::{InstanceTimeline, Launch, OpState, Timeline, TimelineKernel, TimelineOp, Unshown};
pub use trend::{Drift, Trend, TrendRatio, TrendRun, TrendSide};

use crate::diag::{Problem, ProblemClass, Severity, SourceFile, Verdict};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of the serialised form; grows with every incompatible change.
pub const FORMAT: u32 = 1;

/// The JSON Schema of an [`Outcome`] as it is serialised; a test makes it from the types.
pub const SCHEMA: &str = include_str!("../../schemas/report.json");

/// The JSON Schema of a [`DiffOutcome`].
pub const DIFF_SCHEMA: &str = include_str!("../../schemas/diff.json");

/// The result of one run over any number of specs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The version of this form; grows with every incompatible change.
    pub format: u32,
    pub verdict: Verdict,
    /// Findings and known differences of all cases, apart.
    #[serde(default)]
    pub counts: Counts,
    pub cases: Vec<CaseOutcome>,
    /// What kept cases, or the whole run, from being judged.
    pub problems: Vec<ProblemOutcome>,
    /// By what the run was decided, and its exit code; nothing before that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<Decision>,
    /// The texts that places point into, for excerpts with carets.
    #[serde(skip)]
    pub sources: Vec<Arc<SourceFile>>,
    /// The documentation of the checks and rules that found something, by name.
    #[serde(skip)]
    pub pages: Vec<Page>,
}

/// The result of one case of one spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseOutcome {
    /// The spec's file, as given.
    pub file: String,
    /// The spec's name: `vllm/attention`.
    pub spec: String,
    pub op: String,
    pub owner: Option<String>,
    /// The spec says of itself that no trace has shown it right.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub unproven: bool,
    /// Empty for a spec without cases.
    pub case: String,
    pub verdict: Verdict,
    /// A trace lacks what is needed: nothing was compared (exit code 3).
    pub refused: bool,
    pub mock: SideOutcome,
    pub e2e: SideOutcome,
    /// The summary table: one row a kernel, in the order of the sequence.
    pub rows: Vec<Row>,
    pub latency: Option<LatencyOutcome>,
    /// One instance of each side, operation by operation; nothing where nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timeline: Option<Timeline>,
    /// How the times of all instances, and of their kernels, are spread.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub distributions: Option<Distributions>,
    /// Earlier runs of the case and this one, where a history was kept and has any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trend: Option<Trend>,
    /// Every check and rule that ran, in a fixed order.
    pub checks: Vec<CheckOutcome>,
    /// What counts, ordered by severity, then by check.
    pub findings: Vec<FindingOutcome>,
    /// Causes, best first.
    pub diagnoses: Vec<Diagnosis>,
    /// Declared exceptions and what became of them.
    pub known: Vec<KnownOutcome>,
    /// Findings and known differences, apart.
    #[serde(default)]
    pub counts: Counts,
}

/// What one check or rule said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CheckOutcome {
    pub name: String,
    pub verdict: Verdict,
    /// Why it was skipped or is inconclusive.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Findings that no known difference covers.
    pub findings: usize,
}

/// A cause, what it rests on, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnosis {
    /// The row's id in the common-issues table: what `align explain` takes.
    pub issue: String,
    pub title: String,
    pub cause: String,
    pub fix: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// Sentences of the facts it was matched on.
    pub evidence: Vec<String>,
    /// Codes of the findings it explains.
    pub explains: Vec<String>,
}

/// A known difference and whether it still holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KnownOutcome {
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub impact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    pub state: KnownState,
    /// How many findings it covers.
    pub covers: usize,
    pub place: Place,
}

/// What became of a known difference in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KnownState {
    /// It covers findings.
    Covers,
    /// It covers nothing here, but does elsewhere, or may: not every case that has it was compared.
    Unused,
    /// It covers nothing in any case.
    Stale,
    /// Its last day has passed.
    Expired,
    /// It is about other cases, GPUs or versions.
    OutOfScope,
    /// The difference is greater than it may cover.
    Exceeded,
    /// It asks for something that a side does not say, and is not applied.
    Undecided,
}

impl Outcome {
    /// The result of a run that came to no case.
    pub fn of_problems(problems: &[Problem]) -> Self {
        let nothing = problems.iter().all(|p| p.class == ProblemClass::Nothing);
        let verdict = if nothing { Verdict::Skipped } else { Verdict::Fail };
        let problems = problems.iter().map(ProblemOutcome::from).collect();
        Self { verdict, problems, ..Self::of_cases(Vec::new()) }
    }

    /// The result of judged cases, before problems and texts are added. Its verdict is the worst of theirs.
    pub fn of_cases(mut cases: Vec<CaseOutcome>) -> Self {
        for case in &mut cases {
            case.counts = Counts::of([&*case]);
        }
        Self {
            format: FORMAT,
            verdict: cases.iter().map(|case| case.verdict).max().unwrap_or(Verdict::Skipped),
            counts: Counts::of(&cases),
            cases,
            problems: Vec::new(),
            decision: None,
            sources: Vec::new(),
            pages: Vec::new(),
        }
    }

    /// Whether INCONCLUSIVE passes, as it was asked for.
    pub fn allows_inconclusive(&self) -> bool {
        self.decision.is_some_and(|decision| decision.allow_inconclusive)
    }
}

impl CaseOutcome {
    /// `vllm/attention` or `vllm/attention/decode`.
    pub fn title(&self) -> String {
        if self.case.is_empty() { self.spec.clone() } else { format!("{}/{}", self.spec, self.case) }
    }

    /// The likeliest cause of a finding.
    pub fn cause(&self, finding: &FindingOutcome) -> Option<&Diagnosis> {
        let explains = |diagnosis: &&Diagnosis| diagnosis.explains.contains(&finding.code);
        self.diagnoses.iter().find(explains).filter(|_| finding.known.is_none())
    }

    /// The weightiest finding that no known difference covers.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().filter(|f| f.known.is_none()).map(|f| f.severity).max()
    }
}
