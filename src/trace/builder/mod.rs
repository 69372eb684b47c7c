//! Rows in any order to a finished [`Trace`](super::Trace).

mod batch;
mod join;
mod wanted;

pub(super) use batch::{OpBatch, OpValues};
pub(super) use wanted::WantedCalls;

use super::capability::Capabilities;
use super::correlation::{CorrelationIndex, Wanted};
use super::launches::{Api, Launches, SyncCalls, without_version};
use super::names::{NameId, Names, OpKind, RangeNameId};
use super::ops::{NONE, Ops, Shape};
use super::process::{Process, ProcessId, Thread, ThreadId};
use super::provenance::Provenance;
use super::ranges::RangeKind;
use super::rows::{CallRow, NO_CORRELATION, NodeRow, OpRow, PROCESS_MASK, RangeRow, RangeSpan};
use super::summary::Summary;
use rustc_hash::FxHashMap;

/// Collects rows; [`finish`](Self::finish) joins them. GPU operations come first, then
/// [`seal_ops`](Self::seal_ops), then API calls: only calls that a kept operation needs are stored.
#[derive(Debug, Default)]
pub struct TraceBuilder {
    path: String,
    pub names: Names,
    pub provenance: Provenance,
    pub capabilities: Capabilities,
    pub warnings: Vec<String>,
    pub summary: Option<Summary>,
    ops: Ops,
    ends_first: usize,
    shapes: Vec<Shape>,
    shape_index: FxHashMap<Shape, u32>,
    processes: Vec<Process>,
    process_index: FxHashMap<u64, u16>,
    recent_process: Option<(u64, ProcessId)>,
    processes_left_out: bool,
    threads: Vec<Thread>,
    thread_index: FxHashMap<u64, u32>,
    recent_thread: Option<(u64, ThreadId)>,
    nodes: Vec<(u16, u64)>,
    node_index: FxHashMap<(u16, u64), u32>,
    creations: FxHashMap<(u16, u64), NodeRow>,
    correlations: Vec<CorrelationIndex>,
    launches: Launches,
    /// Of the calls that launched a kept operation.
    last_call_end: Option<i64>,
    syncs: SyncCalls,
    graph_calls: [u64; 2],
    ranges: Vec<(u32, i64, i64, u32, RangeKind, u16)>,
    domains: Vec<String>,
}

