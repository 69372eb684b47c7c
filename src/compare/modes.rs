//! How an op is launched: kernel by kernel, or from a CUDA graph.

use crate::limits::GRAPH_SHARE;
use crate::select::Selection;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};

/// The share of GPU operations that were replayed from a graph decides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LaunchMode {
    /// In [0, 1], by number of operations.
    pub graph_share: f64,
}

impl LaunchMode {
    pub fn is_graph(self) -> bool {
        self.graph_share > GRAPH_SHARE
    }

    pub fn words(self) -> &'static str {
        if self.is_graph() { "replayed from a CUDA graph" } else { "launched eagerly" }
    }
}

pub(super) fn of(trace: &Trace, selection: &Selection) -> LaunchMode {
    let (mut replayed, mut all) = (0u64, 0u64);
    for &op in selection.instances.iter().flat_map(|i| &i.ops) {
        all += 1;
        replayed += u64::from(trace.from_graph(op));
    }
    LaunchMode { graph_share: if all == 0 { 0.0 } else { replayed as f64 / all as f64 } }
}
