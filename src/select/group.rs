//! Instances from marks: ranges, modules, graph launches, anchors, periods.

use super::lexicon::Lexicon;
use super::selection::Instance;
use super::stretches::{Piece, Stretches};
use crate::diag::Side;
use crate::kernel::{Families, Glob, KernelPattern};
use crate::limits::{PERIOD_LAST, PERIOD_NEAR};
use crate::sequence;
use crate::trace::{ContextId, Trace};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// Collects the operations that have a key, which few do, by it; keys in the order of their first operation.
fn by_mark<K: Hash + Eq + Copy + Send>(ops: &Stretches, key: impl Fn(u32) -> Option<K> + Sync) -> Vec<Instance> {
    let collected = |ops: Piece<'_>| collect(ops.iter().filter_map(|op| Some((key(op)?, op))));
    let pieces: Vec<Vec<(K, Instance)>> = ops.pieces().map(collected).collect();
    let mut index: FxHashMap<K, usize> = FxHashMap::default();
    let mut instances: Vec<Instance> = Vec::new();
    for (key, part) in pieces.into_iter().flatten() {
        match index.entry(key) {
            // Cut in two by the end of a piece.
            Entry::Occupied(slot) => instances[*slot.get()].ops.extend(part.ops),
            Entry::Vacant(slot) => {
                slot.insert(instances.len());
                instances.push(part);
            }
        }
    }
    instances
}

/// Collects operations by key, keys in the order of their first operation.
fn by_key<K: Hash + Eq + Copy>(ops: &Stretches, key: impl Fn(u32) -> Option<K>) -> Vec<Instance> {
    let keyed = collect(ops.iter().filter_map(|op| Some((key(op)?, op))));
    keyed.into_iter().map(|(_, instance)| instance).collect()
}

fn collect<K: Hash + Eq + Copy>(keyed: impl Iterator<Item = (K, u32)>) -> Vec<(K, Instance)> {
    let mut index: FxHashMap<K, usize> = FxHashMap::default();
    let mut instances: Vec<(K, Instance)> = Vec::new();
    // Neighbours mostly have one key.
    let mut recent: Option<(K, usize)> = None;
    for (key, op) in keyed {
        let slot = match recent {
            Some((same, slot)) if same == key => slot,
            _ => *index.entry(key).or_insert_with(|| {
                // Most have as many operations as the one before.
                let room = instances.last().map_or(0, |(_, before)| before.ops.len());
                instances.push((key, Instance { ops: Vec::with_capacity(room) }));
                instances.len() - 1
            }),
        };
        recent = Some((key, slot));
        instances[slot].1.ops.push(op);
    }
    for (_, instance) in &mut instances {
        instance.ops.shrink_to_fit();
    }
    instances
}

/// For every context of the trace: the outermost range of its chain that `wanted` matches, if none of the
/// chain is unwanted.
struct Chains {
    found: Vec<Chain>,
}

#[derive(Debug, Clone, Copy)]
enum Chain {
    Without,
    Has(u32),
    Unwanted,
}

impl Chains {
    fn new(
        trace: &Trace,
        wanted: impl Fn(&crate::trace::RangeName) -> bool,
        unwanted: impl Fn(&crate::trace::RangeName) -> bool,
    ) -> Self {
        let names = trace.names.ranges();
        let wanted: Vec<bool> = names.iter().map(wanted).collect();
        let unwanted: Vec<bool> = names.iter().map(unwanted).collect();
        let found = trace.ranges.inwards(|around, range| {
            let name = trace.ranges.name(range).0 as usize;
            match around.copied().unwrap_or(Chain::Without) {
                _ if unwanted[name] => Chain::Unwanted,
                Chain::Without if wanted[name] => Chain::Has(range),
                around => around,
            }
        });
        Self { found }
    }

    fn find(&self, context: ContextId) -> Option<u32> {
        match self.found.get(context.0 as usize)? {
            Chain::Has(range) => Some(*range),
            Chain::Without | Chain::Unwanted => None,
        }
    }
}

/// One instance an occurrence of a range that was open at launch.
pub(super) fn by_range(trace: &Trace, scope: &Stretches, name: &Glob, without: &[Glob]) -> Vec<Instance> {
    let chains = Chains::new(trace, |n| name.matches(&n.text), |n| without.iter().any(|w| w.matches(&n.text)));
    in_issue_order(trace, by_mark(scope, |op| chains.find(trace.launch_context(op))))
}

/// One instance a call of a module: the range open at launch, or, for a kernel replayed from a graph, the
/// range open at its capture together with the replay.
pub(super) fn by_module(trace: &Trace, scope: &Stretches, path: &Glob, without: &[Glob]) -> Vec<Instance> {
    let is = |n: &crate::trace::RangeName, glob: &Glob| {
        n.module.as_ref().is_some_and(|m| !m.is_output && glob.matches(&m.path))
    };
    let chains = Chains::new(trace, |n| is(n, path), |n| without.iter().any(|w| is(n, w)));
    let instances = by_mark(scope, |op| {
        let captured = trace.capture_context(op);
        match chains.find(captured) {
            Some(range) => Some((range, trace.ops.launch(op))),
            // The range open at a graph's launch says nothing about its modules, unless the capture is unknown.
            None if captured != ContextId::NONE && trace.from_graph(op) => None,
            None => chains.find(trace.launch_context(op)).map(|range| (range, None)),
        }
    });
    in_issue_order(trace, instances)
}

