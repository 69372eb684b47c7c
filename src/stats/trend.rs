//! Whether values in order move steadily one way, and how fast.

use super::robust::median;

/// A straight line through values that lie one step apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// What a step adds.
    pub slope: f64,
    /// The line's value at the first and at the last step.
    pub first: f64,
    pub last: f64,
}

/// The line of Theil (1950) and Sen (1968): its slope is the median of the slopes between all pairs, its height the
/// median of what then remains. Up to 29 % of the values may be anything. `None` of fewer than two.
pub fn theil_sen(values: &[f64]) -> Option<Line> {
    let slopes: Vec<f64> =
        pairs(values).map(|(early, late)| (values[late] - values[early]) / (late - early) as f64).collect();
    let slope = median(&slopes)?;
    let rests: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - slope * at as f64).collect();
    let first = median(&rests)?;
    Some(Line { slope, first, last: first + slope * (values.len() - 1) as f64 })
}

/// The test of Mann (1945) and Kendall: how likely values in random order rise or fall at least as steadily, both ways
/// together. From the exact distribution for different values; among equal ones the true share is smaller. 1 of fewer
/// than two. Takes the cube of their number.
pub fn mann_kendall(values: &[f64]) -> f64 {
    let score: i64 = pairs(values)
        .map(|(early, late)| match values[late].partial_cmp(&values[early]) {
            Some(std::cmp::Ordering::Greater) => 1,
            Some(std::cmp::Ordering::Less) => -1,
            _ => 0,
        })
        .sum();
    let all = pairs(values).count() as i64;
    // Of all pairs so many are in the rarer order, at most, where the score is at least as large.
    let most = (all - score.abs()) / 2;
    let tail: f64 = inversions(values.len()).iter().take(usize::try_from(most + 1).unwrap_or(0)).sum();
    (2.0 * tail).min(1.0)
}

fn pairs(values: &[f64]) -> impl Iterator<Item = (usize, usize)> {
    let count = values.len();
    (0..count).flat_map(move |early| (early + 1..count).map(move |late| (early, late)))
}

/// The share of the orders of `count` different values that have 0, 1, 2 … pairs in falling order.
fn inversions(count: usize) -> Vec<f64> {
    let mut shares = vec![1.0];
    for placed in 2..=count {
        // The next value comes before 0 to `placed - 1` of those that stand.
        let mut next = vec![0.0; shares.len() + placed - 1];
        for (at, share) in shares.iter().enumerate() {
            next[at..at + placed].iter_mut().for_each(|slot| *slot += share / placed as f64);
        }
        shares = next;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_shares_are_those_of_kendalls_table() {
        // Upper tails for 4, 5 and 8 values, as printed in tables of the statistic.
        let near = |found: f64, printed: f64| (found / 2.0 - printed).abs() < 5e-4;
        assert!(near(mann_kendall(&[1.0, 2.0, 3.0, 4.0]), 0.042));
        assert!(near(mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0]), 0.0083));
        assert!(near(mann_kendall(&[1.0, 2.0, 3.0, 5.0, 4.0]), 0.042));
        assert!(near(mann_kendall(&[2.0, 1.0, 4.0, 3.0, 6.0, 5.0, 8.0, 7.0]), 0.0071));
    }

    #[test]
    fn equal_values_show_no_trend() {
        assert_eq!(mann_kendall(&[1.0; 9]), 1.0);
        assert_eq!(mann_kendall(&[]), 1.0);
        assert_eq!(theil_sen(&[1.0; 9]).map(|line| line.slope), Some(0.0));
        assert_eq!(theil_sen(&[1.0]), None);
    }

    #[test]
    fn one_wild_value_does_not_turn_the_line() {
        let values: Vec<f64> = (0..9).map(|at| if at == 4 { 99.0 } else { 1.0 + 0.01 * f64::from(at) }).collect();
        let Some(line) = theil_sen(&values) else { return assert!(values.is_empty()) };
        assert!((line.slope - 0.01).abs() < 1e-9 && (line.last - 1.08).abs() < 1e-9, "{line:?}");
    }

    proptest! {
        #[test]
        fn backwards_is_the_same_trend_with_the_other_sign(values in prop::collection::vec(-9i32..9, 2..20)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let back: Vec<f64> = values.iter().rev().copied().collect();
            let (p, there) = (mann_kendall(&values), theil_sen(&values));
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - mann_kendall(&back)).abs() < 1e-12);
            let slopes = there.zip(theil_sen(&back)).map(|(a, b)| (a.slope + b.slope).abs() < 1e-9);
            prop_assert_eq!(slopes, Some(true));
        }
    }
}
