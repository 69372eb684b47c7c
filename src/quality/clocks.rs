//! Whether the GPU ran at the same clock from beginning to end, as far as its kernels show it.

use super::point::{Grade, Point};
use super::series::All;
use crate::diag::signed_percent;
use crate::limits::{CLOCK_AGREE, CLOCK_DRIFT, CLOCK_LEAST, CLOCK_MOST, UNIFORM_LEAST, UNIFORM_SPREAD};
use crate::stats::median;

pub(super) const LOCK: &str = "lock the clocks while capturing (`nvidia-smi --lock-gpu-clocks=MHZ`, and \
                               `--reset-gpu-clocks` after it), leave the GPU to this run alone, and look at power and heat";

/// The same kernels get slower, or faster, together: from the first third of their executions to the last.
pub(super) fn drift(series: &All) -> Option<Point> {
    let mut moved: Vec<(f64, f64)> = Vec::new();
    for kernel in series.kernels.iter().filter(|kernel| kernel.gpu.len() >= CLOCK_LEAST) {
        let third = kernel.gpu.len() / 3;
        let (first, last) = (median(&kernel.gpu[..third])?, median(&kernel.gpu[kernel.gpu.len() - third..])?);
        if first > 0.0 {
            moved.push((last / first, kernel.total()));
        }
    }
    if moved.len() < UNIFORM_LEAST {
        return None;
    }
    let ratio = weighted_median(&mut moved)?;
    let all: f64 = moved.iter().map(|(_, time)| time).sum();
    let alike = |other: f64| (other / ratio - 1.0).abs() <= UNIFORM_SPREAD / 2.0;
    let agree: f64 = moved.iter().filter(|(other, _)| alike(*other)).map(|(_, time)| time).sum();
    let by = ratio.max(1.0 / ratio);
    if !(1.0 + CLOCK_DRIFT..=CLOCK_MOST).contains(&by) || agree < CLOCK_AGREE * all {
        return None;
    }
    let word = if ratio > 1.0 { "fell" } else { "rose" };
    let says = format!(
        "the same kernels take {} from the first third of their executions to the last: the GPU's clock {word}",
        signed_percent(ratio)
    );
    Some(Point::new("clocks", Grade::Warning, says).change(LOCK))
}

/// The value in the middle of all weight.
fn weighted_median(values: &mut [(f64, f64)]) -> Option<f64> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f64 = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    values
        .iter()
        .find(|(_, weight)| {
            sum += weight;
            sum >= half
        })
        .map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::super::series::Series;
    use super::*;

    /// Kernels of 30 executions whose last third takes `ratio` times as long.
    fn kernels(ratios: &[f64]) -> All {
        let gpu = |ratio: f64| (0..30).map(|i| if i < 20 { 100.0 } else { 100.0 * ratio }).collect();
        let kernels = ratios.iter().map(|&ratio| Series { gpu: gpu(ratio), ..Series::default() }).collect();
        All { kernels, ..All::default() }
    }

    #[test]
    fn kernels_that_slow_down_together_show_a_falling_clock() {
        let point = drift(&kernels(&[1.08, 1.09, 1.10])).map(|point| point.says);
        assert!(point.is_some_and(|says| says.contains("+9.0%") && says.contains("fell")));
    }

    #[test]
    fn one_kernel_that_slows_down_shows_other_data() {
        assert_eq!(drift(&kernels(&[1.5, 1.0, 1.0])), None);
        assert_eq!(drift(&kernels(&[1.1])), None);
        assert_eq!(drift(&kernels(&[1.02, 1.02, 1.02])), None);
    }
}
