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
    /// Takes a batch whose n-th name is `names[n]`.
    pub(in crate::trace) fn push_ops(&mut self, batch: OpBatch, names: &[NameId]) {
        let processes: Vec<ProcessId> = batch.processes.values().iter().map(|&global| self.process(global)).collect();
        let shapes: Vec<u32> = batch.shapes.values().iter().map(|&shape| self.shape(shape)).collect();
        let nodes: Vec<u32> =
            batch.nodes.values().iter().map(|&(process, id)| self.node(processes[process as usize], id)).collect();
        self.ends_first += batch.ends_first;
        self.ops.start.extend_from_slice(&batch.start);
        self.ops.end.extend_from_slice(&batch.end);
        self.ops.correlation.extend_from_slice(&batch.correlation);
        self.ops.stream.extend_from_slice(&batch.stream);
        self.ops.device.extend_from_slice(&batch.device);
        self.ops.process.extend(batch.process.iter().map(|&number| processes[number as usize].0));
        self.ops.name.extend(batch.name.iter().map(|&number| names[number as usize].0));
        self.ops.shape.extend(batch.shape.iter().map(|&number| shapes[number as usize]));
        // `NONE` is no number of a node.
        self.ops.node.extend(batch.node.iter().map(|&number| nodes.get(number as usize).copied().unwrap_or(NONE)));
    }
}
