//! Repeating structure without any hint: maximal runs of a primitive period.
//!
//! Distances between equal k-grams vote for candidate periods; each candidate is then checked by one
//! pass for maximal stretches with `s[i] == s[i + p]` (runs: Main & Lorentz 1984; Kolpakov & Kucherov
//! 1999). O(n) for each of a fixed number of candidates.

use crate::limits::{PERIOD_CANDIDATES, PERIOD_GRAMS, PERIOD_REPEATS};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// A maximal stretch of the text that repeats with a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub start: usize,
    pub end: usize,
    pub period: usize,
}

impl Run {
    /// Whole repetitions.
    pub fn repeats(&self) -> usize {
        (self.end - self.start) / self.period
    }
}

/// All maximal runs of at least [`PERIOD_REPEATS`] repetitions, longest first, of primitive periods only.
pub fn runs(text: &[u32]) -> Vec<Run> {
    runs_of_at_least(text, PERIOD_REPEATS)
}

/// All maximal runs of at least `repeats` repetitions, longest first, of primitive periods only.
pub fn runs_of_at_least(text: &[u32], repeats: usize) -> Vec<Run> {
    let periods = candidate_periods(text);
    let of_each: Vec<Vec<Run>> = periods.into_par_iter().map(|p| runs_of(text, p, repeats)).collect();
    let mut found: Vec<Run> = of_each.concat();
    found.sort_by_key(|r| (std::cmp::Reverse(r.end - r.start), r.period, r.start));
    found.retain(|run| primitive_period(&text[run.start..run.start + run.period]) == run.period);
    found
}

/// The smallest period that divides the sequence into equal pieces; its length if there is none.
pub fn primitive_period(sequence: &[u32]) -> usize {
    let n = sequence.len();
    // The lengths of equal pieces are the multiples of the smallest: dividing by one prime after the other finds it.
    let mut period = n;
    for prime in prime_factors(n) {
        while period.is_multiple_of(prime) && sequence[period / prime..] == sequence[..n - period / prime] {
            period /= prime;
        }
    }
    period
}

/// Each once, in order.
fn prime_factors(n: usize) -> Vec<usize> {
    let (mut rest, mut divisor, mut factors) = (n, 2, Vec::new());
    while divisor * divisor <= rest {
        if rest.is_multiple_of(divisor) {
            factors.push(divisor);
            while rest.is_multiple_of(divisor) {
                rest /= divisor;
            }
        }
        divisor += 1;
    }
    if rest > 1 {
        factors.push(rest);
    }
    factors
}

/// The rotation that comes first in order: equal for all rotations of one sequence (Shiloach 1981). O(n).
pub fn least_rotation<T: Ord + Clone>(unit: &[T]) -> Vec<T> {
    let n = unit.len();
    let (mut i, mut j, mut k) = (0, 1, 0);
    while i < n && j < n && k < n {
        match unit[(i + k) % n].cmp(&unit[(j + k) % n]) {
            std::cmp::Ordering::Equal => {
                k += 1;
                continue;
            }
            std::cmp::Ordering::Greater => i += k + 1,
            std::cmp::Ordering::Less => j += k + 1,
        }
        if i == j {
            j += 1;
        }
        k = 0;
    }
    let start = i.min(j).min(n);
    unit[start..].iter().chain(&unit[..start]).cloned().collect()
}

fn candidate_periods(text: &[u32]) -> Vec<usize> {
    let mut votes = Votes::default();
    let mut grams = Grams { numbers: text.to_vec(), length: 1 };
    for k in PERIOD_GRAMS {
        while grams.length < k {
            grams.double();
        }
        grams.vote(&mut votes);
    }
    votes.most()
}

/// Every piece of the text of one length as a number: equal for equal pieces, below the number of pieces or, at length
/// 1, the symbols themselves.
struct Grams {
    numbers: Vec<u32>,
    length: usize,
}

impl Grams {
    /// Numbers for pieces of twice the length: of each, two numbers become one.
    fn double(&mut self) {
        let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let whole = self.numbers.len().saturating_sub(self.length);
        for at in 0..whole {
            let pair = (self.numbers[at], self.numbers[at + self.length]);
            let next = known.len() as u32;
            self.numbers[at] = *known.entry(pair).or_insert(next);
        }
        self.numbers.truncate(whole);
        self.length *= 2;
    }

    /// One vote for the distance of each piece to the last one that is equal.
    fn vote(&self, votes: &mut Votes) {
        let most = self.numbers.iter().copied().max().map_or(0, |most| most as usize + 1);
        // Symbols may be any numbers; those of longer pieces are below their count.
        if most > self.numbers.len().max(Votes::NEAR) {
            let mut last: FxHashMap<u32, usize> = FxHashMap::default();
            for (at, &gram) in self.numbers.iter().enumerate() {
                if let Some(before) = last.insert(gram, at) {
                    votes.add(at - before);
                }
            }
            return;
        }
        let mut last = vec![usize::MAX; most];
        for (at, &gram) in self.numbers.iter().enumerate() {
            let before = std::mem::replace(&mut last[gram as usize], at);
            if before != usize::MAX {
                votes.add(at - before);
            }
        }
    }
}

/// How many equal pieces stand at each distance.
#[derive(Debug)]
struct Votes {
    near: Vec<u32>,
    far: FxHashMap<usize, u32>,
}

impl Default for Votes {
    fn default() -> Self {
        Self { near: vec![0; Self::NEAR], far: FxHashMap::default() }
    }
}

impl Votes {
    /// Distances below this are counted in a table: nearly all are.
    const NEAR: usize = 1 << 14;

    fn add(&mut self, distance: usize) {
        match self.near.get_mut(distance) {
            Some(count) => *count += 1,
            None => *self.far.entry(distance).or_default() += 1,
        }
    }

