//! The head of the alignment report: the verdict, each case in a line, and problems with the input.

use super::super::{drift, verdict};
use super::text::{code, sentence};
use crate::outcome::{CaseOutcome, Outcome, ProblemOutcome};

pub(super) fn render(outcome: &Outcome) -> String {
    let summary = verdict::summary(outcome);
    let (word, said) = summary.split_once(": ").unwrap_or((&summary, ""));
    let mut out = format!("# Alignment report: {word}\n\n{}\n\n", sentence(said));
    for problem in &outcome.problems {
        out += &of_problem(problem);
    }
    if !outcome.cases.is_empty() {
        out += "| case | verdict | why |\n|---|---|---|\n";
        out.extend(outcome.cases.iter().map(row));
        out.extend(outcome.cases.iter().filter_map(drifting));
    }
    out
}

fn row(case: &CaseOutcome) -> String {
    format!("| {} | **{}** | {} |\n", code(&case.title()), case.verdict, sentence(&verdict::text(case)))
}

/// Also of a case that passes, which is one line otherwise.
fn drifting(case: &CaseOutcome) -> Option<String> {
    Some(format!("\n**Drift** in {}: {}\n", code(&case.title()), sentence(&drift::of(case)?)))
}

fn of_problem(problem: &ProblemOutcome) -> String {
    let mut out = format!("- **error** {}: {}\n", code(&problem.code), sentence(&problem.message));
    for place in &problem.places {
        let at = code(&format!("{}:{}:{}", place.file, place.line, place.column));
        out += &format!("  - {at} {}\n", sentence(&place.label));
    }
    out.extend(problem.notes.iter().map(|note| format!("  - note: {}\n", sentence(note))));
    out.extend(problem.help.iter().map(|help| format!("  - help: {}\n", sentence(help))));
    out + "\n"
}
