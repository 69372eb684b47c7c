//! `steady-state`: instances whose times never settle.

use super::{Check, Context, Judgement, Meta, Need, meta};
use crate::diag::{Finding, Severity, Side};
use crate::limits::{STEADY_LEAST, UNSETTLED};
use crate::stats::{mad, median};

#[derive(Debug)]
pub(super) struct SteadyState(Meta);

impl SteadyState {
    pub(super) fn new() -> Self {
        Self(meta("steady-state", Severity::Warning, include_str!("steady_state.md")))
    }
}

impl Check for SteadyState {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::Operations]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let instance = &context.comparison.instance;
        let sides = [(Side::Mock, &instance.mock_ns), (Side::E2e, &instance.e2e_ns)];
        Judgement::of(sides.into_iter().filter_map(|(side, times)| self.restless(side, times)).collect())
    }
}

impl SteadyState {
    /// Times that scatter by more than a tenth: clocks, throttling, another tenant, or data-dependent work.
    fn restless(&self, side: Side, times: &[f64]) -> Option<Finding> {
        let (centre, spread) = (median(times)?, mad(times)?);
        (times.len() >= STEADY_LEAST && centre > 0.0 && spread > UNSETTLED * centre).then(|| {
            Finding::new(
                &self.0.name,
                self.0.severity,
                format!("the {side}'s instances have not settled: their times scatter by {:.0} %", spread / centre * 100.0),
            )
            .side(side)
            .help("lock the clocks, warm up longer, or take more instances; for data-dependent work set `latency.own-spread`")
        })
    }
}