/// One instance a replay of a CUDA graph.
pub(super) fn by_graph_launch(trace: &Trace, scope: &Stretches) -> Vec<Instance> {
    let instances = by_mark(scope, |op| if trace.from_graph(op) { trace.ops.launch(op) } else { None });
    in_issue_order(trace, instances)
}

/// Kernels on several streams start in another order each time. The order in which they were issued is the same:
/// that of the launches, and of the nodes of a graph.
fn in_issue_order(trace: &Trace, mut instances: Vec<Instance>) -> Vec<Instance> {
    instances.par_iter_mut().with_min_len(256).for_each(|instance| {
        let first = instance.ops.first().map(|&op| trace.ops.stream(op));
        if instance.ops.iter().all(|&op| Some(trace.ops.stream(op)) == first) {
            return;
        }
        instance.ops.sort_by_key(|&op| {
            let launch = trace.ops.launch(op).map(|l| trace.launches.start(l));
            let node = trace.ops.node(op).map(|n| trace.nodes.root[n as usize]);
            (launch, node, trace.ops.start(op), op)
        });
    });
    instances
}

/// From one kernel that matches to the next, on each stream.
pub(super) fn by_anchor(
    trace: &Trace,
    scope: &Stretches,
    anchor: &KernelPattern,
    families: &Families,
) -> Vec<Instance> {
    let anchors: Vec<bool> = trace.names.ids().map(|id| anchor.matches(trace.names.identity(id), families)).collect();
    let mut instances = Vec::new();
    for stream in streams(trace, scope) {
        let starts: Vec<usize> = (0..stream.len()).filter(|&i| anchors[trace.ops.name(stream[i]).0 as usize]).collect();
        // The last one has no end that the anchor tells: it would run to the end of the trace.
        instances.extend(starts.windows(2).map(|w| Instance { ops: stream[w[0]..w[1]].to_vec() }));
    }
    in_time_order(trace, instances)
}

/// Instances by period.
#[derive(Debug, Default)]
pub(super) struct Periods {
    pub(super) instances: Vec<Instance>,
    /// The stretch ends with its stream after whole repetitions: it begins where an execution begins.
    pub(super) phase_known: bool,
}

/// One instance a period of a repeating stretch of a stream: one that reaches the stream's end if there is one, since
/// a benchmark measures last; else the busiest; among nearly equal ones the last.
pub(super) fn by_period(trace: &Trace, scope: &Stretches, lexicon: &Lexicon, side: Side) -> Periods {
    let mut texts = streams(trace, scope);
    if texts.len() > 1 {
        texts.extend(merged(trace, scope));
    }
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    for text in &texts {
        let symbols = lexicon.symbols(side, trace, text);
        for run in sequence::runs(&symbols).into_iter().filter(|run| run.period >= 2) {
            let ops = &text[run.start..run.start + run.repeats() * run.period];
            stretches.push(Stretch {
                ops,
                period: run.period,
                busy: ops.iter().map(|&op| trace.ops.duration(op)).sum::<i64>() as f64,
                end: ops.last().map_or(0, |&op| trace.ops.end(op)),
                last: run.end + run.period > text.len(),
                whole: run.end == text.len() && (run.end - run.start).is_multiple_of(run.period),
            });
        }
    }
    let busiest = stretches.iter().map(|s| s.busy).fold(0.0, f64::max);
    let ends = stretches.iter().any(|s| s.last && s.busy >= busiest * PERIOD_LAST);
    let eligible: Vec<&Stretch<'_>> =
        stretches.iter().filter(|s| !ends || (s.last && s.busy >= busiest * PERIOD_LAST)).collect();
    let most = eligible.iter().map(|s| s.busy).fold(0.0, f64::max);
    let best = eligible.into_iter().filter(|s| s.busy * PERIOD_NEAR >= most).max_by_key(|s| s.end);
    best.map_or_else(Periods::default, |best| Periods {
        instances: best.ops.chunks(best.period).map(|c| Instance { ops: c.to_vec() }).collect(),
        phase_known: best.whole,
    })
}

/// A repeating stretch of a stream.
struct Stretch<'t> {
    ops: &'t [u32],
    period: usize,
    /// In ns.
    busy: f64,
    end: i64,
    /// Less than a period follows it.
    last: bool,
    whole: bool,
}

/// All streams of each device as one, in the order in which their work was issued: what works on several streams at
/// once repeats only there.
pub(super) fn merged(trace: &Trace, scope: &Stretches) -> Vec<Vec<u32>> {
    let grouped = by_key(scope, |op| Some((trace.ops.process(op), trace.ops.device(op))));
    in_issue_order(trace, grouped).into_iter().map(|i| i.ops).collect()
}

/// The scope by stream (process, device, stream), each in time order.
pub(super) fn streams(trace: &Trace, scope: &Stretches) -> Vec<Vec<u32>> {
    let grouped = by_key(scope, |op| Some((trace.ops.process(op), trace.ops.device(op), trace.ops.stream(op))));
    grouped.into_iter().map(|i| i.ops).collect()
}

pub(super) fn in_time_order(trace: &Trace, mut instances: Vec<Instance>) -> Vec<Instance> {
    instances.sort_by_key(|i| i.ops.first().map_or((0, 0), |&op| (trace.ops.start(op), op)));
    instances
}
