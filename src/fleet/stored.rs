//! Problems in a form that can be written down and read again, with the texts that they point into.

use crate::diag::{Label, Loc, Problem, ProblemClass, SourceFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A problem with its places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StoredProblem {
    pub code: String,
    pub class: ProblemClass,
    pub message: String,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<StoredLabel>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// A place in bytes, and what is said there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StoredLabel {
    pub source: StoredSource,
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// A text that is pointed into, or that a spec is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StoredSource {
    pub name: String,
    pub text: String,
}

impl From<&SourceFile> for StoredSource {
    fn from(file: &SourceFile) -> Self {
        Self { name: file.name.clone(), text: file.text.clone() }
    }
}

impl From<Problem> for StoredProblem {
    fn from(problem: Problem) -> Self {
        let label = |label: &Label| StoredLabel {
            source: StoredSource::from(label.loc.file.as_ref()),
            start: label.loc.span.start,
            end: label.loc.span.end,
            text: label.text.clone(),
        };
        Self {
            class: problem.class,
            labels: problem.labels.iter().map(label).collect(),
            code: problem.code.to_owned(),
            message: problem.message,
            help: problem.help,
            notes: problem.notes,
        }
    }
}

impl From<&StoredProblem> for Problem {
    fn from(stored: &StoredProblem) -> Self {
        let mut problem = Self::new(stored.class, code(&stored.code), stored.message.clone());
        for label in &stored.labels {
            let file = SourceFile::new(label.source.name.as_str(), label.source.text.as_str());
            problem = problem.label(&Loc::new(&file, label.start..label.end), label.text.as_str());
        }
        problem.help.clone_from(&stored.help);
        problem.notes.clone_from(&stored.notes);
        problem
    }
}

/// A code that lives as long as those that stand in the program. There are few, so that each is kept once for good;
/// what is no code becomes one that says so.
fn code(text: &str) -> &'static str {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = codes.get(text) {
        return known;
    }
    if text.len() > CODE_BYTES || !text.bytes().all(is_code) || codes.len() >= CODES_MOST {
        return "unknown-problem";
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    codes.insert(kept);
    kept
}

/// The longest code of the program has 29 characters …
const CODE_BYTES: usize = 48;
/// … and there are fewer than 200.
const CODES_MOST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_comes_back_as_it_was() {
        let file = SourceFile::new("rule.rhai", "let a = 1;\n");
        let problem = Problem::trace("trace-empty", "it is empty")
            .label(&Loc::new(&file, 4..5), "here")
            .help("fill it")
            .note("a note");
        let text = serde_json::to_string(&StoredProblem::from(problem.clone())).unwrap_or_default();
        let back: Option<StoredProblem> = serde_json::from_str(&text).ok();
        assert_eq!(back.as_ref().map(Problem::from), Some(problem));
    }

    #[test]
    fn what_is_no_code_is_not_kept() {
        assert_eq!(
            (code("trace-empty"), code("\u{1b}[31m"), code(&"a".repeat(99))),
            ("trace-empty", "unknown-problem", "unknown-problem")
        );
    }
}
