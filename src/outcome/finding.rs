//! Findings as they are serialised and rendered.

use crate::diag::{Evidence, Excerpt, Finding, Loc, Severity, Side};
use serde::{Deserialize, Serialize};

/// A place in a source file. Lines and columns count from 1, columns in characters; `start` and `end` are
/// bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub start: usize,
    pub end: usize,
    /// What is said there.
    pub label: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingOutcome {
    /// The check's or rule's name.
    pub code: String,
    pub severity: Severity,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub side: Option<Side>,
    pub evidence: Vec<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excerpt: Option<Excerpt>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<String>,
    /// Demangled names of the kernels concerned.
    pub kernels: Vec<String>,
    /// The ratio mock / E2E that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ratio: Option<f64>,
    /// The reason of the known difference that covers it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known: Option<String>,
}

impl Place {
    pub fn new(loc: &Loc, label: impl Into<String>) -> Self {
        let (line, column) = loc.line_column();
        Self {
            file: loc.file.name.clone(),
            line,
            column,
            start: loc.span.start,
            end: loc.span.end,
            label: label.into(),
        }
    }
}

impl From<Finding> for FindingOutcome {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            message: finding.message,
            side: finding.side,
            evidence: finding.evidence,
            place: finding.spec.map(|(loc, label)| Place::new(&loc, label)),
            excerpt: finding.excerpt,
            help: finding.help,
            kernels: finding.kernels,
            // A time of zero makes no ratio that could be written down.
            ratio: finding.ratio.filter(|ratio| ratio.is_finite()),
            known: finding.known,
        }
    }
}
