//! `cuda-graph-consistency`: launched eagerly on one side, replayed from a CUDA graph on the other.

use super::{Check, Context, Judgement, Meta, Need, meta};
use crate::diag::{Evidence, Finding, Severity, Side};
use crate::spec::LaunchCompare;

#[derive(Debug)]
pub(super) struct CudaGraphConsistency(Meta);

impl CudaGraphConsistency {
    pub(super) fn new() -> Self {
        Self(meta("cuda-graph-consistency", Severity::Error, include_str!("cuda_graph_consistency.md")))
    }
}

impl Check for CudaGraphConsistency {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let comparison = context.comparison;
        if let Some(unknown) = unknown(context) {
            return unknown;
        }
        let (mock, e2e) = (comparison.mock_mode, comparison.e2e_mode);
        if context.case.launch.value == LaunchCompare::Ignore || mock.is_graph() == e2e.is_graph() {
            return Judgement::pass();
        }
        // Replaying what the engine launches eagerly leaves kernel times as they are; the reverse measures an
        // engine that nobody runs.
        let severity = if e2e.is_graph() { self.0.severity } else { Severity::Note };
        let launch = &context.case.launch.loc;
        let mut finding =
            Finding::new(&self.0.name, severity, format!("the mock is {}, the E2E is {}", mock.words(), e2e.words()))
                .side(Side::Mock)
                .at(launch, context.said(launch, "launch modes must be the same", "[launch] compare"));
        for side in Side::BOTH {
            let share = comparison.mode(side).graph_share * 100.0;
            finding =
                finding.evidence(Evidence::on(side, format!("{share:.0} % of its GPU operations come from a graph")));
        }
        let help = if e2e.is_graph() {
            "capture the op in a CUDA graph and time its replays"
        } else {
            "time an eager run too if host overhead matters"
        };
        Judgement::of(vec![finding.help(help)])
    }
}

/// Where a side does not say how it was launched. An eager mock of an engine that replays graphs would be an error, so
/// that beside such an engine a mock which may be one is no pass.
fn unknown(context: &Context<'_>) -> Option<Judgement> {
    let comparison = context.comparison;
    let mut unmet = Side::BOTH.into_iter().filter_map(|side| {
        let reason = Need::LaunchModes.unmet(side, comparison.trace(side))?;
        Some((side, reason))
    });
    let (side, reason) = unmet.next().filter(|_| context.case.launch.value != LaunchCompare::Ignore)?;
    Some(match side == Side::Mock && comparison.e2e_mode.is_graph() {
        true => Judgement::inconclusive(format!("the E2E is replayed from a CUDA graph; {reason}")),
        false => Judgement::skipped(reason),
    })
}
