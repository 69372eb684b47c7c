//! Whether the first executions are slower than the rest: warm-up, compilation, tuning.

use super::Expected;
use super::point::{Grade, Point};
use super::series::{All, Series};
use super::words::counted;
use crate::diag::{Side, duration};
use crate::limits::{COMPILED_FIRST, COMPILED_NS, STEADY_LEAST, WARM_UP_SHARE};
use crate::stats::{leading_outliers, median};
use crate::trace::Trace;

/// Of ranges that repeat, since they are what a spec selects; in a trace without any, of the kernel with most time.
pub(super) fn warm_up(trace: &Trace, series: &All, expected: &Expected) -> Option<Point> {
    let time: f64 = series.kernels.iter().map(Series::total).sum();
    let matters = |series: &&Series| series.gpu.len() >= STEADY_LEAST && series.total() >= WARM_UP_SHARE * time;
    let candidates = if trace.ranges.is_empty() { series.kernels.get(..1)? } else { &series.ranges };
    let looked_at: Vec<&Series> = candidates.iter().filter(matters).collect();
    let slow = looked_at.iter().find_map(|series| Some((series, slow_start(series)?)));
    let Some((series, slow)) = slow else {
        let first = looked_at.first()?;
        let says = format!("none seen: {} executions of {} are even from the first on", first.gpu.len(), first.name);
        return Some(Point::new("warm-up", Grade::Good, says));
    };
    let grade = if expected.without_warm_up { Grade::Warning } else { Grade::Note };
    let count = slow.count;
    let change = if expected.without_warm_up {
        "open the capture range after the warm-up (`--capture-range cudaProfilerApi`), or begin later with `--delay`"
            .to_owned()
    } else {
        let key = match expected.side {
            Some(Side::Mock) => format!("`mock.warmup = {count}`"),
            Some(Side::E2e) => format!("`e2e.warmup = {count}`"),
            None => format!("`mock.warmup = {count}` (or `e2e.warmup`)"),
        };
        let them = if count == 1 { "it" } else { "them" };
        format!("{key} in the spec leaves {them} out; `--warmup excluded` with a capture range records without")
    };
    let all = counted(series.gpu.len() as u64, "execution", "executions");
    let first = if count == 1 { "the first".to_owned() } else { format!("the first {count}") };
    let says = format!("included: {first} of {all} of {} {}", series.name, slow.says);
    Some(Point::new("warm-up", grade, says).change(change))
}

struct Slow {
    count: usize,
    says: String,
}

fn slow_start(series: &Series) -> Option<Slow> {
    let rest = |values: &[f64]| median(values.get(values.len() / 2..)?);
    let (gpu, host) = (slower(&series.gpu), compiled(&series.host));
    let word = |n: usize| if n == 1 { "takes" } else { "take" };
    if gpu > 0 {
        let first = duration(*series.gpu.first()?);
        let later = duration(rest(&series.gpu)?);
        return Some(Slow {
            count: gpu,
            says: format!("{} {first} of GPU time at first, the later ones {later}", word(gpu)),
        });
    }
    if host > 0 {
        let first = duration(*series.host.first()?);
        let later = duration(rest(&series.host)?);
        let says = format!(
            "{} {first} on the host at first, the later ones {later}: compiled, tuned or allocated",
            word(host)
        );
        return Some(Slow { count: host, says });
    }
    None
}

/// Leading executions outside the settled band, all of them slower.
fn slower(values: &[f64]) -> usize {
    let outside = leading_outliers(values);
    let Some(centre) = median(values.get(values.len() / 2..).unwrap_or_default()) else { return 0 };
    values.iter().take(outside).take_while(|value| **value > centre).count()
}

fn compiled(values: &[f64]) -> usize {
    let Some(centre) = median(values.get(values.len() / 2..).unwrap_or_default()) else { return 0 };
    values
        .iter()
        .take(values.len() / 3)
        .take_while(|value| **value > (COMPILED_FIRST * centre).max(COMPILED_NS))
        .count()
}
