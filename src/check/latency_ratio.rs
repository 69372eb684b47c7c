//! `latency-ratio`: the instance's and its kernels' times, mock over E2E.

mod summary;

use super::{Check, Context, Judgement, Meta, meta, names};
use crate::compare::{KernelLatency, excerpt};
use crate::diag::{Evidence, Finding, Severity, Side, duration, percent, signed_percent};
use crate::limits::{BUSY_SHARE, LATENCY_ALIGNED, LATENCY_LEAST, MEANS_APART, SPREAD_TAIL, TOLERANCE};
use crate::spec::Others;
use crate::stats::{Interval, Method, quantile};

#[derive(Debug)]
pub(super) struct LatencyRatio(Meta);

impl LatencyRatio {
    pub(super) fn new() -> Self {
        Self(meta("latency-ratio", Severity::Error, include_str!("latency_ratio.md")))
    }
}

/// Where an interval lies relative to a tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Outside,
    Straddles,
}

impl Place {
    /// Equivalence by two one-sided tests (Schuirmann 1987): inside only if the whole interval is.
    fn of(interval: &Interval, tolerance: f64) -> Self {
        let (low, high) = (1.0 / (1.0 + tolerance), 1.0 + tolerance);
        if interval.low >= low && interval.high <= high {
            Self::Inside
        } else if interval.high < low || interval.low > high {
            Self::Outside
        } else {
            Self::Straddles
        }
    }
}

impl Check for LatencyRatio {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let comparison = context.comparison;
        let aligned = comparison.aligned_share(context.case.identity.value);
        if aligned < LATENCY_ALIGNED && context.case.others.value != Others::Ignore {
            return Judgement::inconclusive(format!(
                "only {:.0} % of the kernels align: the times are those of different work",
                aligned * 100.0
            ));
        }
        if let Some(summed) = &comparison.summed {
            return summary::judge(self, context, summed);
        }
        let instance = &comparison.instance;
        let (mocks, e2es) = (instance.mock_ns.len(), instance.e2e_ns.len());
        let Some(interval) = instance.interval else {
            return Judgement::inconclusive(format!(
                "{mocks} and {e2es} instances: {LATENCY_LEAST} are needed on each side to say anything of latency"
            ));
        };
        let tolerance = tolerance(context);
        let carried = self.kernels_outside(context);
        let mut judgement = match Place::of(&interval, tolerance) {
            Place::Outside => Judgement::of(vec![self.instance(context, &interval, tolerance, &carried)]),
            Place::Inside if !carried.is_empty() => Judgement::of(vec![self.kernels(context, &carried)]),
            Place::Inside => means(context, tolerance),
            Place::Straddles => Judgement::inconclusive(format!(
                "latency {} [{}, {}] straddles the limit of ±{}: more instances would tell, or the tolerance is too near to the truth",
                signed_percent(interval.ratio),
                signed_percent(interval.low),
                signed_percent(interval.high),
                percent(tolerance)
            )),
        };
        judgement.findings.extend(self.without_reason(context));
        judgement
    }
}

/// A second look where the medians agree: a model adds up means, and medians do not see that a third of the executions
/// take twice as long.
fn means(context: &Context<'_>, tolerance: f64) -> Judgement {
    let instance = &context.comparison.instance;
    let mean = |times: &[f64]| times.iter().sum::<f64>() / times.len().max(1) as f64;
    let (mock, e2e) = (mean(&instance.mock_ns), mean(&instance.e2e_ns));
    let ratio = mock / e2e;
    let apart = ratio * instance.e2e_median_ns / instance.mock_median_ns;
    let inside = ratio <= 1.0 + tolerance && ratio >= 1.0 / (1.0 + tolerance);
    if inside || apart.ln().abs() <= MEANS_APART.ln_1p() {
        return Judgement::pass();
    }
    Judgement::inconclusive(format!(
        "the medians agree, the means do not (mock {}, E2E {}, {}): the executions of a side take different times",
        duration(mock),
        duration(e2e),
        signed_percent(ratio)
    ))
}

/// The spec's tolerance, for data-dependent work widened to the E2E's own spread.
pub fn tolerance(context: &Context<'_>) -> f64 {
    let latency = &context.case.latency;
    let samples = &context.comparison.instance.e2e_ns;
    if !latency.own_spread.as_ref().is_some_and(|s| s.value) {
        return latency.within.value;
    }
    match (quantile(samples, SPREAD_TAIL), quantile(samples, 0.5), quantile(samples, 1.0 - SPREAD_TAIL)) {
        (Some(low), Some(middle), Some(high)) if low > 0.0 && middle > 0.0 => {
            latency.within.value.max(high / middle - 1.0).max(middle / low - 1.0)
        }
        _ => latency.within.value,
    }
}

impl LatencyRatio {
    /// A tolerance wider than the default needs a written reason.
    fn without_reason(&self, context: &Context<'_>) -> Option<Finding> {
        let latency = &context.case.latency;
        (latency.within.value > TOLERANCE && latency.reason.is_none()).then(|| {
            let wide = percent(latency.within.value);
            Finding::new(&self.0.name, Severity::Warning, format!("a tolerance of ±{wide} without a reason"))
                .at(&latency.within.loc, "wider than the default of ±10%")
                .help("write why beside it: `latency = { within = …, reason = \"…\" }`")
        })
    }

