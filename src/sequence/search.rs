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

/// What is searched for: how much it costs to leave each kernel out, and to take one for a symbol of the text.
pub struct Pattern<'a> {
    /// In tenths, one a kernel.
    pub absent: &'a [u32],
    /// Cost of `pattern[i]` against a symbol.
    pub substitution: &'a dyn Fn(usize, u32) -> u32,
}

impl std::fmt::Debug for Pattern<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pattern({} kernels)", self.absent.len())
    }
}

impl Pattern<'_> {
    /// The cost of leaving all of it out.
    fn worst(&self) -> u32 {
        self.absent.iter().sum()
    }

    /// The share of the greatest possible cost that an occurrence did not spend, in [0, 1].
    pub fn confidence(&self, hit: &Hit) -> f64 {
        let worst = f64::from(self.worst());
        if worst == 0.0 { 0.0 } else { (1.0 - f64::from(hit.cost) / worst).max(0.0) }
    }
}

/// All non-overlapping occurrences that cost at most the share `most` of leaving the pattern out, cheapest
/// first taken, in text order. Every symbol of the text must be below `symbols`.
pub fn search(text: &[u32], symbols: usize, pattern: &Pattern<'_>, most: f64) -> Vec<Hit> {
    let m = pattern.absent.len();
    if m == 0 || text.is_empty() {
        return Vec::new();
    }
    let table: Vec<u32> = (0..symbols as u32)
        .flat_map(|s| (0..m).map(move |i| (s, i)))
        .map(|(s, i)| (pattern.substitution)(i, s))
        .collect();
    let limit = (f64::from(pattern.worst()) * most) as u32;
    let hits = candidates(text, pattern.absent, &table, limit);
    choose(hits, text.len(), m)
}

/// The best alignment that ends at each text position, where it costs at most `limit`.
fn candidates(text: &[u32], absent: &[u32], table: &[u32], limit: u32) -> Vec<Hit> {
    let m = absent.len();
    // Cell i: pattern[..i] aligned to a piece of text that ends here; (cost, start of the piece).
    let mut column: Vec<(u32, usize)> = vec![(0, 0); m + 1];
    for i in 1..=m {
        column[i] = (column[i - 1].0 + absent[i - 1], 0);
    }
    let mut hits = Vec::new();
    for (at, &symbol) in text.iter().enumerate() {
        let substitution = &table[symbol as usize * m..(symbol as usize + 1) * m];
        let mut diagonal = column[0];
        column[0] = (0, at + 1);
        for i in 1..=m {
            let up_left = (diagonal.0 + substitution[i - 1], diagonal.1);
            let left_out = (column[i - 1].0 + absent[i - 1], column[i - 1].1);
            let extra = (column[i].0 + cost::EXTRA, column[i].1);
            diagonal = column[i];
            let mut best = up_left;
            if left_out.0 < best.0 {
                best = left_out;
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
        let absent = vec![cost::ABSENT; pattern.len()];
        let substitution = |i: usize, s: u32| if pattern[i] == s { cost::SAME } else { cost::OTHER };
        search(text, 100, &Pattern { absent: &absent, substitution: &substitution }, 0.5)
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
