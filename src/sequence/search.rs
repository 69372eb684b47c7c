//! Approximate occurrences of a short pattern in a long text: fitting alignment (Sellers 1980).
//!
//! Both ends of the text are free. One column of the table is kept at a time, each cell with the cost and
//! where its alignment began, so that memory is O(m) beside the hits and time O(n·m): 2 million kernels
//! against a pattern of 50 take a fraction of a second. Pieces of the text are searched in parallel; the hits are the
//! same for any number of threads.

use crate::limits::{SHARED_KERNEL_LENGTH, cost};
use rayon::prelude::*;

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
    let costs = Costs { absent: pattern.absent, table: &table, limit };
    choose(costs.candidates(text, PIECE), limit, text.len(), m)
}

/// Text positions that one thread searches at a time.
const PIECE: usize = 1 << 16;

/// The best alignment that ends at a text position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    start: u32,
    end: u32,
    cost: u32,
}

impl Candidate {
    /// Cheapest first, then of the length nearest to the pattern's, then from the left.
    fn rank(&self, m: usize) -> (u32, usize, u32, u32) {
        (self.cost, ((self.end - self.start) as usize).abs_diff(m), self.start, self.end)
    }

    fn hit(&self) -> Hit {
        Hit { start: self.start as usize, end: self.end as usize, cost: self.cost }
    }
}

/// What the steps of an alignment cost, in tenths.
struct Costs<'a> {
    absent: &'a [u32],
    /// Per symbol of the text: the cost of each kernel of the pattern against it.
    table: &'a [u32],
    limit: u32,
}

impl Costs<'_> {
    /// The best alignment that ends at each text position, where it costs at most the limit, from left to right, piece by
    /// piece.
    ///
    /// The text is searched in pieces, in parallel. What costs at most the limit leaves out nothing of the text for free,
    /// so that it is no longer than the pattern and the kernels that it can pay for in between: a piece that is begun so
    /// much earlier finds all that ends in it, as if the text were searched in one go.
    fn candidates(&self, text: &[u32], piece: usize) -> Vec<Vec<Candidate>> {
        let longest = self.absent.len() + (self.limit / cost::EXTRA) as usize;
        let pieces = pieces(text.len(), longest, piece);
        pieces.into_par_iter().map(|(begin, from, to)| self.ending_in(text, begin, from, to)).collect()
    }

    /// Those that end in `(from, to]`, of alignments that begin at `begin` or later.
    fn ending_in(&self, text: &[u32], begin: usize, from: usize, to: usize) -> Vec<Candidate> {
        let m = self.absent.len();
        let absent: Vec<u64> = self.absent.iter().map(|&cost| Cell::LEFT_OUT + Cell::cost(cost)).collect();
        // Cell i: pattern[..i] aligned to a piece of text that ends here.
        let mut column: Vec<u64> = vec![begin as u64];
        for &cost in self.absent {
            column.push(column[column.len() - 1] + Cell::cost(cost));
        }
        let mut found = Vec::new();
        for (at, &symbol) in (begin..to).zip(&text[begin..to]) {
            let substitution = &self.table[symbol as usize * m..(symbol as usize + 1) * m];
            let mut diagonal = column[0];
            let mut before = at as u64 + 1;
            column[0] = before;
            for ((cell, &pair), &absent) in column[1..].iter_mut().zip(substitution).zip(&absent) {
                let paired = diagonal + Cell::cost(pair);
                diagonal = *cell;
                let best = paired.min(before + absent).min(diagonal + Cell::EXTRA);
                before = best & Cell::KEPT;
                *cell = before;
            }
            let (cost, start) = ((before >> Cell::COST) as u32, before as u32);
            if at >= from && cost <= self.limit && start as usize <= at {
                found.push(Candidate { start, end: at as u32 + 1, cost });
            }
        }
        found
    }
}

/// Where each piece of a text of `n` symbols is begun, and between which places what it finds ends. What is searched
/// twice is at most a quarter of the text.
fn pieces(n: usize, longest: usize, piece: usize) -> Vec<(usize, usize, usize)> {
    let piece = piece.max(4 * longest);
    let starts = (0..n.div_ceil(piece)).map(|i| i * piece);
    starts.map(|from| (from.saturating_sub(longest), from, (from + piece).min(n))).collect()
}

/// A cell in one number, so that the least of three is the cheapest: the cost, which step led there (of equal costs a
/// pair before a kernel left out before one that is extra), and where the alignment began.
struct Cell;

impl Cell {
    const COST: u32 = 34;
    const LEFT_OUT: u64 = 1 << 32;
    const EXTRA: u64 = (2 << 32) + Self::cost(cost::EXTRA);
    /// Which step led to a cell decides nothing that comes after.
    const KEPT: u64 = !(3 << 32);

    const fn cost(cost: u32) -> u64 {
        (cost as u64) << Self::COST
    }
}

