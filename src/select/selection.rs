//! What a selection is: the instances of the op on one side, how they were found and what was left out.

use super::lexicon::Symbol;
use super::stretches::Stretches;
use crate::diag::{Loc, Severity, Side};
use crate::trace::ProcessId;
use serde::{Deserialize, Serialize};

/// How instances were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One occurrence of an NVTX range.
    Range,
    /// One call of a framework's module.
    Module,
    /// One replay of a CUDA graph.
    Graph,
    /// One period of the stream's repeating sequence.
    Period,
    /// From one anchor kernel to the next.
    Kernels,
    /// An occurrence of the mock's kernel sequence.
    Sequence,
    /// An occurrence of the spec's kernel list.
    Expected,
    /// The counts of a summary, divided by its iterations.
    Summary,
}

/// One execution of the op: its GPU operations in time order, as indices into the trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instance {
    pub ops: Vec<u32>,
}

/// One of several processes or devices that run the op.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rank {
    pub process: ProcessId,
    pub device: u16,
    /// Of the sums of durations of its instances.
    pub median_ns: f64,
}

/// Instances that are not compared, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftOut {
    pub reason: String,
    pub count: usize,
    /// They are executions of something else than what is compared, or of it in another form; not warm-up, another
    /// rank or another launch mode.
    pub unlike: bool,
}

/// Something about the selection that the user should know; becomes a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectionNote {
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
    pub at: Option<Loc>,
}

/// What another method says of the same side.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondOpinion {
    pub how: String,
    /// The share of the smaller selection's instances that overlap the other's.
    pub overlap: f64,
    pub agrees: bool,
}

/// The instances of the op on one side.
#[derive(Debug, Clone)]
pub struct Selection {
    pub side: Side,
    pub method: Method,
    /// In words: "range `replay` within `measured`".
    pub how: String,
    /// 1 where ranges say it; the share of unspent cost where a search found it.
    pub confidence: f64,
    /// Instances begin where the op does; false for a period with an arbitrary phase.
    pub phase_known: bool,
    /// Of one class: same process, same normalised sequence, same launch mode; without warm-up.
    pub instances: Vec<Instance>,
    /// The normalised sequence of every instance.
    pub sequence: Vec<Symbol>,
    /// The processes and devices that run this sequence, if there are several.
    pub ranks: Vec<Rank>,
    pub left_out: Vec<LeftOut>,
    pub notes: Vec<SelectionNote>,
    pub second: Option<SecondOpinion>,
    /// The operations looked through.
    pub scope: Stretches,
}

/// Why nothing was selected.
#[derive(Debug, Clone)]
pub struct NotFound {
    pub side: Side,
    /// Each alternative tried, and what came of it.
    pub tried: Vec<(String, String)>,
    /// Names that are near to what was asked, or what the trace offers.
    pub candidates: Vec<String>,
    pub at: Option<Loc>,
}
