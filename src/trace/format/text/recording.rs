//! What happens while a trace is carried out, in the order in which a [`TraceBuilder`] takes it.

use super::statement::{Head, Lack, Operation};
use crate::kernel::Identity;
use crate::trace::launches::Api;
use crate::trace::names::{NameId, OpKind};
use crate::trace::ops::Shape;
use crate::trace::ranges::RangeKind;
use crate::trace::rows::{CallRow, NO_CORRELATION, NodeRow, OpRow, RangeRow};
use crate::trace::{Presence, Trace, TraceBuilder};
use rustc_hash::FxHashMap;

/// Where something happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) process: u32,
    pub(super) thread: u32,
    pub(super) device: u16,
    pub(super) stream: u32,
}

impl Place {
    /// As the profiler writes a process: the thread's bits are 0.
    fn process_id(self) -> u64 {
        u64::from(self.process) << 24
    }

    fn thread_id(self) -> u64 {
        self.process_id() | u64::from(self.thread)
    }
}

/// What made an operation run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    pub(super) correlation: i64,
    pub(super) node: Option<u64>,
}

/// A span of time in ns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time {
    pub(super) start: i64,
    pub(super) end: i64,
}

struct Call {
    time: Time,
    thread: u64,
    correlation: i64,
    api: Api,
    name: String,
}

/// Everything recorded so far. What the capture lacks is not recorded.
pub(super) struct Recording<'s> {
    head: &'s Head,
    builder: TraceBuilder,
    /// By the number of the line.
    names: FxHashMap<usize, NameId>,
    calls: Vec<Call>,
    ranges: Vec<(Time, u64, String)>,
    nodes: Vec<(u64, i64, u64)>,
    kernels: bool,
    memory: bool,
}

impl<'s> Recording<'s> {
    pub(super) fn new(head: &'s Head, path: &str) -> Self {
        Self {
            head,
            builder: TraceBuilder::new(path),
            names: FxHashMap::default(),
            calls: Vec::new(),
            ranges: Vec::new(),
            nodes: Vec::new(),
            kernels: false,
            memory: false,
        }
    }

    pub(super) fn process(&mut self, place: Place, name: Option<&str>) {
        self.builder.process(place.process_id());
        if let Some(name) = name {
            self.builder.name_process(place.process_id(), crate::diag::escape(name));
        }
    }

    pub(super) fn operation(&mut self, what: &Operation, time: Time, place: Place, cause: Cause) {
        if self.head.lacks(Lack::Gpu) || cause.node.is_some() && self.head.lacks(Lack::GraphKernels) {
            return;
        }
        let builder = &mut self.builder;
        let name = *self.names.entry(what.times.line).or_insert_with(|| match what.kind {
            OpKind::Kernel => builder.kernel_name(&what.name, &Identity::new(&what.name, "").function),
            kind => builder.names.intern(&what.name, &what.name, kind),
        });
        let unshaped = what.kind == OpKind::Kernel && self.head.lacks(Lack::Shapes);
        *(if what.kind == OpKind::Kernel { &mut self.kernels } else { &mut self.memory }) = true;
        let process = builder.process(place.process_id());
        builder.push_op(OpRow {
            start: time.start,
            end: time.end,
            process,
            device: place.device,
            stream: place.stream,
            correlation: cause.correlation,
            name,
            shape: if unshaped { Shape::default() } else { what.shape },
            node: cause.node,
        });
    }

    pub(super) fn call(&mut self, time: Time, place: Place, correlation: Option<i64>, name: &str) {
        if !self.head.lacks(Lack::Calls) {
            let correlation = correlation.unwrap_or(NO_CORRELATION);
            let (thread, api) = (place.thread_id(), Api::of(name));
            self.calls.push(Call { time, thread, correlation, api, name: name.to_owned() });
        }
    }

    pub(super) fn range(&mut self, time: Time, place: Place, name: String) {
        if !self.head.lacks(Lack::Ranges) {
            self.ranges.push((time, place.thread_id(), name));
        }
    }

    /// A node of a graph, captured at this moment.
    pub(super) fn node(&mut self, id: u64, at: i64, place: Place) {
        if !self.head.lacks(Lack::GraphCaptures) {
            self.nodes.push((id, at, place.thread_id()));
        }
    }

    /// A graph was launched of which only that was recorded.
    pub(super) fn whole_graph(&mut self) {
        if self.head.lacks(Lack::GraphKernels) && !self.head.lacks(Lack::Gpu) {
            self.builder.capabilities.whole_graph_rows += 1;
        }
    }

    /// The trace.
    pub(super) fn finish(mut self) -> Trace {
        self.presence();
        let mut builder = self.builder;
        builder.provenance = self.head.provenance.clone();
        builder.provenance.gpus.sort();
        builder.provenance.gpus.dedup();
        builder.warnings.clone_from(&self.head.warnings);
        builder.seal_ops();
        for Call { time, thread, correlation, api, name } in self.calls {
            let thread = builder.thread(thread);
            builder.push_call(CallRow { start: time.start, end: time.end, thread, correlation, api }, &name);
        }
        for (time, thread, text) in self.ranges {
            let (thread, kind) = (builder.thread(thread), RangeKind::PushPop);
            builder.push_range(RangeRow {
                start: time.start,
                end: Some(time.end),
                thread,
                text: &text,
                kind,
                domain: "",
            });
        }
        for (id, at, thread) in self.nodes {
            let thread = builder.thread(thread);
            builder.push_node(NodeRow { id, original: None, at, thread });
        }
        builder.finish()
    }

    /// What a profiler would have written tables of.
    fn presence(&mut self) {
        let table = |lacks: Lack, filled: bool| match (self.head.lacks(lacks), filled) {
            (true, _) => Presence::Missing,
            (false, true) => Presence::Filled,
            (false, false) => Presence::Empty,
        };
        let capabilities = &mut self.builder.capabilities;
        capabilities.kernels = table(Lack::Gpu, self.kernels);
        capabilities.memory_operations = table(Lack::Gpu, self.memory);
        capabilities.api_calls = table(Lack::Calls, !self.calls.is_empty());
        capabilities.ranges = table(Lack::Ranges, !self.ranges.is_empty());
        capabilities.graph_nodes = table(Lack::GraphCaptures, !self.nodes.is_empty());
        capabilities.launch_shapes = !self.head.lacks(Lack::Shapes);
    }
}
