//! Where to look: the process and the enclosing ranges a side's spec names.

use super::auto::near_marks;
use super::selection::{NotFound, SelectionNote};
use super::stretches::Stretches;
use crate::diag::{Loc, Severity, Side};
use crate::kernel::{Families, Glob};
use crate::spec::{ProcessFilter, SideSpec};
use crate::trace::{ContextId, Trace};
use rustc_hash::FxHashSet;

/// The operations to look through, in time order.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) ops: Stretches,
    /// In words: "`measured` > `step:*:decode`", or empty for the whole trace.
    pub(super) words: String,
    /// Whether the ranges asked for were all found.
    pub(super) exact: bool,
    /// Whether any range was asked for.
    pub(super) asked: bool,
    /// What was asked for and is not there, where nothing else can stand in.
    pub(super) unmet: Option<Box<NotFound>>,
    pub(super) notes: Vec<SelectionNote>,
}

/// Resolves a side's `process` and `within`. Ranges that the trace does not have are left away, the
/// innermost first, and that is said: a trace without marks, or with other ones, can still be judged by
/// its kernel sequence.
pub(super) fn resolve(trace: &Trace, spec: &SideSpec, families: &Families) -> Scope {
    let mut scope = Scope {
        ops: Stretches::default(),
        words: String::new(),
        exact: true,
        asked: !spec.within.is_empty(),
        unmet: None,
        notes: Vec::new(),
    };
    let Some(members) = in_process(trace, spec, families) else {
        scope.unmet = spec.process.as_ref().map(|filter| no_such_process(spec, &filter.loc));
        return scope;
    };
    let patterns: Vec<&Glob> = spec.within.iter().map(|w| &w.value).collect();
    if patterns.is_empty() {
        scope.ops = members;
        return scope;
    }
    let found = prefixes_then_suffixes(&patterns).find_map(|kept| {
        let by_thread = open_at_launch(trace, &members, kept);
        let timed = by_thread.is_empty();
        let ops = if timed { during(trace, &members, kept) } else { by_thread };
        (!ops.is_empty()).then_some((kept, ops, timed))
    });
    let (kept, ops, timed): (&[&Glob], Option<Stretches>, bool) = match found {
        Some((kept, ops, timed)) => (kept, Some(ops), timed),
        None => (&[], None, false),
    };
    scope.exact = kept.len() == patterns.len() && !timed;
    if !scope.exact {
        relax(&mut scope, trace, spec, kept, timed);
    }
    scope.words = words(kept);
    scope.ops = ops.unwrap_or(members);
    scope
}

fn words(patterns: &[&Glob]) -> String {
    patterns.iter().map(|p| format!("`{}`", p.as_str())).collect::<Vec<_>>().join(" > ")
}

/// Longest first; outer ranges (the measured window) are more often shared between captures than inner ones.
fn prefixes_then_suffixes<'s, 'p>(patterns: &'s [&'p Glob]) -> impl Iterator<Item = &'s [&'p Glob]> {
    let n = patterns.len();
    (1..=n).rev().map(move |k| &patterns[..k]).chain((1..n).map(move |k| &patterns[k..]))
}

/// Operations of the process asked for; `None` if no such process launches GPU work.
fn in_process(trace: &Trace, spec: &SideSpec, families: &Families) -> Option<Stretches> {
    let all = 0..trace.len() as u32;
    let Some(filter) = &spec.process else { return Some(Stretches::all(all.end)) };
    let wanted: FxHashSet<u16> = match &filter.value {
        ProcessFilter::HasRange(name) => (0..trace.ranges.len() as u32)
            .filter(|&r| name.matches(&trace.names.range(trace.ranges.name(r)).text))
            .map(|r| trace.threads[trace.ranges.thread(r).0 as usize].process.0)
            .collect(),
        ProcessFilter::HasKernel(pattern) => {
            let names: Vec<bool> =
                trace.names.ids().map(|id| pattern.matches(trace.names.identity(id), families)).collect();
            all.clone().filter(|&i| names[trace.ops.name(i).0 as usize]).map(|i| trace.ops.process(i).0).collect()
        }
        ProcessFilter::Index(n) => {
            let mut seen: Vec<u16> = Vec::new();
            for process in all.clone().map(|i| trace.ops.process(i).0) {
                if !seen.contains(&process) {
                    seen.push(process);
                }
            }
            seen.get(*n as usize).copied().into_iter().collect()
        }
    };
    let ops = Stretches::all(all.end).those(|op| wanted.contains(&trace.ops.process(op).0));
    (!ops.is_empty()).then_some(ops)
}

fn no_such_process(spec: &SideSpec, at: &Loc) -> Box<NotFound> {
    let tried = vec![("the process asked for".to_owned(), "no process that launches GPU work is that one".to_owned())];
    Box::new(NotFound { side: spec.side, tried, candidates: Vec::new(), at: Some(at.clone()) })
}

