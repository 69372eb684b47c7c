//! Whether a mock ran often enough for a narrow interval.

use super::Expected;
use super::point::{Grade, Point};
use super::series::All;
use crate::diag::{Side, plural};
use crate::limits::CAPTURE_ITERATIONS;

pub(super) fn few(series: &All, expected: &Expected) -> Option<Point> {
    if expected.side != Some(Side::Mock) {
        return None;
    }
    let most = series.kernels.iter().map(|kernel| kernel.gpu.len()).max()?;
    if most >= CAPTURE_ITERATIONS {
        return None;
    }
    let says = format!("no kernel ran more than {}", plural(most, "time"));
    let change = format!("run {CAPTURE_ITERATIONS} iterations or more: the interval of the latency gets narrower");
    Some(Point::new("iterations", Grade::Note, says).change(change))
}
