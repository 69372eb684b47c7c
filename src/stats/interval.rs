//! A confidence interval for the ratio of two medians.
//!
//! From [`BOOTSTRAP_LEAST`] instances on each side: the percentile bootstrap (Efron 1979). The median of a
//! resample is an order statistic of draws from the sorted sample, so it is drawn directly from its beta
//! distribution instead of resampling: exact, and independent of the number of instances.
//! Below that: the quotient of the two order-statistic intervals, which covers better where the bootstrap
//! covers too little. Below [`LATENCY_LEAST`]: nothing.

use super::random::Random;
use super::robust::quantile_of_sorted;
use super::sketch::Pooled;
use crate::limits::{BOOTSTRAP_DRAWS, BOOTSTRAP_LEAST, LATENCY_LEAST};
use serde::{Deserialize, Serialize};

/// How an interval was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "IntervalMethod"))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    Bootstrap,
    OrderStatistics,
}

/// The ratio of medians, first over second, and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Interval {
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
    pub method: Method,
}

/// Fixed, so that a verdict is reproducible.
const SEED: u64 = 0x5EED_A119;

/// The interval of median(`first`) / median(`second`) at `level` (0.95). `None` with too few values on a
/// side or a median that is not positive.
pub fn ratio_interval(first: &[f64], second: &[f64], level: f64) -> Option<Interval> {
    let (first, second) = (sorted(first), sorted(second));
    Resamples::new(first.len(), second.len()).ratio_interval(&first, &second, level)
}

/// The same of values that were pooled from several sets.
pub fn pooled_interval(first: &Pooled, second: &Pooled, level: f64) -> Option<Interval> {
    let resamples = Resamples::new(first.len(), second.len());
    resamples.of(&|at| first.at(at), &|at| second.at(at), level)
}

/// Resamples of two samples, by which values their medians are: that depends on the numbers of values alone, so that
/// the resamples of all kernels of an instance are drawn once.
#[derive(Debug, Clone)]
pub struct Resamples {
    sizes: [usize; 2],
    /// Per draw, for each sample: the two middle values of the resample, by their places in order.
    draws: Vec<[(usize, usize); 2]>,
}

impl Resamples {
    /// For samples of these sizes.
    pub fn new(first: usize, second: usize) -> Self {
        let mut random = Random::new(SEED);
        let draws = if first.min(second) < BOOTSTRAP_LEAST { 0 } else { BOOTSTRAP_DRAWS };
        let draw = |_| [resampled_middle(first, &mut random), resampled_middle(second, &mut random)];
        Self { sizes: [first, second], draws: (0..draws).map(draw).collect() }
    }

    /// As [`ratio_interval`], of values in order; samples of other sizes are resampled anew.
    pub fn ratio_interval(&self, first: &[f64], second: &[f64], level: f64) -> Option<Interval> {
        if self.sizes != [first.len(), second.len()] {
            return Self::new(first.len(), second.len()).ratio_interval(first, second, level);
        }
        self.of(&|at| first[at], &|at| second[at], level)
    }

    /// Of samples of these sizes, by the value at each place in order.
    fn of(&self, first: &dyn Fn(usize) -> f64, second: &dyn Fn(usize) -> f64, level: f64) -> Option<Interval> {
        let [m, n] = self.sizes;
        if m.min(n) < LATENCY_LEAST {
            return None;
        }
        let (a, b) = (middle(m, first), middle(n, second));
        if !(a > 0.0 && b > 0.0) {
            return None;
        }
        let (low, high, method) = if self.draws.is_empty() {
            let (a, b) = (order_interval(m, first, level), order_interval(n, second, level));
            (a.0 / b.1, a.1 / b.0, Method::OrderStatistics)
        } else {
            let mean =
                |sample: &dyn Fn(usize) -> f64, (lower, upper): (usize, usize)| (sample(lower) + sample(upper)) / 2.0;
            let mut ratios: Vec<f64> = self.draws.iter().map(|[a, b]| mean(first, *a) / mean(second, *b)).collect();
            ratios.sort_unstable_by(f64::total_cmp);
            let tail = (1.0 - level) / 2.0;
            (quantile_of_sorted(&ratios, tail)?, quantile_of_sorted(&ratios, 1.0 - tail)?, Method::Bootstrap)
        };
        Some(Interval { ratio: a / b, low, high, method })
    }
}

