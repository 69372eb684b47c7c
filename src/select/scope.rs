//! Where to look: the process and the enclosing ranges a side's spec names.

use super::selection::SelectionNote;
use crate::diag::{Severity, nearest_many};
use crate::kernel::{Families, Glob};
use crate::spec::{ProcessFilter, SideSpec};
use crate::trace::{ContextId, Trace};
use rustc_hash::{FxHashMap, FxHashSet};

/// The operations to look through, in time order.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) ops: Vec<u32>,
    /// In words: "`measured` > `step:*:decode`", or empty for the whole trace.
    pub(super) words: String,
    /// Whether the ranges asked for were all found.
    pub(super) exact: bool,
    pub(super) notes: Vec<SelectionNote>,
}

/// Resolves a side's `process` and `within`. Ranges that the trace does not have are left away, the
/// innermost first, and that is said: a trace without marks, or with other ones, can still be judged by
/// its kernel sequence.
pub(super) fn resolve(trace: &Trace, spec: &SideSpec, families: &Families) -> Scope {
    let mut notes = Vec::new();
    let all = in_process(trace, spec, families, &mut notes);
    let patterns: Vec<&Glob> = spec.within.iter().map(|w| &w.value).collect();
    if patterns.is_empty() {
        return Scope { ops: all, words: String::new(), exact: true, notes };
    }
    for kept in prefixes_then_suffixes(&patterns) {
        let by_thread = open_at_launch(trace, &all, kept);
        let by_time = by_thread.is_empty().then(|| during(trace, &all, kept));
        let timed = by_time.as_ref().is_some_and(|ops| !ops.is_empty());
        let ops = by_time.unwrap_or(by_thread);
        if ops.is_empty() {
            continue;
        }
        let exact = kept.len() == patterns.len();
        if !exact || timed {
            notes.push(relaxed(trace, spec, kept, timed));
        }
        return Scope { ops, words: words(kept), exact: exact && !timed, notes };
    }
    notes.push(relaxed(trace, spec, &[], false));
    Scope { ops: all, words: String::new(), exact: false, notes }
}

fn words(patterns: &[&Glob]) -> String {
    patterns.iter().map(|p| format!("`{}`", p.as_str())).collect::<Vec<_>>().join(" > ")
}

/// Longest first; outer ranges (the measured window) are more often shared between captures than inner ones.
fn prefixes_then_suffixes<'s, 'p>(patterns: &'s [&'p Glob]) -> impl Iterator<Item = &'s [&'p Glob]> {
    let n = patterns.len();
    (1..=n).rev().map(move |k| &patterns[..k]).chain((1..n).map(move |k| &patterns[k..]))
}

fn in_process(trace: &Trace, spec: &SideSpec, families: &Families, notes: &mut Vec<SelectionNote>) -> Vec<u32> {
    let all = 0..trace.len() as u32;
    let Some(filter) = &spec.process else { return all.collect() };
    let wanted: FxHashSet<u16> = match &filter.value {
        ProcessFilter::HasRange(name) => (0..trace.ranges.len() as u32)
            .filter(|&r| name.matches(&trace.names.range(trace.ranges.name(r)).text))
            .map(|r| trace.threads[trace.ranges.thread(r).0 as usize].process.0)
            .collect(),
        ProcessFilter::HasKernel(pattern) => {
            let names: Vec<bool> =
                trace.names.ids().map(|id| pattern.matches(trace.names.identity(id), families)).collect();
            all.clone().filter(|&i| names[trace.ops.name(i).0 as usize]).map(|i| trace.op(i).process.0).collect()
        }
        ProcessFilter::Index(n) => {
            let mut seen: Vec<u16> = Vec::new();
            for process in all.clone().map(|i| trace.op(i).process.0) {
                if !seen.contains(&process) {
                    seen.push(process);
                }
            }
            seen.get(*n as usize).copied().into_iter().collect()
        }
    };
    let ops: Vec<u32> = all.clone().filter(|&i| wanted.contains(&trace.op(i).process.0)).collect();
    if !ops.is_empty() {
        return ops;
    }
    notes.push(SelectionNote {
        severity: Severity::Warning,
        message: format!(
            "no process of the {} trace that launches GPU work is the one asked for: all are searched",
            spec.side
        ),
        help: Some("`align inspect TRACE` lists the processes and their ranges".to_owned()),
        at: Some(filter.loc.clone()),
    });
    all.collect()
}

