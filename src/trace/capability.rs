//! What a trace can answer.

use serde::{Deserialize, Serialize};

/// A table of the export: not captured, captured without rows, or with rows. The three mean
/// different things: API rows without a kernel *table* are a failed capture, not zero kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    #[default]
    Missing,
    Empty,
    Filled,
}

impl Presence {
    pub fn filled(self) -> bool {
        self == Self::Filled
    }
}

/// How CUDA graphs were traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GraphTracing {
    /// No graph was launched.
    #[default]
    None,
    /// Each kernel of a graph is visible (`--cuda-graph-trace=node`).
    Node,
    /// Each launch is one opaque row or nothing (`--cuda-graph-trace=graph`).
    Whole,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Capabilities {
    pub kernels: Presence,
    pub memory_operations: Presence,
    pub api_calls: Presence,
    pub ranges: Presence,
    /// Creation of graph nodes: tells which module a replayed kernel belongs to.
    pub graph_nodes: Presence,
    /// Launches of CUDA graphs seen as API calls.
    pub graph_launches: u64,
    /// Launches of CUDA graphs recorded as one row each, without their kernels.
    pub whole_graph_rows: u64,
    pub graph_tracing: GraphTracing,
    /// Whether grids, blocks and registers were recorded.
    pub launch_shapes: bool,
}
