//! The mock is a summary: its kernels' medians and means, added up, without a spread. Only what lies far from the edges
//! of the tolerance is judged.

use super::super::{Context, Judgement};
use super::{LatencyRatio, tolerance};
use crate::diag::{Evidence, Finding, Severity, Side, duration, percent, signed_percent};
use crate::limits::{LATENCY_LEAST, SUMMARY_MARGIN};
use crate::select::Summed;

/// Where a ratio without an interval lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Faster,
    Slower,
    /// Too near to an edge to say.
    Near,
}

fn place(ratio: f64, tolerance: f64) -> Place {
    let (low, high) = (1.0 / (1.0 + tolerance), 1.0 + tolerance);
    let (least, most) = (ratio / (1.0 + SUMMARY_MARGIN), ratio * (1.0 + SUMMARY_MARGIN));
    if least >= low && most <= high {
        Place::Inside
    } else if most < low {
        Place::Faster
    } else if least > high {
        Place::Slower
    } else {
        Place::Near
    }
}

pub(super) fn judge(check: &LatencyRatio, context: &Context<'_>, summed: &Summed) -> Judgement {
    let instance = &context.comparison.instance;
    if instance.e2e_ns.len() < LATENCY_LEAST {
        let e2es = instance.e2e_ns.len();
        return Judgement::inconclusive(format!("{e2es} instances of the E2E: {LATENCY_LEAST} are needed"));
    }
    let (medians, means) = (instance.mock_median_ns, means(context, summed));
    let ratio = |mock: f64| if instance.e2e_median_ns > 0.0 { mock / instance.e2e_median_ns } else { f64::INFINITY };
    let tolerance = tolerance(context);
    let said = if summed.has_medians { "sum of medians" } else { "sum of means" };
    let words = format!(
        "{said} {}, sum of means {}: the mock is a summary, without an interval",
        signed_percent(ratio(medians)),
        signed_percent(ratio(means))
    );
    let mut judgement = match (place(ratio(medians), tolerance), place(ratio(means), tolerance)) {
        (a, b) if a != b || a == Place::Near => {
            Judgement::inconclusive(format!("{words}; too near to the limit of ±{}, or apart", percent(tolerance)))
        }
        (Place::Inside, _) => match apart(context) {
            Some(kernel) => Judgement::inconclusive(format!("{words}; but {kernel}")),
            None => Judgement::of(vec![noted(check, context, &words)]),
        },
        (direction, _) => Judgement::of(vec![outside(check, context, direction, ratio(medians), &words)]),
    };
    judgement.findings.extend(check.without_reason(context));
    judgement
}

/// The means of the kernels that count for an instance, in ns.
fn means(context: &Context<'_>, summed: &Summed) -> f64 {
    let comparison = context.comparison;
    let counted = comparison.positions.iter().zip(&comparison.known);
    let counted = counted.filter(|(position, known)| known.is_none() || position.e2e.is_some());
    counted.filter_map(|(position, _)| summed.means_ns.get(position.mock?)).sum()
}

/// A kernel whose medians are apart though the sums agree: two differences may cancel out.
fn apart(context: &Context<'_>) -> Option<String> {
    let comparison = context.comparison;
    let latency = &context.case.latency;
    let floor = latency.kernel_floor.value * comparison.instance.e2e_median_ns;
    let kernel = comparison.kernels.iter().find(|kernel| {
        let Some(m) = comparison.positions[kernel.position].mock else { return false };
        let own = context.entry(Side::Mock, m).and_then(|entry| entry.within.as_ref()).map(|within| within.value);
        let within = own.unwrap_or(latency.kernel_within.value);
        let moved = (kernel.mock_median_ns - kernel.e2e_median_ns).abs();
        let ratio = kernel.mock_median_ns / kernel.e2e_median_ns.max(f64::MIN_POSITIVE);
        context.judged(Side::Mock, m) && moved >= floor && place(ratio, within) != Place::Inside
    })?;
    let m = comparison.positions[kernel.position].mock?;
    Some(format!(
        "`{}` takes {} against {}",
        super::names::short(context, Side::Mock, m),
        duration(kernel.mock_median_ns),
        duration(kernel.e2e_median_ns)
    ))
}

/// A pass that rests on a summary says so.
fn noted(check: &LatencyRatio, context: &Context<'_>, words: &str) -> Finding {
    let tolerance = percent(tolerance(context));
    let message = format!("latency is judged by a summary: {words}; well within ±{tolerance}");
    Finding::new(&check.0.name, Severity::Note, message).side(Side::Mock)
}

fn outside(check: &LatencyRatio, context: &Context<'_>, place: Place, ratio: f64, words: &str) -> Finding {
    let instance = &context.comparison.instance;
    let within = &context.case.latency.within.loc;
    let direction = if place == Place::Slower { "slower" } else { "faster" };
    let message = format!(
        "the mock is {direction} than the E2E: latency {} lies well outside ±{}",
        signed_percent(ratio),
        percent(tolerance(context))
    );
    Finding::new(&check.0.name, check.0.severity, message)
        .side(Side::Mock)
        .ratio(ratio)
        .at(
            within,
            context.said(within, "the tolerance of the instance's ratio, in both directions", "[latency] within"),
        )
        .evidence(Evidence::both(format!(
            "kernels of one iteration of the mock: {}; median of {} instances of the E2E: {}",
            duration(instance.mock_median_ns),
            instance.e2e_ns.len(),
            duration(instance.e2e_median_ns)
        )))
        .evidence(Evidence::on(Side::Mock, words))
        .help("compare shapes, data types and cache state of the two sides")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_far_from_the_edge_is_judged() {
        assert_eq!(place(1.0, 0.10), Place::Inside);
        assert_eq!(place(1.04, 0.10), Place::Inside);
        assert_eq!(place(1.06, 0.10), Place::Near);
        assert_eq!(place(1.14, 0.10), Place::Near);
        assert_eq!(place(1.16, 0.10), Place::Slower);
        assert_eq!(place(0.87, 0.10), Place::Near);
        assert_eq!(place(0.86, 0.10), Place::Faster);
        assert_eq!(place(f64::INFINITY, 0.10), Place::Slower);
        assert_eq!(place(f64::NAN, 0.10), Place::Near);
    }
}
