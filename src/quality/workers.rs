//! Whether every process that used the GPU was recorded.

use super::Expected;
use super::point::{Grade, Point};
use super::words::{counted, thousands};
use crate::diag::escape;
use crate::trace::{OpKind, Process, Trace};
use std::collections::BTreeSet;

/// Processes named in one sentence; more are counted.
const NAMED: usize = 4;

/// Processes that waited for the GPU without an operation of theirs on it: their calls were recorded, their work was
/// not. One that only looked for devices did not wait.
pub(super) fn unrecorded(trace: &Trace) -> Option<Point> {
    let mut waits = vec![0u64; trace.processes.len()];
    for thread in &trace.syncs.thread {
        waits[usize::from(trace.threads[thread.0 as usize].process.0)] += 1;
    }
    for op in 0..trace.len() as u32 {
        waits[usize::from(trace.ops.process(op).0)] = 0;
    }
    let lost: Vec<String> = trace
        .processes
        .iter()
        .zip(waits)
        .filter(|(_, waits)| *waits > 0)
        .map(|(process, waits)| format!("{} waited for the GPU {}", name(process), times(waits)))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let more = lost.len().saturating_sub(NAMED);
    let mut says = lost.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        says += &format!(", {}", counted(more as u64, "more process did", "more processes did"));
    }
    Some(Point::new("workers", Grade::Warning, says + ", and nothing that ran there was recorded").change(
        "if it runs a part of the model: for a forked worker `--trace-fork-before-exec=true` and a capture range that it \
         opens (`align capture --kind multi-process --capture-range cudaProfilerApi`)",
    ))
}

/// Ranks are processes, or devices of one process, that launched kernels.
pub(super) fn ranks(trace: &Trace, expected: &Expected) -> Option<Point> {
    let expected = expected.ranks?;
    let kernels = (0..trace.len() as u32).filter(|&op| trace.names.kind(trace.ops.name(op)) == OpKind::Kernel);
    let found: BTreeSet<(u16, u16)> = kernels.map(|op| (trace.ops.process(op).0, trace.ops.device(op))).collect();
    let says = format!("kernels of {} of {}", found.len(), counted(u64::from(expected), "rank", "ranks"));
    Some(match found.len().cmp(&(expected as usize)) {
        std::cmp::Ordering::Equal => Point::new("ranks", Grade::Good, says),
        std::cmp::Ordering::Greater => Point::new(
            "ranks",
            Grade::Warning,
            format!("kernels of {} ranks, {expected} were expected", found.len()),
        )
        .change("`--ranks` is the number of processes and devices that run the model; `process` in a spec picks one"),
        std::cmp::Ordering::Less => Point::new("ranks", Grade::Error, says).change(
            "capture what starts all of them (`--kind mpi -- mpirun …`); ranks on other machines need `nsys` there, and \
             workers that are forked a capture range",
        ),
    })
}

fn name(process: &Process) -> String {
    match &process.name {
        Some(name) => format!("{} (pid {})", escape(name), process.pid),
        None => format!("pid {}", process.pid),
    }
}

fn times(n: u64) -> String {
    if n == 1 { "once".to_owned() } else { format!("{} times", thousands(n)) }
}