/// Operations whose enclosing ranges (at launch, then at capture) hold the patterns in this order.
fn open_at_launch(trace: &Trace, ops: &[u32], patterns: &[&Glob]) -> Vec<u32> {
    let mut known: FxHashMap<(ContextId, ContextId), bool> = FxHashMap::default();
    let names = matching_names(trace, patterns);
    ops.iter()
        .copied()
        .filter(|&op| {
            let key = (trace.launch_context(op), trace.capture_context(op));
            *known.entry(key).or_insert_with(|| {
                let mut wanted = 0;
                for context in [key.0, key.1] {
                    for range in trace.ranges.outermost_first(context) {
                        if wanted < patterns.len() && names[wanted].contains(&trace.ranges.name(range).0) {
                            wanted += 1;
                        }
                    }
                }
                wanted == patterns.len()
            })
        })
        .collect()
}

/// For each pattern the range names it matches.
fn matching_names(trace: &Trace, patterns: &[&Glob]) -> Vec<FxHashSet<u32>> {
    patterns
        .iter()
        .map(|p| {
            let names = trace.names.ranges().iter().enumerate();
            names.filter(|(_, n)| p.matches(&n.text)).map(|(i, _)| i as u32).collect()
        })
        .collect()
}

/// Operations launched, by any process, while such ranges were open somewhere: an engine's kernels belong
/// to a child process, its `measured` range to the parent.
fn during(trace: &Trace, ops: &[u32], patterns: &[&Glob]) -> Vec<u32> {
    let mut windows: Vec<(i64, i64)> = vec![(i64::MIN, i64::MAX)];
    for names in matching_names(trace, patterns) {
        let mut inner: Vec<(i64, i64)> = (0..trace.ranges.len() as u32)
            .filter(|&r| names.contains(&trace.ranges.name(r).0))
            .map(|r| (trace.ranges.start(r), trace.ranges.end(r)))
            .filter(|&(start, end)| windows.iter().any(|&(s, e)| s <= start && end <= e))
            .collect();
        inner.sort_unstable();
        windows = inner;
    }
    let mut furthest = Vec::with_capacity(windows.len());
    let mut end = i64::MIN;
    for window in &windows {
        end = end.max(window.1);
        furthest.push(end);
    }
    ops.iter()
        .copied()
        .filter(|&op| {
            let at = trace.ops.launch(op).map_or(trace.op(op).start, |l| trace.launches.start(l));
            let before = windows.partition_point(|w| w.0 <= at);
            before > 0 && furthest[before - 1] >= at
        })
        .collect()
}

fn relaxed(trace: &Trace, spec: &SideSpec, kept: &[&Glob], timed: bool) -> SelectionNote {
    let missing = spec.within.iter().find(|w| !kept.iter().any(|k| **k == w.value));
    let at = missing.or(spec.within.first()).map(|w| w.loc.clone());
    let side = spec.side;
    if trace.ranges.is_empty() {
        return SelectionNote {
            severity: Severity::Note,
            message: format!("the {side} trace has no NVTX ranges: its whole length is searched"),
            help: Some("capture with `nsys profile -t cuda,nvtx` to select by ranges".to_owned()),
            at,
        };
    }
    if timed && missing.is_none() {
        return SelectionNote {
            severity: Severity::Note,
            message: format!(
                "{} of the {side} trace is open in another process than the kernels': taken by time",
                words(kept)
            ),
            help: None,
            at,
        };
    }
    let wanted = missing.map_or("", |m| m.as_str());
    let names: Vec<&str> = trace.names.ranges().iter().map(|r| r.text.as_str()).collect();
    let near = nearest_many(wanted.trim_matches('*'), names, 3);
    let near: Vec<String> =
        near.into_iter().map(|n| format!("`{}`", crate::diag::shorten(&crate::diag::escape(n), 60))).collect();
    SelectionNote {
        severity: Severity::Warning,
        message: format!(
            "no GPU work of the {side} trace lies within a range `{wanted}`: {} searched instead",
            if kept.is_empty() { "the whole trace is".to_owned() } else { format!("{} is", words(kept)) }
        ),
        help: Some(if near.is_empty() {
            "`align inspect TRACE` lists the ranges it has".to_owned()
        } else {
            format!("nearest ranges: {}; `align inspect TRACE` lists them all", near.join(", "))
        }),
        at,
    }
}
