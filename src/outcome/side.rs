//! What was found on each side, and the two side by side.

use super::ranks::RanksOutcome;
use crate::limits::BUSY_SHARE;
use crate::select::{LeftOut, Method};
use crate::stats::Interval;
use crate::trace::Provenance;
use serde::{Deserialize, Serialize};

/// One side of a case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SideOutcome {
    /// The trace as the user gave it.
    pub trace: String,
    pub provenance: Provenance,
    /// The framework it was captured with, as the spec says: `vllm 0.24.0`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub framework: Option<String>,
    pub method: Option<Method>,
    /// How the instances were found, in words.
    pub how: String,
    /// In [0, 1].
    pub confidence: f64,
    pub instances: usize,
    /// Kernels in one instance.
    pub kernels: usize,
    /// In [0, 1].
    pub graph_share: f64,
    pub left_out: Vec<LeftOut>,
    /// What a second way of finding the op says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub second: Option<String>,
    /// Where the side is several traces, one a rank: what these are. Instances are then those of all ranks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ranks: Option<RanksOutcome>,
}

/// How a row of the summary stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RowMatch {
    Match,
    /// The same kernel with another launch shape.
    OtherShape,
    /// Another variant of the kernel, or another kernel, in its place.
    OtherKernel,
    /// The same kernel, not as often.
    OtherCount,
    /// Only in the mock.
    Extra,
    /// Only in the E2E.
    Missing,
}

/// One kernel of the summary table. Times are medians of one call, in ns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Row {
    /// The entry's name in the spec, if one names the kernel.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entry: Option<String>,
    /// The kernel's base name on the mock's side, else on the E2E's.
    pub kernel: String,
    /// Its demangled name as the profiler printed it: what patterns are matched against.
    pub exact: String,
    /// The E2E's base name, where it is another kernel.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub e2e_kernel: Option<String>,
    /// And its demangled name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub e2e_exact: Option<String>,
    pub family: Option<String>,
    pub critical: bool,
    pub mock_calls: u32,
    pub mock_ns: Option<f64>,
    pub e2e_calls: u32,
    pub e2e_ns: Option<f64>,
    pub state: RowMatch,
}

/// The instance's latency, mock over E2E. Times in ns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LatencyOutcome {
    pub mock_median_ns: f64,
    pub e2e_median_ns: f64,
    pub mock_busy_ns: f64,
    pub e2e_busy_ns: f64,
    /// `None` with too few instances.
    pub interval: Option<Interval>,
    /// As a fraction, in both directions.
    pub tolerance: f64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl LatencyOutcome {
    /// Whether kernels of one instance run beside each other on a side, so that its busy time says more than its sum.
    pub fn kernels_overlap(&self) -> bool {
        let overlap = |busy: f64, sum: f64| busy < BUSY_SHARE * sum;
        overlap(self.mock_busy_ns, self.mock_median_ns) || overlap(self.e2e_busy_ns, self.e2e_median_ns)
    }
}
