//! The ratio over runs: marks by verdict, whiskers, what was allowed, and where versions change. A table says the same.

mod changes;
mod row;

use super::Budget;
use super::case::verdict_view;
use super::text::{line, number, percent, step};
use crate::diag::{Verdict, plural, shorten, signed_percent};
use crate::outcome::{CaseOutcome, Trend, TrendRun};
use crate::report::drift;
use changes::{Change, changes};
use row::{Row, row};
use serde::Serialize;

/// The line and the band are drawn on a sheet of this width, stretched to the plot's.
const SHEET: f64 = 1000.0;
/// Height of the plot in pixels, and of a row of marks above it.
const HEIGHT: f64 = 150.0;
const ROW: f64 = 14.0;
/// Height of the row below the plot for runs without a ratio.
const LANE: f64 = 20.0;
/// What lies outside the tolerance by more than this many times its width is drawn at the edge.
const BEYOND: f64 = 1.5;
/// The most characters of a text of the history.
const TEXT: usize = 90;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct TrendView {
    pub(super) drift: Option<String>,
    height: String,
    top: String,
    bottom: String,
    /// Where runs without a ratio stand, if there are any.
    lane: Option<String>,
    band: String,
    path: String,
    ticks: Vec<(String, String)>,
    equal: String,
    days: Vec<(String, &'static str, String)>,
    points: Vec<Point>,
    marks: Vec<Mark>,
    changes: Vec<Change>,
    said: Vec<String>,
    rows: Vec<Row>,
    rows_more: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct Point {
    x: String,
    y: String,
    class: &'static str,
    /// The shape, so that colour is not all that tells verdicts apart.
    shape: &'static str,
    is_this: bool,
    whisker: Option<(String, String)>,
    title: String,
}

/// A line where versions change.
#[derive(Debug, PartialEq, Serialize)]
struct Mark {
    x: String,
    y: String,
    number: usize,
    text: String,
    anchor: &'static str,
}

/// Nothing where there was no earlier run.
pub(super) fn view(case: &CaseOutcome, budget: &Budget) -> Option<TrendView> {
    let trend = case.trend.as_ref().filter(|trend| trend.runs.len() > 1)?;
    let runs = &trend.runs[trend.runs.len().saturating_sub(budget.runs)..];
    let changes = changes(runs);
    let (marks, levels) = marks(&changes, runs.len());
    let sheet = Sheet::of(runs, ROW * levels as f64 + 6.0);
    let has_lane = runs.iter().any(|run| run.ratio.is_none());
    let step = step(sheet.high - sheet.low, 5);
    let first = (sheet.low - 1.0) / step;
    let ticks = (0..9).map(|n| 1.0 + (first.ceil() + f64::from(n)) * step).take_while(|ratio| *ratio <= sheet.high);
    Some(TrendView {
        drift: drift::of(case),
        height: number(sheet.lane() + if has_lane { 10.0 } else { -LANE / 2.0 } + 18.0),
        top: number(sheet.top),
        bottom: number(sheet.top + HEIGHT),
        lane: has_lane.then(|| number(sheet.lane())),
        band: band(runs, &sheet),
        path: path(runs, &sheet),
        ticks: ticks.map(|ratio| (number(sheet.y(ratio)), tick(ratio, step))).collect(),
        equal: number(sheet.y(1.0)),
        days: days(runs),
        points: runs.iter().enumerate().map(|(at, run)| point(at, run, runs.len(), &sheet)).collect(),
        marks,
        changes,
        said: said(trend, runs),
        rows: runs.iter().rev().enumerate().map(|(at, run)| row(run, at == 0)).collect(),
        rows_more: trend.unshown + trend.runs.len() - runs.len(),
    })
}

/// The stretch of ratios that is drawn.
struct Sheet {
    low: f64,
    high: f64,
    top: f64,
}

impl Sheet {
    fn of(runs: &[TrendRun], top: f64) -> Self {
        let widest = runs.iter().filter_map(|run| run.tolerance).fold(0.02, f64::max).min(4.0);
        let (inner, outer) = (1.0 / (1.0 + widest), 1.0 + widest);
        let (mut low, mut high) = (inner, outer);
        for ratio in runs.iter().filter_map(|run| run.ratio) {
            low = low.min(ratio.low.max(inner - BEYOND * (1.0 - inner)));
            high = high.max(ratio.high.min(outer + BEYOND * widest));
        }
        let margin = 0.06 * (high - low);
        Self { low: (low - margin).max(0.0), high: high + margin, top }
    }

    fn lane(&self) -> f64 {
        self.top + HEIGHT + LANE / 2.0
    }

    fn y(&self, ratio: f64) -> f64 {
        self.top + HEIGHT * ((self.high - ratio) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The middle of a run's part of the width.
fn x(at: usize, count: usize) -> f64 {
    (at as f64 + 0.5) / count as f64
}

fn point(at: usize, run: &TrendRun, count: usize, sheet: &Sheet) -> Point {
    let class = verdict_view(run.verdict).class;
    let ratio = run.ratio.map(|ratio| ratio.ratio);
    let y = ratio.map_or(sheet.lane(), |ratio| sheet.y(ratio));
    let shape = match ratio {
        Some(ratio) if ratio > sheet.high => "M0 -1L6 7H-6z",
        Some(ratio) if ratio < sheet.low => "M0 1L6 -7H-6z",
        _ => match run.verdict {
            Verdict::Pass => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
            Verdict::Fail => "M0 -2.1L3.9 -6L6 -3.9L2.1 0L6 3.9L3.9 6L0 2.1L-3.9 6L-6 3.9L-2.1 0L-6 -3.9L-3.9 -6z",
            Verdict::Inconclusive => "M0 -6L6 0L0 6L-6 0z",
            Verdict::Skipped => "M-5 -1.5h10v3h-10z",
        },
    };
    let whisker = run.ratio.map(|ratio| (number(sheet.y(ratio.high)), number(sheet.y(ratio.low))));
    let (said, interval) = ratio_of(run);
    let title = format!("{}: {}, {said} {interval}", time(run), run.verdict);
    Point { x: percent(x(at, count)), y: number(y), class, shape, is_this: at + 1 == count, whisker, title }
}

/// What was allowed in each run, as steps; a run that does not know is taken for its neighbour.
fn band(runs: &[TrendRun], sheet: &Sheet) -> String {
    let edge = |at: usize| SHEET * at as f64 / runs.len() as f64;
    let mut path = String::new();
    let mut known = runs.iter().find_map(|run| run.tolerance);
    for (at, run) in runs.iter().enumerate() {
        known = run.tolerance.or(known);
        let Some(tolerance) = known else { continue };
        let (from, to) = (edge(at), edge(at + 1));
        let (high, low) = (sheet.y(1.0 + tolerance), sheet.y(1.0 / (1.0 + tolerance)));
        path += &format!("M{} {}H{}V{}H{}z", number(from), number(high), number(to), number(low), number(from));
    }
    path
}

/// A line through the ratios, broken where a run has none.
fn path(runs: &[TrendRun], sheet: &Sheet) -> String {
    let mut path = String::new();
    let mut pen = "M";
    for (at, run) in runs.iter().enumerate() {
        let Some(ratio) = run.ratio else {
            pen = "M";
            continue;
        };
        path += &format!("{pen}{} {}", number(SHEET * x(at, runs.len())), number(sheet.y(ratio.ratio)));
        pen = "L";
    }
    path
}

fn tick(ratio: f64, step: f64) -> String {
    let digits = usize::from(step < 0.01);
    let text = format!("{:+.digits$}%", (ratio - 1.0) * 100.0);
    if text.trim_start_matches(['+', '-', '0', '.']) == "%" { "equal".to_owned() } else { text.replace('-', "−") }
}

/// The days of the first, the middle and the last run: few enough for a narrow page.
fn days(runs: &[TrendRun]) -> Vec<(String, &'static str, String)> {
    let last = runs.len() - 1;
    let middle = (runs.len() > 4).then_some((last / 2, "middle"));
    let picked = [Some((0, "start")), middle, Some((last, "end"))];
    let day = |(at, anchor): (usize, &'static str)| {
        let place = match anchor {
            "start" => 0.0,
            "end" => 1.0,
            _ => x(at, runs.len()),
        };
        (percent(place), anchor, line(&runs[at].time).chars().take(10).collect())
    };
    picked.into_iter().flatten().map(day).collect()
}

/// Texts above the plot, so that none covers another on a wide page; how many rows of them.
fn marks(changes: &[Change], count: usize) -> (Vec<Mark>, usize) {
    const LEVELS: usize = 3;
    let mut taken = [f64::NEG_INFINITY; LEVELS];
    let mut levels = 0;
    let marks = changes
        .iter()
        .map(|change| {
            let at = SHEET * change.at as f64 / count as f64;
            let width = 6.4 * (change.short.chars().count() + 3) as f64;
            let is_left = at + width > SHEET;
            let from = if is_left { at - width } else { at };
            let level = taken.iter().position(|end| *end < from).unwrap_or(LEVELS - 1);
            let has_room = taken[level] < from;
            taken[level] = taken[level].max(if has_room { from + width } else { at + 14.0 });
            levels = levels.max(level + 1);
            Mark {
                x: percent(change.at as f64 / count as f64),
                y: number(ROW * level as f64 + 11.0),
                number: change.number,
                text: if has_room { change.short.clone() } else { String::new() },
                anchor: if is_left { "end" } else { "start" },
            }
        })
        .collect();
    (marks, levels)
}

fn said(trend: &Trend, runs: &[TrendRun]) -> Vec<String> {
    let mut said = vec![format!("{} up to this one", plural(runs.len(), "run"))];
    let ratios = || runs.iter().filter_map(|run| run.ratio).map(|ratio| ratio.ratio);
    let (low, high) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(f64::NEG_INFINITY, f64::max));
    if let Some(first) = ratios().next() {
        let last = ratios().next_back().unwrap_or(first);
        let (first, last) = (signed_percent(first), signed_percent(last));
        let (low, high) = (signed_percent(low), signed_percent(high));
        said.push(format!("the ratio went from {first} to {last}, between {low} and {high}"));
    }
    let unlike = runs.iter().filter(|run| run.verdict != Verdict::Pass).count();
    if unlike > 0 {
        said.push(format!("{unlike} of them did not pass"));
    }
    let more = trend.unshown + trend.runs.len() - runs.len();
    said.extend((more > 0).then(|| format!("{} not shown", plural(more, "earlier run"))));
    let later = trend.later;
    said.extend((later > 0).then(|| format!("{} whose time is later than this run's not shown", plural(later, "run"))));
    said
}

fn short(text: &str) -> String {
    shorten(&line(text), TEXT)
}

/// A time as people read it.
fn time(run: &TrendRun) -> String {
    short(&run.time).replace('T', " ").trim_end_matches('Z').to_owned()
}

fn ratio_of(run: &TrendRun) -> (String, String) {
    match run.ratio {
        Some(found) => {
            let interval = format!("[{}, {}]", signed_percent(found.low), signed_percent(found.high));
            (signed_percent(found.ratio), interval)
        }
        None => ("no ratio".to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::super::super::sample;
    use super::*;

    fn drawn(change: impl Fn(&mut Vec<TrendRun>)) -> TrendView {
        let mut case = sample::followed(sample::passing());
        change(&mut case.trend.as_mut().unwrap().runs);
        view(&case, &Budget::of(1)).unwrap()
    }

    fn of(text: &str) -> f64 {
        text.trim_end_matches('%').parse().unwrap()
    }

    #[test]
    fn a_first_run_has_no_trend() {
        assert!(view(&sample::passing(), &Budget::of(1)).is_none());
    }

    #[test]
    fn higher_ratios_stand_higher_and_later_runs_further_right() {
        let points = drawn(|runs| runs.iter_mut().for_each(|run| run.verdict = Verdict::Pass)).points;
        assert!(points.is_sorted_by(|a, b| of(&a.x) < of(&b.x)));
        let (first, last) = (&points[0], points.last().unwrap());
        assert!(of(&last.y) < of(&first.y) && last.is_this && !first.is_this);
    }

    #[test]
    fn each_verdict_has_a_shape_of_its_own() {
        let all = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::Skipped];
        let view =
            drawn(|runs| runs.iter_mut().zip(all.iter().cycle()).for_each(|(run, verdict)| run.verdict = *verdict));
        let mut shapes: Vec<&str> = view.points.iter().take(4).map(|point| point.shape).collect();
        shapes.dedup();
        assert_eq!(shapes.len(), 4);
    }

    #[test]
    fn a_wild_ratio_is_drawn_at_the_edge_and_does_not_flatten_the_others() {
        let plain = drawn(|_| ());
        let wild = drawn(|runs| {
            let ratio = runs[1].ratio.as_mut().unwrap();
            (ratio.ratio, ratio.high) = (1e9, 1e12);
        });
        assert_eq!(of(&wild.points[1].y), of(&wild.top));
        let height = |view: &TrendView| of(&view.points[0].y) - of(&view.points.last().unwrap().y);
        assert!(height(&wild) > 0.3 * height(&plain));
        assert!(wild.points[1].title.contains("no ratio") || wild.points[1].title.contains('%'));
    }

    #[test]
    fn marks_never_cover_each_other() {
        let change = |at: usize| Change {
            at,
            number: at,
            short: "driver 580.95.05".to_owned(),
            when: String::new(),
            texts: Vec::new(),
        };
        let changes: Vec<Change> = (1..60).map(change).collect();
        let (marks, levels) = marks(&changes, 60);
        assert!(levels <= 3 && marks.len() == 59);
        let shown: Vec<&Mark> = marks.iter().filter(|mark| !mark.text.is_empty()).collect();
        assert!(shown.len() > 3);
        for (at, mark) in shown.iter().enumerate() {
            let next = shown[at + 1..].iter().find(|next| next.y == mark.y && next.anchor == mark.anchor);
            assert!(next.is_none_or(|next| of(&next.x) - of(&mark.x) > 10.0), "{mark:?} {next:?}");
        }
    }
}
