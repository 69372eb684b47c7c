//! The result of `align diff`: two traces beside each other, without a spec.

use super::Launch;
use crate::stats::Interval;
use crate::trace::Provenance;
use serde::{Deserialize, Serialize};

/// What differs between two traces. Times are GPU time in ns: sums of durations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiffOutcome {
    /// The version of this form; grows with every incompatible change.
    pub format: u32,
    /// A median that moves by less is the same: 0.1 is 10 %, in both directions.
    pub tolerance: f64,
    /// The ranges that GPU work was launched or captured in, outermost first; empty: everywhere.
    pub within: Vec<String>,
    pub a: DiffSide,
    pub b: DiffSide,
    pub counts: DiffCounts,
    /// By family, what moves most first.
    pub families: Vec<FamilyDiff>,
    /// By kernel, what moves most first.
    pub kernels: Vec<KernelDiff>,
    /// Repeating sequences, such as the layers of a model, beside each other; what takes longest first.
    pub sequences: Vec<SequenceDiff>,
}

/// One trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiffSide {
    /// The trace as the user gave it.
    pub trace: String,
    pub provenance: Provenance,
    pub total: Total,
    pub processes: Vec<ProcessTotal>,
    /// What the capture lost or left unclear.
    pub notes: Vec<String>,
}

/// GPU operations and their durations together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Total {
    pub count: usize,
    pub sum_ns: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProcessTotal {
    pub pid: u32,
    #[serde(flatten)]
    pub total: Total,
}

/// How many kernels stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiffCounts {
    pub new: usize,
    pub gone: usize,
    pub slower: usize,
    pub faster: usize,
    /// Launched more or less often.
    pub recounted: usize,
    /// Launched with shapes that the other side does not have.
    pub reshaped: usize,
    /// The interval holds the limit.
    pub unclear: usize,
    /// Repeating sequences that are not the same.
    pub sequences: usize,
}

impl DiffCounts {
    /// Whether anything certainly differs.
    pub fn differs(&self) -> bool {
        self.new + self.gone + self.slower + self.faster + self.recounted + self.reshaped + self.sequences > 0
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FamilyDiff {
    /// `other` for kernels of no family.
    pub name: String,
    pub a: Total,
    pub b: Total,
    /// Sum of B less sum of A.
    pub change_ns: i64,
}

/// One kernel, copy or set, by its name but for how compilers spell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KernelDiff {
    pub name: String,
    /// Its demangled name as one of the profilers printed it.
    pub exact: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub family: Option<String>,
    /// Nothing where it does not run.
    pub a: Option<Times>,
    pub b: Option<Times>,
    /// Sum of B less sum of A.
    pub change_ns: i64,
    pub state: TimeState,
    /// Of median B / median A, at a level that is shared among all kernels; nothing with too few executions.
    pub interval: Option<Interval>,
    /// Launch shapes that only one side has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shapes: Option<ShapeChange>,
}

impl KernelDiff {
    /// Whether both sides run it, one of them more often.
    pub fn recounted(&self) -> bool {
        matches!((&self.a, &self.b), (Some(a), Some(b)) if a.count != b.count)
    }
}

/// The executions of one kernel on one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Times {
    pub count: usize,
    pub sum_ns: i64,
    pub median_ns: f64,
    /// Of these, replayed from a CUDA graph.
    pub replayed: usize,
}

/// How a kernel's time stands in B, seen from A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TimeState {
    /// Only in B.
    New,
    /// Only in A.
    Gone,
    /// The whole interval lies beyond the tolerance.
    Slower,
    Faster,
    /// The whole interval lies within the tolerance.
    Same,
    /// The interval holds the limit.
    Unclear,
    /// Too few executions on a side for an interval.
    TooFew,
}

/// Launch shapes on one side alone, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShapeChange {
    pub only_a: Vec<ShapeCount>,
    pub only_b: Vec<ShapeCount>,
    /// Further ones of either side that are not listed.
    pub unshown: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShapeCount {
    #[serde(flatten)]
    pub launch: Launch,
    pub count: usize,
}

/// A sequence that repeats, and what stands against it in the other trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SequenceDiff {
    pub a: Option<Repeated>,
    pub b: Option<Repeated>,
    /// Operation by operation; empty where the other trace has nothing like it.
    pub steps: Vec<SequenceStep>,
}

impl SequenceDiff {
    /// Whether any step is not the same on both sides.
    pub fn differs(&self) -> bool {
        self.a.is_none() || self.b.is_none() || self.steps.iter().any(|step| step.state != StepState::Same)
    }
}

/// Where a sequence repeats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Repeated {
    pub pid: u32,
    /// The ordinal of the device in its process.
    pub device: u16,
    pub stream: u32,
    /// Operations in it.
    pub operations: usize,
    pub repeats: usize,
    /// Of the side's GPU time, in [0, 1].
    pub share: f64,
    /// The medians of its operations together.
    pub ns: f64,
}

/// An operation of the sequence, or two that stand against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SequenceStep {
    pub state: StepState,
    pub a: Option<StepTimes>,
    pub b: Option<StepTimes>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepTimes {
    pub name: String,
    /// The median over the repetitions.
    pub ns: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    Same,
    /// Another variant of the kernel, or another of its family.
    Variant,
    OnlyA,
    OnlyB,
}
