//! The first execution of the mock's biggest kernel: cold caches, as the E2E's always are.

use super::latency::KernelLatency;
use super::positions::Position;
use crate::diag::Side;
use crate::limits::{COLD_FIRST, COLD_NEAR};
use crate::select::Selected;
use crate::trace::Trace;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstExecution {
    /// Index into the comparison's positions.
    pub position: usize,
    pub first_ns: f64,
    pub steady_ns: f64,
    pub e2e_ns: f64,
    /// The operation, in the mock's trace.
    pub op: u32,
}

impl FirstExecution {
    /// The kernel was slow once, as slow as in the E2E, and fast ever after: its data stays in the cache.
    pub fn is_cache_warm(&self) -> bool {
        self.first_ns >= COLD_FIRST * self.steady_ns && (self.first_ns / self.e2e_ns - 1.0).abs() <= COLD_NEAR
    }
}

/// The first run, anywhere in the mock's process, of its biggest kernel with the same launch shape.
pub(super) fn of(
    mock: &Trace,
    selected: &Selected,
    kernels: &[KernelLatency],
    positions: &[Position],
) -> Option<FirstExecution> {
    let biggest = kernels.iter().max_by(|a, b| a.mock_median_ns.total_cmp(&b.mock_median_ns))?;
    let index = positions.get(biggest.position)?.mock?;
    let model = mock.op(*selected.mock.instances.first()?.ops.get(index)?);
    let symbol = selected.lexicon.symbol(Side::Mock, model.name);
    let op = (0..mock.len() as u32).find(|&i| {
        let op = mock.op(i);
        op.process == model.process && selected.lexicon.symbol(Side::Mock, op.name) == symbol && op.shape == model.shape
    })?;
    (biggest.mock_median_ns > 0.0 && biggest.e2e_median_ns > 0.0).then(|| FirstExecution {
        position: biggest.position,
        first_ns: mock.ops.duration(op) as f64,
        steady_ns: biggest.mock_median_ns,
        e2e_ns: biggest.e2e_median_ns,
        op,
    })
}
