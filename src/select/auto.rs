//! Without an order in the spec: which alternatives a trace offers, best first.

use super::stretches::Stretches;
use crate::diag::{Side, nearest_many};
use crate::kernel::Glob;
use crate::limits::ITERATIONS_LEAST;
use crate::spec::{Each, SideSpec};
use crate::trace::framework::literal;
use crate::trace::{RangeName, Trace};
use rustc_hash::{FxHashMap, FxHashSet};

/// A mock's instances are the ranges that occur most regularly, then graph replays, then the period; an
/// E2E's are found by the mock's sequence, which needs no mark.
pub(super) fn alternatives(trace: &Trace, spec: &SideSpec) -> Vec<Each> {
    if spec.side == Side::E2e {
        return vec![Each::Like { after: None, before: None }];
    }
    let mut alternatives: Vec<Each> = repeated_ranges(trace)
        .into_iter()
        .filter_map(|name| Glob::new(&literal(&name)).ok().map(|name| Each::Range { name, without: Vec::new() }))
        .collect();
    alternatives.push(Each::GraphLaunch);
    alternatives.push(Each::Period);
    alternatives
}

/// Range names that hold kernels in several occurrences, replays from graphs first, then by GPU time.
fn repeated_ranges(trace: &Trace) -> Vec<String> {
    let mut own: Vec<Work> = vec![Work::default(); trace.ranges.context_count()];
    for op in 0..trace.len() as u32 {
        let time = trace.ops.duration(op);
        let replayed = if trace.from_graph(op) { time } else { 0 };
        if let Some(work) = own.get_mut(trace.launch_context(op).0 as usize) {
            *work = work.plus(Work { operations: 1, time, replayed });
        }
    }
    let mut seen: FxHashMap<u32, (FxHashSet<u32>, Work)> = FxHashMap::default();
    for (range, work) in trace.ranges.outwards(own, Work::plus).into_iter().filter(|(_, work)| work.operations > 0) {
        let (occurrences, sum) = seen.entry(trace.ranges.name(range).0).or_default();
        occurrences.insert(range);
        *sum = sum.plus(work);
    }
    let mut names: Vec<(bool, i64, &str)> = seen
        .iter()
        .filter(|(_, (occurrences, _))| occurrences.len() >= ITERATIONS_LEAST)
        .map(|(&name, (_, work))| {
            (work.replayed.saturating_mul(2) > work.time, work.time, trace.names.ranges()[name as usize].text.as_str())
        })
        .collect();
    names.sort_by(|a, b| b.cmp(a));
    names.into_iter().map(|(_, _, name)| name.to_owned()).collect()
}

/// GPU work launched inside a chain of ranges; times in ns.
#[derive(Debug, Clone, Copy, Default)]
struct Work {
    operations: u32,
    time: i64,
    replayed: i64,
}

impl Work {
    fn plus(self, other: Self) -> Self {
        Self {
            operations: self.operations.saturating_add(other.operations),
            time: self.time.saturating_add(other.time),
            replayed: self.replayed.saturating_add(other.replayed),
        }
    }
}

/// What the trace offers for a side on which nothing was found: names near to what was asked, else its most frequent
/// ranges in the scope, else its kernels by time.
pub(super) fn offers(trace: &Trace, scope: &Stretches, wanted: &[&str]) -> Vec<String> {
    let near: Vec<String> = wanted.iter().flat_map(|wanted| near_marks(trace, wanted)).collect();
    if !near.is_empty() {
        return near;
    }
    let mut kernels: FxHashMap<&str, i64> = FxHashMap::default();
    let mut own = vec![0i64; trace.ranges.context_count()];
    for op in scope.iter() {
        let name = trace.names.identity(trace.ops.name(op));
        *kernels.entry(name.function.as_str()).or_default() += trace.ops.duration(op);
        for context in [trace.launch_context(op), trace.capture_context(op)] {
            if let Some(operations) = own.get_mut(context.0 as usize) {
                *operations += 1;
            }
        }
    }
    let names: Vec<String> = trace.names.ranges().iter().map(generalised).collect();
    let mut ranges: FxHashMap<&str, i64> = FxHashMap::default();
    for (range, operations) in trace.ranges.outwards(own, i64::saturating_add).into_iter().filter(|(_, n)| *n > 0) {
        let sum = ranges.entry(names[trace.ranges.name(range).0 as usize].as_str()).or_default();
        *sum = sum.saturating_add(operations);
    }
    let mut ranked: Vec<(&str, i64)> = if ranges.is_empty() { kernels } else { ranges }.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    ranked.into_iter().take(6).map(|(name, _)| name.to_owned()).collect()
}

/// Ranges and modules of the trace whose name, or whose last part, is near to what was asked.
pub(super) fn near_marks(trace: &Trace, wanted: &str) -> Vec<String> {
    let last =
        |text: &str| text.rsplit(['.', ':']).find(|part| !part.trim_matches('*').is_empty()).unwrap_or(text).to_owned();
    let bare = wanted.trim_matches(['*', '.', ':']);
    let mut names: Vec<String> = trace.names.ranges().iter().map(generalised).collect();
    names.sort_unstable();
    names.dedup();
    let whole = nearest_many(bare, names.iter().map(|n| n.trim_matches(['*', '.', ':'])), 2);
    let parts: Vec<String> = names.iter().map(|n| last(n)).collect();
    let part = nearest_many(&last(bare), parts.iter().map(String::as_str), 1);
    let near = |n: &&String| whole.contains(&n.trim_matches(['*', '.', ':'])) || part.contains(&last(n).as_str());
    names.iter().filter(near).take(3).cloned().collect()
}

/// A range's module path or text with its numbers as `*`: one name for all layers and steps.
fn generalised(name: &RangeName) -> String {
    let text = name.module.as_ref().map_or(name.text.as_str(), |m| m.path.as_str());
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        out.push_str(if number { "*" } else { word });
        out.push_str(&part[word.len()..]);
    }
    out
}
