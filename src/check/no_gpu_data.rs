//! `no-gpu-data`: the trace cannot show the op's kernels. Judged before anything is searched: warm-up layers
//! of the wrong trace would pass.

use super::{Meta, meta as make};
use crate::compare::Facts;
use crate::diag::{Evidence, Finding, Severity, Side, escape};
use crate::trace::{GraphTracing, Presence, Trace};

pub(super) fn meta() -> Meta {
    make("no-gpu-data", Severity::Error, include_str!("no_gpu_data.md"))
}

/// Why a trace is refused, with the facts for its diagnosis; `None` if it is fit.
pub fn unfit(side: Side, trace: &Trace) -> Option<(Finding, Facts)> {
    let capabilities = &trace.capabilities;
    let mut facts = Facts::default();
    let message = if capabilities.graph_tracing == GraphTracing::Whole {
        let launches = capabilities.graph_launches.max(capabilities.whole_graph_rows);
        let text = format!("{launches} CUDA graph launches in the {side} trace, none of whose kernels was recorded");
        facts.set("graph-whole", 1.0, &text);
        format!("the kernels of CUDA graphs are not in the {side} trace: graphs were traced as a whole")
    } else if trace.lacks_kernel_table() {
        return Some((without_kernel_table(side, trace), facts));
    } else if trace.is_empty() && trace.summary.is_none() {
        let text = format!("the {side} trace holds no GPU operation");
        facts.set("no-gpu-data", 1.0, &text);
        if capabilities.api_calls == Presence::Filled {
            facts.set("api-without-gpu", 1.0, "CUDA API calls were recorded, GPU work was not");
        }
        if capabilities.ranges == Presence::Filled {
            facts.set("ranges-without-gpu", 1.0, "NVTX ranges were recorded, GPU work was not");
        }
        format!("the {side} trace holds no GPU data")
    } else {
        return None;
    };
    let mut finding = Finding::new("no-gpu-data", Severity::Error, message).side(side);
    for (_, fact) in facts.iter() {
        finding = finding.evidence(Evidence::on(side, &fact.text));
    }
    for warning in trace.warnings.iter().take(3) {
        finding = finding.evidence(Evidence::on(side, format!("the profiler says: {}", escape(warning))));
    }
    let help = if facts.get("graph-whole").is_some() {
        "capture again with `nsys profile --cuda-graph-trace=node`"
    } else {
        "profile the process that launches the kernels: system-wide (`--sample=system-wide`), or for a forked engine \
         `--trace-fork-before-exec=true` and a capture range that the child opens"
    };
    Some((finding.help(help), facts))
}

/// What launches kernels was recorded, and the export has no table of them.
fn without_kernel_table(side: Side, trace: &Trace) -> Finding {
    let launches = trace.capabilities.graph_launches;
    let nodes = trace.capabilities.graph_nodes == Presence::Filled;
    let launched = (launches > 0).then(|| format!("{launches} launches of CUDA graphs were recorded"));
    let captured = nodes.then(|| "nodes of CUDA graphs were recorded one by one".to_owned());
    let message = format!("the {side} trace has no table of kernels, though what launches them was recorded");
    let mut finding = Finding::new("no-gpu-data", Severity::Error, message).side(side);
    for text in launched.into_iter().chain(captured) {
        finding = finding.evidence(Evidence::on(side, text));
    }
    finding.help(
        "export the report again, and take all of it: a folder needs the file of CUPTI_ACTIVITY_KIND_KERNEL; if that has \
         none either, capture again and let the process end before the profiler does",
    )
}
