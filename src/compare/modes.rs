//! How an op is launched: kernel by kernel, or from a CUDA graph.

use crate::limits::GRAPH_SHARE;
use crate::select::{Instance, Selection};
use crate::trace::Trace;
use rayon::prelude::*;
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
    let counts = |instance: &Instance| {
        let replayed = instance.ops.iter().filter(|&&op| trace.from_graph(op)).count();
        (replayed, instance.ops.len())
    };
    let add = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1 + b.1);
    let (replayed, all) = selection.instances.par_iter().map(counts).reduce(|| (0, 0), add);
    LaunchMode { graph_share: if all == 0 { 0.0 } else { replayed as f64 / all as f64 } }
}
