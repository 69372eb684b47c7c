//! `launch-gap`: the GPU idles between the kernels of an instance.

use super::{Check, Context, Judgement, Meta, Need, meta};
use crate::diag::{Evidence, Finding, Severity, Side, duration};
use crate::limits::GAP_SHARE;

#[derive(Debug)]
pub(super) struct LaunchGap(Meta);

impl LaunchGap {
    pub(super) fn new() -> Self {
        Self(meta("launch-gap", Severity::Note, include_str!("launch_gap.md")))
    }
}

impl Check for LaunchGap {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::LaunchModes]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let findings = Side::BOTH.into_iter().filter_map(|side| self.of(context, side));
        Judgement::of(findings.collect())
    }
}

impl LaunchGap {
    /// Gaps of an eager launch are the host's and say nothing of the op.
    fn of(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        if !context.comparison.mode(side).is_graph() {
            return None;
        }
        let instance = &context.comparison.instance;
        let (busy, span) = match side {
            Side::Mock => (instance.mock_busy_ns, instance.mock_span_ns),
            Side::E2e => (instance.e2e_busy_ns, instance.e2e_span_ns),
        };
        let idle = span - busy;
        (span > 0.0 && idle > GAP_SHARE * span).then(|| {
            Finding::new(
                &self.0.name,
                self.0.severity,
                format!("the GPU idles {:.0} % of an instance of the {side}", idle / span * 100.0),
            )
            .side(side)
            .evidence(Evidence::on(side, format!("busy {} of {}", duration(busy), duration(span))))
            .help("inside a graph, gaps come from dependencies across streams or from host nodes")
        })
    }
}
