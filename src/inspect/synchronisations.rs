//! Host calls that waited for the GPU.

use super::model::SyncSummary;
use super::scope::{Selected, process_of};
use crate::trace::{ThreadId, Trace};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// By name, the longest waiting first.
pub(super) fn synchronisations(trace: &Trace, selected: &Selected, within: bool) -> Vec<SyncSummary> {
    let syncs = &trace.syncs;
    let only = selected.process.and_then(|at| selected.processes.get(at)).copied();
    let spans = within.then(|| spans(trace, selected));
    let mut counts = vec![(0u64, 0i64); syncs.names.len()];
    for i in 0..syncs.start.len() {
        let thread = syncs.thread[i];
        let inside = match &spans {
            Some(spans) => covers(spans, thread, syncs.start[i]),
            None => only.is_none_or(|p| process_of(trace, thread) == p),
        };
        if let Some(slot) = counts.get_mut(usize::from(syncs.name[i])).filter(|_| inside) {
            slot.0 += 1;
            slot.1 = slot.1.saturating_add(syncs.end[i].saturating_sub(syncs.start[i]));
        }
    }
    merged(syncs.names.iter().map(String::as_str).zip(counts))
}

/// One row a call without its version: several versions of a call are one call.
fn merged<'a>(counts: impl Iterator<Item = (&'a str, (u64, i64))>) -> Vec<SyncSummary> {
    let mut found: Vec<SyncSummary> = Vec::new();
    for (name, (count, total_ns)) in counts.filter(|(_, (count, _))| *count > 0) {
        let name = without_version(name);
        match found.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.count += count;
                known.total_ns = known.total_ns.saturating_add(total_ns);
            }
            None => found.push(SyncSummary { name: name.to_owned(), count, total_ns }),
        }
    }
    found.sort_by(|a, b| (Reverse(a.total_ns), &a.name).cmp(&(Reverse(b.total_ns), &b.name)));
    found
}

/// `cudaStreamSynchronize_v3020` is `cudaStreamSynchronize`.
fn without_version(name: &str) -> &str {
    match name.rsplit_once("_v") {
        Some((bare, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => bare,
        _ => name,
    }
}

/// For each thread the time inside ranges in scope, as disjoint intervals in order.
fn spans(trace: &Trace, selected: &Selected) -> FxHashMap<ThreadId, Vec<(i64, i64)>> {
    let mut spans: FxHashMap<ThreadId, Vec<(i64, i64)>> = FxHashMap::default();
    for range in (0..trace.ranges.len() as u32).filter(|&r| selected.ranges[r as usize]) {
        let (start, end) = (trace.ranges.start(range), trace.ranges.end(range));
        let known = spans.entry(trace.ranges.thread(range)).or_default();
        match known.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => known.push((start, end)),
        }
    }
    spans
}

fn covers(spans: &FxHashMap<ThreadId, Vec<(i64, i64)>>, thread: ThreadId, at: i64) -> bool {
    let Some(known) = spans.get(&thread) else { return false };
    let next = known.partition_point(|&(start, _)| start <= at);
    next.checked_sub(1).and_then(|i| known.get(i)).is_some_and(|&(_, end)| at <= end)
}
