//! Robust location and scale.

/// The median; `None` of nothing. Even counts take the mean of the middle two.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// A quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996);
/// `None` of nothing.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let (low, share) = place(values.len(), q)?;
    let mut values = values.to_vec();
    // The order of the others does not matter: linear in their number.
    let (_, &mut at_low, above) = values.select_nth_unstable_by(low, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(at_low);
    Some(at_low + (next - at_low) * share)
}

/// The same of values that are in order already.
pub fn quantile_of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let (low, share) = place(sorted.len(), q)?;
    let next = sorted.get(low + 1).unwrap_or(&sorted[low]);
    Some(sorted[low] + (next - sorted[low]) * share)
}

/// Where a quantile of so many values lies: after which, and how far on the way to the next.
pub(super) fn place(count: usize, q: f64) -> Option<(usize, f64)> {
    let last = count.checked_sub(1)?;
    let at = q.clamp(0.0, 1.0) * last as f64;
    let low = at.floor() as usize;
    Some((low, at - low as f64))
}

/// 1 / Φ⁻¹(3/4): a normal distribution's standard deviation, in median absolute deviations.
const NORMAL_SCALE: f64 = 1.4826;

/// The median absolute deviation, scaled to the standard deviation of a normal distribution.
pub fn mad(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|v| (v - centre).abs()).collect();
    median(&deviations).map(|m| m * NORMAL_SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn medians_of_odd_even_and_nothing() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    proptest! {
        #[test]
        fn a_quantile_is_that_of_the_sorted_values(
            values in prop::collection::vec(prop_oneof![-1e6f64..1e6, Just(7.0)], 1..50),
            q in -0.1f64..1.1,
        ) {
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            prop_assert_eq!(quantile(&values, q), quantile_of_sorted(&sorted, q));
        }

        #[test]
        fn half_of_the_values_lie_on_each_side(values in prop::collection::vec(-1e6f64..1e6, 1..50)) {
            let m = median(&values).unwrap_or(f64::NAN);
            let below = values.iter().filter(|&&v| v < m).count();
            let above = values.iter().filter(|&&v| v > m).count();
            prop_assert!(below <= values.len() / 2 && above <= values.len() / 2);
        }
    }
}