    /// The distances with most votes, the shorter first among equals.
    fn most(self) -> Vec<usize> {
        let near = self.near.into_iter().enumerate().filter(|(_, count)| *count > 0);
        let mut ranked: Vec<(usize, u32)> = near.chain(self.far).collect();
        ranked.sort_unstable_by_key(|&(period, count)| (std::cmp::Reverse(count), period));
        ranked.into_iter().take(PERIOD_CANDIDATES).map(|(period, _)| period).collect()
    }
}

fn runs_of(text: &[u32], period: usize, repeats: usize) -> Vec<Run> {
    let mut found = Vec::new();
    let mut start = 0;
    let last = text.len().saturating_sub(period);
    while start <= last {
        let at = start + equal_start(&text[start..last], text.get(start + period..).unwrap_or_default());
        let run = Run { start, end: at + period, period };
        if run.end <= text.len() && run.repeats() >= repeats {
            found.push(run);
        }
        start = at + 1;
    }
    found
}

/// How many symbols two texts share at their start; at most the first one's length.
fn equal_start(a: &[u32], b: &[u32]) -> usize {
    const WORD: usize = 16;
    let blocks = a.chunks_exact(WORD).zip(b.chunks_exact(WORD)).take_while(|(a, b)| a == b).count() * WORD;
    blocks + a[blocks..].iter().zip(&b[blocks..]).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pair_of_layers_is_one_period() {
        let text: Vec<u32> = [7, 7].into_iter().chain([1, 2, 1, 3].into_iter().cycle().take(24)).chain([8]).collect();
        let best = runs(&text).into_iter().next();
        assert_eq!(best, Some(Run { start: 2, end: 26, period: 4 }));
    }

    #[test]
    fn a_sequence_of_equal_pieces_has_their_length_as_period() {
        assert_eq!(primitive_period(&[1, 2, 1, 2, 1, 2]), 2);
        assert_eq!(primitive_period(&[1, 2, 3]), 3);
        assert_eq!(primitive_period(&[]), 0);
    }

    proptest! {
        /// By its definition: the first length that gives equal pieces.
        #[test]
        fn the_primitive_period_is_the_shortest_equal_piece(
            unit in prop::collection::vec(0u32..3, 1..9),
            times in 1usize..9,
            last in 0u32..3,
        ) {
            let mut sequence = unit.repeat(times);
            if let Some(symbol) = sequence.last_mut() { *symbol = last; }
            let n = sequence.len();
            let equal = |p: &usize| n.is_multiple_of(*p) && (*p..n).all(|i| sequence[i] == sequence[i - p]);
            prop_assert_eq!(Some(primitive_period(&sequence)), (1..=n).find(equal));
        }

        /// By their definition: the distance of each piece to the last equal one.
        #[test]
        fn candidates_are_the_distances_with_most_votes(
            text in prop::collection::vec(prop_oneof![0u32..4, Just(1 << 20)], 0..80),
        ) {
            let mut votes: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
            for k in PERIOD_GRAMS {
                for at in 0..(text.len() + 1).saturating_sub(k) {
                    let equal = |&before: &usize| text[before..before + k] == text[at..at + k];
                    if let Some(before) = (0..at).rev().find(equal) { *votes.entry(at - before).or_default() += 1; }
                }
            }
            let mut ranked: Vec<_> = votes.into_iter().map(|(period, count)| (std::cmp::Reverse(count), period)).collect();
            ranked.sort_unstable();
            let expected: Vec<usize> = ranked.into_iter().take(PERIOD_CANDIDATES).map(|(_, period)| period).collect();
            prop_assert_eq!(candidate_periods(&text), expected);
        }

        #[test]
        fn runs_are_found_by_asking_every_place(
            text in prop::collection::vec(0u32..2, 0..120),
            period in 1usize..40,
            repeats in 1usize..5,
        ) {
            let mut expected = Vec::new();
            let mut start = 0;
            for at in 0..=text.len().saturating_sub(period) {
                if at + period < text.len() && text[at] == text[at + period] { continue; }
                let run = Run { start, end: at + period, period };
                if run.end <= text.len() && run.repeats() >= repeats { expected.push(run); }
                start = at + 1;
            }
            prop_assert_eq!(runs_of(&text, period, repeats), expected);
        }

        #[test]
        fn all_rotations_have_one_canonical_form(unit in prop::collection::vec(0u32..3, 1..12), by in 0usize..12) {
            let mut rotated = unit.clone();
            rotated.rotate_left(by % unit.len());
            prop_assert_eq!(least_rotation(&unit), least_rotation(&rotated));
            let least = (0..unit.len()).map(|k| { let mut r = unit.clone(); r.rotate_left(k); r }).min();
            prop_assert_eq!(Some(least_rotation(&unit)), least);
        }

        #[test]
        fn a_planted_period_is_found_whole(
            before in prop::collection::vec(50u32..60, 0..20),
            period in 2usize..30,
            repeats in 4usize..10,
        ) {
            let unit: Vec<u32> = (1..=period as u32).collect();
            let mut text = before.clone();
            for _ in 0..repeats { text.extend(&unit); }
            text.push(61);
            let best = runs(&text).into_iter().find(|r| r.period == period);
            prop_assert_eq!(best, Some(Run { start: before.len(), end: before.len() + period * repeats, period }));
        }

        #[test]
        fn any_text_gives_runs_that_do_repeat(text in prop::collection::vec(0u32..3, 0..80)) {
            for run in runs(&text) {
                prop_assert!(run.end <= text.len());
                for i in run.start..run.end - run.period {
                    prop_assert_eq!(text[i], text[i + run.period]);
                }
            }
        }
    }
}