/// Operations whose enclosing ranges (at launch, then at capture) hold the patterns in this order.
fn open_at_launch(trace: &Trace, members: &Stretches, patterns: &[&Glob]) -> Stretches {
    let names = matching_names(trace, patterns);
    // How many patterns hold inside a chain, if `before` of them held outside it.
    let held = |before: u32| {
        trace.ranges.inwards(|around: Option<&u32>, range| {
            let held = around.copied().unwrap_or(before);
            let name = trace.ranges.name(range).0 as usize;
            held + u32::from(names.get(held as usize).is_some_and(|names| names[name]))
        })
    };
    let all = patterns.len() as u32;
    let inside = |held: &[u32], context: ContextId, before| held.get(context.0 as usize).copied().unwrap_or(before);
    let launched = held(0);
    if trace.nodes.capture.is_empty() {
        return members.those(|op| inside(&launched, trace.launch_context(op), 0) == all);
    }
    let captured: Vec<Vec<u32>> = (0..all).map(held).collect();
    members.those(|op| {
        let before = inside(&launched, trace.launch_context(op), 0);
        captured.get(before as usize).map_or(before, |held| inside(held, trace.capture_context(op), before)) == all
    })
}

/// For each pattern, whether it matches each range name.
fn matching_names(trace: &Trace, patterns: &[&Glob]) -> Vec<Vec<bool>> {
    patterns.iter().map(|p| trace.names.ranges().iter().map(|name| p.matches(&name.text)).collect()).collect()
}

/// Operations launched, by any process, while such ranges were open somewhere: an engine's kernels belong
/// to a child process, its `measured` range to the parent.
fn during(trace: &Trace, members: &Stretches, patterns: &[&Glob]) -> Stretches {
    let mut windows = Windows::new(vec![(i64::MIN, i64::MAX)]);
    for names in matching_names(trace, patterns) {
        let inner = (0..trace.ranges.len() as u32)
            .filter(|&r| names[trace.ranges.name(r).0 as usize])
            .map(|r| (trace.ranges.start(r), trace.ranges.end(r)))
            .filter(|&(start, end)| windows.hold(start, end));
        windows = Windows::new(inner.collect());
    }
    members.those(|op| {
        let at = trace.ops.launch(op).map_or(trace.ops.start(op), |l| trace.launches.start(l));
        windows.hold(at, at)
    })
}

/// Stretches of time, which may overlap.
struct Windows {
    /// In order.
    starts: Vec<i64>,
    /// Per window: the furthest end of it and of all that start before.
    furthest: Vec<i64>,
}

impl Windows {
    fn new(mut windows: Vec<(i64, i64)>) -> Self {
        windows.sort_unstable();
        let furthest = windows.iter().scan(i64::MIN, |furthest, &(_, end)| {
            *furthest = end.max(*furthest);
            Some(*furthest)
        });
        Self { furthest: furthest.collect(), starts: windows.iter().map(|window| window.0).collect() }
    }

    /// Whether one of them holds this stretch.
    fn hold(&self, start: i64, end: i64) -> bool {
        let before = self.starts.partition_point(|&s| s <= start);
        before.checked_sub(1).and_then(|last| self.furthest.get(last)).is_some_and(|&furthest| furthest >= end)
    }
}

/// Says what was left away, or, where a range of nearly the same name shows that it is a mistake, that nothing can be
/// selected.
fn relax(scope: &mut Scope, trace: &Trace, spec: &SideSpec, kept: &[&Glob], timed: bool) {
    let side = spec.side;
    let missing = spec.within.iter().find(|w| !kept.iter().any(|k| **k == w.value));
    let at = missing.or(spec.within.first()).map(|w| w.loc.clone());
    let note =
        |severity, message: String, help: Option<String>| SelectionNote { severity, message, help, at: at.clone() };
    if trace.ranges.is_empty() {
        let help = "capture with `nsys profile -t cuda,nvtx` to select by ranges";
        let message =
            format!("the {side} trace has no NVTX ranges: its whole length is searched, whatever step or phase it is");
        // A mock holds one phase; the E2E's may be another one than the case means.
        let severity = if side == Side::E2e { Severity::Warning } else { Severity::Note };
        scope.notes.push(note(severity, message, Some(help.to_owned())));
        return;
    }
    let Some(missing) = missing else {
        if timed {
            let message = format!(
                "{} of the {side} trace is open in another process than the kernels': taken by time",
                words(kept)
            );
            scope.notes.push(note(Severity::Note, message, None));
        }
        return;
    };
    let near = near_marks(trace, missing.as_str());
    if !near.is_empty() {
        let tried = vec![(
            format!("`within` {}", words(&[&missing.value])),
            "no GPU work lies within such a range, and one of nearly that name is there".to_owned(),
        )];
        scope.unmet = Some(Box::new(NotFound { side, tried, candidates: near, at }));
        return;
    }
    let searched = if kept.is_empty() { "the whole trace is".to_owned() } else { format!("{} is", words(kept)) };
    let message = format!(
        "no GPU work of the {side} trace lies within a range `{}`: {searched} searched instead",
        missing.as_str()
    );
    scope.notes.push(note(
        Severity::Warning,
        message,
        Some("`align inspect TRACE` lists the ranges it has".to_owned()),
    ));
}
