//! The summary table: the kernels of one instance, the mock's and the E2E's beside each other.

use super::Style;
use super::paint::Tone;
use super::wrap::{fit, hang, hang_clauses, line, pad, pad_left};
use crate::diag::told_apart;
use crate::diag::{Verdict, duration, percent, signed_percent};
use crate::outcome::{CaseOutcome, LatencyOutcome, Row, RowMatch};
use unicode_width::UnicodeWidthStr;

/// Longer tables fold their matching rows, unless verbose.
const LONG: usize = 12;
/// Matching rows in a run that are worth folding.
const RUN: usize = 3;
/// Between two columns.
const GAP: &str = "  ";

/// The table and, under it, the instance's latency. Empty without rows.
pub(super) fn render(case: &CaseOutcome, style: &Style) -> String {
    let mut cells: Vec<Cells> = case.rows.iter().map(Cells::of).collect();
    let layout = Layout::of(&mut cells, &case.rows, style.columns());
    let differs = if case.verdict == Verdict::Fail { Tone::Bad } else { Tone::Doubt };
    let mut out = if cells.is_empty() { String::new() } else { layout.heading(style) };
    let mut at = 0;
    while at < cells.len() {
        let run = cells[at..].iter().take_while(|c| c.state == RowMatch::Match).count();
        if !style.verbose && cells.len() > LONG && run >= RUN {
            out += &style.paint(Tone::Dim, &format!("        … {run} kernels match"));
            out.push('\n');
            at += run;
            continue;
        }
        out += &layout.row(&cells[at], differs, style);
        if style.verbose {
            out += &note(&case.rows[at], style);
        }
        at += 1;
    }
    if let Some(latency) = &case.latency {
        out += &total(latency, style);
    }
    out
}

/// A row as text.
struct Cells {
    kernel: String,
    e2e_kernel: Option<String>,
    mock: (String, String),
    e2e: (String, String),
    state: RowMatch,
}

impl Cells {
    fn of(row: &Row) -> Self {
        let time = |ns: Option<f64>| ns.map_or("-".to_owned(), duration);
        let calls = |n: u32| if n == 0 { "-".to_owned() } else { format!("{n}x") };
        Self {
            kernel: line(&row.kernel),
            e2e_kernel: row.e2e_kernel.as_deref().map(line),
            mock: (calls(row.mock_calls), time(row.mock_ns)),
            e2e: (calls(row.e2e_calls), time(row.e2e_ns)),
            state: row.state,
        }
    }
}

/// How the columns lie.
struct Layout {
    name: usize,
    calls: usize,
    time: usize,
}

impl Layout {
    /// Names have the room that is left, and are made to differ within it.
    fn of(cells: &mut [Cells], rows: &[Row], whole: usize) -> Self {
        let widest = |width: &dyn Fn(&Cells) -> usize| cells.iter().map(width).max().unwrap_or(0);
        let time = widest(&|c| c.mock.1.width().max(c.e2e.1.width()));
        let calls = widest(&|c| c.mock.0.width().max(c.e2e.0.width()));
        let fixed = 2 + 2 * (calls + time) + widest(&|c| word(c.state).width()) + 6 * GAP.len();
        let room = whole.saturating_sub(fixed).max("kernel".len() + 2);
        tell_apart(cells, rows, room);
        let name = cells.iter().map(|c| c.kernel.width().max(c.e2e_kernel.as_ref().map_or(0, |k| 3 + k.width())));
        Self { name: name.max().unwrap_or(0).clamp("kernel".len(), room), calls, time }
    }

    fn heading(&self, style: &Style) -> String {
        let side = self.calls + GAP.len() + self.time;
        let text =
            format!("  {}{GAP}{}{GAP}{GAP}{}", pad("kernel", self.name), pad_left("mock", side), pad_left("e2e", side));
        format!("{}\n", style.paint(Tone::Dim, &text))
    }

