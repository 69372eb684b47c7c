//! GPU operations: kernels, memory copies and memory sets, as columns.

use super::column::Column;
use super::names::NameId;
use super::process::ProcessId;
use super::ranges::ContextId;
use bytemuck::Pod;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Stands for "no launch" and "no graph node" in the columns.
pub const NONE: u32 = u32::MAX;

/// An index into the trace's table of launch shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u32);

/// How an operation was launched: blocks, threads, registers per thread, shared memory in bytes; for a
/// copy or set only the bytes moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Shape {
    pub grid: [u32; 3],
    pub block: [u32; 3],
    pub registers: u32,
    pub static_shared: u32,
    pub dynamic_shared: u32,
    pub bytes: u64,
}

impl Shape {
    /// Whether a kernel's grid, or the bytes of a copy or set, are known: no launch has a grid of 0.
    pub fn is_known(&self) -> bool {
        self.grid != [0; 3] || self.bytes > 0
    }

    /// Blocks in the grid.
    pub fn blocks(&self) -> u64 {
        self.grid.iter().map(|&n| u64::from(n)).fold(1, u64::saturating_mul)
    }
}

/// One GPU operation, copied out of the columns. Times in ns on the trace's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Op {
    pub start: i64,
    pub end: i64,
    pub process: ProcessId,
    /// The ordinal of the device *in its process*.
    pub device: u16,
    pub stream: u32,
    pub correlation: i64,
    pub name: NameId,
    pub shape: ShapeId,
}

impl Op {
    /// In ns; never negative.
    pub fn duration(&self) -> i64 {
        self.end.saturating_sub(self.start)
    }
}

/// The columns, ordered by start, then end, then the row of the export.
#[derive(Debug, Default)]
pub struct Ops {
    pub(super) start: Column<i64>,
    pub(super) end: Column<i64>,
    pub(super) process: Column<u16>,
    pub(super) device: Column<u16>,
    pub(super) stream: Column<u32>,
    pub(super) correlation: Column<i64>,
    pub(super) name: Column<u32>,
    pub(super) shape: Column<u32>,
    /// Empty where no operation has one.
    pub(super) node: Column<u32>,
    pub(super) launch: Column<u32>,
    /// Of the ranges open on the launching thread: kept beside the operation, though all replays of a launch share it, for
    /// it is asked of every operation of a trace.
    pub(super) context: Column<u32>,
}

/// Operations that are looked at together.
const STRETCH: usize = 1 << 12;

impl Ops {
    pub fn len(&self) -> usize {
        self.start.len()
    }

    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    pub fn get(&self, index: u32) -> Op {
        let i = index as usize;
        Op {
            start: self.start[i],
            end: self.end[i],
            process: ProcessId(self.process[i]),
            device: self.device[i],
            stream: self.stream[i],
            correlation: self.correlation[i],
            name: NameId(self.name[i]),
            shape: ShapeId(self.shape[i]),
        }
    }

    pub fn name(&self, index: u32) -> NameId {
        NameId(self.name[index as usize])
    }

    /// In ns.
    pub fn start(&self, index: u32) -> i64 {
        self.start[index as usize]
    }

    /// In ns.
    pub fn end(&self, index: u32) -> i64 {
        self.end[index as usize]
    }

    pub fn stream(&self, index: u32) -> u32 {
        self.stream[index as usize]
    }

    /// The ordinal of the device in its process.
    pub fn device(&self, index: u32) -> u16 {
        self.device[index as usize]
    }

    /// The device that all run on, if it is one; its ordinal in its process.
    pub fn only_device(&self) -> Option<u16> {
        only(&self.device)
    }

    /// All that run on streams of another number, in order.
    pub fn on_other_streams(&self, stream: u32) -> impl ParallelIterator<Item = u32> {
        self.stream.par_chunks(STRETCH).enumerate().flat_map_iter(move |(at, part)| {
            let part = if all_are(part, stream) { &[] } else { part };
            let from = (at * STRETCH) as u32;
            (from..).zip(part).filter_map(move |(op, &other)| (other != stream).then_some(op))
        })
    }

    pub fn shape(&self, index: u32) -> ShapeId {
        ShapeId(self.shape[index as usize])
    }

    pub fn process(&self, index: u32) -> ProcessId {
        ProcessId(self.process[index as usize])
    }

    /// In ns.
    pub fn duration(&self, index: u32) -> i64 {
        self.end[index as usize].saturating_sub(self.start[index as usize])
    }

    pub fn launch(&self, index: u32) -> Option<u32> {
        some(self.launch[index as usize])
    }

    /// The ranges open on the launching thread when it was launched.
    pub fn context(&self, index: u32) -> ContextId {
        ContextId(self.context[index as usize])
    }

    pub fn node(&self, index: u32) -> Option<u32> {
        self.node.get(index as usize).copied().and_then(some)
    }

    /// Bytes of the columns.
    pub(super) fn bytes(&self) -> usize {
        let wide = [&self.start, &self.end, &self.correlation].map(|column| size_of_val(&**column));
        let narrow = [&self.stream, &self.name, &self.shape, &self.node, &self.launch, &self.context];
        let narrow = narrow.map(|column| size_of_val(&**column));
        let small = [&self.process, &self.device].map(|column| size_of_val(&**column));
        wide.iter().chain(&narrow).chain(&small).sum()
    }

    /// Puts the columns into time order, all but launches and their ranges, which are not known yet. Nothing refers to operations by
    /// index before this.
    pub(super) fn sort(&mut self) {
        let ordered = self.start.windows(2).zip(self.end.windows(2)).all(|(s, e)| (s[0], e[0]) <= (s[1], e[1]));
        if ordered {
            return;
        }
        // Each table of an export is mostly in order: a stable sort merges such stretches.
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_key(|&i| (self.start[i as usize], self.end[i as usize]));
        if !self.node.is_empty() {
            let ops = self.start.len();
            self.node.own().resize(ops, NONE);
        }
        let Self { start, end, process, device, stream, correlation, name, shape, node, .. } = self;
        rayon::join(
            || permute([start, end, correlation], &order),
            || {
                permute([stream, name, shape], &order);
                if !node.is_empty() {
                    permute([node], &order);
                }
                permute([process, device], &order);
            },
        );
    }
}

/// The value that a column repeats from its beginning to its end, if it is one.
fn only<T: Copy + PartialEq>(column: &[T]) -> Option<T> {
    let &first = column.first()?;
    column.chunks(STRETCH).all(|part| all_are(part, first)).then_some(first)
}

/// Whether a stretch holds nothing but this value: all of it at once, as the machine compares quickest.
fn all_are<T: PartialEq>(part: &[T], value: T) -> bool {
    part.iter().fold(true, |same, other| same & (*other == value))
}

fn some(index: u32) -> Option<u32> {
    (index != NONE).then_some(index)
}

/// Puts columns into this order; the memory of one becomes the next one's.
fn permute<T: Pod, const N: usize>(columns: [&mut Column<T>; N], order: &[u32]) {
    let mut sorted = Vec::with_capacity(order.len());
    for column in columns {
        sorted.clear();
        sorted.extend(order.iter().map(|&i| column[i as usize]));
        std::mem::swap(column.own(), &mut sorted);
    }
}
