//! The draft as a file: what a person would have written, with the reason of each choice beside it.

use super::entries::{Entries, Entry};
use super::known::{self, Known};
use super::plan::Plan;
use super::toml::{Row, array, comment, quote, table};
use crate::diag::{percent, signed_percent};
use crate::outcome::{CaseOutcome, Diagnosis, SideOutcome};
use crate::select::Symbol;

/// Everything that the file says.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) op: String,
    /// The op was guessed from the kernels.
    pub(super) op_guessed: bool,
    pub(super) owner: Option<String>,
    /// What one instance is, and where its patterns were read.
    pub(super) doc: String,
    pub(super) mock_trace: String,
    pub(super) e2e_trace: String,
    pub(super) plan: Plan,
    pub(super) entries: Entries,
    /// The op's frequent kernel sequences in the E2E.
    pub(super) varied: Vec<Vec<Symbol>>,
    /// The tolerance and why, where the default does not do.
    pub(super) latency: Option<(f64, String)>,
    pub(super) known: Vec<Known>,
    /// What the common issues say of the differences, before any was excused.
    pub(super) cause: Option<Diagnosis>,
    /// What the check said of this draft; the comments quote it.
    pub(super) outcome: Option<CaseOutcome>,
}

pub(super) fn write(sheet: &Sheet) -> String {
    let mut out = comment(&format!(
        "Drafted by `align new spec` from one mock and one E2E trace. Each comment says what was seen; read them, put right what was not meant, and write down what only you know{}.",
        if text_has_todo(sheet) { " (TODO)" } else { "" }
    ));
    out += "\nalign = 1\n\n[spec]\n";
    out += &table(&head(sheet));
    out += &side(sheet, "mock");
    out += &side(sheet, "e2e");
    out += &latency(sheet);
    for entry in &sheet.entries.listed {
        out += "\n[[kernel]]\n";
        out += &table(&kernel(entry));
    }
    out += &rest(&sheet.entries);
    if !sheet.known.is_empty() {
        out.push('\n');
        out += &comment(&differences(sheet));
    }
    for known in &sheet.known {
        out.push('\n');
        out += &known::render(known);
    }
    out
}

/// What to do about the differences: a mock that is put right needs no exception.
fn differences(sheet: &Sheet) -> String {
    let what = "The mock differs from the E2E today. What is meant to stay needs a reason; the rest is to be put right, and its entry deleted.";
    match &sheet.cause {
        Some(cause) => format!(
            "{what} What it looks like (`align explain {}`): {}. Then: {}.",
            cause.issue,
            cause.cause.trim_end_matches('.'),
            cause.fix.trim_end_matches('.')
        ),
        None => what.to_owned(),
    }
}

/// Whether something is left to be explained.
fn text_has_todo(sheet: &Sheet) -> bool {
    !sheet.known.is_empty() || sheet.latency.is_some()
}

fn head(sheet: &Sheet) -> Vec<Row> {
    let op = if sheet.op_guessed { "from the kernels it launches" } else { "" };
    let mut rows = vec![Row::new("name", quote(&sheet.name)), Row::said("op", quote(&sheet.op), op)];
    rows.push(Row::new("doc", quote(&sheet.doc)));
    rows.extend(sheet.owner.as_ref().map(|owner| Row::new("owner", quote(owner))));
    if let Some(base) = sheet.plan.base {
        let value = quote(&format!("builtin:{base}"));
        rows.push(Row::said("extends", value, "finds the mock's instances: `replay`, `iter`, graph launches"));
    }
    rows
}

fn side(sheet: &Sheet, key: &str) -> String {
    let (place, trace, outcome) = match key {
        "mock" => (&sheet.plan.mock, &sheet.mock_trace, sheet.outcome.as_ref().map(|o| &o.mock)),
        _ => (&sheet.plan.e2e, &sheet.e2e_trace, sheet.outcome.as_ref().map(|o| &o.e2e)),
    };
    let mut out = String::from("\n");
    if let Some(outcome) = outcome {
        out += &comment(&found(outcome));
    }
    for note in &place.notes {
        out += &comment(note);
    }
    out += &format!("[{key}]\n");
    let mut rows = vec![Row::new("trace", quote(trace))];
    if !place.within.is_empty() {
        rows.push(Row::new("within", array(&place.within)));
    }
    if !place.each.is_empty() {
        rows.push(Row::new("each", place.each_toml()));
    }
    if let Some(repeats) = place.repeats {
        rows.push(Row::said("repeats", repeats.to_string(), "executions of the op in each of them"));
    }
    out += &table(&rows);
    out
}

