//! Findings and known differences in numbers, never added up: an exception is no success.

use super::{CaseOutcome, KnownOutcome, KnownState};
use crate::diag::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What one case, or a run, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Findings that no known difference covers.
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub known_differences: KnownCounts,
}

/// Known differences. One that several cases share is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KnownCounts {
    pub declared: usize,
    /// Of these, how many cover something.
    pub used: usize,
    /// The findings that they cover.
    pub covers: usize,
    pub expired: usize,
    pub stale: usize,
}

impl Counts {
    pub fn of<'c>(cases: impl IntoIterator<Item = &'c CaseOutcome>) -> Self {
        let cases: Vec<&CaseOutcome> = cases.into_iter().collect();
        let open = |severity: Severity| {
            cases.iter().flat_map(|c| &c.findings).filter(|f| f.known.is_none() && f.severity == severity).count()
        };
        Self {
            errors: open(Severity::Error),
            warnings: open(Severity::Warning),
            notes: open(Severity::Note),
            known_differences: KnownCounts::of(cases.iter().flat_map(|case| &case.known)),
        }
    }
}

impl KnownCounts {
    fn of<'k>(known: impl Iterator<Item = &'k KnownOutcome> + Clone) -> Self {
        let count = |state: Option<KnownState>| {
            let places = known.clone().filter(|k| state.is_none_or(|state| k.state == state));
            places.map(|k| (k.place.file.as_str(), k.place.start)).collect::<BTreeSet<_>>().len()
        };
        Self {
            declared: count(None),
            used: count(Some(KnownState::Covers)),
            covers: known.clone().map(|k| k.covers).sum(),
            expired: count(Some(KnownState::Expired)),
            stale: count(Some(KnownState::Stale)),
        }
    }
}
