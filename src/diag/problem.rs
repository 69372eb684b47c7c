//! Problems: what is wrong with the user's input.

use super::source::Loc;
use serde::{Deserialize, Serialize};

/// Which kind of input is wrong; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemClass {
    /// A specification, a rule or an argument (exit code 2).
    Spec,
    /// A trace that cannot be read or lacks what is needed (exit code 3).
    Trace,
    /// There is nothing to check (exit code 4).
    Nothing,
}

/// A place and what is said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub loc: Loc,
    pub text: String,
}

/// One mistake in the input: what is wrong, where, and what to do next.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub class: ProblemClass,
    /// A stable name, such as `unknown-key`; every code has a test under `tests/`.
    pub code: &'static str,
    pub message: String,
    /// The first label is the primary one. All labels of a problem are shown, by file.
    pub labels: Vec<Label>,
    pub help: Option<String>,
    /// Further lines: causes from below (the operating system, SQLite, the script engine).
    pub notes: Vec<String>,
}

impl Problem {
    pub fn spec(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ProblemClass::Spec, code, message)
    }

    pub fn trace(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ProblemClass::Trace, code, message)
    }

    pub fn new(class: ProblemClass, code: &'static str, message: impl Into<String>) -> Self {
        Self { class, code, message: message.into(), labels: Vec::new(), help: None, notes: Vec::new() }
    }

    pub fn label(mut self, loc: &Loc, text: impl Into<String>) -> Self {
        self.labels.push(Label { loc: loc.clone(), text: text.into() });
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// Each problem once, where it was met first: several cases or specs share a rule, a base or a trace.
pub fn unique(problems: Vec<Problem>) -> Vec<Problem> {
    let mut unique: Vec<Problem> = Vec::new();
    for problem in problems {
        if !unique.contains(&problem) {
            unique.push(problem);
        }
    }
    unique
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// What is right and probably not meant: a problem that keeps nothing from working.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    pub severity: super::Severity,
    pub problem: Problem,
}
