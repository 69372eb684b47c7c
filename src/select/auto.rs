//! Without an order in the spec: which alternatives a trace offers, best first.

use crate::diag::{Side, nearest_many};
use crate::kernel::Glob;
use crate::spec::{Each, SideSpec};
use crate::trace::{RangeName, Trace};
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

/// What the trace offers for a side on which nothing was found: names near to what was asked, else its most frequent
/// ranges in the scope, else its kernels by time.
pub(super) fn offers(trace: &Trace, scope: &[u32], wanted: &[&str]) -> Vec<String> {
    let near: Vec<String> = wanted.iter().flat_map(|wanted| near_marks(trace, wanted)).collect();
    if !near.is_empty() {
        return near;
    }
    let mut ranges: FxHashMap<String, i64> = FxHashMap::default();
    let mut kernels: FxHashMap<String, i64> = FxHashMap::default();
    let names: Vec<String> = trace.names.ranges().iter().map(generalised).collect();
    for &op in scope {
        let name = trace.names.identity(trace.ops.name(op));
        match kernels.get_mut(&name.function) {
            Some(time) => *time += trace.ops.duration(op),
            None => drop(kernels.insert(name.function.clone(), trace.ops.duration(op))),
        }
        for context in [trace.launch_context(op), trace.capture_context(op)] {
            for range in trace.ranges.innermost_first(context) {
                let name = &names[trace.ranges.name(range).0 as usize];
                match ranges.get_mut(name) {
                    Some(count) => *count += 1,
                    None => drop(ranges.insert(name.clone(), 1)),
                }
            }
        }
    }
    let mut ranked: Vec<(String, i64)> = if ranges.is_empty() { kernels } else { ranges }.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.into_iter().take(6).map(|(name, _)| name).collect()
}

/// Ranges and modules of the trace whose name, or whose last part, is near to what was asked.
pub(super) fn near_marks(trace: &Trace, wanted: &str) -> Vec<String> {
    let last =
        |text: &str| text.rsplit(['.', ':']).find(|part| part.trim_matches('*') != "").unwrap_or(text).to_owned();
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
