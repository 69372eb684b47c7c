//! Where operations ran: processes, devices, streams, with sums and busy times.

use super::model::{DeviceSummary, ProcessSummary, StreamSummary, Totals};
use super::scope::{Selected, process_of};
use crate::trace::{ContextId, Op, OpKind, Trace};
use rustc_hash::FxHashMap;

pub(super) struct Places {
    pub(super) totals: Totals,
    pub(super) processes: Vec<ProcessSummary>,
    pub(super) devices: Vec<DeviceSummary>,
    pub(super) streams: Vec<StreamSummary>,
}

pub(super) fn places(trace: &Trace, selected: &Selected) -> Places {
    let mut all = Tally::default();
    let mut processes: Vec<Tally> = selected.processes.iter().map(|_| Tally::default()).collect();
    let mut devices: Tallies<(usize, u16)> = Tallies::default();
    let mut streams: Tallies<(usize, u16, u32)> = Tallies::default();
    for &op in &selected.ops {
        let view = trace.op(op);
        let is_kernel = trace.names.kind(view.name) == OpKind::Kernel;
        let process = selected.place[usize::from(view.process.0)];
        all.add(&view, is_kernel);
        processes[process].add(&view, is_kernel);
        devices.of((process, view.device)).add(&view, is_kernel);
        streams.of((process, view.device, view.stream)).add(&view, is_kernel);
    }
    Places {
        totals: totals(trace, selected, &all),
        processes: process_summaries(trace, selected, &processes),
        devices: devices.sorted().map(|((process, device), tally)| tally.device(process, device)).collect(),
        streams: streams.sorted().map(|((process, device, stream), t)| t.stream(process, device, stream)).collect(),
    }
}

/// Counts, a sum, and the union of intervals that come in order of their start.
#[derive(Debug, Clone, Default)]
struct Tally {
    kernels: u64,
    memory_operations: u64,
    total: i64,
    busy: i64,
    first: Option<i64>,
    /// The latest end so far.
    last: i64,
}

impl Tally {
    fn add(&mut self, op: &Op, is_kernel: bool) {
        if is_kernel {
            self.kernels += 1;
        } else {
            self.memory_operations += 1;
        }
        self.total = self.total.saturating_add(op.duration());
        if self.first.is_none() {
            self.first = Some(op.start);
            self.last = op.start;
        }
        self.busy += op.end.saturating_sub(self.last.max(op.start)).max(0);
        self.last = self.last.max(op.end);
    }

    fn device(&self, process: usize, device: u16) -> DeviceSummary {
        let operations = self.kernels + self.memory_operations;
        DeviceSummary { process, device, operations, total_ns: self.total, busy_ns: self.busy }
    }

    fn stream(&self, process: usize, device: u16, stream: u32) -> StreamSummary {
        StreamSummary {
            process,
            device,
            stream,
            kernels: self.kernels,
            memory_operations: self.memory_operations,
            total_ns: self.total,
            busy_ns: self.busy,
        }
    }
}

/// Tallies by key; neighbouring operations mostly share theirs.
#[derive(Debug)]
struct Tallies<K> {
    index: FxHashMap<K, usize>,
    tallies: Vec<(K, Tally)>,
    current: usize,
}

impl<K> Default for Tallies<K> {
    fn default() -> Self {
        Self { index: FxHashMap::default(), tallies: Vec::new(), current: 0 }
    }
}

impl<K: Copy + Eq + Ord + std::hash::Hash> Tallies<K> {
    fn of(&mut self, key: K) -> &mut Tally {
        if self.tallies.get(self.current).is_none_or(|(k, _)| *k != key) {
            self.current = *self.index.entry(key).or_insert_with(|| {
                self.tallies.push((key, Tally::default()));
                self.tallies.len() - 1
            });
        }
        &mut self.tallies[self.current].1
    }

    fn sorted(mut self) -> impl Iterator<Item = (K, Tally)> {
        self.tallies.sort_by_key(|(key, _)| *key);
        self.tallies.into_iter()
    }
}

fn totals(trace: &Trace, selected: &Selected, all: &Tally) -> Totals {
    let mut totals = Totals {
        kernels: all.kernels,
        memory_operations: all.memory_operations,
        total_ns: all.total,
        busy_ns: all.busy,
        span_ns: all.first.map_or(0, |first| all.last.saturating_sub(first)),
        ..Totals::default()
    };
    for &op in &selected.ops {
        totals.without_launch += u64::from(trace.ops.launch(op).is_none());
        let outside = trace.launch_context(op) == ContextId::NONE && trace.capture_context(op) == ContextId::NONE;
        totals.outside_ranges += u64::from(outside);
    }
    totals
}

fn process_summaries(trace: &Trace, selected: &Selected, tallies: &[Tally]) -> Vec<ProcessSummary> {
    let mut ranges = vec![0u64; trace.processes.len()];
    for range in 0..trace.ranges.len() as u32 {
        ranges[usize::from(process_of(trace, trace.ranges.thread(range)))] += 1;
    }
    let summaries = selected.processes.iter().zip(tallies).enumerate().map(|(index, (&process, tally))| {
        let known = &trace.processes[usize::from(process)];
        ProcessSummary {
            index,
            pid: known.pid,
            name: known.name.clone(),
            kernels: tally.kernels,
            memory_operations: tally.memory_operations,
            total_ns: tally.total,
            ranges: ranges[usize::from(process)],
        }
    });
    summaries.collect()
}
