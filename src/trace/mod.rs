//! The columnar model of one profiler export, and the readers that fill it.
//!
//! A [`Trace`] holds structure-of-arrays columns with interned names: 44 bytes a GPU operation (48 where
//! some were replayed from a graph), so that ten million kernels need about half a gigabyte, and 17 bytes a launch.
//! A reader (one file a format, in [`mod@format`]) pushes rows into a [`TraceBuilder`] in any
//! order; `finish` sorts by time, joins kernels to launches and launches to NVTX ranges.

mod builder;
mod cache;
mod capability;
mod column;
mod correlation;
mod dictionary;
mod digest;
pub mod format;
pub mod framework;
mod launches;
mod names;
mod ops;
mod process;
mod provenance;
mod ranges;
mod reading;
pub(crate) mod rows;
mod sources;
mod summary;
mod sweep;

use rustc_hash::FxHashMap;

pub use builder::TraceBuilder;
pub use cache::{CACHE_BYTES, Cache, Entry};
pub use capability::{Capabilities, GraphTracing, Presence};
pub use format::{Exporting, export_report};
pub use launches::{Api, Launches, SyncCalls};
pub use names::{NameId, Names, OpKind, RangeName, RangeNameId};
pub use ops::{NONE, Op, Ops, Shape, ShapeId};
pub use process::{Process, ProcessId, Thread, ThreadId};
pub use provenance::Provenance;
pub use ranges::{ContextId, RangeKind, Ranges};
pub use reading::{Reading, Via, open, open_with};
pub use sources::{Sources, natural, sources};
pub use summary::{Summary, SummaryRow};

/// One profiler export in memory.
#[derive(Debug)]
pub struct Trace {
    /// The path as the user gave it: what messages show.
    pub path: String,
    pub names: Names,
    pub ops: Ops,
    pub launches: Launches,
    pub syncs: SyncCalls,
    pub ranges: Ranges,
    pub nodes: GraphNodes,
    pub processes: Vec<Process>,
    pub threads: Vec<Thread>,
    pub provenance: Provenance,
    pub capabilities: Capabilities,
    /// What the capture or the export lost or left unclear, in words.
    pub warnings: Vec<String>,
    /// Where only sums of kernels are known: then there is not a single operation.
    pub summary: Option<Summary>,
    shapes: Vec<Shape>,
}

/// The nodes of CUDA graphs that kernels were replayed from.
#[derive(Debug, Default)]
pub struct GraphNodes {
    /// The node's identity across clones: index of its root's id in no particular numbering, equal
    /// for all replays of the same captured node.
    pub root: Vec<u32>,
    /// The ranges open when the root was created, or [`ContextId::NONE`].
    pub capture: Vec<ContextId>,
}

impl Trace {
    /// Whether graphs were launched or captured node by node, and there is not even an empty table of kernels: a part of
    /// the export is lost, or the capture was.
    pub fn lacks_kernel_table(&self) -> bool {
        let Capabilities { kernels, graph_launches, whole_graph_rows, graph_nodes, .. } = self.capabilities;
        kernels == Presence::Missing && whole_graph_rows == 0 && (graph_launches > 0 || graph_nodes.filled())
    }

    /// The number of GPU operations.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ops.len() == 0
    }

    /// Bytes that are held for operations, launches, waits and ranges: all that grows with the length of a capture. Names
    /// and shapes, of which there are few, are not counted.
    pub fn bytes(&self) -> usize {
        self.ops.bytes() + self.launches.bytes() + self.syncs.bytes() + self.ranges.bytes()
    }

    /// One GPU operation as a small value.
    pub fn op(&self, index: u32) -> Op {
        self.ops.get(index)
    }

    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// The ranges open on the launching thread when this operation was launched.
    pub fn launch_context(&self, op: u32) -> ContextId {
        self.ops.context(op)
    }

    /// The ranges open when this operation's graph node was captured; none for an eager launch.
    pub fn capture_context(&self, op: u32) -> ContextId {
        self.ops.node(op).map_or(ContextId::NONE, |node| self.nodes.capture[node as usize])
    }

    /// Whether the operation was replayed from a CUDA graph.
    pub fn from_graph(&self, op: u32) -> bool {
        // Look-ups that most traces need not make.
        self.capabilities.graph_tracing == GraphTracing::Node
            && (self.ops.node(op).is_some()
                || self.launches.any_graph()
                    && self.ops.launch(op).is_some_and(|l| self.launches.api(l) == Api::GraphLaunch))
    }

    /// Whether one can tell replays of CUDA graphs from single launches: by the calls, or by the nodes of operations.
    pub fn knows_launch_modes(&self) -> bool {
        self.capabilities.api_calls.filled() || (0..self.len() as u32).any(|op| self.ops.node(op).is_some())
    }

    /// Operations without a launch row in the export, of all operations, as a fraction.
    pub fn unattributed_share(&self) -> f64 {
        if self.is_empty() {
            return 0.0;
        }
        let lost = (0..self.len() as u32).filter(|&i| self.ops.launch(i).is_none()).count();
        lost as f64 / self.len() as f64
    }

    /// Everything one needs to find an operation in the profiler.
    pub fn kernel_ref(&self, op: u32) -> crate::diag::KernelRef {
        let view = self.op(op);
        crate::diag::KernelRef {
            trace: self.path.clone(),
            pid: self.processes.get(usize::from(view.process.0)).map_or(0, |p| p.pid),
            device: u32::from(view.device),
            stream: view.stream,
            start_ns: view.start,
            duration_ns: view.duration(),
            correlation_id: view.correlation,
            name: self.names.identity(view.name).exact.clone(),
        }
    }

    /// Operations grouped by stream (process, device, stream), each in time order; groups in the
    /// order of their first operation.
    pub fn streams(&self) -> Vec<Vec<u32>> {
        let mut index: FxHashMap<(u16, u16, u32), usize> = FxHashMap::default();
        let mut streams: Vec<Vec<u32>> = Vec::new();
        for i in 0..self.len() as u32 {
            let op = self.op(i);
            let slot = *index.entry((op.process.0, op.device, op.stream)).or_insert_with(|| {
                streams.push(Vec::new());
                streams.len() - 1
            });
            streams[slot].push(i);
        }
        streams
    }
}
