//! Medians, intervals and steady state: numbers only.

mod interval;
mod random;
mod robust;
mod steady;

pub use interval::{Interval, Method, ratio_interval};
pub use robust::{mad, median, quantile};
pub use steady::leading_outliers;
