//! The spread of times over all instances, of whole instances and kernel by kernel.

use crate::check::Context;
use crate::diag::Side;
use crate::outcome::{Distribution, Distributions, InstanceTimes, KernelTimes};
use rayon::prelude::*;

/// The most kernels that are listed.
const KERNELS: usize = 200;

pub(super) fn distributions(context: &Context<'_>) -> Distributions {
    let comparison = context.comparison;
    let instance = InstanceTimes {
        mock: Distribution::of(&comparison.instance.mock_ns),
        e2e: Distribution::of(&comparison.instance.e2e_ns),
    };
    let mut listed: Vec<usize> = (0..comparison.kernels.len()).collect();
    let longest = |at: usize| comparison.kernels[at].mock_median_ns.max(comparison.kernels[at].e2e_median_ns);
    listed.sort_by(|&a, &b| longest(b).total_cmp(&longest(a)).then(a.cmp(&b)));
    listed.truncate(KERNELS);
    listed.sort_unstable();
    let kernels_unshown = comparison.kernels.len() - listed.len();
    let kernels = listed.into_par_iter().map(|at| kernel(context, at)).collect();
    Distributions { instance, kernels, kernels_unshown }
}

fn kernel(context: &Context<'_>, at: usize) -> KernelTimes {
    let comparison = context.comparison;
    let times = &comparison.kernels[at];
    let position = &comparison.positions[times.position];
    let spread = |side: Side| {
        let index = position.on(side)?;
        Distribution::of_sorted(comparison.sorted_durations(side, index), || comparison.durations(side, index))
    };
    let name = position.mock.map(|index| {
        let identity = comparison.identity(comparison.symbol_at(Side::Mock, index));
        if comparison.is_memory(Side::Mock, index) { identity.exact.clone() } else { identity.base.clone() }
    });
    KernelTimes {
        position: times.position,
        kernel: name.unwrap_or_default(),
        mock: spread(Side::Mock),
        e2e: spread(Side::E2e),
        interval: times.interval,
        tolerance: context.case.latency.kernel_within.value,
    }
}
