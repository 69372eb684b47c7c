//! The summary table: the kernels of one instance, the mock's and the E2E's beside each other.

use super::Style;
use super::paint::Tone;
use super::wrap::{fit, hang, line, pad, pad_left};
use crate::diag::{Verdict, duration, signed_percent};
use crate::outcome::{CaseOutcome, LatencyOutcome, Row, RowMatch};
use unicode_width::UnicodeWidthStr;

/// Longer tables fold their matching rows, unless verbose.
const LONG: usize = 12;
/// Matching rows in a run that are worth folding.
const RUN: usize = 3;

/// The table and, under it, the instance's latency. Empty without rows.
pub(super) fn render(case: &CaseOutcome, style: &Style) -> String {
    let cells: Vec<Cells> = case.rows.iter().map(Cells::of).collect();
    let layout = Layout::of(&cells, style.columns());
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
    mock: (u32, String),
    e2e: (u32, String),
    state: RowMatch,
}

impl Cells {
    fn of(row: &Row) -> Self {
        let time = |ns: Option<f64>| ns.map_or("-".to_owned(), duration);
        Self {
            kernel: line(&row.kernel),
            e2e_kernel: row.e2e_kernel.as_deref().map(line),
            mock: (row.mock_calls, time(row.mock_ns)),
            e2e: (row.e2e_calls, time(row.e2e_ns)),
            state: row.state,
        }
    }
}

/// How the columns lie. Where everything fits, a row speaks for itself; else names get the room, and a heading
/// says which side a column is.
struct Layout {
    name: usize,
    calls: usize,
    time: usize,
    roomy: bool,
}

impl Layout {
    fn of(cells: &[Cells], whole: usize) -> Self {
        let widest = |width: &dyn Fn(&Cells) -> usize| cells.iter().map(width).max().unwrap_or(0);
        let names = widest(&|c| c.kernel.width().max(c.e2e_kernel.as_ref().map_or(0, |k| 4 + k.width())));
        let time = widest(&|c| c.mock.1.width().max(c.e2e.1.width()));
        let state = widest(&|c| word(c.state).width());
        let layout = |roomy: bool| {
            let calls = widest(&|c| calls(c.mock.0, roomy).width().max(calls(c.e2e.0, roomy).width()));
            let (labels, gaps) = if roomy { ("mocke2e".len(), 8 * 3) } else { (0, 6 * 2) };
            let fixed = 2 + labels + 2 * (calls + time) + state + gaps;
            Self { name: names.min(whole.saturating_sub(fixed)).max(8), calls, time, roomy }
        };
        let roomy = layout(true);
        if roomy.name >= names { roomy } else { layout(false) }
    }

    fn gap(&self) -> &'static str {
        if self.roomy { "   " } else { "  " }
    }

    /// Columns before a name.
    fn indent(&self) -> usize {
        if self.roomy { 2 + "mock".len() + self.gap().len() } else { 2 }
    }

    fn heading(&self, style: &Style) -> String {
        if self.roomy {
            return String::new();
        }
        let gap = self.gap();
        let side = self.calls + gap.len() + self.time;
        let text =
            format!("  {}{gap}{}{gap}{gap}{}", pad("kernel", self.name), pad_left("mock", side), pad_left("e2e", side));
        format!("{}\n", style.paint(Tone::Dim, &text))
    }

    fn row(&self, cells: &Cells, differs: Tone, style: &Style) -> String {
        let gap = self.gap();
        let label =
            |side: &str| if self.roomy { format!("{}{gap}", style.paint(Tone::Dim, side)) } else { String::new() };
        let side = |(n, time): &(u32, String)| {
            format!("{}{gap}{}", pad_left(&calls(*n, self.roomy), self.calls), pad_left(time, self.time))
        };
        let name = pad(&fit(&cells.kernel, self.name), self.name);
        let tone = if cells.state == RowMatch::Match { Tone::Dim } else { differs };
        let mut out = format!(
            "  {}{name}{gap}{}{gap}{gap}{}{}{gap}{}\n",
            label("mock"),
            side(&cells.mock),
            label("e2e"),
            side(&cells.e2e),
            style.paint(tone, word(cells.state))
        );
        if let Some(other) = &cells.e2e_kernel {
            let indent = self.indent();
            out += &format!("{}-> {}\n", " ".repeat(indent), fit(other, style.columns() - indent - 4));
        }
        out
    }
}

fn calls(n: u32, roomy: bool) -> String {
    match (n, roomy) {
        (0, _) => "-".to_owned(),
        (1, true) => "1 call".to_owned(),
        (n, true) => format!("{n} calls"),
        (n, false) => format!("{n}x"),
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
        RowMatch::Missing => "only e2e",
    }
}

/// What the spec says of a row's kernel.
fn note(row: &Row, style: &Style) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(row.entry.as_ref().map(|entry| format!("entry `{}`", line(entry))));
    words.extend(row.critical.then(|| "critical".to_owned()));
    words.extend(row.family.as_ref().map(|family| format!("family {}", line(family))));
    if words.is_empty() {
        return String::new();
    }
    let text = fit(&words.join(", "), style.columns() - 10);
    format!("{}\n", style.paint(Tone::Dim, &format!("          {text}")))
}

/// One whole instance on both sides, and their ratio.
fn total(latency: &LatencyOutcome, style: &Style) -> String {
    let mut out = String::new();
    let mut text =
        format!("one instance: mock {}, e2e {}", duration(latency.mock_median_ns), duration(latency.e2e_median_ns));
    if latency.interval.is_some() {
        text += &format!(", {}, limit ±{:.0}%", ratio(latency), latency.tolerance * 100.0);
    }
    let overlaps = |busy: f64, whole: f64| busy < 0.99 * whole;
    if overlaps(latency.mock_busy_ns, latency.mock_median_ns) || overlaps(latency.e2e_busy_ns, latency.e2e_median_ns) {
        text += &format!("; busy: mock {}, e2e {}", duration(latency.mock_busy_ns), duration(latency.e2e_busy_ns));
    }
    hang(&mut out, "  ", 2, &text, style.columns());
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