/// The median of at least one value.
fn middle(count: usize, at: &dyn Fn(usize) -> f64) -> f64 {
    let (low, high) = ((count - 1) / 2, count / 2);
    at(low) + (at(high) - at(low)) * 0.5
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The two middle values (one of an odd number) of a resample with replacement of `n` values, by their places in order.
fn resampled_middle(n: usize, random: &mut Random) -> (usize, usize) {
    let at = |u: f64| ((u * n as f64) as usize).min(n - 1);
    let k = n.div_ceil(2);
    let lower = random.beta(k as f64, (n - k + 1) as f64);
    if n % 2 == 1 {
        return (at(lower), at(lower));
    }
    // Given the k-th smallest, the next one is the least of the n - k draws above it.
    let gap = 1.0 - random.uniform().powf(1.0 / (n - k) as f64);
    (at(lower), at(lower + (1.0 - lower) * gap))
}

/// The order-statistic interval of the median: the narrowest symmetric pair of order statistics that
/// covers at least `level`, or the whole range where even that covers less.
fn order_interval(n: usize, at: &dyn Fn(usize) -> f64, level: f64) -> (f64, f64) {
    // Coverage of [x_(d), x_(n+1-d)] is 1 - 2 P(Binomial(n, 1/2) < d).
    let mut below = 0.5f64.powi(n as i32);
    let mut term = below;
    let mut depth = 1;
    while depth < n / 2 {
        term *= (n - depth + 1) as f64 / depth as f64;
        if 1.0 - 2.0 * (below + term) < level {
            break;
        }
        below += term;
        depth += 1;
    }
    (at(depth - 1), at(n - depth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::median;
    use proptest::prelude::*;

    #[test]
    fn too_few_values_say_nothing() {
        assert_eq!(ratio_interval(&[1.0, 1.0], &[1.0; 9], 0.95), None);
        assert_eq!(ratio_interval(&[0.0; 9], &[1.0; 9], 0.95), None);
    }

    #[test]
    fn few_values_take_order_statistics() {
        let i = ratio_interval(&[10.0, 11.0, 12.0], &[10.0; 30], 0.95);
        assert_eq!(i.map(|i| (i.low, i.high, i.method)), Some((1.0, 1.2, Method::OrderStatistics)));
    }

    #[test]
    fn order_statistics_of_many_are_not_the_whole_range() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(order_interval(values.len(), &|at| values[at], 0.95), (40.0, 61.0));
    }

    #[test]
    fn a_long_sample_is_as_cheap_as_a_short_one() {
        let many: Vec<f64> = (0..200_000).map(|i| 100.0 + f64::from(i % 7)).collect();
        let i = ratio_interval(&many, &many, 0.95);
        assert!(i.is_some_and(|i| i.low <= 1.0 && 1.0 <= i.high && i.high - i.low < 0.02));
    }

    /// The shortcut draws the same distribution as resampling does.
    #[test]
    fn the_shortcut_agrees_with_resampling() {
        let sample: Vec<f64> = [3.0, 5.0, 8.0, 9.0, 13.0, 14.0, 20.0].to_vec();
        let mut random = Random::new(1);
        let n = 20_000;
        let mut short: Vec<f64> = (0..n).map(|_| sample[resampled_middle(7, &mut random).0]).collect();
        let mut long: Vec<f64> = (0..n)
            .map(|_| {
                let draw: Vec<f64> = (0..7).map(|_| sample[(random.uniform() * 7.0) as usize % 7]).collect();
                median(&draw).unwrap_or(0.0)
            })
            .collect();
        short.sort_by(f64::total_cmp);
        long.sort_by(f64::total_cmp);
        for value in &sample {
            let share = |v: &[f64]| v.partition_point(|x| x <= value) as f64 / f64::from(n);
            assert!((share(&short) - share(&long)).abs() < 0.015, "{value}");
        }
    }

    proptest! {
        #[test]
        fn resamples_drawn_for_other_sizes_change_nothing(
            a in prop::collection::vec(50.0f64..150.0, 0..20),
            b in prop::collection::vec(50.0f64..150.0, 0..20),
            sizes in (0usize..20, 0usize..20),
        ) {
            let drawn = Resamples::new(sizes.0, sizes.1).ratio_interval(&sorted(&a), &sorted(&b), 0.95);
            prop_assert_eq!(drawn, ratio_interval(&a, &b, 0.95));
        }

        #[test]
        fn the_interval_holds_the_ratio_and_scales(
            a in prop::collection::vec(50.0f64..150.0, 3..40),
            b in prop::collection::vec(50.0f64..150.0, 3..40),
        ) {
            let i = ratio_interval(&a, &b, 0.95).ok_or(TestCaseError::fail("no interval"))?;
            prop_assert!(i.low <= i.ratio * 1.000001 && i.ratio <= i.high * 1.000001);
            let doubled: Vec<f64> = a.iter().map(|v| v * 2.0).collect();
            let j = ratio_interval(&doubled, &b, 0.95).ok_or(TestCaseError::fail("no interval"))?;
            prop_assert!((j.low - 2.0 * i.low).abs() < 1e-9 && (j.high - 2.0 * i.high).abs() < 1e-9);
        }
    }
}
