//! `side`: the mock or the E2E, and what was selected there.

use super::instance::{InstanceHandle, Waits, waits};
use super::kernel::Kernel;
use super::member::Api;
use super::trace::TraceHandle;
use super::value::{Failure, Named};
use crate::compare::Comparison;
use crate::diag::Side;
use crate::script::budget::spend;
use crate::script::limits::{INSTANCES, TIMES};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) struct SideHandle {
    pub(super) comparison: Arc<Comparison>,
    pub(super) side: Side,
}

impl Named for SideHandle {
    const NAME: &'static str = "side";
}

impl SideHandle {
    fn count(&self) -> usize {
        self.comparison.selection(self.side).instances.len()
    }

    fn instances(&self) -> Vec<InstanceHandle> {
        spaced(self.count(), INSTANCES).map(|index| InstanceHandle { of: self.clone(), index }).collect()
    }

    fn kernels(&self) -> Vec<Kernel> {
        let ops = self.comparison.representative(self.side).map_or(&[][..], |instance| instance.ops.as_slice());
        Kernel::all(self, ops)
    }

    fn times(&self) -> Result<Vec<f64>, Failure> {
        spend(self.count())?;
        let instance = &self.comparison.instance;
        let mut times = match self.side {
            Side::Mock => instance.mock_ns.clone(),
            Side::E2e => instance.e2e_ns.clone(),
        };
        if times.len() > TIMES {
            times.sort_by(f64::total_cmp);
        }
        Ok(spaced(times.len(), TIMES).filter_map(|index| times.get(index).copied()).collect())
    }

    fn host_syncs(&self) -> Result<Vec<Waits>, Failure> {
        let instances = &self.comparison.selection(self.side).instances;
        spend(instances.iter().map(|instance| instance.ops.len()).sum())?;
        Ok(waits(self.comparison.trace(self.side), instances))
    }

    fn pick(&self, mock: f64, e2e: f64) -> f64 {
        match self.side {
            Side::Mock => mock,
            Side::E2e => e2e,
        }
    }
}

/// At most `most` of `count` indices, evenly spaced.
fn spaced(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let kept = count.min(most);
    (0..kept).map(move |i| i * count / kept.max(1))
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.kind::<SideHandle>(|side| {
        side.get("name", "`mock` or `e2e`.", |s| s.side.to_string())
            .get("trace", "The trace of this side.", |s| TraceHandle(Arc::clone(s.comparison.trace(s.side))))
            .get("kernels", "The kernels of one instance, in order: the instance of median time.", SideHandle::kernels)
            .get("instances", "Executions of the op; at most 500 of them, evenly spaced.", SideHandle::instances)
            .get("instance_count", "All executions of the op.", SideHandle::count)
            .get("how", "How the instances were found, in words.", |s| s.comparison.selection(s.side).how.clone())
            .get("confidence", "How sure that is, from 0 to 1.", |s| s.comparison.selection(s.side).confidence)
            .get("graph_share", "The share of GPU operations replayed from a CUDA graph, over all instances.", |s| {
                s.comparison.mode(s.side).graph_share
            })
            .get(
                "host_syncs",
                "Calls that wait for the GPU inside instances, by API, over all instances.",
                SideHandle::host_syncs,
            )
            .get(
                "times_ns",
                "The sum of durations of each instance, in ns; at most 5,000, then by rank.",
                SideHandle::times,
            )
            .get("median_ns", "The median over instances of the sum of durations, in ns.", |s| {
                s.pick(s.comparison.instance.mock_median_ns, s.comparison.instance.e2e_median_ns)
            })
            .get("busy_ns", "The median time in which at least one kernel ran, in ns.", |s| {
                s.pick(s.comparison.instance.mock_busy_ns, s.comparison.instance.e2e_busy_ns)
            })
            .get("span_ns", "The median time from the first kernel's start to the last one's end, in ns.", |s| {
                s.pick(s.comparison.instance.mock_span_ns, s.comparison.instance.e2e_span_ns)
            });
    });
}
