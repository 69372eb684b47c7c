//! What a trace can answer, what it cannot, and how to capture one that can.

use super::model::{GraphSummary, Totals};
use super::words::counted;
use crate::quality::{Answer, Can, Counts, questions};
use crate::trace::{Presence, Trace};

/// One answer a question, always the same questions in the same order.
pub(super) fn answers(trace: &Trace, totals: &Totals, graphs: &GraphSummary) -> Vec<Answer> {
    let counts = counts(totals, graphs);
    vec![
        questions::kernels(trace, &counts),
        questions::launch_calls(&counts),
        questions::ranges(trace, &counts),
        questions::kernels_inside_graphs(trace, &counts),
        questions::modules_of_graph_kernels(trace, &counts),
        launch_shapes(trace, totals),
        memory_operations(trace, totals),
        host_synchronisations(trace),
        provenance(trace),
    ]
}

fn counts(totals: &Totals, graphs: &GraphSummary) -> Counts {
    Counts {
        kernels: totals.kernels,
        memory_operations: totals.memory_operations,
        without_launch: totals.without_launch,
        outside_ranges: totals.outside_ranges,
        graph_launches: graphs.launches,
        replayed: graphs.operations,
        replayed_kernels: graphs.kernels,
        replayed_kernels_in_range: graphs.kernels_with_capture_range,
    }
}

fn launch_shapes(trace: &Trace, totals: &Totals) -> Answer {
    let question = "launch-shapes";
    match (totals.kernels, trace.capabilities.launch_shapes) {
        (0, _) => Answer::new(question, Can::NotNeeded, "there are no kernels"),
        (_, true) => Answer::new(question, Can::Yes, "grids, blocks, registers and shared memory"),
        (_, false) => Answer::new(question, Can::No, "the export lacks grids and blocks")
            .repair("export the report itself: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep"),
    }
}

fn memory_operations(trace: &Trace, totals: &Totals) -> Answer {
    let question = "memory-operations";
    match (totals.memory_operations, trace.capabilities.memory_operations) {
        (0, Presence::Missing) if totals.kernels == 0 => Answer::new(question, Can::NotNeeded, "there is no GPU work"),
        (0, _) => Answer::new(question, Can::Yes, "none ran"),
        (n, _) => Answer::new(question, Can::Yes, counted(n, "copy or set", "copies and sets")),
    }
}

fn host_synchronisations(trace: &Trace) -> Answer {
    let question = "host-synchronisations";
    match trace.capabilities.api_calls {
        Presence::Filled => Answer::new(question, Can::Yes, "CUDA calls were recorded"),
        _ => Answer::new(question, Can::No, "no CUDA call was recorded").repair("capture with `--trace=cuda,nvtx`"),
    }
}

fn provenance(trace: &Trace) -> Answer {
    let question = "provenance";
    let known = &trace.provenance;
    let missing: Vec<&str> =
        [("GPU", known.gpus.is_empty()), ("driver", known.driver.is_none()), ("profiler", known.profiler.is_none())]
            .into_iter()
            .filter_map(|(what, missing)| missing.then_some(what))
            .collect();
    match missing.len() {
        0 => Answer::new(question, Can::Yes, "GPU, driver and profiler are known"),
        3 => Answer::new(question, Can::No, "neither GPU nor driver nor profiler is known"),
        _ => Answer::new(question, Can::Partly, format!("unknown: {}", missing.join(", "))),
    }
}
