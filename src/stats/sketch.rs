//! Samples in bounded size that merge exactly.
//!
//! A [`Sketch`] counts values in buckets whose width grows with the value, as in HdrHistogram (Tene 2014) and DDSketch
//! (Masson, Rim & Lee, VLDB 2019): every quantile is right up to a fixed share of itself. Buckets are found by shifting
//! integers and counts are integers, so that adding sketches up is exact, in any order, on every machine.

use super::robust::place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many leading binary digits of a value are kept: the middle of a bucket is within 1/1024 of every value in it.
const DIGITS: u32 = 10;

/// Counts of whole values from 0 on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Sketch {
    /// By bucket. Values below 1024 have one each.
    buckets: BTreeMap<u32, u64>,
}

impl Sketch {
    pub fn add(&mut self, value: u64, count: u64) {
        let slot = self.buckets.entry(bucket(value)).or_default();
        *slot = slot.saturating_add(count);
    }

    pub fn merge(&mut self, other: &Self) {
        for (&bucket, &count) in &other.buckets {
            let slot = self.buckets.entry(bucket).or_default();
            *slot = slot.saturating_add(count);
        }
    }

    /// The middles of its buckets in order, each with its count.
    fn weighted(&self) -> impl Iterator<Item = (f64, u64)> {
        self.buckets.iter().map(|(&bucket, &count)| (middle(bucket), count))
    }
}

fn bucket(value: u64) -> u32 {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(DIGITS);
    // The leading digit of what is shifted is set, so that half of the codes of each shift are used.
    (shift << (DIGITS - 1)) + (value >> shift) as u32
}

fn middle(bucket: u32) -> f64 {
    let half = 1 << (DIGITS - 1);
    let shift = (bucket / half).saturating_sub(1).min(u64::BITS - DIGITS);
    let least = u64::from(bucket - shift * half) << shift;
    least as f64 + ((1u64 << shift) - 1) as f64 / 2.0
}

/// All values of a set where there are few, else a sketch of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Samples {
    /// In order.
    All(Vec<u64>),
    Sketch(Sketch),
}

impl Samples {
    /// Of values of which fractions do not matter; more than `most` become a sketch.
    pub fn of(values: &[f64], most: usize) -> Self {
        let whole = values.iter().map(|value| value.round().max(0.0) as u64);
        if values.len() <= most {
            let mut all: Vec<u64> = whole.collect();
            all.sort_unstable();
            return Self::All(all);
        }
        let mut sketch = Sketch::default();
        whole.for_each(|value| sketch.add(value, 1));
        Self::Sketch(sketch)
    }
}

/// The values of several sets together, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pooled {
    /// Each value with the number of values up to it and with it.
    values: Vec<(f64, u64)>,
}

impl Pooled {
    /// The same for any order of the sets.
    pub fn of<'s>(sets: impl IntoIterator<Item = &'s Samples>) -> Self {
        let mut sketch = Sketch::default();
        let mut values: Vec<(f64, u64)> = Vec::new();
        for set in sets {
            match set {
                Samples::All(all) => values.extend(all.iter().map(|&value| (value as f64, 1))),
                Samples::Sketch(other) => sketch.merge(other),
            }
        }
        values.extend(sketch.weighted());
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut total = 0u64;
        for (_, count) in &mut values {
            total = total.saturating_add(*count);
            *count = total;
        }
        Self { values }
    }

    pub fn len(&self) -> usize {
        self.values.last().map_or(0, |(_, total)| usize::try_from(*total).unwrap_or(usize::MAX))
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value at a place in order; the last one beyond the end.
    pub fn at(&self, index: usize) -> f64 {
        let found = self.values.partition_point(|(_, total)| *total <= index as u64);
        self.values.get(found).or(self.values.last()).map_or(0.0, |(value, _)| *value)
    }

    /// As [`quantile_of_sorted`](super::quantile_of_sorted).
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let (low, share) = place(self.len(), q)?;
        let next = self.at(low.saturating_add(1).min(self.len() - 1));
        Some(self.at(low) + (next - self.at(low)) * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::quantile_of_sorted;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![0u64..2000, 0u64..1 << 40].prop_map(|v| v as f64), 0..60)
    }

    proptest! {
        #[test]
        fn the_middle_of_a_bucket_is_near(value in prop_oneof![0u64..5000, any::<u64>()]) {
            let found = middle(bucket(value));
            let allowed = if value < 1024 { 0.0 } else { value as f64 / 1024.0 };
            prop_assert!((found - value as f64).abs() <= allowed, "{value} {found}");
            prop_assert!(value > 1 << 52 || bucket(found as u64) == bucket(value));
        }

        #[test]
        fn merging_is_associative_and_commutative(sets in prop::collection::vec(values(), 3)) {
            let sketches: Vec<Sketch> = sets.iter().map(|set| match Samples::of(set, 0) {
                Samples::Sketch(sketch) => sketch,
                Samples::All(_) => Sketch::default(),
            }).collect();
            let sum = |order: &[usize]| {
                let mut sum = Sketch::default();
                order.iter().for_each(|&at| sum.merge(&sketches[at]));
                sum
            };
            let mut right = sketches[1].clone();
            right.merge(&sketches[2]);
            let mut nested = sketches[0].clone();
            nested.merge(&right);
            prop_assert_eq!(sum(&[0, 1, 2]), nested);
            prop_assert_eq!(sum(&[0, 1, 2]), sum(&[2, 0, 1]));
        }

        #[test]
        fn quantiles_of_few_are_exact_and_of_many_near(a in values(), b in values(), q in 0.0f64..1.0) {
            let mut sorted: Vec<f64> = a.iter().chain(&b).copied().collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let exact = quantile_of_sorted(&sorted, q);
            let few = Pooled::of(&[Samples::of(&b, 100), Samples::of(&a, 100)]);
            prop_assert_eq!((few.quantile(q), few.len()), (exact, sorted.len()));
            let many = Pooled::of(&[Samples::of(&b, 0), Samples::of(&a, 100)]);
            prop_assert_eq!(many.len(), sorted.len());
            if let (Some(exact), Some(near)) = (exact, many.quantile(q)) {
                prop_assert!((near - exact).abs() <= exact / 1000.0, "{near} {exact}");
            }
        }
    }
}
