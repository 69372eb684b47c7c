//! Medians, intervals, steady state and trends: numbers only.

mod interval;
mod random;
mod robust;
mod sketch;
mod steady;
mod trend;

pub use interval::{Interval, Method, Resamples, pooled_interval, ratio_interval};
pub use robust::{mad, median, quantile, quantile_of_sorted};
pub use sketch::{Pooled, Samples, Sketch};
pub use steady::leading_outliers;
pub use trend::{Line, mann_kendall, theil_sen};
