//! Mistakes in the input for people: every label with its caret, by file, then notes and help.

use super::Style;
use super::finding::heading;
use super::paint::Tone;
use super::snippet::{Caret, snippet};
use super::wrap::{hang, message};
use crate::diag::{Label, Problem, Severity, SourceFile};
use std::sync::Arc;

pub(super) fn render(problems: &[Problem], style: &Style) -> String {
    problems.iter().map(|problem| render_one(problem, Severity::Error, style)).collect::<Vec<_>>().join("\n")
}

pub(super) fn render_one(problem: &Problem, severity: Severity, style: &Style) -> String {
    let tone = if severity == Severity::Error { Tone::Bad } else { severity.into() };
    let mut out = heading(&severity.to_string(), tone, problem.code, &problem.message, style);
    for (file, labels) in by_file(&problem.labels) {
        let carets: Vec<Caret<'_>> = labels
            .iter()
            .map(|label| Caret { start: label.loc.span.start, end: label.loc.span.end, text: &label.text })
            .collect();
        out += &snippet(&file.name, &file.text, &carets, severity, style);
    }
    for note in problem.notes.iter().filter(|note| !note.is_empty()) {
        hang(&mut out, &style.paint(Tone::Dim, "  note  "), 8, &message(note), style.columns());
    }
    if let Some(help) = &problem.help {
        hang(&mut out, &style.paint(Tone::Hint, "  help  "), 8, &message(help), style.columns());
    }
    out
}

/// Labels by file, the primary one's first.
fn by_file(labels: &[Label]) -> Vec<(&Arc<SourceFile>, Vec<&Label>)> {
    let mut files: Vec<(&Arc<SourceFile>, Vec<&Label>)> = Vec::new();
    for label in labels {
        match files.iter_mut().find(|(file, _)| Arc::ptr_eq(file, &label.loc.file) || *file == &label.loc.file) {
            Some((_, of_file)) => of_file.push(label),
            None => files.push((&label.loc.file, vec![label])),
        }
    }
    files
}
