//! A side that is several traces, one a rank.

use crate::diag::{duration, plural, signed_percent};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// The ranks of a side, in bounded size. Ranks are named by number (`rank 3`), or by file where files have none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RanksOutcome {
    /// Traces that were given.
    pub given: usize,
    /// Of these, those that could be read and compared.
    pub compared: usize,
    /// How many there should be, as the spec says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<usize>,
    /// Which were given: `ranks 0-7, 12`.
    pub names: String,
    /// How it is known which rank a trace is of.
    pub identified: String,
    /// Which could not be read: `rank 5`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unreadable: Option<String>,
    /// The ranks' medians of one instance; nothing where no rank was compared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub spread: Option<RankSpread>,
    /// The rank whose timeline and distributions stand for all, and whose kernels are listed.
    pub shown: String,
}

/// How the medians of ranks lie. In ns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankSpread {
    pub fastest: String,
    pub fastest_ns: f64,
    pub median_ns: f64,
    pub slowest: String,
    pub slowest_ns: f64,
}

impl RanksOutcome {
    /// In a sentence.
    pub fn words(&self) -> String {
        let mut out = match self.expected {
            Some(expected) => format!("{} of {}", self.given, plural(expected, "rank")),
            None => plural(self.given, "trace"),
        };
        let _ = write!(out, ": {} ({})", self.names, self.identified);
        if let Some(unreadable) = &self.unreadable {
            let _ = write!(out, "; not readable: {unreadable}");
        }
        if let Some(spread) = self.spread.as_ref().filter(|spread| spread.fastest != spread.slowest) {
            let _ = write!(
                out,
                "; an instance takes {} on {}, {} on {} ({}), {} on the median rank",
                duration(spread.fastest_ns),
                spread.fastest,
                duration(spread.slowest_ns),
                spread.slowest,
                signed_percent(spread.slowest_ns / spread.fastest_ns),
                duration(spread.median_ns)
            );
        }
        let _ = write!(out, "; kernels of {}", self.shown);
        out
    }
}
