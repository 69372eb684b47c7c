//! The spread of times, both sides above each other on one axis, with medians, the interval and what is allowed.

use super::text::{number, percent, step};
use super::timeline::axis;
use crate::diag::{Side, duration, percent as words, plural, signed_percent};
use crate::outcome::{Distribution, Interval};
use serde::Serialize;

/// Dots and bars are drawn on a sheet of this width, stretched to the plot's.
const SHEET: f64 = 1000.0;
/// Height of one side, in pixels.
const ROW: f64 = 30.0;
/// Values further from the middle than this many times its spread are counted at the edge.
const BEYOND: f64 = 4.0;
/// The share of the width kept free at each edge.
const MARGIN: f64 = 0.03;

/// What is drawn of one comparison of times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times<'a> {
    pub(super) mock: Option<&'a Distribution>,
    pub(super) e2e: Option<&'a Distribution>,
    pub(super) interval: Option<Interval>,
    pub(super) tolerance: f64,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Plot {
    pub(super) rows: Vec<PlotRow>,
    pub(super) ticks: Vec<(String, String)>,
    /// What the spec allows for the mock's median: left edge and width.
    pub(super) band: Option<(String, String)>,
    /// Where the mock's median lies with confidence, given the E2E's: left edge and width.
    pub(super) interval: Option<(String, String)>,
    pub(super) height: usize,
    /// All of it in sentences.
    pub(super) said: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct PlotRow {
    pub(super) side: &'static str,
    pub(super) y: usize,
    /// Dots, as a path of points; or the bars of a histogram, as a filled path.
    pub(super) dots: String,
    pub(super) bars: String,
    pub(super) median: Option<String>,
    pub(super) text: String,
    /// How many values lie beyond the right edge.
    pub(super) beyond: Option<String>,
}

/// Nothing where neither side has a value.
pub(super) fn plot(times: &Times<'_>) -> Option<Plot> {
    let sheet = Sheet::of(times)?;
    let sides = [(Side::Mock, times.mock), (Side::E2e, times.e2e)];
    let rows = sides.iter().enumerate().map(|(at, (side, values))| row(*side, at, *values, &sheet)).collect();
    let step = step(sheet.to - sheet.from, 5);
    let first = (sheet.from / step).ceil();
    let ticks = (0..8).map(|n| (first + f64::from(n)) * step).take_while(|ns| *ns <= sheet.to);
    let between = |low: f64, high: f64| {
        let (low, high) = (sheet.share(low), sheet.share(high));
        (percent(low), percent((high - low).max(0.002)))
    };
    let base = times.e2e.map(Distribution::median_ns);
    Some(Plot {
        rows,
        ticks: ticks.map(|ns| (percent(sheet.share(ns)), axis(ns))).collect(),
        band: base.map(|base| between(base / (1.0 + times.tolerance), base * (1.0 + times.tolerance))),
        interval: times.interval.zip(base).map(|(found, base)| between(base * found.low, base * found.high)),
        height: (2.0 * ROW) as usize + 22,
        said: said(times),
    })
}

/// The stretch of time that is drawn.
struct Sheet {
    from: f64,
    to: f64,
}

impl Sheet {
    fn of(times: &Times<'_>) -> Option<Self> {
        let mut low = f64::INFINITY;
        let mut high = f64::NEG_INFINITY;
        for values in [times.mock, times.e2e].into_iter().flatten() {
            let [q5, _, _, _, q95] = values.quantiles_ns;
            let reach = BEYOND * (q95 - q5).max(0.02 * q95);
            low = low.min(values.least_ns.max(q5 - reach));
            high = high.max(values.most_ns.min(q95 + reach));
        }
        if let Some(values) = times.e2e {
            low = low.min(values.median_ns() / (1.0 + times.tolerance));
            high = high.max(values.median_ns() * (1.0 + times.tolerance));
        }
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        let margin = MARGIN * (high - low).max(1.0);
        Some(Self { from: (low - margin).max(0.0), to: high + margin })
    }

    fn share(&self, ns: f64) -> f64 {
        ((ns - self.from) / (self.to - self.from).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

fn row(side: Side, at: usize, values: Option<&Distribution>, sheet: &Sheet) -> PlotRow {
    let top = at as f64 * ROW;
    let name = if side == Side::Mock { "mock" } else { "E2E" };
    let Some(values) = values else {
        let (dots, bars, text) = (String::new(), String::new(), "no time".to_owned());
        return PlotRow { side: name, y: top as usize, dots, bars, median: None, text, beyond: None };
    };
    let listed = values.samples_ns.iter().filter(|ns| **ns > sheet.to).count();
    let beyond = values.histogram.as_ref().map_or(listed, |histogram| histogram.above);
    PlotRow {
        side: name,
        y: top as usize,
        dots: dots(&values.samples_ns, top, sheet),
        bars: values.histogram.as_ref().map(|h| bars(h, top, sheet)).unwrap_or_default(),
        median: Some(percent(sheet.share(values.median_ns()))),
        text: duration(values.median_ns()),
        beyond: (beyond > 0).then(|| format!("{beyond} beyond")),
    }
}

/// Points spread in height by their order alone, so that equal times do not hide each other.
fn dots(samples: &[f64], top: f64, sheet: &Sheet) -> String {
    let mut path = String::new();
    for (at, ns) in samples.iter().enumerate().filter(|(_, ns)| **ns <= sheet.to) {
        let x = sheet.share(*ns) * SHEET;
        let y = top + ROW * (0.3 + 0.5 * ((at * 7) % 11) as f64 / 10.0);
        path += &format!("M{:.1} {y:.1}h0", x);
    }
    path
}

fn bars(histogram: &crate::outcome::Histogram, top: f64, sheet: &Sheet) -> String {
    let most = histogram.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let mut path = String::new();
    for (at, &count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let from = histogram.from_ns + at as f64 * histogram.bin_ns;
        let x = sheet.share(from) * SHEET;
        let width = (sheet.share(from + histogram.bin_ns) * SHEET - x).max(1.0);
        let height = (0.8 * ROW * count as f64 / most).max(1.0);
        let base = top + ROW - 2.0;
        path += &format!("M{} {base}v{}h{}V{base}z", number(x), number(-height), number(width));
    }
    path
}

fn said(times: &Times<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for (name, values) in [("mock", times.mock), ("E2E", times.e2e)] {
        let Some(values) = values else { continue };
        let [q5, .., q95] = values.quantiles_ns;
        let shown = if values.histogram.is_some() { ", drawn as a histogram" } else { "" };
        said.push(format!(
            "{name}: {}, median {}, middle 90 % from {} to {}{shown}",
            plural(values.count, "value"),
            duration(values.median_ns()),
            duration(q5),
            duration(q95)
        ));
    }
    said.push(match times.interval {
        Some(found) => format!(
            "ratio {} [{}, {}], allowed ±{}",
            signed_percent(found.ratio),
            signed_percent(found.low),
            signed_percent(found.high),
            words(times.tolerance)
        ),
        None => format!("too few values for an interval; allowed ±{}", words(times.tolerance)),
    });
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64]) -> Option<Distribution> {
        Distribution::of(values)
    }

    #[test]
    fn an_outlier_is_counted_at_the_edge() {
        let values: Vec<f64> = (0..90).map(|i| 1_000.0 + f64::from(i % 9)).chain([90_000.0]).collect();
        let found = spread(&values);
        let times = Times { mock: found.as_ref(), e2e: found.as_ref(), interval: None, tolerance: 0.1 };
        let drawn = plot(&times);
        assert_eq!(drawn.map(|p| p.rows[0].beyond.clone()), Some(Some("1 beyond".to_owned())));
    }

    #[test]
    fn what_is_allowed_lies_around_the_median_of_the_e2e() {
        let (mock, e2e) = (spread(&[140.0; 5]), spread(&[100.0; 5]));
        let times = Times { mock: mock.as_ref(), e2e: e2e.as_ref(), interval: None, tolerance: 0.25 };
        let Some(drawn) = plot(&times) else { return assert!(e2e.is_none()) };
        let left = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap_or(f64::NAN);
        let (from, width) = drawn.band.unwrap_or_default();
        let mock = drawn.rows[0].median.as_deref().map(left);
        assert!(left(&from) < left(drawn.rows[1].median.as_deref().unwrap_or_default()));
        assert!(mock > Some(left(&from) + left(&width)), "40 % slower lies outside ±25 %");
    }

    #[test]
    fn nothing_has_no_plot() {
        assert_eq!(plot(&Times { mock: None, e2e: None, interval: None, tolerance: 0.1 }), None);
    }
}
