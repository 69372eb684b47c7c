//! Repeating structure on each stream, found without any hint: steps, and layers inside steps.

use super::model::{InnerStructure, Structure};
use super::scope::Selected;
use crate::limits::{INNER_SHARE, PERIOD_REPEATS, STEP_GAP, STRUCTURE_SHARE};
use crate::sequence::{Run, least_rotation, runs, runs_of_at_least};
use crate::trace::Trace;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What repeats, on every stream, the longest repetition first: it says the most.
pub(super) fn structure(trace: &Trace, selected: &Selected) -> Vec<Structure> {
    let symbols = symbols(trace);
    let mut streams: BTreeMap<(usize, u16, u32), Vec<u32>> = BTreeMap::new();
    for &op in &selected.ops {
        let view = trace.op(op);
        streams.entry((selected.place[usize::from(view.process.0)], view.device, view.stream)).or_default().push(op);
    }
    let mut found: Vec<Structure> = Vec::new();
    for ((process, device, stream), ops) in streams {
        let text: Vec<u32> = ops.iter().map(|&op| symbols[trace.ops.name(op).0 as usize]).collect();
        let stream = Stream { trace, ops, text, process, device, stream };
        found.extend(stream.structures());
    }
    found.sort_by_key(|s| (Reverse(s.period), Reverse(s.repeats)));
    found
}

/// A number for every kernel name, equal for names that normalise to the same.
fn symbols(trace: &Trace) -> Vec<u32> {
    let mut index: FxHashMap<&str, u32> = FxHashMap::default();
    let names = trace.names.ids().map(|id| {
        let next = index.len() as u32;
        *index.entry(&trace.names.identity(id).normalised).or_insert(next)
    });
    names.collect()
}

struct Stream<'t> {
    trace: &'t Trace,
    ops: Vec<u32>,
    text: Vec<u32>,
    process: usize,
    device: u16,
    stream: u32,
}

