//! GPU operations of one stretch of a table as columns: what several threads fill, and the builder takes in the
//! table's order. Each batch numbers its processes, shapes and nodes for itself.

use super::TraceBuilder;
use crate::trace::dictionary::Dictionary;
use crate::trace::names::NameId;
use crate::trace::ops::{NONE, Ops, Shape};
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
        self.node.push(node);
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
        self.launches.start.reserve(calls);
        self.launches.end.reserve(calls);
        self.launches.thread.reserve(calls);
        self.launches.api.reserve(calls);
    }

    pub(in crate::trace) fn expect_ranges(&mut self, ranges: usize) {
        self.ranges.reserve(ranges);
    }

    /// Takes batches in their order; the n-th name of each is the n-th that comes with it.
    pub(in crate::trace) fn push_ops(&mut self, batches: Vec<(OpBatch, Vec<NameId>)>) {
        self.ops.reserve(batches.iter().map(|(batch, _)| batch.start.len()).sum());
        let (mut values, mut numbers) = (Vec::new(), Vec::new());
        for (batch, names) in batches {
            let processes: Vec<u16> = batch.processes.values().iter().map(|&global| self.process(global).0).collect();
            let shapes = batch.shapes.values().iter().map(|&shape| self.shape(shape)).collect();
            let nodes = batch.nodes.values().iter();
            let nodes = nodes.map(|&(process, id)| self.node(ProcessId(processes[process as usize]), id)).collect();
            let names = names.iter().map(|name| name.0).collect();
            self.ends_first += batch.ends_first;
            values.push((batch.start, batch.end, batch.correlation, batch.stream));
            numbers.push(Numbers {
                device: batch.device,
                process: (batch.process, processes),
                name: (batch.name, names),
                shape: (batch.shape, shapes),
                node: (batch.node, nodes),
            });
        }
        let Ops { start, end, correlation, stream, device, process, name, shape, node, .. } = &mut self.ops;
        rayon::join(
            || {
                for (starts, ends, correlations, streams) in values {
                    start.extend_from_slice(&starts);
                    end.extend_from_slice(&ends);
                    correlation.extend_from_slice(&correlations);
                    stream.extend_from_slice(&streams);
                }
            },
            || {
                for batch in numbers {
                    device.extend_from_slice(&batch.device);
                    extend(process, &batch.process);
                    extend(name, &batch.name);
                    extend(shape, &batch.shape);
                    // `NONE` is no number of a node.
                    let nodes = &batch.node.1;
                    node.extend(batch.node.0.iter().map(|&node| nodes.get(node as usize).copied().unwrap_or(NONE)));
                }
            },
        );
    }
}

/// The columns of a batch that it numbers for itself, each with the builder's numbers.
struct Numbers {
    device: Vec<u16>,
    process: (Vec<u32>, Vec<u16>),
    name: (Vec<u32>, Vec<u32>),
    shape: (Vec<u32>, Vec<u32>),
    node: (Vec<u32>, Vec<u32>),
}

fn extend<T: Copy>(column: &mut Vec<T>, (own, numbers): &(Vec<u32>, Vec<T>)) {
    column.extend(own.iter().map(|&own| numbers[own as usize]));
}
