//! One thing that is said of a capture.

use super::answer::Answer;
use serde::Serialize;

/// How good it is, and what to change where it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// A stable name, such as `gpu-data`.
    pub aspect: &'static str,
    pub grade: Grade,
    pub says: String,
    /// What to change in the next capture, with the option by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The question does not arise.
    NotNeeded,
    Good,
    /// Worth knowing; the trace is as good without a change.
    Note,
    /// A comparison is possible, and may be wrong.
    Warning,
    /// What was to be captured is not there.
    Error,
}

impl Grade {
    pub fn word(self) -> &'static str {
        match self {
            Self::NotNeeded => "–",
            Self::Good => "good",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Point {
    pub(super) fn new(aspect: &'static str, grade: Grade, says: impl Into<String>) -> Self {
        Self { aspect, grade, says: says.into(), change: None }
    }

    pub(super) fn change(mut self, change: impl Into<String>) -> Self {
        self.change = Some(change.into());
        self
    }

    /// What is to be changed, if anything is, with more words on how.
    pub(super) fn with(mut self, how: &str) -> Self {
        self.change = self.change.map(|change| format!("{change} {how}"));
        self
    }

    /// An answer to a question, graded.
    pub(super) fn of(answer: Answer, aspect: &'static str, grade: Grade) -> Self {
        Self { aspect, grade, says: answer.detail, change: answer.repair }
    }
}
