//! Facts of time: the ratio, who carries the difference, and what caches and clocks do.

use super::said;
use crate::compare::{Comparison, Facts};
use crate::diag::{Side, duration, signed_percent};
use crate::limits::{UNIFORM_LEAST, UNIFORM_SPREAD};
use crate::stats::{mad, median};
use std::collections::BTreeMap;

pub(super) fn add(comparison: &Comparison, facts: &mut Facts) {
    let instance = &comparison.instance;
    let (mock, e2e) = (instance.mock_median_ns, instance.e2e_median_ns);
    if mock <= 0.0 || e2e <= 0.0 {
        return;
    }
    let ratio = mock / e2e;
    facts.set(
        "latency.ratio",
        ratio,
        format!(
            "one instance takes {} in the mock and {} in the E2E ({})",
            duration(mock),
            duration(e2e),
            signed_percent(ratio)
        ),
    );
    for (side, times) in [(Side::Mock, &instance.mock_ns), (Side::E2e, &instance.e2e_ns)] {
        if let (Some(centre), Some(spread)) = (median(times), mad(times)) {
            let share = spread / centre;
            facts.set(
                format!("{side}.spread"),
                share,
                format!("the {}'s times scatter by {:.1} %", said(side), share * 100.0),
            );
        }
    }
    if let Some(first) = &comparison.first
        && first.is_cache_warm()
    {
        facts.set(
            "cold-first-execution",
            first.first_ns / first.steady_ns,
            format!(
                "the kernel that gains most took {} in the mock at first, {} ever after; the E2E's takes {}",
                duration(first.first_ns),
                duration(first.steady_ns),
                duration(first.e2e_ns)
            ),
        );
    }
    carriers(comparison, facts, e2e - mock);
    uniform(comparison, facts);
}

/// Which families carry the difference in time: the share of it that their kernels make up.
fn carriers(comparison: &Comparison, facts: &mut Facts, difference: f64) {
    let mut families: BTreeMap<&str, f64> = BTreeMap::new();
    for kernel in &comparison.kernels {
        let Some(m) = comparison.positions[kernel.position].mock else { continue };
        let family = comparison.family_name(comparison.symbol_at(Side::Mock, m)).unwrap_or("unknown");
        *families.entry(family).or_default() += kernel.e2e_median_ns - kernel.mock_median_ns;
    }
    for (family, carried) in families {
        let share = if difference == 0.0 { 0.0 } else { carried / difference };
        if share > 0.0 {
            facts.set(
                format!("carried.{family}"),
                share,
                format!("{family} kernels carry {:.0} % of the difference in time", share.min(1.0) * 100.0),
            );
        }
    }
}

/// All kernels slower or faster by the same factor: the clock, not the work.
fn uniform(comparison: &Comparison, facts: &mut Facts) {
    let ratios: Vec<f64> = comparison
        .kernels
        .iter()
        .filter(|k| k.mock_median_ns > 0.0 && k.e2e_median_ns > 0.0)
        .map(|k| k.mock_median_ns / k.e2e_median_ns)
        .collect();
    let (low, high) = ratios.iter().fold((f64::INFINITY, 0.0f64), |(l, h), &r| (l.min(r), h.max(r)));
    facts.flag(
        "uniform-ratio",
        ratios.len() >= UNIFORM_LEAST && high <= low * (1.0 + UNIFORM_SPREAD),
        format!("all {} kernels differ by nearly the same factor ({low:.2} to {high:.2})", ratios.len()),
    );
}
