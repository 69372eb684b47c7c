//! Verdicts.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a check, a case or a run decides. Ordered from best to worst, so that the verdict of a
/// whole is the maximum of its parts' (a skipped part never hides a judged one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The trace lacks what the check needs.
    Skipped,
    Pass,
    /// Too little data to say.
    Inconclusive,
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Skipped => "SKIPPED",
            Self::Pass => "PASS",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Fail => "FAIL",
        })
    }
}
