//! Whether a ratio moves steadily towards the edge of what is allowed, before it gets there.
//!
//! Looked at are the latest measurements on this run's GPUs. Judging the same traces again is no new measurement.
//! A drift is said if their order is no chance (Mann–Kendall), the way is worth a word, and the line through them
//! (Theil–Sen, of the ratio's logarithm, in which a tolerance is as wide in both directions) soon leaves the tolerance.

use crate::limits::{DRIFT_AHEAD, DRIFT_CHANCE, DRIFT_LEAST, DRIFT_MOVED, DRIFT_WINDOW};
use crate::outcome::{Drift, TrendRun};
use crate::stats::{mann_kendall, theil_sen};

/// Of runs in the order of time. `None` also where this run has no ratio, or lies outside already: that is a finding.
pub(super) fn drift(runs: &[TrendRun]) -> Option<Drift> {
    let now = runs.last()?;
    let edge = now.tolerance.filter(|tolerance| *tolerance > 0.0)?.ln_1p();
    let current = now.ratio?.ratio.ln();
    let mut measured = measurements(runs, now);
    measured.drain(..measured.len().saturating_sub(DRIFT_WINDOW));
    if measured.len() < DRIFT_LEAST || current.abs() > edge {
        return None;
    }
    let chance = mann_kendall(&measured);
    let line = theil_sen(&measured)?;
    let towards = if line.slope > 0.0 { edge } else { -edge };
    let ahead = ((towards - line.last) / line.slope).ceil();
    // On the way back to 1 nothing drifts.
    let is_away = line.last * line.slope > 0.0;
    let is_drift = is_away
        && chance <= DRIFT_CHANCE
        && (line.last - line.first).abs() >= DRIFT_MOVED * edge
        && ahead <= DRIFT_AHEAD as f64;
    is_drift.then(|| Drift {
        measurements: measured.len(),
        pace: line.slope.exp(),
        from: line.first.exp(),
        to: line.last.exp(),
        edge: towards.exp(),
        ahead: (ahead as usize).max(1),
        chance,
    })
}

/// The logarithms of the ratios measured on the GPUs of a run, each once.
fn measurements(runs: &[TrendRun], of: &TrendRun) -> Vec<f64> {
    let mut found: Vec<&TrendRun> = Vec::new();
    let alike = |run: &&TrendRun| run.mock.gpus == of.mock.gpus && run.e2e.gpus == of.e2e.gpus && run.ratio.is_some();
    for run in runs.iter().filter(alike) {
        let is_again = found.last().is_some_and(|last| {
            last.ratio == run.ratio
                && last.mock.median_ns == run.mock.median_ns
                && last.e2e.median_ns == run.e2e.median_ns
        });
        if !is_again {
            found.push(run);
        }
    }
    found.iter().filter_map(|run| run.ratio).map(|ratio| ratio.ratio.ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Verdict;
    use crate::outcome::{TrendRatio, TrendSide};

    fn run(ratio: f64) -> TrendRun {
        let side = TrendSide { gpus: vec!["H100".to_owned()], median_ns: Some(1e4 * ratio), ..TrendSide::default() };
        TrendRun {
            time: String::new(),
            align: String::new(),
            verdict: Verdict::Pass,
            ratio: Some(TrendRatio { ratio, low: ratio * 0.99, high: ratio * 1.01 }),
            tolerance: Some(0.10),
            mock: side.clone(),
            e2e: TrendSide { median_ns: Some(1e4), ..side },
        }
    }

    fn of(ratios: &[f64]) -> Option<Drift> {
        drift(&ratios.iter().map(|ratio| run(*ratio)).collect::<Vec<_>>())
    }

    #[test]
    fn a_ratio_that_climbs_towards_the_limit_is_said_before_it_gets_there() {
        let Some(found) = of(&[1.00, 1.012, 1.02, 1.033, 1.04]) else { return assert!(of(&[]).is_some()) };
        assert_eq!((found.measurements, found.edge > 1.0, found.ahead), (5, true, 6));
        assert!((found.pace - 1.01).abs() < 0.001 && found.chance < 0.02, "{found:?}");
    }

    #[test]
    fn falling_is_a_drift_to_the_other_edge() {
        let found = of(&[1.0, 0.98, 0.97, 0.95, 0.94]);
        assert!(found.is_some_and(|drift| drift.edge < 1.0 && drift.pace < 1.0 && drift.to < drift.from), "{found:?}");
    }

    #[test]
    fn what_is_no_drift() {
        assert_eq!(of(&[1.0, 1.02, 1.04, 1.06]), None, "four measurements");
        assert_eq!(of(&[1.0, 1.02, 0.99, 1.03, 1.0, 1.01]), None, "it scatters");
        assert_eq!(of(&[1.0, 1.001, 1.002, 1.003, 1.004]), None, "it hardly moves");
        assert_eq!(of(&[0.92, 0.94, 0.95, 0.96, 0.98]), None, "it moves towards 1 and the edge is far");
        assert_eq!(of(&[1.02, 1.05, 1.08, 1.1, 1.12]), None, "it has failed already");
        assert_eq!(of(&[1.0, 1.0, 1.0, 1.06, 1.06, 1.06, 1.06]), None, "two measurements, judged again");
    }

    #[test]
    fn another_gpu_is_another_series() {
        let mut runs: Vec<TrendRun> = [1.0, 1.01, 1.02, 1.03, 1.04].into_iter().map(run).collect();
        assert!(drift(&runs).is_some());
        runs[1].e2e.gpus = vec!["H200".to_owned()];
        assert_eq!(drift(&runs), None);
    }

    #[test]
    fn a_run_without_a_ratio_is_passed_over_but_not_as_the_last() {
        let mut runs: Vec<TrendRun> = [1.0, 1.01, 1.02, 1.0, 1.03, 1.04].into_iter().map(run).collect();
        runs[3].ratio = None;
        assert!(drift(&runs).is_some());
        runs.push(TrendRun { ratio: None, ..run(1.05) });
        assert_eq!(drift(&runs), None);
    }

    /// The figures beside the constants: a fixed generator, 20,000 series of scatter and 3,000 that drift.
    #[test]
    fn scatter_is_hardly_ever_taken_for_a_drift_and_a_drift_is_found_in_time() {
        let mut state = 1u64;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        // The sum of twelve has nearly the normal distribution.
        let mut normal = move || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let mut of = |count: usize, sigma: f64, slope: f64| {
            let ratios: Vec<f64> = (0..count).map(|at| 1.0 + sigma * normal() + slope * at as f64).collect();
            of(&ratios).is_some()
        };
        let wrong: Vec<usize> =
            [5, 6, 8, 12, 20].map(|count| (0..4_000).filter(|_| of(count, 0.01, 0.0)).count()).to_vec();
        let found: Vec<usize> = [6, 7, 8].map(|count| (0..1_000).filter(|_| of(count, 0.01, 0.01)).count()).to_vec();
        eprintln!("{wrong:?} {found:?}");
        assert!(wrong[0] <= 4_000 / 150 && wrong[2] <= 4_000 / 800 && wrong[3] == 0, "{wrong:?}");
        assert!(found[1] >= 850 && found[2] >= 950, "{found:?}");
    }
}
