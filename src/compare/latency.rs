//! Times of instances and of single kernels, in ns.

use super::positions::Position;
use crate::diag::Side;
use crate::limits::LEVEL;
use crate::select::{Instance, Selected};
use crate::stats::{Interval, median, ratio_interval};
use crate::trace::Trace;

/// Samples of both sides, one value an instance, in time order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timing {
    /// Per side: per kernel of the sequence, its durations.
    kernels: [Vec<Vec<f64>>; 2],
    /// Per side: the sum of durations.
    sums: [Vec<f64>; 2],
    /// Per side: the time in which at least one kernel ran.
    busy: [Vec<f64>; 2],
    /// Per side: from the first kernel's start to the last one's end.
    spans: [Vec<f64>; 2],
}

/// The instance's time on both sides. The sum of durations is judged: busy time is up to 7 % lower under
/// programmatic launch, and the span of an eager launch measures the host.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceLatency {
    pub mock_ns: Vec<f64>,
    pub e2e_ns: Vec<f64>,
    pub mock_median_ns: f64,
    pub e2e_median_ns: f64,
    /// Of the sums; `None` with too few instances.
    pub interval: Option<Interval>,
    pub mock_busy_ns: f64,
    pub e2e_busy_ns: f64,
    pub mock_span_ns: f64,
    pub e2e_span_ns: f64,
}

/// One kernel's time at one position.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelLatency {
    /// Index into the comparison's positions.
    pub position: usize,
    pub mock_median_ns: f64,
    pub e2e_median_ns: f64,
    /// At a level that is shared among all kernels (Bonferroni).
    pub interval: Option<Interval>,
}

impl Timing {
    /// `uncounted`: per side, indices of kernels that do not count for the instance.
    pub(super) fn new(mock: &Trace, e2e: &Trace, selected: &Selected, uncounted: &[Vec<usize>; 2]) -> Self {
        let mut timing = Self::default();
        for (slot, side, trace) in [(0, Side::Mock, mock), (1, Side::E2e, e2e)] {
            let selection = selected.side(side);
            timing.kernels[slot] = vec![Vec::with_capacity(selection.instances.len()); selection.sequence.len()];
            for instance in &selection.instances {
                for (i, &op) in instance.ops.iter().enumerate() {
                    if let Some(samples) = timing.kernels[slot].get_mut(i) {
                        samples.push(trace.ops.duration(op) as f64);
                    }
                }
                let (sum, busy, span) = times(trace, instance, &uncounted[slot]);
                timing.sums[slot].push(sum);
                timing.busy[slot].push(busy);
                timing.spans[slot].push(span);
            }
        }
        timing
    }

    pub(super) fn instance(&self) -> InstanceLatency {
        let middle = |v: &[f64]| median(v).unwrap_or(0.0);
        InstanceLatency {
            mock_ns: self.sums[0].clone(),
            e2e_ns: self.sums[1].clone(),
            mock_median_ns: middle(&self.sums[0]),
            e2e_median_ns: middle(&self.sums[1]),
            interval: ratio_interval(&self.sums[0], &self.sums[1], LEVEL),
            mock_busy_ns: middle(&self.busy[0]),
            e2e_busy_ns: middle(&self.busy[1]),
            mock_span_ns: middle(&self.spans[0]),
            e2e_span_ns: middle(&self.spans[1]),
        }
    }
}

pub(super) fn kernels(timing: &Timing, positions: &[Position]) -> Vec<KernelLatency> {
    let pairs: Vec<(usize, usize, usize)> =
        positions.iter().enumerate().filter_map(|(at, p)| Some((at, p.mock?, p.e2e?))).collect();
    let level = 1.0 - (1.0 - LEVEL) / pairs.len().max(1) as f64;
    pairs
        .into_iter()
        .map(|(position, m, e)| {
            let (mock, e2e) = (&timing.kernels[0][m], &timing.kernels[1][e]);
            KernelLatency {
                position,
                mock_median_ns: median(mock).unwrap_or(0.0),
                e2e_median_ns: median(e2e).unwrap_or(0.0),
                interval: ratio_interval(mock, e2e, level),
            }
        })
        .collect()
}

/// Sum, busy time (union) and span of one instance, in ns.
fn times(trace: &Trace, instance: &Instance, uncounted: &[usize]) -> (f64, f64, f64) {
    let counted = instance.ops.iter().enumerate().filter(|(i, _)| !uncounted.contains(i));
    let mut intervals: Vec<(i64, i64)> = counted.map(|(_, &op)| (trace.op(op).start, trace.op(op).end)).collect();
    intervals.sort_unstable();
    let sum: i64 = intervals.iter().map(|(s, e)| e - s).sum();
    let (mut busy, mut reached) = (0, i64::MIN);
    for &(start, end) in &intervals {
        busy += (end - start.max(reached)).max(0);
        reached = reached.max(end);
    }
    let first = intervals.first().map_or(0, |i| i.0);
    (sum as f64, busy as f64, (reached.max(first) - first) as f64)
}
