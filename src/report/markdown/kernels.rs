//! The table of kernels, and the instance's latency below it.

use super::super::{Style, table};
use super::text::{code, sentence};
use crate::diag::{duration, percent, plural};
use crate::outcome::{CaseOutcome, LatencyOutcome, Row, RowMatch};

/// Rows shown at most, unless verbose: a code host cuts long comments off. A longer table shows what differs.
const ROWS: usize = 40;

pub(super) fn render(case: &CaseOutcome, style: &Style) -> String {
    let whole = style.verbose || case.rows.len() <= ROWS;
    let shown = |row: &&Row| whole || row.state != RowMatch::Match;
    let most = if whole { usize::MAX } else { ROWS };
    let rows: Vec<String> = case.rows.iter().filter(shown).take(most).map(row).collect();
    let mut out = format!("| kernel | mock | E2E | |\n|---|---:|---:|---|\n{}", rows.concat());
    let left = case.rows.len().saturating_sub(rows.len());
    if left > 0 {
        out += &format!("\n{} not shown.\n", plural(left, "row"));
    }
    out.extend(case.latency.iter().map(|latency| format!("\n{}\n", in_words(latency))));
    out
}

fn row(row: &Row) -> String {
    let other = row.e2e_kernel.as_deref().map(|name| format!(" → {}", code(name))).unwrap_or_default();
    let (mock, e2e) = (calls(row.mock_calls, row.mock_ns), calls(row.e2e_calls, row.e2e_ns));
    format!("| {}{other} | {mock} | {e2e} | {} |\n", code(&row.kernel), state(row.state))
}

fn calls(calls: u32, ns: Option<f64>) -> String {
    if calls == 0 { "-".to_owned() } else { format!("{calls}x {}", ns.map(duration).unwrap_or_default()) }
}

fn state(state: RowMatch) -> &'static str {
    match state {
        RowMatch::Match => "match",
        RowMatch::OtherShape => "other launch shape",
        RowMatch::OtherKernel => "**another kernel**",
        RowMatch::OtherCount => "**another count**",
        RowMatch::Extra => "**only in the mock**",
        RowMatch::Missing => "**only in the E2E**",
    }
}

fn in_words(latency: &LatencyOutcome) -> String {
    let reason = latency.reason.as_deref().map(|reason| format!(" ({})", sentence(reason))).unwrap_or_default();
    format!(
        "One instance: mock {}, E2E {}, {}; limit ±{}{reason}",
        duration(latency.mock_median_ns),
        duration(latency.e2e_median_ns),
        sentence(&table::ratio(latency)),
        percent(latency.tolerance)
    )
}