    fn instance(
        &self,
        context: &Context<'_>,
        interval: &Interval,
        tolerance: f64,
        carried: &[&KernelLatency],
    ) -> Finding {
        let instance = &context.comparison.instance;
        let within = &context.case.latency.within.loc;
        let direction = if interval.ratio > 1.0 { "slower" } else { "faster" };
        let message = format!(
            "the mock is {direction} than the E2E: latency {} [{}, {}] lies outside ±{}",
            signed_percent(interval.ratio),
            signed_percent(interval.low),
            signed_percent(interval.high),
            percent(tolerance)
        );
        let mut finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(Side::Mock)
            .ratio(interval.ratio)
            .at(
                within,
                context.said(within, "the tolerance of the instance's ratio, in both directions", "[latency] within"),
            )
            .evidence(Evidence::both(format!(
                "median of one instance: mock {} ({} instances), E2E {} ({} instances)",
                duration(instance.mock_median_ns),
                instance.mock_ns.len(),
                duration(instance.e2e_median_ns),
                instance.e2e_ns.len()
            )));
        if interval.method == Method::OrderStatistics {
            finding = finding.evidence(Evidence::both("few instances: interval from order statistics"));
        }
        if instance.mock_busy_ns < BUSY_SHARE * instance.mock_median_ns
            || instance.e2e_busy_ns < BUSY_SHARE * instance.e2e_median_ns
        {
            finding = finding.evidence(Evidence::both(format!(
                "kernels overlap; busy time: mock {}, E2E {}",
                duration(instance.mock_busy_ns),
                duration(instance.e2e_busy_ns)
            )));
        }
        finding = names::with_inputs(context, finding);
        self.with_kernels(context, finding, carried).help("compare shapes, data types and cache state of the two sides")
    }

    /// The instance is within its tolerance, but single kernels that matter are not.
    fn kernels(&self, context: &Context<'_>, carried: &[&KernelLatency]) -> Finding {
        let tolerance = percent(context.case.latency.kernel_within.value);
        let within = &context.case.latency.kernel_within.loc;
        let message = format!(
            "{} outside ±{tolerance} though the whole instance is within its tolerance",
            names::kernels(carried.len())
        );
        let apart = |kernel: &&KernelLatency| (kernel.mock_median_ns / kernel.e2e_median_ns).ln().abs();
        let farthest = carried.iter().copied().max_by(|a, b| apart(a).total_cmp(&apart(b)));
        let mut finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(Side::Mock)
            .at(within, context.said(within, "the tolerance of a single kernel", "[latency] kernel"));
        finding.ratio = farthest.map(|kernel| kernel.mock_median_ns / kernel.e2e_median_ns);
        self.with_kernels(context, finding, carried).help("two differences may cancel out: look at each kernel")
    }

    fn with_kernels(&self, context: &Context<'_>, mut finding: Finding, carried: &[&KernelLatency]) -> Finding {
        let comparison = context.comparison;
        let mut labels = Vec::new();
        for kernel in carried.iter().take(4) {
            let Some(m) = comparison.positions[kernel.position].mock else { continue };
            let ratio = kernel.mock_median_ns / kernel.e2e_median_ns;
            let text = format!(
                "{} against {}, {}",
                duration(kernel.mock_median_ns),
                duration(kernel.e2e_median_ns),
                signed_percent(ratio)
            );
            labels.push((kernel.position, text.clone()));
            let mut evidence = Evidence::both(format!("{}: {text}", names::short(context, Side::Mock, m)));
            if let Some(op) = comparison.op_at(Side::Mock, m) {
                evidence = evidence.at(comparison.place_of(Side::Mock, op));
            }
            finding = finding.evidence(evidence).kernels([names::exact(context, Side::Mock, m)]);
        }
        if labels.is_empty() { finding } else { finding.excerpt(excerpt(comparison, &labels)) }
    }

    /// Kernels whose interval lies outside their tolerance and whose change moves the instance, the one that
    /// moves it most first.
    fn kernels_outside<'c>(&self, context: &Context<'c>) -> Vec<&'c KernelLatency> {
        let comparison = context.comparison;
        let latency = &context.case.latency;
        let moved = |k: &KernelLatency| (k.mock_median_ns - k.e2e_median_ns).abs();
        let floor = latency.kernel_floor.value * comparison.instance.e2e_median_ns;
        let mut outside: Vec<&KernelLatency> = comparison
            .kernels
            .iter()
            .filter(|k| moved(k) >= floor)
            .filter(|k| {
                let Some(m) = comparison.positions[k.position].mock else { return false };
                let own = context.entry(Side::Mock, m).and_then(|e| e.within.as_ref()).map(|w| w.value);
                let tolerance = own.unwrap_or(latency.kernel_within.value);
                context.judged(Side::Mock, m)
                    && k.interval.as_ref().is_some_and(|i| Place::of(i, tolerance) == Place::Outside)
            })
            .collect();
        outside.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
        outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(low: f64, high: f64) -> Interval {
        Interval { ratio: (low + high) / 2.0, low, high, method: Method::Bootstrap }
    }

    #[test]
    fn a_tolerance_holds_in_both_directions() {
        assert_eq!(Place::of(&interval(0.92, 1.09), 0.10), Place::Inside);
        assert_eq!(Place::of(&interval(0.89, 0.95), 0.10), Place::Straddles);
        assert_eq!(Place::of(&interval(0.80, 0.90), 0.10), Place::Outside);
        assert_eq!(Place::of(&interval(1.11, 1.20), 0.10), Place::Outside);
    }
}
