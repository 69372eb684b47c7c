//! The questions that decide whether a trace can be compared at all: asked of every capture, and by `align inspect`.

use super::answer::{Answer, Can};
use super::counts::Counts;
use super::words::{counted, thousands};
use crate::trace::{GraphTracing, Presence, Trace};

const TRACE_NODES: &str = "capture with `--cuda-graph-trace=node`";

pub fn kernels(trace: &Trace, counts: &Counts) -> Answer {
    let question = "kernels";
    if counts.kernels > 0 {
        return Answer::new(question, Can::Yes, counted(counts.kernels, "kernel", "kernels"));
    }
    match (trace.capabilities.kernels, trace.capabilities.api_calls) {
        _ if trace.capabilities.graph_tracing == GraphTracing::Whole => {
            Answer::new(question, Can::No, "all GPU work ran inside CUDA graphs, each traced as a whole")
                .repair(TRACE_NODES)
        }
        _ if trace.lacks_kernel_table() => {
            Answer::new(question, Can::No, "CUDA graphs were recorded, but there is no table of kernels")
                .repair("export the report again, and take all of its tables; if it has none either, capture again")
        }
        (Presence::Missing | Presence::Empty, Presence::Filled) => {
            Answer::new(question, Can::No, "there are CUDA calls, but no kernel was recorded")
                .repair("capture again with `--trace=cuda,nvtx`, and end the capture before the process is killed")
        }
        (Presence::Filled, _) => Answer::new(question, Can::No, "the kernel table has no row that can be used")
            .repair("export the report again: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep"),
        _ => Answer::new(question, Can::No, "the profiled processes launched no GPU work").repair(
            "profile the process that does: for forked workers `--trace-fork-before-exec=true` and a capture range that \
             they open, the server instead of its client, or all processes with `--sample=system-wide`",
        ),
    }
}

pub fn launch_calls(counts: &Counts) -> Answer {
    let question = "launch-calls";
    let all = counts.operations();
    let lost = counts.without_launch;
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

pub fn ranges(trace: &Trace, counts: &Counts) -> Answer {
    let question = "ranges";
    let all = counts.operations();
    if !trace.capabilities.ranges.filled() {
        return Answer::new(question, Can::No, "the trace has no NVTX ranges")
            .repair("mark steps and modules with NVTX and capture with `--trace=cuda,nvtx`; without them operations are found by kernel sequence");
    }
    if all == 0 {
        return Answer::new(question, Can::NotNeeded, format!("{} ranges, but no GPU work", trace.ranges.len()));
    }
    let inside = all - counts.outside_ranges;
    let detail = format!("{} of {} operations lie inside a range", thousands(inside), thousands(all));
    match inside {
        0 => Answer::new(question, Can::No, detail)
            .repair("open the ranges in the process and on the thread that launch the work"),
        _ if inside == all => Answer::new(question, Can::Yes, detail),
        _ => Answer::new(question, Can::Partly, detail),
    }
}

pub fn kernels_inside_graphs(trace: &Trace, counts: &Counts) -> Answer {
    let question = "kernels-inside-graphs";
    match trace.capabilities.graph_tracing {
        GraphTracing::None => Answer::new(question, Can::NotNeeded, "no CUDA graph was launched"),
        GraphTracing::Whole => {
            let detail =
                format!("{}, each traced as a whole", counted(counts.graph_launches, "graph launch", "graph launches"));
            Answer::new(question, Can::No, detail).repair(TRACE_NODES)
        }
        GraphTracing::Node => {
            Answer::new(question, Can::Yes, counted(counts.replayed, "replayed operation", "replayed operations"))
        }
    }
}

pub fn modules_of_graph_kernels(trace: &Trace, counts: &Counts) -> Answer {
    let question = "modules-of-graph-kernels";
    if trace.capabilities.graph_tracing != GraphTracing::Node || counts.replayed_kernels == 0 {
        return Answer::new(question, Can::NotNeeded, "no kernel was replayed from a graph");
    }
    let (known, all) = (counts.replayed_kernels_in_range, counts.replayed_kernels);
    let detail = format!("{} of {} replayed kernels were captured inside a range", thousands(known), thousands(all));
    let window = "profile the whole run, from before the graphs are captured, with NVTX ranges around the modules";
    match known {
        0 => Answer::new(question, Can::No, detail).repair(window),
        _ if known == all => Answer::new(question, Can::Yes, detail),
        _ => Answer::new(question, Can::Partly, detail).repair(window),
    }
}
