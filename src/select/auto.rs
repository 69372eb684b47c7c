//! Without an order in the spec: which alternatives a trace offers, best first.

use crate::diag::{Side, nearest_many};
use crate::kernel::Glob;
use crate::spec::{Each, SideSpec};
use crate::trace::Trace;
use rustc_hash::FxHashMap;

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

/// Range names that hold kernels in at least three occurrences, replays from graphs first, then by GPU time.
fn repeated_ranges(trace: &Trace) -> Vec<String> {
    let mut seen: FxHashMap<u32, (FxHashMap<u32, ()>, i64, i64)> = FxHashMap::default();
    for op in 0..trace.len() as u32 {
        for range in trace.ranges.innermost_first(trace.launch_context(op)) {
            let entry = seen.entry(trace.ranges.name(range).0).or_default();
            entry.0.insert(range, ());
            let time = trace.ops.duration(op);
            entry.1 += time;
            entry.2 += if trace.from_graph(op) { time } else { 0 };
        }
    }
    let mut names: Vec<(bool, i64, &str)> = seen
        .iter()
        .filter(|(_, (occurrences, ..))| occurrences.len() >= 3)
        .map(|(&name, &(_, time, replayed))| {
            (replayed * 2 > time, time, trace.names.ranges()[name as usize].text.as_str())
        })
        .collect();
    names.sort_by(|a, b| b.cmp(a));
    names.into_iter().map(|(_, _, name)| name.to_owned()).collect()
}

/// A glob that matches this text alone.
fn literal(text: &str) -> String {
    let mut glob = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob
}

/// What the scope offers for a side on which nothing was found: names near to what was asked, else its
/// most frequent ranges, else its kernels by time.
pub(super) fn offers(trace: &Trace, scope: &[u32], wanted: &[&str]) -> Vec<String> {
    let mut ranges: FxHashMap<&str, u32> = FxHashMap::default();
    let mut kernels: FxHashMap<&str, i64> = FxHashMap::default();
    for &op in scope {
        let name = trace.names.identity(trace.ops.name(op));
        *kernels.entry(name.function.as_str()).or_default() += trace.ops.duration(op);
        for context in [trace.launch_context(op), trace.capture_context(op)] {
            for range in trace.ranges.innermost_first(context) {
                let name = trace.names.range(trace.ranges.name(range));
                let text = name.module.as_ref().map_or(name.text.as_str(), |m| m.path.as_str());
                *ranges.entry(text).or_default() += 1;
            }
        }
    }
    for wanted in wanted {
        let near = nearest_many(wanted.trim_matches(['*', '.']), ranges.keys().copied(), 4);
        if !near.is_empty() {
            return near.into_iter().map(str::to_owned).collect();
        }
    }
    if ranges.is_empty() {
        return top(kernels.into_iter().map(|(name, time)| (time, name)).collect());
    }
    top(ranges.into_iter().map(|(name, count)| (i64::from(count), name)).collect())
}

fn top(mut ranked: Vec<(i64, &str)>) -> Vec<String> {
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    ranked.into_iter().take(6).map(|(_, name)| name.to_owned()).collect()
}
