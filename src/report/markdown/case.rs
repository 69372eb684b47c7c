//! What is worth reading of one case: cause and fix at once, findings, kernels and traces folded.

use super::super::{Style, verdict};
use super::text::{code, details, link, sentence};
use super::{findings, kernels};
use crate::diag::{Verdict, plural};
use crate::outcome::{CaseOutcome, Outcome, SideOutcome};

/// Each case that did not pass; all with `verbose`.
pub(super) fn render_all(outcome: &Outcome, style: &Style) -> Vec<String> {
    let shown = |case: &&CaseOutcome| style.verbose || case.verdict != Verdict::Pass;
    outcome.cases.iter().filter(shown).map(|case| render(case, style)).collect()
}

fn render(case: &CaseOutcome, style: &Style) -> String {
    let mut out = format!("## {}: {}\n\n{}\n\n", code(&case.title()), case.verdict, sentence(&verdict::text(case)));
    out += &causes(case);
    out += &findings::render(case, style);
    out += &unjudged(case);
    if !case.rows.is_empty() {
        out += &details("Kernels of one instance, mock and E2E", &kernels::render(case, style));
    }
    out += &details("Traces, and how the op was found", &sides(case));
    out
}

/// The likeliest cause at length, others by their titles.
fn causes(case: &CaseOutcome) -> String {
    let Some(first) = case.diagnoses.first() else { return String::new() };
    let mut out = format!("**Cause:** {}\n\n**Fix:** {}\n\n", sentence(&first.cause), sentence(&first.fix));
    out.extend(first.link.iter().map(|address| format!("More: {}\n\n", link(address))));
    let more = case.diagnoses.iter().skip(1).map(|diagnosis| sentence(&diagnosis.title));
    out.extend(more.map(|title| format!("Also possible: {title}\n\n")));
    out
}

/// Checks that could not judge, and why.
fn unjudged(case: &CaseOutcome) -> String {
    let unjudged = |verdict: Verdict| matches!(verdict, Verdict::Skipped | Verdict::Inconclusive);
    let checks = case.checks.iter().filter(|check| unjudged(check.verdict));
    let lines: Vec<String> = checks
        .map(|check| {
            let why = check.reason.as_deref().map(|why| format!(": {}", sentence(why))).unwrap_or_default();
            format!("- {} {}{why}\n", check.verdict, code(&check.name))
        })
        .collect();
    let summary = format!("{} without a judgement", plural(lines.len(), "check"));
    if lines.is_empty() { String::new() } else { details(&summary, &lines.concat()) }
}

fn sides(case: &CaseOutcome) -> String {
    let mut out = format!("- spec {}, op {}\n", code(&case.file), code(&case.op));
    for (word, side) in [("mock", &case.mock), ("E2E", &case.e2e)] {
        out += &of_side(word, side);
    }
    out
}

fn of_side(word: &str, side: &SideOutcome) -> String {
    let mut out = format!("- {word}: {}\n", code(&side.trace));
    if side.instances > 0 {
        let size = format!("{} of {}", plural(side.instances, "instance"), plural(side.kernels, "kernel"));
        out += &format!("  - {size} by {}\n", sentence(&side.how));
    }
    out.extend(side.ranks.iter().map(|ranks| format!("  - {}\n", sentence(&ranks.words()))));
    out.extend(side.left_out.iter().map(|left| format!("  - left out: {} ({})\n", left.count, sentence(&left.reason))));
    let from = &side.provenance;
    let parts = [from.gpus.first(), from.driver.as_ref(), from.cuda.as_ref(), from.profiler.as_ref()];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| sentence(part)).collect();
    if !parts.is_empty() {
        out += &format!("  - {}\n", parts.join(", "));
    }
    out
}
