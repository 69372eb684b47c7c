//! `position`: one place of the two aligned sequences.

use super::kernel::Kernel;
use super::member::Api;
use super::side::SideHandle;
use super::value::{Failure, Named, failure};
use crate::compare::{Comparison, Difference, Position};
use crate::diag::Side;
use rhai::{Array, Dynamic};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(in crate::script) struct PositionHandle {
    pub(super) comparison: Arc<Comparison>,
    pub(super) index: usize,
}

impl Named for PositionHandle {
    const NAME: &'static str = "position";
}

/// Every position; more than an array can hold are cut off, as no op has so many.
pub(super) fn all(comparison: &Arc<Comparison>) -> Dynamic {
    let count = comparison.positions.len().min(crate::script::limits::ARRAY_ELEMENTS);
    let handle = |index| Dynamic::from(PositionHandle { comparison: Arc::clone(comparison), index });
    Dynamic::from_array((0..count).map(handle).collect::<Array>())
}

impl PositionHandle {
    fn position(&self) -> Option<&Position> {
        self.comparison.positions.get(self.index)
    }

    fn has(&self, side: Side) -> bool {
        self.position().is_some_and(|position| position.on(side).is_some())
    }

    fn kernel(&self, side: Side) -> Result<Kernel, Failure> {
        let of = SideHandle { comparison: Arc::clone(&self.comparison), side };
        let index = self.position().and_then(|position| position.on(side));
        index
            .and_then(|index| Kernel::at(&of, index))
            .ok_or_else(|| failure(format!("nothing of the {side} stands at this position; ask `has_{side}` first")))
    }

    fn difference(&self) -> String {
        match self.position().map(Position::difference) {
            Some(Difference::Variant) => "variant",
            Some(Difference::Substituted) => "substituted",
            Some(Difference::Missing) => "missing",
            Some(Difference::Extra) => "extra",
            Some(Difference::Moved) => "moved",
            Some(Difference::Same) | None => "same",
        }
        .to_owned()
    }

    fn median(&self, side: Side) -> Result<f64, Failure> {
        let latency = self.comparison.kernels.iter().find(|kernel| kernel.position == self.index);
        let latency =
            latency.ok_or_else(|| failure("only a position with both sides has times; ask `has_both` first"))?;
        Ok(if side == Side::Mock { latency.mock_median_ns } else { latency.e2e_median_ns })
    }
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.kind::<PositionHandle>(|position| {
        position
            .get("index", "Its number, from 0.", |p| p.index)
            .get(
                "difference",
                "`same`, `variant` (the same function, another tile or type), `substituted`, `missing` (only in \
                 the E2E), `extra` (only in the mock) or `moved`.",
                PositionHandle::difference,
            )
            .get("has_mock", "Whether a kernel of the mock stands here.", |p| p.has(Side::Mock))
            .get("has_e2e", "Whether a kernel of the E2E stands here.", |p| p.has(Side::E2e))
            .get("has_both", "Whether kernels of both sides stand here.", |p| p.has(Side::Mock) && p.has(Side::E2e))
            .get("mock", "The mock's kernel; an error unless `has_mock`.", |p| p.kernel(Side::Mock))
            .get("e2e", "The E2E's kernel; an error unless `has_e2e`.", |p| p.kernel(Side::E2e))
            .get("mock_median_ns", "The median of its durations in the mock, in ns; an error unless `has_both`.", |p| {
                p.median(Side::Mock)
            })
            .get("e2e_median_ns", "The median of its durations in the E2E, in ns; an error unless `has_both`.", |p| {
                p.median(Side::E2e)
            });
    });
}