impl TraceBuilder {
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), domains: vec![String::new()], ..Self::default() }
    }

    /// The process with this global id (lower 24 bits ignored). Only a file made by hand has more than 65,535:
    /// those after are taken for the last one, and a warning says so.
    pub fn process(&mut self, global: u64) -> ProcessId {
        let key = global & PROCESS_MASK;
        // Rows that follow each other are mostly of one process and thread.
        if let Some((_, id)) = self.recent_process.filter(|recent| recent.0 == key) {
            return id;
        }
        let next = u16::try_from(self.processes.len()).unwrap_or(u16::MAX);
        if next == u16::MAX && !self.process_index.contains_key(&key) {
            self.processes_left_out = true;
            return ProcessId(u16::MAX - 1);
        }
        let id = *self.process_index.entry(key).or_insert(next);
        if id == next {
            let pid = ((key >> 24) & 0xFF_FFFF) as u32;
            self.processes.push(Process { key, pid, name: None });
        }
        self.recent_process = Some((key, ProcessId(id)));
        ProcessId(id)
    }

    /// Names a process, if the trace has it.
    pub fn name_process(&mut self, global: u64, name: String) {
        if let Some(&id) = self.process_index.get(&(global & PROCESS_MASK)) {
            self.processes[usize::from(id)].name = Some(name);
        }
    }

    /// The thread with this global id.
    pub fn thread(&mut self, global: u64) -> ThreadId {
        if let Some((_, id)) = self.recent_thread.filter(|recent| recent.0 == global) {
            return id;
        }
        if let Some(&id) = self.thread_index.get(&global) {
            self.recent_thread = Some((global, ThreadId(id)));
            return ThreadId(id);
        }
        let process = self.process(global);
        let id = self.threads.len() as u32;
        self.thread_index.insert(global, id);
        self.threads.push(Thread { process, tid: (global & 0xFF_FFFF) as u32 });
        ThreadId(id)
    }

    pub fn kernel_name(&mut self, demangled: &str, short: &str) -> NameId {
        self.names.intern(demangled, short, OpKind::Kernel)
    }

    pub fn process_count(&self) -> usize {
        self.processes.len()
    }

    /// The global id of the n-th process.
    pub(super) fn process_key(&self, index: usize) -> u64 {
        self.processes.get(index).map_or(0, |p| p.key)
    }

    pub fn push_op(&mut self, row: OpRow) {
        let shape = self.shape(row.shape);
        self.ends_first += usize::from(row.end < row.start);
        let node = row.node.map_or(NONE, |id| self.node(row.process, id));
        self.ops.start.push(row.start);
        self.ops.end.push(row.end.max(row.start));
        self.ops.process.push(row.process.0);
        self.ops.device.push(row.device);
        self.ops.stream.push(row.stream);
        self.ops.correlation.push(row.correlation);
        self.ops.name.push(row.name.0);
        self.ops.shape.push(shape);
        // Most traces have no graphs.
        if node != NONE || !self.ops.node.is_empty() {
            let ops = self.ops.start.len();
            self.ops.node.own().resize(ops - 1, NONE);
            self.ops.node.push(node);
        }
    }

    fn shape(&mut self, shape: Shape) -> u32 {
        let next = self.shapes.len() as u32;
        let index = *self.shape_index.entry(shape).or_insert(next);
        if index == next {
            self.shapes.push(shape);
        }
        index
    }

    fn node(&mut self, process: ProcessId, id: u64) -> u32 {
        let next = self.nodes.len() as u32;
        let index = *self.node_index.entry((process.0, id)).or_insert(next);
        if index == next {
            self.nodes.push((process.0, id));
        }
        index
    }

    /// Declares that all GPU operations were pushed: sorts them and learns which calls are wanted.
    pub fn seal_ops(&mut self) {
        if self.ends_first > 0 {
            self.warnings
                .push(format!("GPU operations with an end before their start, taken as 0 ns: {}", self.ends_first));
        }
        self.ops.sort();
        self.ops.launch = vec![NONE; self.ops.len()].into();
        let mut bounds: Vec<Option<(i64, i64, usize)>> = vec![None; self.processes.len()];
        for (&process, &id) in self.ops.process.iter().zip(&*self.ops.correlation) {
            let slot = &mut bounds[usize::from(process)];
            let (low, high, count) = slot.unwrap_or((id, id, 0));
            *slot = Some((low.min(id), high.max(id), count + 1));
        }
        self.correlations = bounds.into_iter().map(CorrelationIndex::with_bounds).collect();
        for (&process, &id) in self.ops.process.iter().zip(&*self.ops.correlation) {
            if id != NO_CORRELATION {
                self.correlations[usize::from(process)].want(id);
            }
        }
        self.correlations.iter_mut().for_each(CorrelationIndex::seal);
    }

    pub fn push_call(&mut self, row: CallRow, name: &str) {
        self.count_calls(row.api, name, 1);
        self.keep_call(row, name);
    }

    /// Counts calls of one name, kept or not.
    pub(super) fn count_calls(&mut self, api: Api, name: &str, calls: u64) {
        if api == Api::GraphLaunch {
            self.graph_calls[usize::from(name.starts_with("cuda"))] += calls;
        }
    }

    /// Keeps a call if it synchronises or a kept operation needs it.
    pub(super) fn keep_call(&mut self, row: CallRow, name: &str) {
        let process = self.threads[row.thread.0 as usize].process;
        if row.api == Api::Synchronise {
            self.push_sync(row, name);
        }
        let Some(index) = self.correlations.get_mut(usize::from(process.0)) else { return };
        match index.get(row.correlation) {
            Wanted::No => return,
            Wanted::Yet => {
                index.set(row.correlation, self.launches.len() as u32);
                self.launches.start.push(row.start);
                self.launches.thread.push(row.thread.0);
                self.launches.api.push(row.api as u8);
            }
            // A runtime call and the driver call inside it are one launch: the outer one's.
            Wanted::Has(launch) => {
                let i = launch as usize;
                if row.start < self.launches.start[i] {
                    self.launches.start[i] = row.start;
                    self.launches.thread[i] = row.thread.0;
                }
                if row.api == Api::GraphLaunch {
                    self.launches.api[i] = row.api as u8;
                }
            }
        }
        self.last_call_end = self.last_call_end.max(Some(row.end.max(row.start)));
    }

    fn push_sync(&mut self, row: CallRow, name: &str) {
        let name = without_version(name);
        let known = self.syncs.names.iter().position(|n| n == name);
        let name = known.unwrap_or_else(|| {
            self.syncs.names.push(name.to_owned());
            self.syncs.names.len() - 1
        });
        self.syncs.start.push(row.start);
        self.syncs.end.push(row.end.max(row.start));
        self.syncs.thread.push(row.thread);
        self.syncs.name.push(name as u16);
    }

    pub fn push_range(&mut self, row: RangeRow<'_>) {
        let span = RangeSpan {
            start: row.start,
            end: row.end,
            thread: row.thread,
            name: self.range_name(row.text),
            kind: row.kind,
            domain: self.domain(row.domain),
        };
        self.push_span(span);
    }

    pub(super) fn range_name(&mut self, text: &str) -> RangeNameId {
        self.names.intern_range(text)
    }

    /// The number of a domain; 0 is the one without a name.
    pub(super) fn domain(&mut self, name: &str) -> u16 {
        let known = self.domains.iter().position(|known| known == name);
        let index = known.unwrap_or_else(|| {
            self.domains.push(name.to_owned());
            self.domains.len() - 1
        });
        index as u16
    }

    pub(super) fn push_span(&mut self, span: RangeSpan) {
        let end = span.end.unwrap_or(i64::MAX).max(span.start);
        self.ranges.push((span.thread.0, span.start, end, span.name.0, span.kind, span.domain));
    }

    pub fn push_node(&mut self, row: NodeRow) {
        let process = self.threads[row.thread.0 as usize].process.0;
        let slot = self.creations.entry((process, row.id)).or_insert(row);
        // A cloned node has two rows: the one that names its original says more.
        if slot.original.is_none() && row.original.is_some() {
            *slot = row;
        }
    }
}
