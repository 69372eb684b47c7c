//! All mistakes of one file as one problem: the first in words, every one with its caret.

use crate::diag::{Loc, Problem, SourceFile, Span, plural};
use std::sync::Arc;

/// So many are shown; a file with more is better mended from its top.
const SHOWN: usize = 20;

/// What is wrong at one place of the text.
#[derive(Debug)]
pub(super) struct Mistake {
    code: &'static str,
    at: Span,
    /// A whole sentence, which stands above the text.
    message: String,
    /// A few words, which stand at the caret.
    label: String,
    help: Option<String>,
}

impl Mistake {
    pub(super) fn new(at: impl Into<Span>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: "text-trace", at: at.into(), message: message.into(), label: label.into(), help: None }
    }

    /// What is right in itself, but too much.
    pub(super) fn limit(at: impl Into<Span>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: "text-trace-limit", ..Self::new(at, message, label) }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// The mistakes of one file, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    found: Vec<Mistake>,
}

impl Mistakes {
    pub(super) fn add(&mut self, mistake: Mistake) {
        self.found.push(mistake);
    }

    /// The problem that says them all, if there are any.
    pub(super) fn into_problem(mut self, file: &Arc<SourceFile>) -> Option<Problem> {
        self.found.sort_by_key(|mistake| mistake.at);
        let count = self.found.len();
        let mut mistakes = self.found.into_iter().take(SHOWN);
        let first = mistakes.next()?;
        let mut problem = Problem::trace(first.code, first.message).label(&Loc::new(file, first.at), first.label);
        problem.help = first.help;
        for Mistake { at, message, help, .. } in mistakes {
            let hint = help.filter(|help| help.starts_with("did you mean"));
            let text = hint.map_or(message.clone(), |hint| format!("{message}: {hint}"));
            problem = problem.label(&Loc::new(file, at), text);
        }
        Some(match count.saturating_sub(1) {
            0 => problem,
            more if count > SHOWN => problem.note(format!("{more} more mistakes, {} of them marked", SHOWN - 1)),
            more => problem.note(format!("{}, marked as well", plural(more, "more mistake"))),
        })
    }
}
