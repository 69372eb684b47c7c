//! Findings: what a check says about two traces.

use super::source::Loc;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the two things compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Mock,
    E2e,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Mock, Side::E2e];

    pub fn other(self) -> Self {
        match self {
            Self::Mock => Self::E2e,
            Self::E2e => Self::Mock,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mock => "mock",
            Self::E2e => "e2e",
        })
    }
}

/// How much a finding weighs; ordered, so that `--fail-on` is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Everything one needs to find a GPU operation in the profiler. Times in ns on the trace's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KernelRef {
    pub trace: String,
    pub pid: u32,
    pub device: u32,
    pub stream: u32,
    pub start_ns: i64,
    pub duration_ns: i64,
    pub correlation_id: i64,
    pub name: String,
}

/// One fact that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The side it was seen on, or `None` if it is about both.
    pub side: Option<Side>,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<KernelRef>,
}

impl Evidence {
    pub fn both(text: impl Into<String>) -> Self {
        Self { side: None, text: text.into(), at: None }
    }

    pub fn on(side: Side, text: impl Into<String>) -> Self {
        Self { side: Some(side), text: text.into(), at: None }
    }

    pub fn at(mut self, at: impl Into<Option<KernelRef>>) -> Self {
        self.at = at.into();
        self
    }
}

/// How a line of an excerpt is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Same,
    /// Only in the mock.
    Extra,
    /// Only in the E2E.
    Missing,
    /// Another kernel at this place, or the same one with another launch shape or time.
    Changed,
}

/// A piece of a trace as text, one GPU operation a line, for carets to point into: the sequence of
/// one instance with both sides. Lines hold no line feed and are already escaped and shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Excerpt {
    pub title: String,
    pub lines: Vec<(Mark, String)>,
    /// Labels: an index into `lines`, and what is said there.
    pub labels: Vec<(usize, String)>,
    /// The places of the alignment that are labelled, in step with `labels`: what a picture of it marks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub positions: Vec<usize>,
}

/// One thing that a check has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The check's or rule's name: what `align explain` takes.
    pub code: String,
    pub severity: Severity,
    /// One line: what is wrong.
    pub message: String,
    pub evidence: Vec<Evidence>,
    /// Where in the specification the expectation stands, and what to say there.
    pub spec: Option<(Loc, String)>,
    pub excerpt: Option<Excerpt>,
    pub help: Option<String>,
    /// The side that deviates, where one can say.
    pub side: Option<Side>,
    /// Demangled names of the kernels concerned: what a known difference is matched against.
    pub kernels: Vec<String>,
    /// The ratio mock / E2E that it is about.
    pub ratio: Option<f64>,
    /// The reason of the known difference that covers this finding; such a finding never fails a run.
    pub known: Option<String>,
}

impl Finding {
    pub fn new(code: impl Into<String>, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity,
            message: message.into(),
            evidence: Vec::new(),
            spec: None,
            excerpt: None,
            help: None,
            side: None,
            kernels: Vec::new(),
            ratio: None,
            known: None,
        }
    }

    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    pub fn at(mut self, loc: &Loc, label: impl Into<String>) -> Self {
        self.spec = Some((loc.clone(), label.into()));
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn side(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    pub fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = Some(ratio);
        self
    }

    pub fn kernels<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.kernels.extend(names.into_iter().map(Into::into));
        self
    }

    pub fn excerpt(mut self, excerpt: Excerpt) -> Self {
        self.excerpt = Some(excerpt);
        self
    }
}