/// How many instances were found and how.
fn found(side: &SideOutcome) -> String {
    let mut text = format!(
        "{} of {}, by {}",
        crate::diag::plural(side.instances, "instance"),
        crate::diag::plural(side.kernels, "kernel"),
        side.how
    );
    if side.graph_share > 0.0 {
        text += &format!("; {:.0} % of the kernels replayed from CUDA graphs", side.graph_share * 100.0);
    }
    if let Some(second) = &side.second {
        text += &format!("; a second way, by {second}");
    }
    let left: Vec<String> = side.left_out.iter().map(|l| format!("{} {}", l.count, l.reason)).collect();
    if !left.is_empty() {
        text += &format!("; left out: {}", left.join(", "));
    }
    text + "."
}

fn latency(sheet: &Sheet) -> String {
    let tolerance = |(within, reason): &(f64, String)| {
        table(&[Row::new("within", quote(&percent(*within))), Row::new("reason", quote(reason))])
    };
    let Some(latency) = sheet.outcome.as_ref().and_then(|o| o.latency.as_ref()) else {
        return sheet.latency.as_ref().map(|l| format!("\n[latency]\n{}", tolerance(l))).unwrap_or_default();
    };
    let us = crate::diag::duration;
    let mut seen = format!(
        "One instance takes {} in the mock and {} in the E2E",
        us(latency.mock_median_ns),
        us(latency.e2e_median_ns)
    );
    if let Some(interval) = &latency.interval {
        seen += &format!(
            ", {} [{}, {}]",
            signed_percent(interval.ratio),
            signed_percent(interval.low),
            signed_percent(interval.high)
        );
    }
    match &sheet.latency {
        Some(wider) => {
            let why = comment(&format!("{seen}: more than the default tolerance of 10 %."));
            format!("\n{why}[latency]\n{}", tolerance(wider))
        }
        None if latency.interval.is_some() && !sheet.known.iter().any(|k| k.checks == ["latency-ratio"]) => {
            format!("\n{}", comment(&format!("{seen}: within the default tolerance of 10 %.")))
        }
        None if latency.interval.is_none() => {
            format!("\n{}", comment(&format!("{seen}: too few instances to judge it.")))
        }
        None => format!("\n{}", comment(&format!("{seen}."))),
    }
}

fn kernel(entry: &Entry) -> Vec<Row> {
    let share = if entry.share >= 0.01 { format!("{:.0} %", entry.share * 100.0) } else { "under 1 %".to_owned() };
    let mut said = format!("{share} of the E2E's time: {}", crate::diag::duration(entry.time_ns));
    if entry.count > 1 {
        said += &format!(" in {} calls", entry.count);
    }
    if entry.names > 1 {
        said += &format!(" of {} names", entry.names);
    }
    said += match (entry.first, entry.last) {
        (true, true) => "; an instance begins and ends with it",
        (true, false) => "; an instance begins with it",
        (false, true) => "; an instance ends with it",
        (false, false) => "",
    };
    let mut rows = vec![Row::said("name", quote(&entry.name), said), Row::new("match", quote(&entry.pattern))];
    rows.push(match (entry.least, entry.most) {
        (least, most) if least == most => Row::new("count", most.to_string()),
        (least, most) => {
            let range = quote(&format!("{least}..={most}"));
            Row::said("count", range, "varies from instance to instance of the E2E")
        }
    });
    if entry.critical {
        rows.push(Row::new("critical", "true"));
    }
    rows
}

fn rest(entries: &Entries) -> String {
    if entries.rest == 0 {
        return String::new();
    }
    let mut names = entries.rest_names.clone();
    let more = names.len().saturating_sub(8);
    names.truncate(8);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let list: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    format!(
        "\n{}",
        comment(&format!(
            "Not listed: {} of glue (copies, fills, elementwise work, bookkeeping), {:.0} % of the time: {}{more}. What is not listed is compared all the same (`others = \"must-match\"`, the default).",
            crate::diag::plural(entries.rest, "kernel"),
            entries.rest_share * 100.0,
            list.join(", ")
        ))
    )
}
