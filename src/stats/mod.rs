//! Medians, intervals and steady state: numbers only.

mod interval;
mod random;
mod robust;
mod steady;

pub use interval::{Interval, Method, Resamples, ratio_interval};
pub use robust::{mad, median, quantile, quantile_of_sorted};
pub use steady::leading_outliers;
