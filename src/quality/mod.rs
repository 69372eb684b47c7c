//! What a capture recorded and what it lost: judged on one trace alone, before anything is compared.
//!
//! [`judge`] is asked by `align capture` of the trace it made, and by `align inspect` of any other.

mod answer;
mod clocks;
mod counts;
mod dropped;
mod end;
mod point;
pub mod questions;
mod repetitions;
mod series;
mod warm_up;
mod words;
mod workers;

pub use answer::{Answer, Can};
pub use counts::Counts;
pub use point::{Grade, Point};
pub use words::{counted, thousands};

use crate::diag::Side;
use crate::limits::UNATTRIBUTED;
use crate::trace::Trace;

/// What the trace should show; what is not known is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// What the trace is to be used for.
    pub side: Option<Side>,
    /// Processes, or devices, that run the same work.
    pub ranks: Option<u32>,
    /// Whether the warm-up was to be kept out of the capture.
    pub without_warm_up: bool,
    /// The time after which the profiler ended the capture by itself, in ns.
    pub duration: Option<i64>,
}

/// Every aspect of the capture, always in the same order. Where the trace has no GPU work, only that and what may be
/// the cause of it.
pub fn judge(trace: &Trace, expected: &Expected) -> Vec<Point> {
    let counts = Counts::of(trace);
    let mut points = vec![
        required(questions::kernels(trace, &counts), "gpu-data").with(
            "(`align capture --kind multi-process --capture-range cudaProfilerApi` for forked workers, `--kind server` for a \
             server with its load)",
        ),
        required(questions::kernels_inside_graphs(trace, &counts), "graph-kernels"),
    ];
    points.extend(workers::unrecorded(trace));
    points.extend(workers::ranks(trace, expected));
    if counts.operations() > 0 {
        points.push(launches(&counts));
        points.push(ranges(trace, &counts));
        points.push(modules(trace, &counts));
        points.extend(end::cut_off(trace, expected));
        let series = series::series(trace);
        points.extend(warm_up::warm_up(trace, &series, expected));
        points.extend(clocks::drift(&series));
        points.extend(repetitions::few(&series, expected));
    }
    points.extend(dropped::said_by_the_profiler(trace));
    points.retain(|point| point.grade != Grade::NotNeeded);
    points
}

/// Whether the trace lacks what every check needs: kernels.
pub fn unusable(points: &[Point]) -> bool {
    points.iter().any(|point| point.grade == Grade::Error && matches!(point.aspect, "gpu-data" | "graph-kernels"))
}

/// Without a yes nothing can be compared.
fn required(answer: Answer, aspect: &'static str) -> Point {
    let grade = match answer.can {
        Can::Yes => Grade::Good,
        Can::Partly => Grade::Warning,
        Can::No => Grade::Error,
        Can::NotNeeded => Grade::NotNeeded,
    };
    Point::of(answer, aspect, grade)
}

/// What no question of `align inspect` speaks of, and no message of the profiler.
pub fn beyond_questions(trace: &Trace) -> Vec<Point> {
    let mut points = judge(trace, &Expected::default());
    let of_its_own = |aspect: &str| matches!(aspect, "workers" | "end" | "warm-up" | "clocks");
    points.retain(|point| of_its_own(point.aspect) && point.grade >= Grade::Note);
    points
}

fn launches(counts: &Counts) -> Point {
    let answer = questions::launch_calls(counts);
    let lost = counts.without_launch as f64 / counts.operations().max(1) as f64;
    let grade = match answer.can {
        Can::Yes => Grade::Good,
        Can::NotNeeded => Grade::NotNeeded,
        _ if lost < UNATTRIBUTED => Grade::Note,
        _ => Grade::Warning,
    };
    Point::of(answer, "launches", grade)
}

/// Without ranges the op may still be found by its kernel sequence.
fn ranges(trace: &Trace, counts: &Counts) -> Point {
    let answer = questions::ranges(trace, counts);
    let grade = match answer.can {
        Can::Yes | Can::Partly => Grade::Good,
        Can::No => Grade::Warning,
        Can::NotNeeded => Grade::NotNeeded,
    };
    Point::of(answer, "ranges", grade)
}

/// As for ranges: the step is known from the launch, and the sequence tells the module.
fn modules(trace: &Trace, counts: &Counts) -> Point {
    let answer = questions::modules_of_graph_kernels(trace, counts);
    let grade = match answer.can {
        Can::Yes => Grade::Good,
        Can::Partly | Can::No => Grade::Note,
        Can::NotNeeded => Grade::NotNeeded,
    };
    Point::of(answer, "graph-modules", grade)
}
