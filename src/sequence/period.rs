//! Repeating structure without any hint: maximal runs of a primitive period.
//!
//! Distances between equal k-grams vote for candidate periods; each candidate is then checked by one
//! pass for maximal stretches with `s[i] == s[i + p]` (runs: Main & Lorentz 1984; Kolpakov & Kucherov
//! 1999). O(n) for each of a fixed number of candidates.

use crate::limits::{PERIOD_CANDIDATES, PERIOD_GRAMS, PERIOD_REPEATS};
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
    let mut found: Vec<Run> = periods.into_iter().flat_map(|p| runs_of(text, p, repeats)).collect();
    found.sort_by_key(|r| (std::cmp::Reverse(r.end - r.start), r.period, r.start));
    found.retain(|run| primitive_period(&text[run.start..run.start + run.period]) == run.period);
    found
}

/// The smallest period that divides the sequence into equal pieces; its length if there is none.
pub fn primitive_period(sequence: &[u32]) -> usize {
    let n = sequence.len();
    (1..=n / 2).find(|p| n.is_multiple_of(*p) && (*p..n).all(|i| sequence[i] == sequence[i - p])).unwrap_or(n)
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
    let mut votes: FxHashMap<usize, u32> = FxHashMap::default();
    for k in PERIOD_GRAMS {
        let mut last: FxHashMap<&[u32], usize> = FxHashMap::default();
        for (at, gram) in text.windows(k).enumerate() {
            if let Some(before) = last.insert(gram, at) {
                *votes.entry(at - before).or_default() += 1;
            }
        }
    }
    let mut ranked: Vec<(usize, u32)> = votes.into_iter().collect();
    ranked.sort_by_key(|&(period, count)| (std::cmp::Reverse(count), period));
    ranked.into_iter().take(PERIOD_CANDIDATES).map(|(period, _)| period).collect()
}

fn runs_of(text: &[u32], period: usize, repeats: usize) -> Vec<Run> {
    let mut found = Vec::new();
    let mut start = 0;
    let last = text.len().saturating_sub(period);
    for at in 0..=last {
        if at < last && text[at] == text[at + period] {
            continue;
        }
        let run = Run { start, end: at + period, period };
        if run.end <= text.len() && run.repeats() >= repeats {
            found.push(run);
        }
        start = at + 1;
    }
    found
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
