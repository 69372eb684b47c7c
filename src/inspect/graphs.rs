//! CUDA graphs: how often they were launched, and what is known of the operations they replayed.

use super::model::{GraphSummary, ReplaySummary};
use crate::trace::{ContextId, OpKind, Trace};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

pub(super) fn graphs(trace: &Trace, ops: &[u32]) -> GraphSummary {
    let capabilities = &trace.capabilities;
    let mut summary = GraphSummary {
        tracing: capabilities.graph_tracing,
        launches: capabilities.graph_launches.max(capabilities.whole_graph_rows),
        ..GraphSummary::default()
    };
    let mut nodes: FxHashSet<u32> = FxHashSet::default();
    let mut launches: FxHashMap<u32, u64> = FxHashMap::default();
    for &op in ops.iter().filter(|&&op| trace.from_graph(op)) {
        summary.operations += 1;
        if trace.names.kind(trace.ops.name(op)) == OpKind::Kernel {
            summary.kernels += 1;
            summary.kernels_with_capture_range += u64::from(trace.capture_context(op) != ContextId::NONE);
        }
        nodes.extend(trace.ops.node(op).map(|node| trace.nodes.root[node as usize]));
        if let Some(launch) = trace.ops.launch(op) {
            *launches.entry(launch).or_default() += 1;
        }
    }
    let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
    for operations in launches.into_values() {
        *sizes.entry(operations).or_default() += 1;
    }
    summary.nodes = nodes.len() as u64;
    summary.replays =
        sizes.into_iter().rev().map(|(operations, launches)| ReplaySummary { operations, launches }).collect();
    summary
}
