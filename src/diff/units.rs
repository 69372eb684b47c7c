//! What repeats in a trace: layers, or whole steps where no layer does.

use super::side::Sampled;
use crate::limits::{DIFF_UNIT_SHARE, PERIOD_REPEATS};
use crate::select::{Lexicon, Symbol};
use crate::sequence::{least_rotation, runs_of_at_least};
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A sequence that repeats on one stream, wherever in it a stretch begins.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) symbols: Vec<Symbol>,
    /// Operations of each repetition, in step with the symbols.
    pub(super) repetitions: Vec<Vec<u32>>,
    /// Of the side's GPU time, in [0, 1].
    pub(super) share: f64,
    /// Whether a diff shows it for itself; else it only is what one of the other side may stand against.
    pub(super) shown: bool,
}

impl Unit {
    /// The unit begun at another of its operations; what is cut off at the ends of stretches is given up.
    pub(super) fn rotated(&self, by: usize) -> Self {
        let turn = |items: &[u32]| items[by..].iter().chain(&items[..by]).copied().collect::<Vec<u32>>();
        Self {
            symbols: turn(&self.symbols),
            repetitions: self.repetitions.iter().map(|ops| turn(ops)).collect(),
            share: self.share,
            shown: self.shown,
        }
    }
}

/// Units of all streams. Shown are those that take a part of the GPU time, the shorter first, none inside another.
pub(super) fn units(side: &Sampled<'_>, lexicon: &Lexicon) -> Vec<Unit> {
    let found: Vec<Unit> = streams(side).into_values().flat_map(|ops| of_stream(side, lexicon, &ops)).collect();
    apart(found)
}

/// Operations of each stream, in time order.
pub(super) fn streams(side: &Sampled<'_>) -> BTreeMap<(u16, u16, u32), Vec<u32>> {
    let mut streams: BTreeMap<(u16, u16, u32), Vec<u32>> = BTreeMap::new();
    for &op in &side.ops {
        let view = side.trace.op(op);
        streams.entry((view.process.0, view.device, view.stream)).or_default().push(op);
    }
    streams
}

fn of_stream(side: &Sampled<'_>, lexicon: &Lexicon, ops: &[u32]) -> Vec<Unit> {
    let text: Vec<Symbol> = ops.iter().map(|&op| side.symbol(lexicon, op)).collect();
    let mut by_unit: BTreeMap<Vec<Symbol>, Vec<Vec<u32>>> = BTreeMap::new();
    for run in runs_of_at_least(&text, 2).into_iter().filter(|run| run.period > 1) {
        let unit = least_rotation(&text[run.start..run.start + run.period]);
        // From where the unit begins as it is written, so that repetitions of all stretches stand in step.
        let begins = (run.start..run.start + run.period)
            .find(|&at| text[at..].iter().zip(&unit).take(run.end - at).all(|(x, y)| x == y));
        let Some(begins) = begins else { continue };
        let repetitions = ops[begins..run.end].chunks_exact(run.period).map(<[u32]>::to_vec);
        by_unit.entry(unit).or_default().extend(repetitions);
    }
    let all = side.total.sum_ns.max(1) as f64;
    let units = by_unit.into_iter().filter(|(_, repetitions)| !repetitions.is_empty());
    let with_share = units.map(|(symbols, repetitions)| {
        let busy: i64 = repetitions.iter().flatten().map(|&op| side.trace.ops.duration(op)).sum();
        let share = busy as f64 / all;
        let shown = repetitions.len() >= PERIOD_REPEATS && share >= DIFF_UNIT_SHARE;
        Unit { symbols, repetitions, share, shown }
    });
    with_share.collect()
}

/// Not shown is what shares a third of its operations with a shorter one that is: a step of layers.
fn apart(mut units: Vec<Unit>) -> Vec<Unit> {
    units.sort_by(|x, y| {
        (x.symbols.len(), Reverse(x.repetitions.len()))
            .cmp(&(y.symbols.len(), Reverse(y.repetitions.len())))
            .then_with(|| x.symbols.cmp(&y.symbols))
    });
    let mut taken: FxHashSet<u32> = FxHashSet::default();
    for unit in units.iter_mut().filter(|unit| unit.shown) {
        let ops = unit.repetitions.iter().flatten();
        let known = ops.clone().filter(|op| taken.contains(op)).count();
        unit.shown = known * 3 < unit.symbols.len() * unit.repetitions.len();
        if unit.shown {
            taken.extend(ops);
        }
    }
    units
}
