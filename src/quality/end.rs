//! Whether the capture ended before the work did.

use super::Expected;
use super::point::{Grade, Point};
use super::words::counted;
use crate::diag::{duration, escape, shorten};
use crate::limits::CUT_OFF;
use crate::trace::Trace;

/// Range names in one sentence, and how much of each.
const NAMED: usize = 3;
const NAME: usize = 60;

pub(super) fn cut_off(trace: &Trace, expected: &Expected) -> Option<Point> {
    let open = open_at_the_end(trace);
    let last = (0..trace.len() as u32).map(|op| trace.ops.end(op)).max()?;
    let allowed = expected.duration.filter(|&allowed| last as f64 >= CUT_OFF * allowed as f64);
    let says = match (allowed, open.len()) {
        (Some(allowed), _) => format!(
            "GPU work went on until {} of the {} that the duration allows",
            duration(last as f64),
            duration(allowed as f64)
        ),
        (None, 0) => return None,
        (None, n) => format!(
            "the capture ended inside {}: {}",
            counted(n as u64, "range", "ranges"),
            open.iter().take(NAMED).map(|&range| quoted(trace, range)).collect::<Vec<_>>().join(", ")
        ),
    };
    Some(Point::new("end", Grade::Warning, says).change(
        "let it run to its end, with a longer `--duration` or none, or end it by a capture range \
         (`--capture-range`): the last instance is not whole",
    ))
}

/// Ranges that never closed all end with the trace, to the nanosecond: two that were closed never do. A single one may
/// be the last to close.
fn open_at_the_end(trace: &Trace) -> Vec<u32> {
    let ranges = &trace.ranges;
    let all = 0..ranges.len() as u32;
    let Some(last) = all.clone().map(|range| ranges.end(range)).max() else { return Vec::new() };
    let open: Vec<u32> = all.filter(|&range| ranges.end(range) == last).collect();
    if open.len() > 1 { open } else { Vec::new() }
}

fn quoted(trace: &Trace, range: u32) -> String {
    format!("`{}`", shorten(&escape(&trace.names.range(trace.ranges.name(range)).text), NAME))
}
