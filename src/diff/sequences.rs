//! Layers beside each other: which repeating sequence of one trace stands against which of the other, and the alignment.

use super::side::Sampled;
use super::units::{Unit, units};
use crate::kernel::{FamilyId, Level};
use crate::limits::{DIFF_ALIKE, PHASE_LENGTH, cost};
use crate::outcome::{Repeated, SequenceDiff, SequenceStep, StepState, StepTimes};
use crate::select::{Lexicon, Symbol};
use crate::sequence::{Step, align, align_cost};
use crate::stats::median;
use rustc_hash::FxHashMap;

/// Every repeating sequence of both sides, those alike paired, what takes longest first.
pub(super) fn sequences(a: &Sampled<'_>, b: &Sampled<'_>, lexicon: &Lexicon) -> Vec<SequenceDiff> {
    let (of_a, of_b) = (units(a, lexicon), units(b, lexicon));
    let mut left: Vec<Option<Unit>> = of_a.into_iter().map(Some).collect();
    let mut right: Vec<Option<Unit>> = of_b.into_iter().map(Some).collect();
    let mut found = Vec::new();
    for (at, against) in pairs(&left, &right, lexicon) {
        let (Some(x), Some(y)) = (left[at].take(), right[against].take()) else { continue };
        found.push(compared(a, &x, b, &in_phase(&x, y, lexicon), lexicon));
    }
    let alone = |side: &Sampled<'_>, unit: Unit| repeated(side, &unit);
    found.extend(left.into_iter().flatten().map(|x| SequenceDiff { a: alone(a, x), b: None, steps: Vec::new() }));
    found.extend(right.into_iter().flatten().map(|y| SequenceDiff { a: None, b: alone(b, y), steps: Vec::new() }));
    let share = |s: &SequenceDiff| [s.a, s.b].into_iter().flatten().map(|r| r.share).fold(0.0, f64::max);
    found.sort_by(|x, y| share(y).total_cmp(&share(x)));
    found
}

/// Which unit of A stands against which of B: the most alike first, each once.
fn pairs(left: &[Option<Unit>], right: &[Option<Unit>], lexicon: &Lexicon) -> Vec<(usize, usize)> {
    let mut scored: Vec<(f64, usize, usize)> = Vec::new();
    for (at, x) in left.iter().enumerate() {
        for (against, y) in right.iter().enumerate() {
            if let (Some(x), Some(y)) = (x, y) {
                scored.push((alike(x, y, lexicon), at, against));
            }
        }
    }
    scored.retain(|(score, ..)| *score >= DIFF_ALIKE);
    scored.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| (x.1, x.2).cmp(&(y.1, y.2))));
    let mut chosen: Vec<(usize, usize)> = Vec::new();
    for (_, at, against) in scored {
        if chosen.iter().all(|&(x, y)| x != at && y != against) {
            chosen.push((at, against));
        }
    }
    chosen
}

/// The share of operations that both have, in any order; a kernel of a family that says what it is for counts as any
/// other of it. In [0, 1].
fn alike(x: &Unit, y: &Unit, lexicon: &Lexicon) -> f64 {
    let key = |&symbol: &Symbol| match lexicon.family(symbol) {
        Some(family) if !lexicon.is_glue(symbol) => (Some(family), 0),
        _ => (None, symbol),
    };
    let mut counts: FxHashMap<(Option<FamilyId>, Symbol), usize> = FxHashMap::default();
    x.symbols.iter().for_each(|symbol| *counts.entry(key(symbol)).or_default() += 1);
    let mut shared = 0;
    for symbol in &y.symbols {
        if let Some(count) = counts.get_mut(&key(symbol)).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    2.0 * shared as f64 / (x.symbols.len() + y.symbols.len()) as f64
}

/// B's unit, begun where it fits A's best. A long one is begun only at operations that A's begins with.
fn in_phase(x: &Unit, y: Unit, lexicon: &Lexicon) -> Unit {
    let length = y.symbols.len();
    let long = length.max(x.symbols.len()) > PHASE_LENGTH;
    let begins = |by: &usize| !long || x.symbols.first() == y.symbols.get(*by);
    let costs = (0..length).filter(begins).take(PHASE_LENGTH).map(|by| {
        let of = |i: usize, j: usize| lexicon.substitution(x.symbols[i], y.symbols[(j + by) % length]);
        (align_cost(x.symbols.len(), length, cost::ABSENT, of), by)
    });
    let best = costs.min().map_or(0, |(_, by)| by);
    y.rotated(best)
}

fn compared(a: &Sampled<'_>, x: &Unit, b: &Sampled<'_>, y: &Unit, lexicon: &Lexicon) -> SequenceDiff {
    let mut steps = Vec::new();
    let at = |side: &Sampled<'_>, unit: &Unit, index: usize| StepTimes {
        name: lexicon.identity(unit.symbols[index]).base.clone(),
        ns: middle(side, unit, index),
    };
    let of = |i: usize, j: usize| lexicon.substitution(x.symbols[i], y.symbols[j]);
    for step in align(x.symbols.len(), y.symbols.len(), of) {
        let (left, right) = match step {
            Step::Pair(i, j) => (Some(i), Some(j)),
            Step::Left(i) => (Some(i), None),
            Step::Right(j) => (None, Some(j)),
        };
        let level = match (left, right) {
            (Some(i), Some(j)) => lexicon.level(x.symbols[i], y.symbols[j]),
            _ => None,
        };
        let (left, right) = (left.map(|i| at(a, x, i)), right.map(|j| at(b, y, j)));
        match level {
            Some(level) => {
                let state = if level >= Level::Normalised { StepState::Same } else { StepState::Variant };
                steps.push(SequenceStep { state, a: left, b: right });
            }
            // Two that have nothing in common only happen to stand in each other's place.
            None => {
                let alone = |state, a: Option<StepTimes>, b: Option<StepTimes>| SequenceStep { state, a, b };
                steps.extend(left.map(|left| alone(StepState::OnlyA, Some(left), None)));
                steps.extend(right.map(|right| alone(StepState::OnlyB, None, Some(right))));
            }
        }
    }
    SequenceDiff { a: repeated(a, x), b: repeated(b, y), steps }
}

fn repeated(side: &Sampled<'_>, unit: &Unit) -> Option<Repeated> {
    let op = side.trace.op(*unit.repetitions.first()?.first()?);
    let process = side.trace.processes.get(usize::from(op.process.0));
    Some(Repeated {
        pid: process.map_or(0, |process| process.pid),
        device: op.device,
        stream: op.stream,
        operations: unit.symbols.len(),
        repeats: unit.repetitions.len(),
        share: unit.share,
        ns: (0..unit.symbols.len()).map(|index| middle(side, unit, index)).sum(),
    })
}

/// The median time of the operation at a place of the unit.
fn middle(side: &Sampled<'_>, unit: &Unit, index: usize) -> f64 {
    let times = unit.repetitions.iter().filter_map(|ops| ops.get(index));
    let times: Vec<f64> = times.map(|&op| side.trace.ops.duration(op) as f64).collect();
    median(&times).unwrap_or(0.0)
}
