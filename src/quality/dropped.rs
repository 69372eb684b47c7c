//! What the profiler itself says was lost.

use super::point::{Grade, Point};
use super::words::counted;
use crate::diag::shorten;
use crate::trace::Trace;

/// Messages shown; more are counted.
const SHOWN: usize = 4;

/// Of a message that is no sentence for people, its two ends are enough.
const LENGTH: usize = 300;

/// Words of messages about events that did not make it into the report.
const LOSS: &[&str] = &["dropped", "lost", "discard", "overflow", "buffer", "too many"];

/// Words of messages about power and heat.
const CLOCKS: &[&str] = &["throttl", "thermal", "power cap"];

/// What Nsight Systems says of every process that never used the GPU, such as a compiler that was started, and of
/// every capture range that ends while a process goes on: whole captures have these too.
const USUAL: &[&str] = &[
    "No CUDA events collected",
    "No NVTX events collected",
    "CUDA profiling might have not been started correctly",
    "Not all CUDA events might have been collected",
    "Not all NVTX events might have been collected",
];

/// One point a message of the capture or the export; those that good captures have as well are one.
pub(super) fn said_by_the_profiler(trace: &Trace) -> Vec<Point> {
    let is_usual = |warning: &&String| USUAL.iter().any(|usual| warning.starts_with(usual));
    let (usual, others): (Vec<&String>, Vec<&String>) = trace.warnings.iter().partition(is_usual);
    let mut points: Vec<Point> = others.iter().take(SHOWN).map(|warning| point(warning)).collect();
    if let more @ 1.. = others.len().saturating_sub(SHOWN) {
        let says = format!("{}, which `align inspect` shows", counted(more as u64, "more message", "more messages"));
        points.push(Point::new("profiler", Grade::Note, says));
    }
    if !usual.is_empty() {
        points.push(Point::new("profiler", Grade::Note, of_usual(&usual, !trace.is_empty())));
    }
    points
}

fn of_usual(usual: &[&String], gpu_work: bool) -> String {
    let said: Vec<String> = usual.iter().map(|warning| shorten(warning, LENGTH)).collect();
    let said = said.join(" ");
    if gpu_work { format!("{said} Usual of processes without GPU work, and where a capture range ends.") } else { said }
}

fn point(warning: &str) -> Point {
    let lower = warning.to_lowercase();
    let speaks_of = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let says = shorten(warning, LENGTH);
    if speaks_of(LOSS) {
        return Point::new("dropped-events", Grade::Warning, says).change(
            "record less at once: a capture range or a shorter `--duration`, and `--kind single` where no other process \
             works (it neither samples nor traces the operating system)",
        );
    }
    if speaks_of(CLOCKS) {
        return Point::new("clocks", Grade::Warning, says).change(super::clocks::LOCK);
    }
    Point::new("profiler", Grade::Note, says)
}
