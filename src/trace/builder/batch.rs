//! GPU operations of one stretch of a table as columns: what several threads fill, and the builder takes in the
//! table's order. Each batch numbers its processes, shapes and nodes for itself.

use super::TraceBuilder;
use crate::trace::dictionary::Dictionary;
use crate::trace::names::NameId;
use crate::trace::ops::{NONE, Shape};
use crate::trace::process::ProcessId;

/// One operation, without what a batch numbers. Times in ns.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct OpValues {
    pub(in crate::trace) start: i64,
    pub(in crate::trace) end: i64,
    /// The process's global id.
    pub(in crate::trace) process: u64,
    pub(in crate::trace) device: u16,
    pub(in crate::trace) stream: u32,
    pub(in crate::trace) correlation: i64,
    /// The graph node it was replayed from.
    pub(in crate::trace) node: Option<u64>,
}

#[derive(Debug, Default)]
pub(in crate::trace) struct OpBatch {
    start: Vec<i64>,
    end: Vec<i64>,
    correlation: Vec<i64>,
    stream: Vec<u32>,
    device: Vec<u16>,
    ends_first: usize,
    process: Vec<u32>,
    name: Vec<u32>,
    shape: Vec<u32>,
    node: Vec<u32>,
    processes: Dictionary<u64>,
    shapes: Dictionary<Shape>,
    nodes: Dictionary<(u32, u64)>,
    /// The shape that an operation of each name had last.
    shape_of_name: Vec<u32>,
}

impl OpBatch {
    pub(in crate::trace) fn with_room(ops: usize) -> Self {
        Self {
            start: Vec::with_capacity(ops),
            end: Vec::with_capacity(ops),
            correlation: Vec::with_capacity(ops),
            stream: Vec::with_capacity(ops),
            device: Vec::with_capacity(ops),
            process: Vec::with_capacity(ops),
            name: Vec::with_capacity(ops),
            shape: Vec::with_capacity(ops),
            node: Vec::with_capacity(ops),
            ..Self::default()
        }
    }

    /// `name` is a number that whoever fills the batch gives.
    pub(in crate::trace) fn push(&mut self, op: OpValues, name: u32, shape: &Shape) {
        let process = self.processes.number(&op.process);
        let shape = self.shape(name, shape);
        let node = op.node.map_or(NONE, |id| self.nodes.number(&(process, id)));
        self.ends_first += usize::from(op.end < op.start);
        self.start.push(op.start);
        self.end.push(op.end.max(op.start));
        self.correlation.push(op.correlation);
        self.stream.push(op.stream);
        self.device.push(op.device);
        self.process.push(process);
        self.name.push(name);
        self.shape.push(shape);
        // Most traces have no graphs.
        if node != NONE || !self.node.is_empty() {
            self.node.resize(self.start.len() - 1, NONE);
            self.node.push(node);
        }
    }

    /// Adds batches in their order; with each come this batch's numbers of its names.
    pub(in crate::trace) fn append(&mut self, batches: Vec<(Self, Vec<u32>)>) {
        let mut numbered = Vec::new();
        for (batch, names) in batches {
            let processes: Vec<u32> =
                batch.processes.values().iter().map(|global| self.processes.number(global)).collect();
            let shapes = batch.shapes.values().iter().map(|shape| self.shapes.number(shape)).collect();
            let nodes = batch.nodes.values().iter();
            let nodes = nodes.map(|&(process, id)| self.nodes.number(&(processes[process as usize], id))).collect();
            self.ends_first += batch.ends_first;
            numbered.push((batch, [processes, names, shapes, nodes]));
        }
        let Self { start, end, correlation, stream, device, process, name, shape, node, .. } = self;
        rayon::join(
            || {
                for (batch, _) in &numbered {
                    start.extend_from_slice(&batch.start);
                    end.extend_from_slice(&batch.end);
                    correlation.extend_from_slice(&batch.correlation);
                }
            },
            || {
                for (batch, [processes, names, shapes, nodes]) in &numbered {
                    if !batch.node.is_empty() {
                        node.resize(stream.len(), NONE);
                        node.extend(batch.node.iter().map(|&number| node_in(nodes, number)));
                    }
                    stream.extend_from_slice(&batch.stream);
                    device.extend_from_slice(&batch.device);
                    process.extend(batch.process.iter().map(|&number| processes[number as usize]));
                    name.extend(batch.name.iter().map(|&number| names[number as usize]));
                    shape.extend(batch.shape.iter().map(|&number| shapes[number as usize]));
                }
            },
        );
    }

    /// Kernels of one name mostly have one shape: comparing is cheaper than looking it up.
    fn shape(&mut self, name: u32, shape: &Shape) -> u32 {
        let at = name as usize;
        if let Some(&last) = self.shape_of_name.get(at)
            && self.shapes.get(last) == Some(shape)
        {
            return last;
        }
        let number = self.shapes.number(shape);
        if at >= self.shape_of_name.len() {
            self.shape_of_name.resize(at + 1, NONE);
        }
        self.shape_of_name[at] = number;
        number
    }
}

impl TraceBuilder {
    /// Makes room for calls that will be kept.
    pub(in crate::trace) fn expect_calls(&mut self, calls: usize) {
        self.launches.start.own().reserve(calls);
        self.launches.thread.own().reserve(calls);
        self.launches.api.own().reserve(calls);
    }

    pub(in crate::trace) fn expect_ranges(&mut self, ranges: usize) {
        self.ranges.reserve(ranges);
    }

    /// Takes a batch whose n-th name is `names[n]`.
    pub(in crate::trace) fn push_ops(&mut self, mut batch: OpBatch, names: &[NameId]) {
        let processes: Vec<ProcessId> = batch.processes.values().iter().map(|&global| self.process(global)).collect();
        let shapes: Vec<u32> = batch.shapes.values().iter().map(|&shape| self.shape(shape)).collect();
        let nodes: Vec<u32> =
            batch.nodes.values().iter().map(|&(process, id)| self.node(processes[process as usize], id)).collect();
        self.ends_first += batch.ends_first;
        batch.name.iter_mut().for_each(|name| *name = names[*name as usize].0);
        batch.shape.iter_mut().for_each(|shape| *shape = shapes[*shape as usize]);
        batch.node.iter_mut().for_each(|node| *node = node_in(&nodes, *node));
        if !batch.node.is_empty() {
            let (node, ops) = (self.ops.node.own(), self.ops.start.len());
            node.resize(ops, NONE);
            node.extend(batch.node);
        }
        self.ops.process.own().extend(batch.process.iter().map(|&process| processes[process as usize].0));
        add(self.ops.start.own(), batch.start);
        add(self.ops.end.own(), batch.end);
        add(self.ops.correlation.own(), batch.correlation);
        add(self.ops.stream.own(), batch.stream);
        add(self.ops.device.own(), batch.device);
        add(self.ops.name.own(), batch.name);
        add(self.ops.shape.own(), batch.shape);
    }
}

/// The number for a batch's own number of a node, which may be [`NONE`].
fn node_in(nodes: &[u32], own: u32) -> u32 {
    nodes.get(own as usize).copied().unwrap_or(NONE)
}

/// Adds values to a column; the first become the column.
fn add<T: Copy>(column: &mut Vec<T>, values: Vec<T>) {
    if column.is_empty() {
        *column = values;
    } else {
        column.extend_from_slice(&values);
    }
}
