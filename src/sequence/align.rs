//! Global alignment by minimum edit with graded substitution (Needleman & Wunsch 1970).

use crate::limits::cost;

/// One step of an alignment of `left` and `right`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `left[.0]` stands against `right[.1]`, the same or substituted.
    Pair(usize, usize),
    /// Only on the left.
    Left(usize),
    /// Only on the right.
    Right(usize),
}

/// The cheapest alignment of sequences of lengths `m` and `n`; a gap on either side costs
/// [`cost::ABSENT`]. Among equals pairs come first, then what is only on the left.
/// O(m·n) time, one byte a cell.
pub fn align(m: usize, n: usize, substitution: impl Fn(usize, usize) -> u32) -> Vec<Step> {
    const PAIR: u8 = 0;
    const LEFT: u8 = 1;
    const RIGHT: u8 = 2;
    let width = n + 1;
    let mut choice = vec![PAIR; (m + 1) * width];
    choice[1..=n].fill(RIGHT);
    let mut previous: Vec<u32> = (0..=n as u32).map(|j| j * cost::ABSENT).collect();
    let mut current = vec![0; width];
    for i in 1..=m {
        current[0] = i as u32 * cost::ABSENT;
        choice[i * width] = LEFT;
        for j in 1..=n {
            let pair = previous[j - 1] + substitution(i - 1, j - 1);
            let left = previous[j] + cost::ABSENT;
            let right = current[j - 1] + cost::ABSENT;
            let best = pair.min(left).min(right);
            current[j] = best;
            choice[i * width + j] = if best == pair {
                PAIR
            } else if best == left {
                LEFT
            } else {
                RIGHT
            };
        }
        std::mem::swap(&mut previous, &mut current);
    }
    let (mut i, mut j) = (m, n);
    let mut steps = Vec::with_capacity(m.max(n));
    while i > 0 || j > 0 {
        match choice[i * width + j] {
            PAIR => {
                i -= 1;
                j -= 1;
                steps.push(Step::Pair(i, j));
            }
            LEFT => {
                i -= 1;
                steps.push(Step::Left(i));
            }
            _ => {
                j -= 1;
                steps.push(Step::Right(j));
            }
        }
    }
    steps.reverse();
    steps
}

/// The cost of the cheapest alignment alone; what is only on the right costs `right_gap`.
pub fn align_cost(m: usize, n: usize, right_gap: u32, substitution: impl Fn(usize, usize) -> u32) -> u32 {
    let mut previous: Vec<u32> = (0..=n as u32).map(|j| j * right_gap).collect();
    let mut current = vec![0; n + 1];
    for i in 1..=m {
        current[0] = i as u32 * cost::ABSENT;
        for j in 1..=n {
            current[j] = (previous[j - 1] + substitution(i - 1, j - 1))
                .min(previous[j] + cost::ABSENT)
                .min(current[j - 1] + right_gap);
        }
        std::mem::swap(&mut previous, &mut current);
    }
    previous[n]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn substitution(a: &[u8], b: &[u8]) -> impl Fn(usize, usize) -> u32 {
        move |i, j| if a[i] == b[j] { cost::SAME } else { cost::OTHER }
    }

    #[test]
    fn a_missing_kernel_is_one_step_on_the_right() {
        let steps = align(2, 3, substitution(b"ac", b"abc"));
        assert_eq!(steps, [Step::Pair(0, 0), Step::Right(1), Step::Pair(1, 2)]);
    }

    proptest! {
        #[test]
        fn every_element_stands_once_in_order_and_the_cost_is_the_least(
            a in prop::collection::vec(0u8..4, 0..12),
            b in prop::collection::vec(0u8..4, 0..12),
        ) {
            let steps = align(a.len(), b.len(), substitution(&a, &b));
            let left: Vec<usize> = steps.iter().filter_map(|s| match s { Step::Pair(i, _) | Step::Left(i) => Some(*i), Step::Right(_) => None }).collect();
            let right: Vec<usize> = steps.iter().filter_map(|s| match s { Step::Pair(_, j) | Step::Right(j) => Some(*j), Step::Left(_) => None }).collect();
            prop_assert_eq!(left, (0..a.len()).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..b.len()).collect::<Vec<_>>());
            let paid: u32 = steps.iter().map(|s| match *s { Step::Pair(i, j) => substitution(&a, &b)(i, j), _ => cost::ABSENT }).sum();
            prop_assert_eq!(paid, align_cost(a.len(), b.len(), cost::ABSENT, substitution(&a, &b)));
        }
    }
}
