//! Layers beside each other, operation by operation.

use super::occurrences::occurrences;
use super::pairing::pairs;
use super::side::Sampled;
use super::units::{Unit, units};
use crate::kernel::Level;
use crate::limits::{PHASE_LENGTH, cost};
use crate::outcome::{Repeated, SequenceDiff, SequenceStep, StepState, StepTimes};
use crate::select::Lexicon;
use crate::sequence::{Step, align, align_cost};
use crate::stats::median;

/// Every repeating sequence of both sides that takes a part of the GPU time, those alike paired, what takes longest first.
pub(super) fn sequences(a: &Sampled<'_>, b: &Sampled<'_>, lexicon: &Lexicon) -> Vec<SequenceDiff> {
    let (mut of_a, mut of_b) = (units(a, lexicon), units(b, lexicon));
    let (in_b, in_a) = unpaired(&of_a, &of_b, lexicon);
    let in_b: Vec<Unit> = in_b.iter().filter_map(|x| occurrences(b, lexicon, x)).collect();
    let in_a: Vec<Unit> = in_a.iter().filter_map(|y| occurrences(a, lexicon, y)).collect();
    of_b.extend(in_b);
    of_a.extend(in_a);
    let paired = pairs(&of_a, &of_b, lexicon);
    let mut found: Vec<SequenceDiff> =
        paired.iter().map(|&(x, y)| compared(a, x, b, &in_phase(x, y, lexicon), lexicon)).collect();
    let without =
        |unit: &&Unit, partners: &[&Unit]| unit.shown && !partners.iter().any(|one| std::ptr::eq(*one, *unit));
    let (with_a, with_b): (Vec<&Unit>, Vec<&Unit>) = paired.into_iter().unzip();
    let alone = |a, b| SequenceDiff { a, b, steps: Vec::new() };
    found.extend(of_a.iter().filter(|x| without(x, &with_a)).map(|x| alone(repeated(a, x), None)));
    found.extend(of_b.iter().filter(|y| without(y, &with_b)).map(|y| alone(None, repeated(b, y))));
    let share = |s: &SequenceDiff| [s.a, s.b].into_iter().flatten().map(|r| r.share).fold(0.0, f64::max);
    found.sort_by(|x, y| share(y).total_cmp(&share(x)));
    found
}

/// Units of A and of B that are shown, but stand neither against their like nor against one that is shown.
fn unpaired<'u>(of_a: &'u [Unit], of_b: &'u [Unit], lexicon: &Lexicon) -> (Vec<&'u Unit>, Vec<&'u Unit>) {
    let mut paired = pairs(of_a, of_b, lexicon);
    paired.retain(|(x, y)| x.symbols == y.symbols || (x.shown && y.shown));
    let (with_a, with_b): (Vec<&Unit>, Vec<&Unit>) = paired.into_iter().unzip();
    let without = |units: &'u [Unit], partners: Vec<&'u Unit>| {
        let alone = units.iter().filter(|unit| unit.shown && !partners.iter().any(|one| std::ptr::eq(*one, *unit)));
        alone.collect::<Vec<_>>()
    };
    (without(of_a, with_a), without(of_b, with_b))
}

/// B's unit, begun where it fits A's best. A long one is begun only at operations that A's begins with.
fn in_phase(x: &Unit, y: &Unit, lexicon: &Lexicon) -> Unit {
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
