//! `trace`: what is known of a profiler export.

use super::member::Api;
use super::value::Named;
use crate::trace::{Presence, Trace};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) struct TraceHandle(pub(super) Arc<Trace>);

impl Named for TraceHandle {
    const NAME: &'static str = "trace";
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.kind::<TraceHandle>(|trace| {
        trace
            .get("gpu", "The GPU's model; several are joined with `, `; empty if unknown.", |t| {
                t.0.provenance.gpus.join(", ")
            })
            .get("driver", "The driver's version; empty if unknown.", |t| text(t.0.provenance.driver.as_ref()))
            .get("cuda", "The CUDA version the driver offers, such as `13.0`; empty if unknown.", |t| {
                text(t.0.provenance.cuda.as_ref())
            })
            .get("profiler", "The profiler and its version; empty if unknown.", |t| {
                text(t.0.provenance.profiler.as_ref())
            })
            .get("compute_capability", "Of the first GPU, such as `9.0`; empty if unknown.", |t| {
                text(t.0.provenance.compute_capability.as_ref())
            })
            .get("multiprocessors", "Of the first GPU; 0 if unknown.", |t| {
                t.0.provenance.multiprocessors.unwrap_or_default()
            })
            .get("l2_bytes", "Level-2 cache of the first GPU, in bytes; 0 if unknown.", |t| {
                t.0.provenance.l2_bytes.unwrap_or_default()
            })
            .get("kernel_count", "GPU operations in the whole trace.", |t| t.0.len())
            .get("process_count", "Processes in the trace.", |t| t.0.processes.len())
            .get("has_ranges", "Whether there is any NVTX range.", |t| !t.0.ranges.is_empty())
            .get("has_api_calls", "Whether CUDA API calls were captured.", |t| {
                t.0.capabilities.api_calls == Presence::Filled
            })
            .get("has_launch_shapes", "Whether grids and blocks were recorded.", |t| t.0.capabilities.launch_shapes);
    });
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}
