//! What a trace can answer, what it cannot, and how to capture one that can.

use super::model::{Answer, Can, GraphSummary, Totals};
use super::words::{counted, thousands};
use crate::trace::{GraphTracing, Presence, Trace};

/// One answer a question, always the same questions in the same order.
pub(super) fn answers(trace: &Trace, totals: &Totals, graphs: &GraphSummary) -> Vec<Answer> {
    vec![
        kernels(trace, totals),
        launch_calls(totals),
        ranges(trace, totals),
        kernels_inside_graphs(trace, graphs),
        modules_of_graph_kernels(trace, graphs),
        launch_shapes(trace, totals),
        memory_operations(trace, totals),
        host_synchronisations(trace),
        provenance(trace),
    ]
}

impl Answer {
    fn new(question: &'static str, can: Can, detail: impl Into<String>) -> Self {
        Self { question, can, detail: detail.into(), repair: None }
    }

    fn repair(mut self, repair: &str) -> Self {
        self.repair = Some(repair.to_owned());
        self
    }
}

fn kernels(trace: &Trace, totals: &Totals) -> Answer {
    let question = "kernels";
    if totals.kernels > 0 {
        return Answer::new(question, Can::Yes, counted(totals.kernels, "kernel", "kernels"));
    }
    match (trace.capabilities.kernels, trace.capabilities.api_calls) {
        _ if trace.capabilities.graph_tracing == GraphTracing::Whole => {
            Answer::new(question, Can::No, "all GPU work ran inside CUDA graphs, each traced as a whole")
                .repair(TRACE_NODES)
        }
        (Presence::Missing | Presence::Empty, Presence::Filled) => {
            Answer::new(question, Can::No, "there are CUDA calls, but no kernel was recorded")
                .repair("capture again with `--trace=cuda,nvtx`, and end the capture before the process is killed")
        }
        (Presence::Filled, _) => Answer::new(question, Can::No, "the kernel table has no row that can be used")
            .repair("export the report again: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep"),
        _ => Answer::new(question, Can::No, "the profiled processes launched no GPU work").repair(
            "profile the process that does: `--trace-fork-before-exec=true` for forked workers, the server instead of \
             its client, or all processes with `--sample=system-wide`",
        ),
    }
}

const TRACE_NODES: &str = "capture with `--cuda-graph-trace=node`";

fn launch_calls(totals: &Totals) -> Answer {
    let question = "launch-calls";
    let all = totals.kernels + totals.memory_operations;
    let lost = totals.without_launch;
    if all == 0 {
        return Answer::new(question, Can::NotNeeded, "there is no GPU work");
    }
    let detail = format!("{} of {} operations have their launching call", thousands(all - lost), thousands(all));
    match lost {
        0 => Answer::new(question, Can::Yes, detail),
        _ if lost == all => Answer::new(question, Can::No, detail).repair("capture with `--trace=cuda,nvtx`"),
        _ => Answer::new(question, Can::Partly, detail)
            .repair("start the capture before the work is launched: a window cut loses the calls outside it"),
    }
}

fn ranges(trace: &Trace, totals: &Totals) -> Answer {
    let question = "ranges";
    let all = totals.kernels + totals.memory_operations;
    if !trace.capabilities.ranges.filled() {
        return Answer::new(question, Can::No, "the trace has no NVTX ranges")
            .repair("mark steps and modules with NVTX and capture with `--trace=cuda,nvtx`; without them operations are found by kernel sequence");
    }
    if all == 0 {
        return Answer::new(question, Can::NotNeeded, format!("{} ranges, but no GPU work", trace.ranges.len()));
    }
    let inside = all - totals.outside_ranges;
    let detail = format!("{} of {} operations lie inside a range", thousands(inside), thousands(all));
    match inside {
        0 => Answer::new(question, Can::No, detail)
            .repair("open the ranges in the process and on the thread that launch the work"),
        _ if inside == all => Answer::new(question, Can::Yes, detail),
        _ => Answer::new(question, Can::Partly, detail),
    }
}

fn kernels_inside_graphs(trace: &Trace, graphs: &GraphSummary) -> Answer {
    let question = "kernels-inside-graphs";
    match trace.capabilities.graph_tracing {
        GraphTracing::None => Answer::new(question, Can::NotNeeded, "no CUDA graph was launched"),
        GraphTracing::Whole => {
            let detail =
                format!("{}, each traced as a whole", counted(graphs.launches, "graph launch", "graph launches"));
            Answer::new(question, Can::No, detail).repair(TRACE_NODES)
        }
        GraphTracing::Node => {
            Answer::new(question, Can::Yes, counted(graphs.operations, "replayed operation", "replayed operations"))
        }
    }
}

fn modules_of_graph_kernels(trace: &Trace, graphs: &GraphSummary) -> Answer {
    let question = "modules-of-graph-kernels";
    if trace.capabilities.graph_tracing != GraphTracing::Node || graphs.kernels == 0 {
        return Answer::new(question, Can::NotNeeded, "no kernel was replayed from a graph");
    }
    let (known, all) = (graphs.kernels_with_capture_range, graphs.kernels);
    let detail = format!("{} of {} replayed kernels were captured inside a range", thousands(known), thousands(all));
    let window = "profile the whole run, from before the graphs are captured, with NVTX ranges around the modules";
    match known {
        0 => Answer::new(question, Can::No, detail).repair(window),
        _ if known == all => Answer::new(question, Can::Yes, detail),
        _ => Answer::new(question, Can::Partly, detail).repair(window),
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
