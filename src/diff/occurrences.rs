//! Where a sequence of one trace runs in the other without repeating there: a layer that stands once in each step.

use super::side::Sampled;
use super::units::{Unit, streams};
use crate::select::{Lexicon, Symbol};
use rustc_hash::FxHashMap;

/// Every place of a trace where the unit's operations stand in its order, wherever in it they begin. Nothing if there is none.
pub(super) fn occurrences(side: &Sampled<'_>, lexicon: &Lexicon, unit: &Unit) -> Option<Unit> {
    let mut repetitions: Vec<Vec<u32>> = Vec::new();
    let rotations = Rotations::new(&unit.symbols);
    for ops in streams(side).into_values() {
        let text: Vec<Symbol> = ops.iter().map(|&op| side.symbol(lexicon, op)).collect();
        for (at, by) in rotations.places(&text) {
            let mut stretch = ops[at..at + unit.symbols.len()].to_vec();
            // Begun where the unit is, so that all repetitions stand in step.
            stretch.rotate_right(by);
            repetitions.push(stretch);
        }
    }
    let busy: i64 = repetitions.iter().flatten().map(|&op| side.trace.ops.duration(op)).sum();
    let share = busy as f64 / side.total.sum_ns.max(1) as f64;
    let found = Unit { symbols: unit.symbols.clone(), repetitions, share, shown: false };
    (!found.repetitions.is_empty()).then_some(found)
}

/// All rotations of a sequence, by a hash that is carried along a text.
struct Rotations {
    twice: Vec<Symbol>,
    length: usize,
    by_hash: FxHashMap<u64, usize>,
}

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

fn digit(symbol: Symbol) -> u64 {
    (u64::from(symbol) + 1).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31)
}

/// The hash of each window of this length.
fn windows(text: &[Symbol], length: usize) -> impl Iterator<Item = u64> + '_ {
    let leaves = (0..length).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = 0_u64;
    text.iter().enumerate().filter_map(move |(at, &symbol)| {
        hash = hash.wrapping_mul(BASE).wrapping_add(digit(symbol));
        if let Some(&gone) = at.checked_sub(length).and_then(|gone| text.get(gone)) {
            hash = hash.wrapping_sub(digit(gone).wrapping_mul(leaves));
        }
        (at + 1 >= length).then_some(hash)
    })
}

impl Rotations {
    fn new(symbols: &[Symbol]) -> Self {
        let twice = [symbols, symbols].concat();
        let by_hash = windows(&twice, symbols.len()).take(symbols.len()).enumerate().map(|(by, hash)| (hash, by));
        Self { by_hash: by_hash.collect(), length: symbols.len(), twice }
    }

    /// Places in the text, none over another, each with the rotation that stands there.
    fn places(&self, text: &[Symbol]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let mut free = 0;
        for (at, hash) in windows(text, self.length).enumerate() {
            let Some(&by) = self.by_hash.get(&hash).filter(|_| at >= free) else { continue };
            if text[at..at + self.length] == self.twice[by..by + self.length] {
                places.push((at, by));
                free = at + self.length;
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sequence_is_found_wherever_in_it_it_begins() {
        let rotations = Rotations::new(&[1, 2, 3]);
        assert_eq!(rotations.places(&[9, 1, 2, 3, 9, 3, 1, 2, 2, 3, 1, 1, 2]), [(1, 0), (5, 2), (8, 1)]);
        assert_eq!(rotations.places(&[1, 2]), []);
        assert_eq!(rotations.places(&[1, 3, 2, 1, 3]), []);
    }

    proptest! {
        #[test]
        fn nothing_is_missed(text in proptest::collection::vec(0_u32..3, 0..60), unit in proptest::collection::vec(0_u32..3, 1..6)) {
            let found = Rotations::new(&unit).places(&text);
            let is_one = |window: &[u32]| (0..unit.len()).any(|by| {
                let mut turned = unit.clone();
                turned.rotate_left(by);
                turned == window
            });
            let mut expected = Vec::new();
            let mut at = 0;
            while at + unit.len() <= text.len() {
                let one = is_one(&text[at..at + unit.len()]);
                expected.extend(one.then_some(at));
                at += if one { unit.len() } else { 1 };
            }
            prop_assert_eq!(found.iter().map(|place| place.0).collect::<Vec<_>>(), expected);
        }
    }
}
