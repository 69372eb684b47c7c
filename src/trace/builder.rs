//! Rows in any order to a finished [`Trace`].

use super::capability::{Capabilities, GraphTracing};
use super::correlation::{CorrelationIndex, Wanted};
use super::launches::{Api, Launches, SyncCalls, without_version};
use super::names::{NameId, Names, OpKind};
use super::ops::{NONE, Ops, Shape};
use super::process::{Process, ProcessId, Thread, ThreadId};
use super::provenance::Provenance;
use super::ranges::{ContextId, RangeKind, Ranges};
use super::rows::{CallRow, NO_CORRELATION, NodeRow, OpRow, PROCESS_MASK, RangeRow};
use super::sweep::{Moment, sweep};
use super::{GraphNodes, Trace};
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
        let next = self.shapes.len() as u32;
        let shape = *self.shape_index.entry(row.shape).or_insert(next);
        if shape == next {
            self.shapes.push(row.shape);
        }
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
            self.ops.node.resize(self.ops.start.len() - 1, NONE);
            self.ops.node.push(node);
        }
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
        self.ops.launch = vec![NONE; self.ops.len()];
        self.ops.sort();
        let mut bounds: Vec<Option<(i64, i64, usize)>> = vec![None; self.processes.len()];
        for (&process, &id) in self.ops.process.iter().zip(&self.ops.correlation) {
            let slot = &mut bounds[usize::from(process)];
            let (low, high, count) = slot.unwrap_or((id, id, 0));
            *slot = Some((low.min(id), high.max(id), count + 1));
        }
        self.correlations = bounds.into_iter().map(CorrelationIndex::with_bounds).collect();
        for (&process, &id) in self.ops.process.iter().zip(&self.ops.correlation) {
            if id != NO_CORRELATION {
                self.correlations[usize::from(process)].want(id);
            }
        }
        self.correlations.iter_mut().for_each(CorrelationIndex::seal);
    }

    pub fn push_call(&mut self, row: CallRow, name: &str) {
        let process = self.threads[row.thread.0 as usize].process;
        if row.api == Api::GraphLaunch {
            self.graph_calls[usize::from(name.starts_with("cuda"))] += 1;
        }
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
                self.launches.api.push(row.api);
            }
            // A runtime call and the driver call inside it are one launch: the outer one's.
            Wanted::Has(launch) => {
                let i = launch as usize;
                if row.start < self.launches.start[i] {
                    self.launches.start[i] = row.start;
                    self.launches.thread[i] = row.thread.0;
                }
                if row.api == Api::GraphLaunch {
                    self.launches.api[i] = row.api;
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
        let name = self.names.intern_range(row.text);
        let domain = match self.domains.iter().position(|d| d == row.domain) {
            Some(found) => found,
            None => {
                self.domains.push(row.domain.to_owned());
                self.domains.len() - 1
            }
        };
        let end = row.end.unwrap_or(i64::MAX).max(row.start);
        self.ranges.push((row.thread.0, row.start, end, name.0, row.kind, domain as u16));
    }

    pub fn push_node(&mut self, row: NodeRow) {
        let process = self.threads[row.thread.0 as usize].process.0;
        let slot = self.creations.entry((process, row.id)).or_insert(row);
        // A cloned node has two rows: the one that names its original says more.
        if slot.original.is_none() && row.original.is_some() {
            *slot = row;
        }
    }

    /// Joins everything. Ranges never closed end with the trace.
    pub fn finish(mut self) -> Trace {
        self.join_launches();
        let mut ranges = self.sorted_ranges();
        let (mut nodes, captures) = self.resolve_nodes();
        self.attribute(&mut ranges, &mut nodes, &captures);
        self.sort_syncs();
        if self.processes_left_out {
            self.warnings.push("more than 65,535 processes: those after are taken for one".to_owned());
        }
        self.capabilities.graph_launches = self.graph_calls[0].max(self.graph_calls[1]);
        self.capabilities.graph_tracing = self.graph_tracing();
        Trace {
            path: self.path,
            names: self.names,
            ops: self.ops,
            launches: self.launches,
            syncs: self.syncs,
            ranges,
            nodes,
            processes: self.processes,
            threads: self.threads,
            provenance: self.provenance,
            capabilities: self.capabilities,
            warnings: self.warnings,
            shapes: self.shapes,
        }
    }

    fn join_launches(&mut self) {
        for i in 0..self.ops.len() {
            let index = &self.correlations[usize::from(self.ops.process[i])];
            if let Wanted::Has(launch) = index.get(self.ops.correlation[i]) {
                self.ops.launch[i] = launch;
            }
        }
        self.correlations.clear();
    }

    fn sorted_ranges(&mut self) -> Ranges {
        let last = self.ops.end.iter().copied().max().max(self.last_call_end);
        let last = self.ranges.iter().map(|r| if r.2 == i64::MAX { r.1 } else { r.2 }).chain(last).max().unwrap_or(0);
        // Equal start: the longer one is the outer one; equal both: the one recorded later was pushed first
        // only if it ended first, which the export does not say, so its order is kept.
        self.ranges.sort_by_key(|&(thread, start, end, ..)| (thread, start, std::cmp::Reverse(end)));
        let mut ranges = Ranges { domains: std::mem::take(&mut self.domains), ..Ranges::default() };
        for (thread, start, end, name, kind, domain) in std::mem::take(&mut self.ranges) {
            ranges.start.push(start);
            ranges.end.push(if end == i64::MAX { last.max(start) } else { end });
            ranges.thread.push(thread);
            ranges.name.push(name);
            ranges.kind.push(kind);
            ranges.domain.push(domain);
        }
        ranges
    }

    /// The root of every used node, numbered from 0, and where the root was captured.
    fn resolve_nodes(&mut self) -> (GraphNodes, Vec<Option<NodeRow>>) {
        let mut roots: FxHashMap<(u16, u64), u32> = FxHashMap::default();
        let mut nodes = GraphNodes::default();
        let mut captures = Vec::with_capacity(self.nodes.len());
        for &(process, id) in &self.nodes {
            let (root, row) = self.root_of(process, id);
            let next = roots.len() as u32;
            nodes.root.push(*roots.entry((process, root)).or_insert(next));
            captures.push(row);
        }
        nodes.capture = vec![ContextId::NONE; captures.len()];
        (nodes, captures)
    }

    fn root_of(&self, process: u16, id: u64) -> (u64, Option<NodeRow>) {
        let mut at = id;
        let mut row = None;
        // An export may be made by hand: a chain longer than this is a cycle.
        for _ in 0..64 {
            let Some(found) = self.creations.get(&(process, at)) else { break };
            row = Some(*found);
            match found.original {
                Some(original) if original != at && original != 0 => at = original,
                _ => break,
            }
        }
        (at, row)
    }

    fn attribute(&mut self, ranges: &mut Ranges, nodes: &mut GraphNodes, captures: &[Option<NodeRow>]) {
        let launches = self.launches.len() as u32;
        let order = self.launches.by_time();
        let launched = order.iter().map(|&slot| Moment {
            thread: self.launches.thread[slot as usize],
            at: self.launches.start[slot as usize],
            slot,
        });
        let mut captured: Vec<Moment> = captures
            .iter()
            .enumerate()
            .filter_map(|(i, row)| {
                row.map(|row| Moment { thread: row.thread.0, at: row.at, slot: launches + i as u32 })
            })
            .collect();
        captured.sort_unstable();
        let mut contexts = vec![ContextId::NONE; launches as usize];
        let followed =
            sweep(ranges, merged(launched, captured), |slot, context| match contexts.get_mut(slot as usize) {
                Some(launch) => *launch = context,
                None => nodes.capture[(slot - launches) as usize] = context,
            });
        self.launches.context = contexts;
        if !followed {
            self.warnings.push(
                "too many NVTX ranges cross each other: some are taken to end with those opened later".to_owned(),
            );
        }
    }

    fn sort_syncs(&mut self) {
        let mut order: Vec<usize> = (0..self.syncs.start.len()).collect();
        order.sort_by_key(|&i| (self.syncs.start[i], self.syncs.end[i]));
        self.syncs.start = order.iter().map(|&i| self.syncs.start[i]).collect();
        self.syncs.end = order.iter().map(|&i| self.syncs.end[i]).collect();
        self.syncs.thread = order.iter().map(|&i| self.syncs.thread[i]).collect();
        self.syncs.name = order.iter().map(|&i| self.syncs.name[i]).collect();
    }

    fn graph_tracing(&self) -> GraphTracing {
        let replayed = self.ops.node.iter().any(|&n| n != NONE)
            || self.ops.launch.iter().any(|&l| l != NONE && self.launches.api[l as usize] == Api::GraphLaunch);
        if replayed {
            GraphTracing::Node
        } else if self.capabilities.graph_launches > 0 || self.capabilities.whole_graph_rows > 0 {
            GraphTracing::Whole
        } else {
            GraphTracing::None
        }
    }
}

/// Two lists in order as one.
fn merged(many: impl Iterator<Item = Moment>, few: Vec<Moment>) -> impl Iterator<Item = Moment> {
    let (mut many, mut few) = (many.peekable(), few.into_iter().peekable());
    std::iter::from_fn(move || match (many.peek(), few.peek()) {
        (Some(a), Some(b)) if a > b => few.next(),
        (Some(_), _) => many.next(),
        (None, _) => few.next(),
    })
}
