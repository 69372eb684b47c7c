//! Which part of a trace is kept: all of it, a window of time, or what was launched inside chosen NVTX ranges.

use super::Options;
use super::source::{Source, Table, integer, text};
use crate::diag::{Problem, did_you_mean};
use crate::kernel::Glob;
use rusqlite::types::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// NVTX event types that are ranges: push/pop and start/end, and their twins from text files.
pub(super) const RANGE_TYPES: [i64; 4] = [59, 60, 70, 71];

/// One process of a trace and a number that is unique within it.
pub(super) type Key = (i64, i64);

/// The part to keep.
#[derive(Debug, Default)]
pub(super) struct Scope {
    window: Option<(i64, i64)>,
    chosen: Option<Chosen>,
}

/// What lies inside the chosen ranges.
#[derive(Debug, Default)]
struct Chosen {
    /// Per thread, in order and without overlap.
    spans: FxHashMap<i64, Vec<(i64, i64)>>,
    launches: FxHashSet<Key>,
}

impl Scope {
    pub(super) fn new(source: &Source, options: &Options) -> Result<Self, Problem> {
        let chosen = match options.ranges.as_slice() {
            [] => None,
            globs => Some(Chosen::new(source, globs)?),
        };
        Ok(Self { window: options.window, chosen })
    }

    pub(super) fn is_everything(&self) -> bool {
        self.window.is_none() && self.chosen.is_none()
    }

    pub(super) fn holds_operation(&self, key: Key, start: i64, end: i64) -> bool {
        self.in_window(start, end) && self.chosen.as_ref().is_none_or(|c| c.launches.contains(&key))
    }

    pub(super) fn holds_call(&self, thread: i64, start: i64, end: i64) -> bool {
        self.in_window(start, end) && self.chosen.as_ref().is_none_or(|c| c.contains(thread, start))
    }

    fn in_window(&self, start: i64, end: i64) -> bool {
        self.window.is_none_or(|(from, to)| start < to && end >= from)
    }
}

impl Chosen {
    fn new(source: &Source, globs: &[Glob]) -> Result<Self, Problem> {
        let mut chosen = Self { spans: matching_spans(source, globs)?, launches: FxHashSet::default() };
        let Some(calls) = source.table("CUPTI_ACTIVITY_KIND_RUNTIME") else { return Ok(chosen) };
        let process = Process::of(source, calls);
        let [thread, start, correlation] = ["globalTid", "start", "correlationId"].map(|c| calls.position(c));
        source.rows(calls, |row| {
            if let (Some(start), Some(correlation)) = (integer(row, start), integer(row, correlation))
                && chosen.contains(integer(row, thread).unwrap_or_default(), start)
            {
                chosen.launches.insert((process.id(row), correlation));
            }
            Ok(())
        })?;
        Ok(chosen)
    }

    fn contains(&self, thread: i64, moment: i64) -> bool {
        let Some(spans) = self.spans.get(&thread) else { return false };
        let next = spans.partition_point(|(start, _)| *start <= moment);
        next.checked_sub(1).and_then(|i| spans.get(i)).is_some_and(|(_, end)| moment <= *end)
    }
}

/// How a table says which process a row belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process(Option<usize>);

impl Process {
    /// Some derived exports do not say it for every table: then nothing can be joined by process.
    pub(super) fn of(source: &Source, table: &Table) -> Self {
        const JOINED: [&str; 5] = [
            "CUPTI_ACTIVITY_KIND_KERNEL",
            "CUPTI_ACTIVITY_KIND_MEMCPY",
            "CUPTI_ACTIVITY_KIND_MEMSET",
            "CUPTI_ACTIVITY_KIND_GRAPH_TRACE",
            "CUPTI_ACTIVITY_KIND_RUNTIME",
        ];
        let column = |table: &Table| table.position("globalPid").or_else(|| table.position("globalTid"));
        let all_say = JOINED.iter().filter_map(|name| source.table(name)).all(|t| column(t).is_some());
        Self(all_say.then(|| column(table)).flatten())
    }

    /// The upper part of the process or thread id: process ids of two containers may be alike, this is not.
    pub(super) fn id(self, row: &[Value]) -> i64 {
        integer(row, self.0).unwrap_or_default() & !0xFF_FFFF
    }
}

/// The name of an NVTX event: its own text, else the registered string.
fn range_name(source: &Source, row: &[Value], own: Option<usize>, id: Option<usize>) -> Result<String, Problem> {
    if let Some(name) = own.and_then(|p| row.get(p)).and_then(text) {
        return Ok(name);
    }
    match integer(row, id) {
        Some(id) => Ok(source.string(id)?.unwrap_or_default()),
        None => Ok(String::new()),
    }
}

fn matching_spans(source: &Source, globs: &[Glob]) -> Result<FxHashMap<i64, Vec<(i64, i64)>>, Problem> {
    let mut spans: FxHashMap<i64, Vec<(i64, i64)>> = FxHashMap::default();
    let mut names = BTreeSet::new();
    if let Some(events) = source.table("NVTX_EVENTS") {
        let [kind, start, end, thread, own, id] =
            ["eventType", "start", "end", "globalTid", "text", "textId"].map(|c| events.position(c));
        source.rows(events, |row| {
            if let (Some(kind), Some(start)) = (integer(row, kind), integer(row, start))
                && RANGE_TYPES.contains(&kind)
            {
                let name = range_name(source, row, own, id)?;
                if globs.iter().any(|glob| glob.matches(&name)) {
                    let span = (start, integer(row, end).unwrap_or(i64::MAX));
                    spans.entry(integer(row, thread).unwrap_or_default()).or_default().push(span);
                }
                names.insert(name);
            }
            Ok(())
        })?;
    }
    if spans.is_empty() {
        return Err(no_such_range(globs, &names));
    }
    spans.values_mut().for_each(merge);
    Ok(spans)
}

/// Joins spans that touch or overlap; they come ordered by their start.
fn merge(spans: &mut Vec<(i64, i64)>) {
    let mut merged: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for &(start, end) in spans.iter() {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    *spans = merged;
}

fn no_such_range(globs: &[Glob], names: &BTreeSet<String>) -> Problem {
    const SHOWN: usize = 10;
    let globs: Vec<String> = globs.iter().map(|g| format!("`{}`", g.as_str())).collect();
    let problem = Problem::trace("no-such-range", format!("no NVTX range is named {}", globs.join(" or ")));
    if names.is_empty() {
        return problem.help("the trace has no NVTX ranges: pack all of it, or give a window of time");
    }
    let wanted = globs.first().map_or("", |g| g.trim_matches(['`', '*']));
    problem.maybe_help(did_you_mean(wanted, names.iter().take(SHOWN).map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_become_one_span() {
        let mut spans = vec![(0, 10), (2, 5), (10, 12), (20, 30)];
        merge(&mut spans);
        assert_eq!(spans, [(0, 12), (20, 30)]);
    }

    #[test]
    fn a_moment_is_inside_a_span_with_both_its_ends() {
        let mut chosen = Chosen::default();
        chosen.spans.insert(1, vec![(0, 12), (20, 30)]);
        let inside = [-1, 0, 12, 13, 30, 31].map(|moment| chosen.contains(1, moment));
        assert_eq!(inside, [false, true, true, false, true, false]);
        assert!(!chosen.contains(2, 5));
    }
}
