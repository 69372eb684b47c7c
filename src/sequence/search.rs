//! Approximate occurrences of a short pattern in a long text: fitting alignment (Sellers 1980).
//!
//! Both ends of the text are free. One column of the table is kept at a time, each cell with the cost and
//! where its alignment began, so that memory is O(m) beside the hits and time O(n·m): 2 million kernels
//! against a pattern of 50 take a fraction of a second.

use crate::limits::{SHARED_KERNEL_LENGTH, cost};

/// An occurrence: `text[start..end]` matches the pattern at `cost` tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub start: usize,
    pub end: usize,
    pub cost: u32,
}

impl Hit {
    /// The share of the greatest possible cost that was not spent, in [0, 1].
    pub fn confidence(&self, pattern_length: usize) -> f64 {
        let most = pattern_length as f64 * f64::from(cost::ABSENT);
        if most == 0.0 { 0.0 } else { (1.0 - f64::from(self.cost) / most).max(0.0) }
    }
}

/// All non-overlapping occurrences that cost at most the share `most` of leaving the pattern out, cheapest
/// first taken, in text order. `substitution(i, symbol)` is the cost of `pattern[i]` against a symbol
/// of the text, which must be below `symbols`.
pub fn search(text: &[u32], symbols: usize, m: usize, most: f64, substitution: impl Fn(usize, u32) -> u32) -> Vec<Hit> {
    if m == 0 || text.is_empty() {
        return Vec::new();
    }
    let table: Vec<u32> =
        (0..symbols as u32).flat_map(|s| (0..m).map(move |i| (s, i))).map(|(s, i)| substitution(i, s)).collect();
    let limit = (m as f64 * f64::from(cost::ABSENT) * most) as u32;
    let hits = candidates(text, m, &table, limit);
    choose(hits, text.len(), m)
}

/// The best alignment that ends at each text position, where it costs at most `limit`.
fn candidates(text: &[u32], m: usize, table: &[u32], limit: u32) -> Vec<Hit> {
    // Cell i: pattern[..i] aligned to a piece of text that ends here; (cost, start of the piece).
    let mut column: Vec<(u32, usize)> = (0..=m).map(|i| (i as u32 * cost::ABSENT, 0)).collect();
    let mut hits = Vec::new();
    for (at, &symbol) in text.iter().enumerate() {
        let substitution = &table[symbol as usize * m..(symbol as usize + 1) * m];
        let mut diagonal = column[0];
        column[0] = (0, at + 1);
        for i in 1..=m {
            let up_left = (diagonal.0 + substitution[i - 1], diagonal.1);
            let absent = (column[i - 1].0 + cost::ABSENT, column[i - 1].1);
            let extra = (column[i].0 + cost::EXTRA, column[i].1);
            diagonal = column[i];
            let mut best = up_left;
            if absent.0 < best.0 {
                best = absent;
            }
            if extra.0 < best.0 {
                best = extra;
            }
            column[i] = best;
        }
        let (cost, start) = column[m];
        if cost <= limit && start <= at {
            hits.push(Hit { start, end: at + 1, cost });
        }
    }
    hits
}

/// Greedy by cost, then by length nearest to the pattern's, then from the left.
fn choose(mut hits: Vec<Hit>, n: usize, m: usize) -> Vec<Hit> {
    hits.sort_by_key(|h| (h.cost, (h.end - h.start).abs_diff(m), h.start));
    let shared = usize::from(m >= SHARED_KERNEL_LENGTH);
    // taken[i]: text position i lies inside a chosen hit (its first and last kernel may be shared).
    let mut taken = vec![false; n];
    let mut chosen: Vec<Hit> = Vec::new();
    for hit in hits {
        let inner = hit.start + shared.min(hit.end - hit.start - 1)..hit.end - shared.min(hit.end - hit.start - 1);
        let inner = if inner.start < inner.end { inner } else { hit.start..hit.end };
        if taken[inner].iter().any(|&t| t) {
            continue;
        }
        taken[hit.start..hit.end].fill(true);
        chosen.push(hit);
    }
    chosen.sort_by_key(|h| h.start);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(text: &[u32], pattern: &[u32]) -> Vec<Hit> {
        search(text, 100, pattern.len(), 0.5, |i, s| if pattern[i] == s { cost::SAME } else { cost::OTHER })
    }

    #[test]
    fn exact_occurrences_are_found_where_they_stand() {
        let hits = find(&[9, 1, 2, 3, 9, 9, 1, 2, 3], &[1, 2, 3]);
        assert_eq!(hits.iter().map(|h| (h.start, h.end, h.cost)).collect::<Vec<_>>(), [(1, 4, 0), (6, 9, 0)]);
    }

    #[test]
    fn extra_and_missing_kernels_are_tolerated() {
        let hits = find(&[9, 1, 2, 8, 3, 4, 9, 1, 2, 4, 9], &[1, 2, 3, 4]);
        assert_eq!(hits.iter().map(|h| (h.start, h.end, h.cost)).collect::<Vec<_>>(), [(1, 6, 3), (7, 10, 10)]);
    }

    #[test]
    fn what_is_absent_is_not_found() {
        assert!(find(&[5, 6, 7, 5, 6, 7], &[1, 2, 3]).is_empty());
    }

    proptest! {
        /// Copies of a pattern of distinct symbols, separated by foreign ones, are found exactly.
        #[test]
        fn planted_copies_are_found(gaps in prop::collection::vec(1usize..6, 1..8), m in 2usize..12) {
            let pattern: Vec<u32> = (1..=m as u32).collect();
            let mut text = Vec::new();
            let mut planted = Vec::new();
            for gap in &gaps {
                text.extend(std::iter::repeat_n(99u32, *gap));
                planted.push((text.len(), text.len() + m));
                text.extend(&pattern);
            }
            let hits: Vec<_> = find(&text, &pattern).iter().map(|h| (h.start, h.end)).collect();
            prop_assert_eq!(hits, planted);
        }

        #[test]
        fn hits_never_overlap_by_more_than_a_shared_kernel(
            text in prop::collection::vec(0u32..4, 0..60),
            pattern in prop::collection::vec(0u32..4, 1..14),
        ) {
            for pair in find(&text, &pattern).windows(2) {
                prop_assert!(pair[0].end <= pair[1].start + 1);
            }
        }
    }
}