impl Stream<'_> {
    /// Stretches with the same repetition are one structure, wherever in it they begin.
    fn structures(&self) -> Vec<Structure> {
        let mut groups: Vec<(Vec<u32>, Vec<Run>)> = Vec::new();
        let mut index: FxHashMap<Vec<u32>, usize> = FxHashMap::default();
        for run in disjoint(runs(&self.text)) {
            let unit = least_rotation(&self.text[run.start..run.start + run.period]);
            let group = *index.entry(unit.clone()).or_insert_with(|| {
                groups.push((unit, Vec::new()));
                groups.len() - 1
            });
            groups[group].1.push(run);
        }
        let covered = |stretches: &[Run]| stretches.iter().map(|r| r.end - r.start).sum::<usize>() as f64;
        let least = self.text.len() as f64 * STRUCTURE_SHARE;
        groups.retain(|(_, stretches)| covered(stretches) >= least);
        groups.iter_mut().filter_map(|(_, stretches)| self.describe(stretches)).collect()
    }

    fn describe(&self, stretches: &mut [Run]) -> Option<Structure> {
        stretches.sort_by_key(|r| r.start);
        let earliest = stretches.first()?;
        let longest = stretches.iter().max_by_key(|r| (r.end - r.start, Reverse(r.start)))?;
        let layers = self.layers(longest);
        let phase = self.phase(longest, layers);
        let start = longest.start + phase;
        let ops = self.ops.get(start..start + longest.period)?;
        Some(Structure {
            process: self.process,
            device: self.device,
            stream: self.stream,
            period: longest.period as u64,
            repeats: stretches.iter().map(|r| r.repeats() as u64).sum(),
            stretches: stretches.len() as u64,
            start_ns: self.trace.op(*self.ops.get(earliest.start)?).start,
            replayed: ops.iter().filter(|&&op| self.trace.from_graph(op)).count() as u64,
            kernels: self.base_names(ops),
            inner: layers.and_then(|layers| self.inner(longest, layers, phase)),
        })
    }

    /// What repeats inside one repetition, if it makes up enough of it: layers, of which the first and the last
    /// may differ. Looked for around the end of the repetition too, since a run may begin anywhere in a step.
    fn layers(&self, run: &Run) -> Option<Run> {
        let twice = self.text.get(run.start..run.start + 2 * run.period)?;
        let starts_inside = |layers: &Run| layers.start < run.period && layers.period > 1 && layers.period < run.period;
        let mut layers = runs_of_at_least(twice, 2).into_iter().find(starts_inside)?;
        let repeats = layers.repeats().min(run.period / layers.period);
        layers.end = layers.start + repeats * layers.period;
        let share = (layers.end - layers.start) as f64 / run.period as f64;
        (repeats > 1 && share >= INNER_SHARE).then_some(layers)
    }

    /// Where in a run's period a repetition begins: after the longest idle time outside the layers; without
    /// layers only if one stands out, else where the run does.
    fn phase(&self, run: &Run, layers: Option<Run>) -> usize {
        let inside =
            |at: usize| layers.is_some_and(|l| [at, at + run.period].iter().any(|&p| l.start < p && p < l.end));
        let places = (0..run.period).filter(|&at| !inside(at));
        let mut gaps: Vec<(i64, usize)> = places.map(|at| (self.usual_gap_before(run, at), at)).collect();
        gaps.sort_by_key(|&(gap, at)| (Reverse(gap), at));
        let second = gaps.get(1).map_or(0, |g| g.0);
        match gaps.first() {
            Some(&(_, at)) if layers.is_some() => at,
            Some(&(gap, at)) if gap > 0 && gap as f64 >= second as f64 * STEP_GAP => at,
            _ => 0,
        }
    }

    /// The median over the repetitions of the idle time before the operation at this place of the period.
    fn usual_gap_before(&self, run: &Run, at: usize) -> i64 {
        let mut gaps: Vec<i64> = (run.start + at..run.end)
            .step_by(run.period)
            .filter(|&i| i > run.start)
            .filter_map(|i| {
                let (before, here) = (self.ops.get(i - 1)?, self.ops.get(i)?);
                Some(self.trace.op(*here).start.saturating_sub(self.trace.op(*before).end).max(0))
            })
            .collect();
        if gaps.is_empty() {
            return 0;
        }
        let middle = gaps.len() / 2;
        *gaps.select_nth_unstable(middle).1
    }

    fn inner(&self, run: &Run, layers: Run, phase: usize) -> Option<InnerStructure> {
        let before = (layers.start + run.period - phase) % run.period;
        let first = run.start + layers.start;
        Some(InnerStructure {
            period: layers.period as u64,
            repeats: layers.repeats() as u64,
            before: before as u64,
            after: (run.period - before).saturating_sub(layers.end - layers.start) as u64,
            kernels: self.base_names(self.ops.get(first..first + layers.period)?),
        })
    }

    fn base_names(&self, ops: &[u32]) -> Vec<String> {
        ops.iter().map(|&op| self.trace.names.identity(self.trace.ops.name(op)).base.clone()).collect()
    }
}

/// Takes runs in their order, each without what is taken already, while enough repetitions are left.
fn disjoint(runs: Vec<Run>) -> Vec<Run> {
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for run in runs {
        let start = taken.range(..=run.start).next_back().map_or(run.start, |(_, &end)| end.max(run.start));
        let end = taken.range(start..).next().map_or(run.end, |(&next, _)| next.min(run.end));
        let free = Run { start, end: end.max(start), period: run.period };
        if free.repeats() >= PERIOD_REPEATS {
            taken.insert(free.start, free.end);
            chosen.push(free);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chosen_runs_never_overlap(text in prop::collection::vec(0u32..2, 0..80)) {
            let mut chosen = disjoint(runs(&text));
            chosen.sort_by_key(|r| r.start);
            for pair in chosen.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
        }
    }
}