    fn row(&self, cells: &Cells, differs: Tone, style: &Style) -> String {
        let side = |(calls, time): &(String, String)| {
            format!("{}{GAP}{}", pad_left(calls, self.calls), pad_left(time, self.time))
        };
        let name = pad(&fit(&cells.kernel, self.name), self.name);
        let tone = if cells.state == RowMatch::Match { Tone::Dim } else { differs };
        let state = style.paint(tone, word(cells.state));
        let mut out = format!("  {name}{GAP}{}{GAP}{GAP}{}{GAP}{state}\n", side(&cells.mock), side(&cells.e2e));
        if let Some(other) = &cells.e2e_kernel {
            out += &format!("  -> {}\n", fit(other, style.columns() - 5));
        }
        out
    }
}

/// Where one name stands for several kernels of the table, shows what differs.
fn tell_apart(cells: &mut [Cells], rows: &[Row], room: usize) {
    let whole: Vec<(String, Option<String>)> =
        rows.iter().map(|row| (line(&row.exact), row.e2e_exact.as_deref().map(line))).collect();
    let mut kernels: Vec<(&str, &str)> = Vec::new();
    for (cells, (exact, other)) in cells.iter().zip(&whole) {
        kernels.push((&cells.kernel, exact));
        kernels.extend(cells.e2e_kernel.as_deref().map(|kernel| (kernel, other.as_deref().unwrap_or(kernel))));
    }
    let mut shown = told_apart(&kernels, room).into_iter();
    for cells in cells {
        for name in [Some(&mut cells.kernel), cells.e2e_kernel.as_mut()].into_iter().flatten() {
            *name = shown.next().unwrap_or_default();
        }
    }
}

/// How a row stands, in words.
fn word(state: RowMatch) -> &'static str {
    match state {
        RowMatch::Match => "match",
        RowMatch::OtherShape => "other shape",
        RowMatch::OtherKernel => "other kernel",
        RowMatch::OtherCount => "other count",
        RowMatch::Extra => "only mock",
        RowMatch::Missing => "only E2E",
    }
}

/// What the spec says of a row's kernel, and the whole names, each on one line however long: to be copied.
fn note(row: &Row, style: &Style) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(row.entry.as_ref().map(|entry| format!("entry `{}`", line(entry))));
    words.extend(row.critical.then(|| "critical".to_owned()));
    words.extend(row.family.as_ref().map(|family| format!("family {}", line(family))));
    let mut lines = Vec::new();
    if !words.is_empty() {
        lines.push(format!("spec  {}", words.join(", ")));
    }
    match &row.e2e_exact {
        Some(other) => lines.extend([format!("mock  {}", line(&row.exact)), format!("e2e   {}", line(other))]),
        None => lines.push(format!("name  {}", line(&row.exact))),
    }
    lines.iter().map(|text| format!("{}\n", style.paint(Tone::Dim, &format!("      {text}")))).collect()
}

/// One whole instance on both sides, and their ratio.
fn total(latency: &LatencyOutcome, style: &Style) -> String {
    let mut out = String::new();
    let mut text =
        format!("one instance: mock {}, E2E {}", duration(latency.mock_median_ns), duration(latency.e2e_median_ns));
    if latency.interval.is_some() {
        text += &format!(", {}, limit ±{}", ratio(latency), percent(latency.tolerance));
    }
    if latency.kernels_overlap() {
        text += &format!("; busy: mock {}, E2E {}", duration(latency.mock_busy_ns), duration(latency.e2e_busy_ns));
    }
    hang_clauses(&mut out, "  ", 2, &text, style.columns());
    if let Some(reason) = &latency.reason {
        hang(&mut out, "  ", 2, &format!("limit: {}", line(reason)), style.columns());
    }
    out
}

/// "+3.1% [+2.2%, +4.0%]".
pub(super) fn ratio(latency: &LatencyOutcome) -> String {
    latency.interval.as_ref().map_or("unknown".to_owned(), |interval| {
        format!(
            "{} [{}, {}]",
            signed_percent(interval.ratio),
            signed_percent(interval.low),
            signed_percent(interval.high)
        )
    })
}
