//! What a trace does over and over: ranges with the same work inside, and kernels.

use crate::diag::{escape, shorten};
use crate::limits::STEADY_LEAST;
use crate::trace::{ContextId, OpKind, Trace};
use rustc_hash::{FxHashMap, FxHasher};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

/// A name in a sentence.
const NAME: usize = 60;

#[derive(Debug, Default)]
pub(super) struct All {
    /// Of the outermost ranges that repeat; the one with most GPU time first.
    pub(super) ranges: Vec<Series>,
    /// By name, launch shape, stream and the range around; the one with most time first.
    pub(super) kernels: Vec<Series>,
}

/// Executions of the same work, in order.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// As it is written in a sentence.
    pub(super) name: String,
    /// GPU time of each, in ns.
    pub(super) gpu: Vec<f64>,
    /// Time of each on the host, in ns; empty for kernels.
    pub(super) host: Vec<f64>,
}

impl Series {
    /// In ns.
    pub(super) fn total(&self) -> f64 {
        self.gpu.iter().sum()
    }
}

pub(super) fn series(trace: &Trace) -> All {
    let groups = groups(trace);
    let mut all = All { ranges: ranges(trace, &groups), kernels: kernels(trace, &groups) };
    for list in [&mut all.ranges, &mut all.kernels] {
        list.sort_by(|a, b| b.total().total_cmp(&a.total()));
    }
    all
}

fn kernels(trace: &Trace, groups: &Groups) -> Vec<Series> {
    // One library kernel does the work of many operations: where ranges tell them apart, they are.
    let around = |op| trace.ranges.innermost_first(trace.launch_context(op)).next();
    let mut found: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for op in 0..trace.len() as u32 {
        let view = trace.op(op);
        if trace.names.kind(view.name) == OpKind::Kernel {
            let group = around(op).map(|range| groups.of[range as usize]);
            let key = (view.name, view.shape.0, view.process, view.device, view.stream, group);
            found.entry(key).or_default().push(view.duration() as f64);
        }
    }
    let named = |name| format!("`{}`", shorten(&escape(&trace.names.identity(name).base), NAME));
    found.into_iter().map(|((name, ..), gpu)| Series { name: named(name), gpu, host: Vec::new() }).collect()
}

/// What ran inside one range.
#[derive(Debug, Default, Clone, Copy)]
struct Work {
    gpu: i64,
    operations: u64,
    /// Of the names and shapes in order: a step of prefill is not a slow step of decoding.
    signature: u64,
}

fn ranges(trace: &Trace, groups: &Groups) -> Vec<Series> {
    let repeats = |range: u32| groups.sizes[groups.of[range as usize] as usize] >= STEADY_LEAST;
    let outermost = trace.ranges.inwards(|around: Option<&Option<u32>>, range| {
        around.copied().flatten().or_else(|| repeats(range).then_some(range))
    });
    let mut work: BTreeMap<u32, Work> = BTreeMap::new();
    for op in 0..trace.len() as u32 {
        let context = trace.launch_context(op);
        if context == ContextId::NONE {
            continue;
        }
        let Some(range) = outermost.get(context.0 as usize).copied().flatten() else { continue };
        let view = trace.op(op);
        let inside = work.entry(range).or_default();
        inside.gpu += view.duration();
        inside.operations += 1;
        let mut hasher = FxHasher::default();
        (inside.signature, view.name, view.shape.0).hash(&mut hasher);
        inside.signature = hasher.finish();
    }
    let mut alike: BTreeMap<(u32, u64, u64), Series> = BTreeMap::new();
    for (range, inside) in work {
        let group = groups.of[range as usize];
        let series = alike.entry((group, inside.operations, inside.signature)).or_default();
        series.gpu.push(inside.gpu as f64);
        series.host.push(trace.ranges.end(range).saturating_sub(trace.ranges.start(range)) as f64);
        if series.name.is_empty() {
            series.name = format!("`{}`", shorten(&escape(&groups.names[group as usize]), NAME));
        }
    }
    alike.into_values().filter(|series| series.gpu.len() >= STEADY_LEAST).collect()
}

/// Ranges of one thread whose names differ in their numbers alone.
#[derive(Debug, Default)]
struct Groups {
    of: Vec<u32>,
    sizes: Vec<usize>,
    names: Vec<String>,
}

fn groups(trace: &Trace) -> Groups {
    let patterns: Vec<String> = trace.names.ranges().iter().map(|name| without_numbers(&name.text)).collect();
    let mut index: FxHashMap<(u32, &str), u32> = FxHashMap::default();
    let mut groups = Groups::default();
    for range in 0..trace.ranges.len() as u32 {
        let pattern = patterns[trace.ranges.name(range).0 as usize].as_str();
        let group = *index.entry((trace.ranges.thread(range).0, pattern)).or_insert_with(|| {
            groups.sizes.push(0);
            groups.names.push(pattern.to_owned());
            groups.sizes.len() as u32 - 1
        });
        groups.sizes[group as usize] += 1;
        groups.of.push(group);
    }
    groups
}

/// Every run of digits as `*`.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('*') => {}
            true => out.push('*'),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_numbers_are_one() {
        assert_eq!(without_numbers("step:12:decode"), "step:*:decode");
        assert_eq!(without_numbers("execute_context_6(6144)"), "execute_context_*(*)");
        assert_eq!(without_numbers("iter"), "iter");
    }
}
