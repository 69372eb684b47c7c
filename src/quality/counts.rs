//! What the questions about a capture are answered from, counted in one pass.

use crate::trace::{ContextId, OpKind, Trace};

/// Of a trace, or of the part of it that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub kernels: u64,
    pub memory_operations: u64,
    /// Operations whose launching API call the trace lacks.
    pub without_launch: u64,
    /// Operations inside no range, neither at launch nor at capture.
    pub outside_ranges: u64,
    /// Launches of CUDA graphs in the whole trace.
    pub graph_launches: u64,
    /// Operations replayed from graphs.
    pub replayed: u64,
    /// Kernels among them.
    pub replayed_kernels: u64,
    /// Kernels whose node was captured inside a known range.
    pub replayed_kernels_in_range: u64,
}

impl Counts {
    pub fn of(trace: &Trace) -> Self {
        let capabilities = &trace.capabilities;
        let graph_launches = capabilities.graph_launches.max(capabilities.whole_graph_rows);
        let mut counts = Self { graph_launches, ..Self::default() };
        for op in 0..trace.len() as u32 {
            let kernel = trace.names.kind(trace.ops.name(op)) == OpKind::Kernel;
            let captured = trace.capture_context(op) != ContextId::NONE;
            counts.kernels += u64::from(kernel);
            counts.memory_operations += u64::from(!kernel);
            counts.without_launch += u64::from(trace.ops.launch(op).is_none());
            counts.outside_ranges += u64::from(!captured && trace.launch_context(op) == ContextId::NONE);
            if trace.from_graph(op) {
                counts.replayed += 1;
                counts.replayed_kernels += u64::from(kernel);
                counts.replayed_kernels_in_range += u64::from(kernel && captured);
            }
        }
        counts
    }

    pub fn operations(&self) -> u64 {
        self.kernels + self.memory_operations
    }
}
