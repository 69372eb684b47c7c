//! What a trace can answer, in words, and how to capture one that can.

use serde::Serialize;

/// One question to a trace, and what it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// A stable name, such as `modules-of-graph-kernels`.
    pub question: &'static str,
    pub can: Can,
    pub detail: String,
    /// How to capture a trace that can.
    pub repair: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Can {
    Yes,
    Partly,
    No,
    /// The question does not arise.
    NotNeeded,
}

impl Answer {
    pub fn new(question: &'static str, can: Can, detail: impl Into<String>) -> Self {
        Self { question, can, detail: detail.into(), repair: None }
    }

    pub fn repair(mut self, repair: &str) -> Self {
        self.repair = Some(repair.to_owned());
        self
    }
}
