//! `coverage`: how much of the E2E's GPU time the op is.

use super::{Check, Context, Judgement, Meta, meta};
use crate::diag::{Finding, Severity, Side};
use rayon::prelude::*;

#[derive(Debug)]
pub(super) struct Coverage(Meta);

impl Coverage {
    pub(super) fn new() -> Self {
        Self(meta("coverage", Severity::Note, include_str!("coverage.md")))
    }
}

impl Check for Coverage {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let trace = &context.comparison.e2e;
        let selection = context.comparison.selection(Side::E2e);
        let time = |op: u32| trace.ops.duration(op);
        let all: i64 = selection.scope.pieces().map(|piece| piece.iter().map(time).sum::<i64>()).sum();
        if all == 0 {
            return Judgement::pass();
        }
        let kernels = 0..selection.sequence.len();
        let held: f64 = kernels.flat_map(|kernel| context.comparison.sorted_durations(Side::E2e, kernel)).sum();
        let share = held / all as f64 * 100.0;
        let message = format!("the compared instances are {share:.1} % of the E2E's GPU time where the spec looks");
        Judgement::of(vec![Finding::new(&self.0.name, self.0.severity, message).side(Side::E2e)])
    }
}
