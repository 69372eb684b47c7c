//! How times are spread over instances, in bounded size.

use crate::stats::{Interval, quantile_of_sorted};
use serde::{Deserialize, Serialize};

/// So many values are listed one by one; more become a histogram.
const SAMPLES: usize = 100;
/// The bins of a histogram.
const BINS: usize = 48;
/// A histogram ends this many times the middle 90 % beyond them; what lies outside is counted.
const TAILS: f64 = 1.0;

/// The times of a case's instances and of their kernels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Distributions {
    pub instance: InstanceTimes,
    /// Per place that stands on both sides, in the order of the sequence.
    pub kernels: Vec<KernelTimes>,
    /// Kernels not listed, where there are too many: those that take least time.
    #[serde(default)]
    pub kernels_unshown: usize,
}

/// The sum of kernel durations in one instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InstanceTimes {
    pub mock: Option<Distribution>,
    pub e2e: Option<Distribution>,
}

/// The times of one kernel of the sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KernelTimes {
    /// The place in the alignment.
    pub position: usize,
    /// Its base name on the mock's side.
    pub kernel: String,
    pub mock: Option<Distribution>,
    pub e2e: Option<Distribution>,
    /// Of the ratio of medians, mock over E2E, at a level shared among all kernels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interval: Option<Interval>,
    /// What the spec allows a single kernel, as a fraction in both directions.
    pub tolerance: f64,
}

/// A set of values: in full where there are few, else as a histogram. In ns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Distribution {
    pub count: usize,
    pub least_ns: f64,
    /// 5 %, 25 %, 50 %, 75 %, 95 %.
    pub quantiles_ns: [f64; 5],
    pub most_ns: f64,
    /// All values in time order, if there are few.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub samples_ns: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub histogram: Option<Histogram>,
}

/// Values by bins of equal width. In ns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Histogram {
    pub from_ns: f64,
    pub bin_ns: f64,
    pub counts: Vec<usize>,
    /// Values before the first bin, and after the last.
    pub below: usize,
    pub above: usize,
}

impl Distribution {
    /// `None` of nothing, or of values of which one is not finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self::of_sorted(&sorted, || values.to_vec())
    }

    /// The same of values that are in order; `in_time` gives them in time order.
    pub fn of_sorted(sorted: &[f64], in_time: impl FnOnce() -> Vec<f64>) -> Option<Self> {
        // In order, what is not finite stands at the ends.
        if !sorted.first()?.is_finite() || !sorted.last()?.is_finite() {
            return None;
        }
        let at = |q: f64| quantile_of_sorted(sorted, q);
        let quantiles_ns = [at(0.05)?, at(0.25)?, at(0.5)?, at(0.75)?, at(0.95)?];
        let few = sorted.len() <= SAMPLES;
        Some(Self {
            count: sorted.len(),
            least_ns: *sorted.first()?,
            quantiles_ns,
            most_ns: *sorted.last()?,
            samples_ns: if few { in_time() } else { Vec::new() },
            histogram: if few { None } else { histogram(sorted, quantiles_ns) },
        })
    }

    pub fn median_ns(&self) -> f64 {
        self.quantiles_ns[2]
    }
}

/// One outlier must not press everything else into a single bin.
fn histogram(sorted: &[f64], quantiles: [f64; 5]) -> Option<Histogram> {
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let tail = (quantiles[4] - quantiles[0]) * TAILS;
    let (mut from, mut to) = ((quantiles[0] - tail).max(least), (quantiles[4] + tail).min(most));
    if to <= from {
        (from, to) = (least, most);
    }
    // Values that are all equal have one bin of a nanosecond.
    let bin = if to > from { (to - from) / BINS as f64 } else { 1.0 };
    let bins = if to > from { BINS } else { 1 };
    let mut histogram = Histogram { from_ns: from, bin_ns: bin, counts: vec![0; bins], below: 0, above: 0 };
    for &value in sorted {
        if value < from {
            histogram.below += 1;
        } else if value > to {
            histogram.above += 1;
        } else {
            let at = (((value - from) / bin) as usize).min(bins - 1);
            histogram.counts[at] += 1;
        }
    }
    Some(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_values_are_kept_in_time_order() {
        let found = Distribution::of(&[3.0, 1.0, 2.0]);
        assert_eq!(found.as_ref().map(|d| d.samples_ns.clone()), Some(vec![3.0, 1.0, 2.0]));
        assert_eq!(found.map(|d| (d.least_ns, d.median_ns(), d.most_ns)), Some((1.0, 2.0, 3.0)));
        assert_eq!(Distribution::of(&[]), None);
        assert_eq!(Distribution::of(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn an_outlier_leaves_the_others_their_bins() {
        let mut values: Vec<f64> = (0..1000).map(|i| 100.0 + f64::from(i % 20)).collect();
        values.push(1e9);
        let bins = Distribution::of(&values).and_then(|d| d.histogram);
        assert!(bins.is_some_and(|h| h.above == 1 && h.counts.iter().filter(|&&n| n > 0).count() > 10));
    }

    proptest! {
        #[test]
        fn a_histogram_counts_every_value(values in prop::collection::vec(-1e9f64..1e9, SAMPLES + 1..600), same: bool) {
            let values = if same { vec![values[0]; values.len()] } else { values };
            let found = Distribution::of(&values).ok_or_else(|| TestCaseError::fail("nothing"))?;
            let bins = found.histogram.ok_or_else(|| TestCaseError::fail("no histogram"))?;
            prop_assert!(bins.counts.len() <= BINS && found.samples_ns.is_empty());
            prop_assert_eq!(bins.counts.iter().sum::<usize>() + bins.below + bins.above, values.len());
        }
    }
}
