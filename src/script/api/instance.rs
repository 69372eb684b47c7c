//! `instance`: one execution of the op. `host_sync`: calls that wait for the GPU inside instances.

use super::kernel::Kernel;
use super::member::Api;
use super::side::SideHandle;
use super::value::Named;
use crate::select::Instance;
use crate::trace::Trace;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(super) struct InstanceHandle {
    pub(super) of: SideHandle,
    pub(super) index: usize,
}

impl Named for InstanceHandle {
    const NAME: &'static str = "instance";
}

/// One API that waits for the GPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waits {
    api: String,
    count: u64,
    total_ns: i64,
    instances: u64,
}

impl Named for Waits {
    const NAME: &'static str = "host_sync";
}

impl InstanceHandle {
    fn ops(&self) -> &[u32] {
        let selection = self.of.comparison.selection(self.of.side);
        selection.instances.get(self.index).map_or(&[], |instance| &instance.ops)
    }

    fn trace(&self) -> &Trace {
        self.of.comparison.trace(self.of.side)
    }

    fn duration(&self) -> i64 {
        self.ops().iter().map(|&op| self.trace().ops.duration(op)).sum()
    }

    fn span(&self) -> i64 {
        let ops = self.ops().iter().map(|&op| self.trace().op(op));
        let first = ops.clone().map(|op| op.start).min().unwrap_or_default();
        ops.map(|op| op.end).max().unwrap_or_default() - first
    }

    fn graph_share(&self) -> f64 {
        let replayed = self.ops().iter().filter(|&&op| self.trace().from_graph(op)).count();
        if self.ops().is_empty() { 0.0 } else { replayed as f64 / self.ops().len() as f64 }
    }

    fn waits(&self) -> Vec<Waits> {
        let instances = &self.of.comparison.selection(self.of.side).instances;
        waits(self.trace(), instances.get(self.index).map_or(&[], std::slice::from_ref))
    }
}

/// Calls on the launching thread between the first and the last launch of each instance. Waiting after the
/// last launch is how an instance is timed.
pub(super) fn waits(trace: &Trace, instances: &[Instance]) -> Vec<Waits> {
    let mut waits: BTreeMap<String, Waits> = BTreeMap::new();
    for instance in instances {
        let launches = instance.ops.iter().filter_map(|&op| trace.ops.launch(op));
        let starts: Vec<(i64, u32)> = launches.map(|launch| (trace.launches.start(launch), launch)).collect();
        let (Some(first), Some(last)) = (starts.iter().min(), starts.iter().max()) else { continue };
        let mut seen: Vec<&str> = Vec::new();
        for (start, end, api) in trace.syncs.between(trace.launches.thread(first.1), first.0, last.0) {
            let new = || Waits { api: api.to_owned(), count: 0, total_ns: 0, instances: 0 };
            let entry = waits.entry(api.to_owned()).or_insert_with(new);
            entry.count += 1;
            entry.total_ns = entry.total_ns.saturating_add(end - start);
            if !seen.contains(&api) {
                seen.push(api);
                entry.instances += 1;
            }
        }
    }
    waits.into_values().collect()
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.kind::<InstanceHandle>(|instance| {
        instance
            .get("index", "Its number in time order, from 0.", |i| i.index)
            .get("kernels", "Its kernels, in order.", |i| Kernel::all(&i.of, i.ops()))
            .get("duration_ns", "The sum of its kernels' durations, in ns.", InstanceHandle::duration)
            .get("span_ns", "From its first kernel's start to its last one's end, in ns.", InstanceHandle::span)
            .get(
                "graph_share",
                "The share of its GPU operations replayed from a CUDA graph.",
                InstanceHandle::graph_share,
            )
            .get("from_graph", "Whether all of it was replayed from a CUDA graph.", |i| i.graph_share() >= 1.0)
            .get(
                "host_syncs",
                "Calls that wait for the GPU between its first and its last launch, by API.",
                InstanceHandle::waits,
            );
    });
    api.kind::<Waits>(|waits| {
        waits
            .get("api", "The API's name, such as `cudaStreamSynchronize`.", |w| w.api.clone())
            .get("count", "How often it was called.", |w| w.count)
            .get("total_ns", "How long these calls took together, in ns.", |w| w.total_ns)
            .get("instances", "In how many instances.", |w| w.instances);
    });
}
