//! One instance of each side, operation by operation: what a picture of both is drawn from.

use crate::diag::Side;
use serde::{Deserialize, Serialize};

/// The instance of median time on each side, both from their own start. Names and launches stand once, in tables.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timeline {
    pub kernels: Vec<TimelineKernel>,
    pub launches: Vec<Launch>,
    /// Paths of a framework's modules, as its ranges name them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub modules: Vec<String>,
    pub mock: InstanceTimeline,
    pub e2e: InstanceTimeline,
}

/// A kernel, copy or set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimelineKernel {
    /// Its base name; for a copy or set the profiler's word.
    pub name: String,
    /// Its demangled name as the profiler printed it.
    pub exact: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub family: Option<String>,
}

/// How an operation was launched: blocks, threads, registers per thread, shared memory in bytes; of a copy or set
/// only the bytes moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Launch {
    pub grid: [u32; 3],
    pub block: [u32; 3],
    pub registers: u32,
    pub static_shared_bytes: u32,
    pub dynamic_shared_bytes: u32,
    pub moved_bytes: u64,
}

/// One instance, in time order. Times in ns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InstanceTimeline {
    /// Which of the compared instances it is, in time order, from 0.
    pub instance: usize,
    pub pid: u32,
    /// Where it starts on the trace's clock.
    pub start_ns: i64,
    /// From the first operation's start to the last one's end.
    pub span_ns: i64,
    pub ops: Vec<TimelineOp>,
    /// What is left out of `ops`, where an instance has too many: the shortest that match.
    #[serde(skip_serializing_if = "Unshown::is_nothing", default)]
    pub unshown: Unshown,
}

/// Operations that are not listed, and their durations together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unshown {
    pub count: usize,
    pub ns: i64,
}

impl Unshown {
    fn is_nothing(&self) -> bool {
        self.count == 0
    }
}

/// One operation. Times in ns, from the instance's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimelineOp {
    pub start_ns: i64,
    pub duration_ns: i64,
    /// The ordinal of the device in its process.
    pub device: u16,
    pub stream: u32,
    /// Index into the timeline's kernels.
    pub kernel: usize,
    /// Index into the timeline's launches.
    pub launch: usize,
    /// The place in the alignment of both sequences: operations of one position stand against each other.
    pub position: usize,
    pub state: OpState,
    /// A known difference covers it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub known: bool,
    /// It was replayed from a CUDA graph.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
    /// Index into the timeline's modules: the innermost one that it was launched or captured in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub module: Option<usize>,
}

/// How an operation stands against the other side's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OpState {
    Match,
    /// The same kernel with another launch shape.
    OtherShape,
    /// Another variant of the kernel, or another kernel, in its place.
    OtherKernel,
    /// The same kernel stands on both sides, elsewhere in the order.
    Moved,
    /// Only in the mock.
    Extra,
    /// Only in the E2E.
    Missing,
}

impl Timeline {
    pub fn on(&self, side: Side) -> &InstanceTimeline {
        match side {
            Side::Mock => &self.mock,
            Side::E2e => &self.e2e,
        }
    }

    /// The number of places of the alignment, with those that are left out.
    pub fn positions(&self) -> usize {
        let last = |side: &InstanceTimeline| side.ops.iter().map(|op| op.position + 1).max().unwrap_or(0);
        last(&self.mock).max(last(&self.e2e))
    }
}
