//! The page of a spec: its own document, then what it expects, case by case.

use super::rule::toml;
use super::{capital, quoted};
use crate::diag::escape;
use crate::script::{RuleDoc, Rules};
use crate::spec::{Case, KernelEntry, KnownDifference, Order, Others, Spec};
use std::fmt::Write;

/// The page as Markdown; `document` is the file beside the spec, if there is one.
pub(super) fn spec(spec: &Spec, document: Option<&str>, rules: &Rules) -> String {
    let mut page = match document {
        Some(text) => format!("{}\n", text.trim_end()),
        None => format!("# {}\n", spec.name.value),
    };
    if let Some(doc) = spec.doc.as_ref().filter(|_| document.is_none()) {
        let _ = write!(page, "\n{}\n", doc.value);
    }
    let _ = write!(page, "\n## The spec\n\n- operation: `{}`\n", spec.op.value);
    if let Some(owner) = &spec.owner {
        let _ = writeln!(page, "- owner: {}", owner.value);
    }
    let _ = writeln!(page, "- file: `{}`", escape(&spec.file.name));
    if !spec.files.is_empty() {
        let _ = writeln!(page, "- builds on {}", quoted(spec.files.iter().map(|file| file.name.as_str())));
    }
    if spec.is_abstract {
        page.push_str("- only there to be extended: it is not checked by itself\n");
    }
    let all: Vec<&Case> = spec.cases.iter().collect();
    let Some(first) = all.first() else { return page };
    page.push_str("\n## Kernels it expects\n\n");
    page.push_str(&kernels(first));
    let same = all.iter().all(|case| kernels(case) == kernels(first));
    if !first.name.value.is_empty() {
        page.push_str("\n## Cases\n\n");
        for case in &all {
            let _ = writeln!(page, "- `{}`: {}", case.name.value, tolerance(case));
        }
    } else {
        let _ = write!(page, "\n## Latency\n\n{}.\n", capital(&tolerance(first)));
    }
    if !same {
        for case in all.iter().filter(|case| kernels(case) != kernels(first)) {
            let _ = write!(page, "\n## Kernels of the case `{}`\n\n{}", case.name.value, kernels(case));
        }
    }
    page + known(&all).as_str() + used(&all, rules).as_str()
}

fn kernels(case: &Case) -> String {
    let mut out = String::new();
    for entry in &case.kernels {
        let _ = writeln!(out, "- {}", kernel(entry));
    }
    let others = match case.others.value {
        Others::MustMatch => "must be the same on both sides",
        Others::Ignore => "are not compared",
        Others::Forbid => "must not be there",
    };
    let order = if case.order.value == Order::Strict { "the same on both sides" } else { "free" };
    let which = if case.kernels.is_empty() { "It names none: all kernels" } else { "Other kernels" };
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{which} {others}; the order is {order}.");
    out
}

fn kernel(entry: &KernelEntry) -> String {
    let critical = if entry.critical { "; critical: without it the op is another one" } else { "" };
    let within = entry.within.as_ref().map(|within| format!("; within {}", percent(within.value))).unwrap_or_default();
    let patterns = quoted(entry.patterns.iter().map(|pattern| pattern.value.as_str()));
    format!("{}, {} in each instance{critical}{within}: {patterns}", entry.name.value, entry.count.value)
}

fn tolerance(case: &Case) -> String {
    let latency = &case.latency;
    let mut out = format!("latency within {}", percent(latency.within.value));
    if latency.own_spread.as_ref().is_some_and(|flag| flag.value) {
        out += ", or the E2E's own spread where that is wider";
    }
    if let Some(reason) = &latency.reason {
        let _ = write!(out, ", because {}", reason.value);
    }
    out
}

fn percent(fraction: f64) -> String {
    let percent = (fraction * 1000.0).round() / 10.0;
    format!("{percent}%")
}

/// What is excused; cases share most of it.
fn known(cases: &[&Case]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for entry in cases.iter().flat_map(|case| &case.known) {
        let line = excused(entry);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() { String::new() } else { format!("\n## Known differences\n\n{}\n", lines.join("\n")) }
}

fn excused(entry: &KnownDifference) -> String {
    let what = entry.kernels.iter().map(|k| k.value.as_str()).chain(entry.checks.iter().map(|c| c.value.as_str()));
    let side = entry.side.as_ref().map(|side| format!(" of the {}", side.value)).unwrap_or_default();
    let most = entry.at_most.as_ref().map(|most| format!(", at most {}", most.value)).unwrap_or_default();
    let latency = entry.latency.as_ref().map(|latency| format!(", latency {}", latency.value)).unwrap_or_default();
    let mut line = format!("- {}{side}{most}{latency}: {}", quoted(what), entry.reason.value);
    let more = [("impact", &entry.impact), ("owner", &entry.owner), ("until", &entry.until), ("link", &entry.link)];
    for (name, value) in more.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        let _ = write!(line, "; {name}: {}", value.value);
    }
    line
}

/// The rules it runs, each with its summary and parameters.
fn used(cases: &[&Case], rules: &Rules) -> String {
    let mut lines: Vec<String> = Vec::new();
    for rule in cases.iter().flat_map(|case| &case.rules) {
        let summary = RuleDoc::read(rules, &rule.name.value).map(|doc| doc.meta.summary).unwrap_or_default();
        let given: Vec<String> =
            rule.with.iter().map(|(name, given)| format!("`{name} = {}`", toml(&given.value))).collect();
        let given = if given.is_empty() { String::new() } else { format!(" ({})", given.join(", ")) };
        let line = format!("- `{}`{given}: {summary}", rule.name.value);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() { String::new() } else { format!("\n## Rules\n\n{}\n", lines.join("\n")) }
}
