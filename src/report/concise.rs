//! One line a finding, one line a case: `file:line:column: error[code] message`.

use super::Style;
use super::paint::Tone;
use super::verdict;
use super::wrap::{line, message};
use crate::diag::{Problem, Severity, Verdict};
use crate::outcome::{CaseOutcome, FindingOutcome, Outcome};

pub(super) fn render(outcome: &Outcome, style: &Style) -> String {
    let mut out = String::new();
    for case in &outcome.cases {
        if !style.quiet {
            out.extend(case.findings.iter().map(|finding| render_finding(case, finding, style)));
        }
        if !style.quiet || case.verdict != Verdict::Pass {
            let word = style.paint(case.verdict.into(), &case.verdict.to_string());
            out +=
                &format!("{}: {word} {}: {}\n", line(&case.file), line(&case.title()), message(&verdict::text(case)));
        }
    }
    out
}

/// What a known difference covers is `known[code]`, whatever it would weigh.
fn render_finding(case: &CaseOutcome, finding: &FindingOutcome, style: &Style) -> String {
    let place = match &finding.place {
        Some(place) => format!("{}:{}:{}", line(&place.file), place.line, place.column),
        None => line(&case.file),
    };
    let (word, tone) = match &finding.known {
        Some(_) => ("known".to_owned(), Tone::Dim),
        None => (finding.severity.to_string(), finding.severity.into()),
    };
    let word = style.paint(tone, &format!("{word}[{}]", line(&finding.code)));
    format!("{place}: {word} {}: {}\n", line(&case.title()), message(&finding.message))
}

pub(super) fn problems(problems: &[Problem], style: &Style) -> String {
    problems.iter().map(|problem| one(problem, Severity::Error, style)).collect()
}

/// A mistake or a remark in one line.
pub(super) fn one(problem: &Problem, severity: Severity, style: &Style) -> String {
    let place = problem.labels.first().map(|label| {
        let (row, column) = label.loc.line_column();
        format!("{}:{row}:{column}: ", line(&label.loc.file.name))
    });
    let tone = if severity == Severity::Error { Tone::Bad } else { severity.into() };
    let word = style.paint(tone, &format!("{severity}[{}]", problem.code));
    let help = problem.help.as_deref().map(|help| format!(" ({})", message(help))).unwrap_or_default();
    format!("{}{word} {}{help}\n", place.unwrap_or_default(), message(&problem.message))
}
