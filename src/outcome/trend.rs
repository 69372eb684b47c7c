//! One case over several runs.

use crate::diag::Verdict;
use serde::{Deserialize, Serialize};

/// Runs of a case in the order of their times; this run is the last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trend {
    pub runs: Vec<TrendRun>,
    /// Earlier runs that the history has and that are not listed.
    #[serde(default)]
    pub unshown: usize,
    /// Runs that the history has and whose time is later than this one's.
    #[serde(default)]
    pub later: usize,
    /// Said where the ratio moves steadily towards the edge of what is allowed; it decides nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub drift: Option<Drift>,
}

/// A case in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrendRun {
    /// In UTC: `2026-11-24T13:29:53Z`.
    pub time: String,
    /// The version of `align`.
    pub align: String,
    pub verdict: Verdict,
    /// `None` where nothing was compared, or with too few instances.
    pub ratio: Option<TrendRatio>,
    /// What the spec allowed then, as a fraction in both directions.
    pub tolerance: Option<f64>,
    pub mock: TrendSide,
    pub e2e: TrendSide,
}

/// The latency of one instance, mock over E2E, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrendRatio {
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
}

/// A side in one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrendSide {
    /// The trace as it was given; of an absolute path the last part.
    pub trace: String,
    pub instances: usize,
    /// Of one instance.
    pub median_ns: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub gpus: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub driver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cuda: Option<String>,
    /// As the spec said: `vllm 0.24.0`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub framework: Option<String>,
}

/// A ratio that moves steadily towards the edge of its tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Drift {
    /// The different measurements that it rests on, all on this run's GPUs.
    pub measurements: usize,
    /// By how much the ratio is multiplied from one to the next: the Theil–Sen slope of its logarithm.
    pub pace: f64,
    /// The ratios at the ends of that line.
    pub from: f64,
    pub to: f64,
    /// The edge that it moves towards, as a ratio.
    pub edge: f64,
    /// At this pace it is reached after so many more measurements.
    pub ahead: usize,
    /// How likely measurements in random order move as steadily (Mann–Kendall, both directions).
    pub chance: f64,
}
