//! Times of instances and of single kernels, in ns.

use super::positions::Position;
use crate::diag::Side;
use crate::limits::LEVEL;
use crate::select::{Instance, Selected};
use crate::stats::{Interval, Resamples, median, quantile_of_sorted, ratio_interval};
use crate::trace::Trace;
use rayon::prelude::*;

/// Samples of both sides.
#[derive(Debug, Default)]
pub(super) struct Timing {
    /// Per side: per kernel of the sequence, its durations in order of length.
    pub(super) kernels: [Vec<Vec<f64>>; 2],
    /// Per side: the sum of durations, one value an instance in time order.
    sums: [Vec<f64>; 2],
    /// Per side: when each instance begins and ends.
    pub(super) bounds: [Vec<(i64, i64)>; 2],
    /// Per side: the median time in which at least one kernel ran.
    busy: [f64; 2],
    /// Per side: the median time from the first kernel's start to the last one's end.
    span: [f64; 2],
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
            let counts: Vec<bool> = (0..selection.sequence.len()).map(|i| !uncounted[slot].contains(&i)).collect();
            let taken = |instances: &[Instance]| Samples::of(trace, instances, &counts);
            let samples: Vec<Samples> = selection.instances.par_chunks(STRETCH).map(taken).collect();
            let values = |of: fn(&Times) -> i64| -> Vec<f64> {
                samples.iter().flat_map(|samples| &samples.times).map(|times| of(times) as f64).collect()
            };
            let middle = |of| median(&values(of)).unwrap_or(0.0);
            timing.busy[slot] = middle(|times| times.busy);
            timing.span[slot] = middle(|times| times.span);
            timing.sums[slot] = values(|times| times.sum);
            timing.bounds[slot] = samples.iter().flat_map(|samples| &samples.bounds).copied().collect();
            timing.kernels[slot] = (0..counts.len()).into_par_iter().map(|i| in_order_of_length(&samples, i)).collect();
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
            mock_busy_ns: self.busy[0],
            e2e_busy_ns: self.busy[1],
            mock_span_ns: self.span[0],
            e2e_span_ns: self.span[1],
        }
    }

    /// Of each position that stands on both sides.
    pub(super) fn kernels(&self, positions: &[Position]) -> Vec<KernelLatency> {
        let pairs: Vec<(usize, usize, usize)> =
            positions.iter().enumerate().filter_map(|(at, p)| Some((at, p.mock?, p.e2e?))).collect();
        let level = 1.0 - (1.0 - LEVEL) / pairs.len().max(1) as f64;
        let resamples = Resamples::new(self.sums[0].len(), self.sums[1].len());
        let of = |(position, m, e): (usize, usize, usize)| {
            let (mock, e2e) = (&self.kernels[0][m], &self.kernels[1][e]);
            KernelLatency {
                position,
                mock_median_ns: quantile_of_sorted(mock, 0.5).unwrap_or(0.0),
                e2e_median_ns: quantile_of_sorted(e2e, 0.5).unwrap_or(0.0),
                interval: resamples.ratio_interval(mock, e2e, level),
            }
        };
        pairs.into_par_iter().map(of).collect()
    }
}

/// Instances whose times are taken by one thread at a time.
const STRETCH: usize = 1 << 11;

/// The times of a stretch of instances, in their order, in ns.
struct Samples {
    times: Vec<Times>,
    bounds: Vec<(i64, i64)>,
    /// Per kernel of the sequence.
    kernels: Vec<Vec<i64>>,
}

impl Samples {
    /// `counts`: per kernel of the sequence, whether it counts.
    fn of(trace: &Trace, instances: &[Instance], counts: &[bool]) -> Self {
        let mut samples = Self {
            times: Vec::with_capacity(instances.len()),
            bounds: Vec::with_capacity(instances.len()),
            kernels: vec![Vec::with_capacity(instances.len()); counts.len()],
        };
        let mut counted: Vec<(i64, i64)> = Vec::new();
        for instance in instances {
            counted.clear();
            let mut bounds = (i64::MAX, i64::MIN);
            for ((&op, &counts), durations) in instance.ops.iter().zip(counts).zip(&mut samples.kernels) {
                let (start, end) = (trace.ops.start(op), trace.ops.end(op));
                durations.push(end.saturating_sub(start));
                bounds = (bounds.0.min(start), bounds.1.max(end));
                if counts {
                    counted.push((start, end));
                }
            }
            samples.times.push(Times::of(&mut counted));
            // Of an instance that holds nothing: nothing.
            samples.bounds.push(if bounds.0 <= bounds.1 { bounds } else { (0, 0) });
        }
        samples
    }
}

/// The durations of the kernel at an index of the sequence, over all instances.
fn in_order_of_length(samples: &[Samples], index: usize) -> Vec<f64> {
    let mut durations: Vec<i64> = samples.iter().flat_map(|samples| &samples.kernels[index]).copied().collect();
    durations.sort_unstable();
    durations.into_iter().map(|ns| ns as f64).collect()
}

/// Sum, busy time (union) and span of one instance, in ns.
struct Times {
    sum: i64,
    busy: i64,
    span: i64,
}

impl Times {
    /// Of the starts and ends of its kernels, in any order.
    fn of(intervals: &mut [(i64, i64)]) -> Self {
        intervals.sort_unstable();
        let sum: i64 = intervals.iter().map(|(s, e)| e - s).sum();
        let (mut busy, mut reached) = (0, i64::MIN);
        for &(start, end) in intervals.iter() {
            busy += (end - start.max(reached)).max(0);
            reached = reached.max(end);
        }
        let first = intervals.first().map_or(0, |i| i.0);
        Self { sum, busy, span: reached.max(first) - first }
    }
}
