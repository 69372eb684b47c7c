//! Steady state: how many leading instances are warm-up.

use super::robust::{mad, median};
use crate::limits::{STEADY_LEAST, STEADY_MADS, STEADY_MOST, STEADY_SHARE};

/// The number of leading values outside the band around the median of the second half.
///
/// The band is the wider of a share of the median and a multiple of the scaled median absolute
/// deviation. Only an unbroken run at the start counts, and never more than a third of all.
pub fn leading_outliers(values: &[f64]) -> usize {
    if values.len() < STEADY_LEAST {
        return 0;
    }
    let settled = &values[values.len() / 2..];
    let (Some(centre), Some(spread)) = (median(settled), mad(settled)) else { return 0 };
    let band = (STEADY_SHARE * centre).max(STEADY_MADS * spread);
    let outside = values.iter().take_while(|&&v| (v - centre).abs() > band).count();
    outside.min((values.len() as f64 * STEADY_MOST) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_start_is_warm_up_and_a_slow_end_is_not() {
        assert_eq!(leading_outliers(&[150.0, 114.0, 104.0, 100.0, 101.0, 100.0, 99.0, 100.0, 100.0, 100.0]), 3);
        assert_eq!(leading_outliers(&[100.0, 100.0, 100.0, 100.0, 100.0, 150.0]), 0);
    }

    #[test]
    fn noise_is_no_warm_up() {
        assert_eq!(leading_outliers(&[103.0, 97.0, 100.0, 105.0, 95.0, 101.0, 99.0, 104.0]), 0);
    }

    #[test]
    fn no_more_than_a_third_is_ever_left_out() {
        assert_eq!(leading_outliers(&[200.0, 200.0, 200.0, 100.0, 100.0, 100.0]), 2);
    }
}
