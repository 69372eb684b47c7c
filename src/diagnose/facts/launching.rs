//! Facts of launching: graphs, instances, and what runs at the same time.

use super::said;
use crate::compare::{Comparison, Facts};
use crate::diag::Side;
use crate::limits::{GAP_SHARE, PARALLEL_SHARE};
use crate::select::Instance;
use crate::trace::Trace;
use rayon::prelude::*;

pub(super) fn add(comparison: &Comparison, facts: &mut Facts) {
    for side in Side::BOTH {
        let mode = comparison.mode(side);
        facts.set(format!("{side}.graph-share"), mode.graph_share, format!("the {} is {}", said(side), mode.words()));
        facts.set(
            format!("{side}.instances"),
            comparison.selection(side).instances.len() as f64,
            format!("{} instances in the {}", comparison.selection(side).instances.len(), said(side)),
        );
        let overlap = overlap_with_others(comparison, side);
        facts.flag(
            &format!("{side}.overlapped"),
            overlap > GAP_SHARE,
            format!("{:.0} % of the {}'s instance time overlaps work on another stream", overlap * 100.0, said(side)),
        );
    }
    parallel(comparison, facts);
}

/// How much of an instance's own work runs beside other work of it, and whether on one side alone.
fn parallel(comparison: &Comparison, facts: &mut Facts) {
    let times = &comparison.instance;
    let share = |sum: f64, busy: f64| if sum > 0.0 { (1.0 - busy / sum).max(0.0) } else { 0.0 };
    let mock = share(times.mock_median_ns, times.mock_busy_ns);
    let e2e = share(times.e2e_median_ns, times.e2e_busy_ns);
    for (side, share) in [(Side::Mock, mock), (Side::E2e, e2e)] {
        let text =
            format!("{:.0} % of the {}'s kernel time runs beside other kernels of the op", share * 100.0, said(side));
        facts.set(format!("{side}.parallel"), share, text);
    }
    let (more, shares) = if mock > e2e { (Side::Mock, (mock, e2e)) } else { (Side::E2e, (e2e, mock)) };
    let text = format!(
        "parts of the op run at the same time in the {}: {:.0} % of its kernel time overlaps, {:.0} % of the {}'s",
        said(more),
        shares.0 * 100.0,
        shares.1 * 100.0,
        said(more.other())
    );
    facts.flag("parallel-one-side", shares.0 - shares.1 > PARALLEL_SHARE, text);
}

/// The share of the instances' span in which another stream of the same device works too.
fn overlap_with_others(comparison: &Comparison, side: Side) -> f64 {
    let trace = comparison.trace(side);
    let selection = comparison.selection(side);
    let Some(first) = selection.instances.first().and_then(|i| i.ops.first()) else { return 0.0 };
    let (process, device) = (trace.ops.process(*first), trace.ops.device(*first));
    let mut spans = comparison.bounds(side).to_vec();
    spans.sort_unstable();
    let ops = &trace.ops;
    let beside = |op: u32| {
        let (from, to) = (ops.start(op), ops.end(op));
        let first = spans.partition_point(|s| s.1 <= from);
        spans[first..].iter().take_while(|s| s.0 < to).map(|s| to.min(s.1) - from.max(s.0)).sum::<i64>()
    };
    let others = || {
        let here = move |&op: &u32| ops.process(op) == process && ops.device(op) == device;
        ops.on_other_streams(ops.stream(*first)).filter(here)
    };
    // Mostly none: the streams of all instances need not be known.
    if !others().any(|op| beside(op) > 0) {
        return 0.0;
    }
    let streams = streams(trace, &selection.instances);
    let shared: i64 = others().filter(|&op| !streams.contains(&ops.stream(op))).map(beside).sum();
    let total: i64 = spans.iter().map(|(s, e)| e - s).sum();
    if total == 0 { 0.0 } else { shared as f64 / total as f64 }
}

/// The streams that instances run on, each once: few.
fn streams(trace: &Trace, instances: &[Instance]) -> Vec<u32> {
    let with = |mut streams: Vec<u32>, stream: u32| {
        if !streams.contains(&stream) {
            streams.push(stream);
        }
        streams
    };
    let of = |streams, instance: &Instance| instance.ops.iter().map(|&op| trace.ops.stream(op)).fold(streams, with);
    let all = |streams, more: Vec<u32>| more.into_iter().fold(streams, with);
    instances.par_iter().fold(Vec::new, of).reduce(Vec::new, all)
}
