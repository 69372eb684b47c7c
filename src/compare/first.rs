//! The first executions of the kernel that makes the mock faster: cold caches, as the E2E's always are.

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

/// An early run, anywhere in the mock's process, of the kernel that gains most on the E2E's, with the same launch shape.
/// Not of the biggest: whose data stays in the cache may be small beside a GEMM that reads more weights than the cache
/// holds. Of the leading runs that are slow, the one nearest to the E2E's time: the very first may also pay for loading
/// the kernel. Where none is slow, the first.
pub(super) fn of(
    mock: &Trace,
    selected: &Selected,
    kernels: &[KernelLatency],
    positions: &[Position],
) -> Option<FirstExecution> {
    let gain = |k: &KernelLatency| k.e2e_median_ns - k.mock_median_ns;
    let fastest = kernels.iter().max_by(|a, b| gain(a).total_cmp(&gain(b)))?;
    let (steady, e2e) = (fastest.mock_median_ns, fastest.e2e_median_ns);
    if steady <= 0.0 || e2e <= 0.0 {
        return None;
    }
    let index = positions.get(fastest.position)?.mock?;
    let model = mock.op(*selected.mock.instances.first()?.ops.get(index)?);
    let symbol = selected.lexicon.symbol(Side::Mock, model.name);
    let mut runs = (0..mock.len() as u32).filter(|&i| {
        let op = mock.op(i);
        op.process == model.process && selected.lexicon.symbol(Side::Mock, op.name) == symbol && op.shape == model.shape
    });
    let time = |op: u32| mock.ops.duration(op) as f64;
    let first = runs.next()?;
    let slow = std::iter::once(first).chain(runs).take_while(|&op| time(op) >= COLD_FIRST * steady);
    let op = slow.min_by(|&a, &b| (time(a) - e2e).abs().total_cmp(&(time(b) - e2e).abs())).unwrap_or(first);
    Some(FirstExecution { position: fastest.position, first_ns: time(op), steady_ns: steady, e2e_ns: e2e, op })
}
