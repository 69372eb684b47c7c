//! What `align lint` says: remarks as mistakes are shown, then numbers.

use super::wrap::count;
use super::{Format, Style, concise, json, problem};
use crate::diag::Remark;
use crate::outcome::LintOutcome;

/// The report of a run of lints, ending in a line feed. `remarks` are those of the outcome, with the texts they point
/// into.
pub fn render_lint(outcome: &LintOutcome, remarks: &[Remark], format: Format, style: &Style) -> String {
    match format {
        // There is no page of remarks: whoever asks for one is refused before this.
        Format::Human | Format::Html => human(outcome, remarks, style),
        Format::Concise => remarks.iter().map(|r| concise::one(&r.problem, r.severity, style)).collect(),
        Format::Json => json::render(outcome),
    }
}

fn human(outcome: &LintOutcome, remarks: &[Remark], style: &Style) -> String {
    let shown: String =
        remarks.iter().flat_map(|r| [problem::render_one(&r.problem, r.severity, style), "\n".to_owned()]).collect();
    let kinds = [
        (outcome.problems.len(), "mistake"),
        (outcome.errors, "error"),
        (outcome.warnings, "warning"),
        (outcome.notes, "note"),
    ];
    let words: Vec<String> = kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(n, word)).collect();
    let said = if words.is_empty() { "nothing to remark".to_owned() } else { words.join(", ") };
    if style.quiet && remarks.is_empty() {
        return String::new();
    }
    format!("{shown}{} linted: {said}\n", outcome.linted)
}
