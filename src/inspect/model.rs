//! What an inspection says, as plain values. The field names are a public format: `format` rises when
//! one changes its meaning or goes away.

use crate::quality::Point;
pub use crate::quality::{Answer, Can};
use crate::trace::{Capabilities, GraphTracing, Provenance};
use serde::Serialize;

/// The version of this format.
pub const FORMAT: u32 = 1;

/// Everything `align inspect` shows of one trace. All times in ns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    pub format: u32,
    /// The path as the user gave it.
    pub trace: String,
    pub provenance: Provenance,
    pub scope: Scope,
    pub totals: Totals,
    pub capabilities: Capabilities,
    pub answers: Vec<Answer>,
    /// What the capture or the export lost or left unclear, in words.
    pub warnings: Vec<String>,
    /// What may be wrong with the whole capture though every question is answered.
    pub quality: Vec<Point>,
    pub processes: Vec<ProcessSummary>,
    pub devices: Vec<DeviceSummary>,
    pub streams: Vec<StreamSummary>,
    pub families: Vec<FamilySummary>,
    /// Kernels alone, by total time; names as the profiler prints them.
    pub kernels: Vec<KernelSummary>,
    pub memory_operations: Vec<MemorySummary>,
    pub ranges: Vec<RangeSummary>,
    pub graphs: GraphSummary,
    pub structure: Vec<Structure>,
    pub synchronisations: Vec<SyncSummary>,
}

/// The part of the trace that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Scope {
    /// Ranges asked for, outermost first; empty for the whole trace.
    pub within: Vec<String>,
    /// The process asked for, as an index into `processes`.
    pub process: Option<usize>,
    /// GPU operations of the trace, inside the scope or not.
    pub operations_in_trace: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    pub kernels: u64,
    pub memory_operations: u64,
    /// Sum of the durations of all GPU operations.
    pub total_ns: i64,
    /// Time in which at least one GPU operation ran.
    pub busy_ns: i64,
    /// From the first GPU operation's start to the last one's end.
    pub span_ns: i64,
    /// Operations whose launching API call the trace lacks.
    pub without_launch: u64,
    /// Operations inside no range, neither at launch nor at capture.
    pub outside_ranges: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProcessSummary {
    /// What `process = N` in a spec and `--process N` mean: processes with GPU work in the order of
    /// their first operation, then the others.
    pub index: usize,
    pub pid: u32,
    /// The program's base name, where the trace has it.
    pub name: Option<String>,
    pub kernels: u64,
    pub memory_operations: u64,
    pub total_ns: i64,
    /// NVTX ranges opened by its threads.
    pub ranges: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceSummary {
    /// Index into `processes`.
    pub process: usize,
    /// The ordinal of the device in its process.
    pub device: u16,
    pub operations: u64,
    pub total_ns: i64,
    pub busy_ns: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamSummary {
    /// Index into `processes`.
    pub process: usize,
    pub device: u16,
    pub stream: u32,
    pub kernels: u64,
    pub memory_operations: u64,
    pub total_ns: i64,
    pub busy_ns: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilySummary {
    /// `None` for kernels that no family names.
    pub family: Option<String>,
    /// Distinct kernel names.
    pub names: u64,
    pub count: u64,
    pub total_ns: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KernelSummary {
    /// The demangled name exactly as the profiler prints it.
    pub name: String,
    pub short_name: String,
    pub family: Option<String>,
    pub count: u64,
    pub total_ns: i64,
    /// Of an even count, the mean of the middle two; `None` where a summary of the profile does not say it.
    pub median_ns: Option<f64>,
    pub min_ns: i64,
    pub max_ns: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemorySummary {
    /// As the profiler prints it: `[CUDA memcpy Device-to-Device]`.
    pub name: String,
    pub count: u64,
    pub total_ns: i64,
    pub median_ns: f64,
    pub min_ns: i64,
    pub max_ns: i64,
    pub total_bytes: u64,
}

/// All ranges at one place of the tree whose names differ in their numbers alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RangeSummary {
    /// Every run of digits written as `*`; with its domain and a colon in front if it has one.
    pub name: String,
    /// Whether the text names a module in a framework's form or as a dotted path.
    pub module: bool,
    pub occurrences: u64,
    /// Distinct texts.
    pub names: u64,
    /// GPU operations launched inside, and the sum of their durations.
    pub operations: u64,
    pub total_ns: i64,
    /// GPU operations replayed from graph nodes that were captured inside, and the sum of their durations.
    pub replayed_operations: u64,
    pub replayed_ns: i64,
    pub children: Vec<RangeSummary>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct GraphSummary {
    pub tracing: GraphTracing,
    /// Graph launches in the whole trace.
    pub launches: u64,
    /// Operations replayed from graphs.
    pub operations: u64,
    /// Kernels among them.
    pub kernels: u64,
    /// Kernels whose node was captured inside a known range.
    pub kernels_with_capture_range: u64,
    /// Distinct captured nodes of all these operations.
    pub nodes: u64,
    pub replays: Vec<ReplaySummary>,
}

/// Graph launches that replayed the same number of operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplaySummary {
    pub operations: u64,
    pub launches: u64,
}

/// A sequence of operations that repeats on one stream, and what repeats inside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Structure {
    /// Index into `processes`.
    pub process: usize,
    pub device: u16,
    pub stream: u32,
    /// Operations in one repetition.
    pub period: u64,
    /// Whole repetitions, over all stretches.
    pub repeats: u64,
    /// Uninterrupted stretches.
    pub stretches: u64,
    /// Start of the first stretch.
    pub start_ns: i64,
    /// Operations replayed from graphs, of `period`.
    pub replayed: u64,
    /// The sequence of one repetition, by base name.
    pub kernels: Vec<String>,
    pub inner: Option<InnerStructure>,
}

/// What repeats inside one repetition: layers inside a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InnerStructure {
    pub period: u64,
    pub repeats: u64,
    /// Operations of the outer repetition before and after the inner ones.
    pub before: u64,
    pub after: u64,
    pub kernels: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncSummary {
    /// The API call without its version.
    pub name: String,
    pub count: u64,
    /// Host time spent waiting.
    pub total_ns: i64,
}
