//! A case with what pictures are drawn from, made from its rows.

use crate::outcome::{
    CaseOutcome, Distribution, Distributions, InstanceTimeline, InstanceTimes, KernelTimes, Launch, OpState, RowMatch,
    Timeline, TimelineKernel, TimelineOp,
};

pub(in crate::report) fn pictured(mut case: CaseOutcome) -> CaseOutcome {
    let mut timeline = Timeline { launches: vec![launch(132), launch(8)], ..Timeline::default() };
    let mut kernels = Vec::new();
    for (position, row) in case.rows.iter().enumerate() {
        let kernel = timeline.kernels.len();
        let family = row.family.clone();
        timeline.kernels.push(TimelineKernel { name: row.kernel.clone(), exact: row.exact.clone(), family });
        let state = match row.state {
            RowMatch::Match | RowMatch::OtherCount => OpState::Match,
            RowMatch::OtherShape => OpState::OtherShape,
            RowMatch::OtherKernel => OpState::OtherKernel,
            RowMatch::Extra => OpState::Extra,
            RowMatch::Missing => OpState::Missing,
        };
        let launch = usize::from(row.state == RowMatch::OtherShape);
        for (side, ns) in [(&mut timeline.mock, row.mock_ns), (&mut timeline.e2e, row.e2e_ns)] {
            let Some(ns) = ns else { continue };
            let start_ns = side.span_ns + 500;
            let duration_ns = ns as i64;
            side.ops.push(TimelineOp {
                start_ns,
                duration_ns,
                device: 0,
                stream: 7,
                kernel,
                launch,
                position,
                state,
                known: false,
                replayed: false,
                module: None,
            });
            side.span_ns = start_ns + duration_ns;
        }
        if let (Some(mock), Some(e2e)) = (row.mock_ns, row.e2e_ns) {
            let (mock, e2e) = (spread(mock, 20), spread(e2e, 2_000));
            let kernel = row.kernel.clone();
            kernels.push(KernelTimes { position, kernel, mock, e2e, interval: None, tolerance: 0.25 });
        }
    }
    let whole = |side: &InstanceTimeline, count| spread(side.ops.iter().map(|op| op.duration_ns as f64).sum(), count);
    let instance = InstanceTimes { mock: whole(&timeline.mock, 20), e2e: whole(&timeline.e2e, 2_000) };
    case.distributions = Some(Distributions { instance, kernels, kernels_unshown: 0 });
    case.timeline = Some(timeline);
    case
}

fn launch(blocks: u32) -> Launch {
    Launch {
        grid: [blocks, 1, 1],
        block: [128, 1, 1],
        registers: 64,
        static_shared_bytes: 0,
        dynamic_shared_bytes: 1 << 14,
        moved_bytes: 0,
    }
}

fn spread(middle: f64, count: u32) -> Option<Distribution> {
    let values: Vec<f64> = (0..count).map(|at| middle + f64::from((at * 37) % 101) - 50.0).collect();
    Distribution::of(&values)
}