/// Greedy by rank. What a cheaper one has taken is left away before the rest of a cost is ranked: of a text that
/// consists of occurrences, that is nearly all.
fn choose(candidates: Vec<Vec<Candidate>>, limit: u32, n: usize, m: usize) -> Vec<Hit> {
    let mut by_cost: Vec<Vec<Candidate>> = vec![Vec::new(); limit as usize + 1];
    for candidate in candidates.into_iter().flatten() {
        by_cost[candidate.cost as usize].push(candidate);
    }
    let mut taken = Taken { shared: usize::from(m >= SHARED_KERNEL_LENGTH), positions: vec![false; n] };
    let mut chosen: Vec<Hit> = Vec::new();
    for mut equal in by_cost {
        equal.retain(|candidate| taken.is_free(&candidate.hit()));
        equal.sort_unstable_by_key(|candidate| candidate.rank(m));
        for hit in equal.iter().map(Candidate::hit) {
            if taken.is_free(&hit) {
                taken.positions[hit.start..hit.end].fill(true);
                chosen.push(hit);
            }
        }
    }
    chosen.sort_unstable_by_key(|hit| hit.start);
    chosen
}

/// Text positions inside chosen hits.
struct Taken {
    /// How many kernels at each end may be another hit's too.
    shared: usize,
    positions: Vec<bool>,
}

impl Taken {
    fn is_free(&self, hit: &Hit) -> bool {
        let shared = self.shared.min(hit.end - hit.start - 1);
        let inner = hit.start + shared..hit.end - shared;
        let inner = if inner.start < inner.end { inner } else { hit.start..hit.end };
        // Neighbours overlap at the ends.
        !self.positions[inner.start] && !self.positions[inner.end - 1] && !self.positions[inner].contains(&true)
    }
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

    /// How often costs are asked for depends on the pattern and the kinds of kernels, not on the length of the text.
    #[test]
    fn costs_are_asked_for_once_a_symbol() {
        let asked = |times: usize| {
            let count = std::cell::Cell::new(0);
            let substitution = |i: usize, s: u32| {
                count.set(count.get() + 1);
                if i as u32 == s { cost::SAME } else { cost::OTHER }
            };
            let text: Vec<u32> = (0..9).cycle().take(9 * times).collect();
            let hits = search(&text, 9, &Pattern { absent: &[cost::ABSENT; 4], substitution: &substitution }, 0.5);
            assert_eq!(hits.len(), times);
            count.get()
        };
        assert_eq!((asked(10), asked(1000)), (36, 36));
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
        fn pieces_cover_the_text_and_search_little_twice(
            n in 0usize..2_000_000,
            longest in 1usize..70_000,
            piece in 1usize..100_000,
        ) {
            let pieces = pieces(n, longest, piece);
            let ends: Vec<usize> = pieces.iter().map(|&(_, _, to)| to).collect();
            let begins: Vec<usize> = pieces.iter().map(|&(_, from, _)| from).collect();
            prop_assert_eq!(&begins[1.min(begins.len())..], &ends[..ends.len().saturating_sub(1)]);
            prop_assert_eq!((begins.first().copied().unwrap_or(0), ends.last().copied().unwrap_or(0)), (0, n));
            prop_assert!(pieces.iter().map(|&(begin, _, to)| to - begin).sum::<usize>() <= n + n / 4 + longest);
        }

        /// Searched in pieces as short as may be, a text gives what it gives in one piece.
        #[test]
        fn pieces_find_what_the_whole_finds(
            text in prop::collection::vec(0u32..4, 1..300),
            pattern in prop::collection::vec(0u32..4, 1..8),
            limit in 0u32..60,
        ) {
            let absent = vec![cost::ABSENT; pattern.len()];
            let substitution = |(s, i): (u32, usize)| match pattern[i].abs_diff(s) {
                0 => cost::SAME,
                1 => cost::BASE,
                _ => cost::OTHER,
            };
            let table: Vec<u32> =
                (0..4).flat_map(|s| (0..pattern.len()).map(move |i| (s, i))).map(substitution).collect();
            let costs = Costs { absent: &absent, table: &table, limit };
            prop_assert_eq!(costs.candidates(&text, 1).concat(), costs.candidates(&text, usize::MAX / 8).concat());
        }

        /// Greedy by rank over all candidates at once.
        #[test]
        fn taking_costs_one_by_one_is_taking_all_by_rank(
            found in prop::collection::vec((0u32..40, 1u32..16, 0u32..12), 0..60),
            m in 1usize..14,
        ) {
            let candidates: Vec<Candidate> =
                found.iter().map(|&(start, length, cost)| Candidate { start, end: start + length, cost }).collect();
            let mut ranked = candidates.clone();
            ranked.sort_by_key(|candidate| candidate.rank(m));
            let mut taken = Taken { shared: usize::from(m >= SHARED_KERNEL_LENGTH), positions: vec![false; 60] };
            let mut expected: Vec<Hit> = Vec::new();
            for hit in ranked.iter().map(Candidate::hit) {
                if taken.is_free(&hit) {
                    taken.positions[hit.start..hit.end].fill(true);
                    expected.push(hit);
                }
            }
            expected.sort_by_key(|hit| hit.start);
            let starts = |hits: &[Hit]| hits.iter().map(|h| (h.start, h.end, h.cost)).collect::<Vec<_>>();
            let chosen = choose(vec![candidates], 40, 60, m);
            prop_assert_eq!(starts(&chosen), starts(&expected));
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
