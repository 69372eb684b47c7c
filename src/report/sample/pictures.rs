//! A case with what pictures are drawn from, made from its rows.

use crate::diag::Verdict;
use crate::outcome::{
    CaseOutcome, Distribution, Distributions, Drift, InstanceTimeline, InstanceTimes, KernelTimes, Launch, OpState,
    RowMatch, Timeline, TimelineKernel, TimelineOp, Trend, TrendRatio, TrendRun, TrendSide,
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
    followed(case)
}

/// A case with seven earlier runs, in which its ratio climbed; the driver changed on the way, and one run had no ratio.
pub(in crate::report) fn followed(mut case: CaseOutcome) -> CaseOutcome {
    let side = |driver: &str, median_ns: f64| TrendSide {
        trace: "traces/mock_decode.sqlite".to_owned(),
        instances: 20,
        median_ns: Some(median_ns),
        gpus: vec!["NVIDIA H100 80GB HBM3".to_owned()],
        driver: Some(driver.to_owned()),
        cuda: Some("13.0".to_owned()),
        framework: Some("vllm 0.24.0".to_owned()),
    };
    let run = |at: u32| {
        let ratio = 1.0 + 0.01 * f64::from(at);
        let driver = if at < 3 { "575.57.08" } else { "580.95.05" };
        TrendRun {
            time: format!("2026-11-{:02}T03:00:00Z", 10 + at),
            align: "0.1.0".to_owned(),
            verdict: if at == 2 { Verdict::Inconclusive } else { Verdict::Pass },
            ratio: (at != 2).then_some(TrendRatio { ratio, low: ratio - 0.01, high: ratio + 0.012 }),
            tolerance: Some(0.10),
            mock: side(driver, 20_000.0 * ratio),
            e2e: side(driver, 20_000.0),
        }
    };
    let drift = Drift { measurements: 7, pace: 1.01, from: 1.0, to: 1.07, edge: 1.1, ahead: 3, chance: 0.0004 };
    case.trend = Some(Trend { runs: (0..8).map(run).collect(), unshown: 12, later: 1, drift: Some(drift) });
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
