//! What one rank's trace says, as plain data whose size does not depend on the trace's length.

use super::collectives::Collectives;
use super::identity::RankId;
use super::known::KnownUse;
use super::stored::StoredProblem;
use crate::compare::Comparison;
use crate::diag::Side;
use crate::limits::RANK_SAMPLES;
use crate::outcome::CaseOutcome;
use crate::spec::Case;
use crate::stats::Samples;
use crate::trace::natural;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// One pair of traces of a case, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankResult {
    pub mock: RankTrace,
    pub e2e: RankTrace,
    /// How often it was given with this very result.
    pub times: u32,
    pub state: RankState,
}

/// A trace and the rank that it is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankTrace {
    /// As it was given, or found in what was given.
    pub path: String,
    pub id: RankId,
    /// Equal for equal content; empty of a trace that cannot be read, and where no partial result is written.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RankState {
    Judged(Box<RankJudged>),
    /// What is wrong with each trace that cannot be read.
    Unreadable(Vec<Unread>),
}

/// A trace that cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unread {
    pub side: Side,
    pub problem: StoredProblem,
}

/// A rank that could be judged, also where nothing was found to compare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankJudged {
    /// What a run over this rank alone says.
    pub outcome: CaseOutcome,
    /// In step with the case's known differences; none where nothing was compared.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub known: Vec<KnownUse>,
    /// What more a comparison says; nothing where nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub measured: Option<Measured>,
    /// Of rules.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub problems: Vec<StoredProblem>,
    /// What rules printed: no part of a result.
    #[serde(skip)]
    pub printed: Vec<String>,
}

/// Per side (mock, E2E).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Measured {
    /// Times of instances, in ns.
    pub samples: [Samples; 2],
    pub collectives: [Option<Collectives>; 2],
}

impl Measured {
    pub fn of(comparison: &Comparison, case: &Case) -> Self {
        let instance = &comparison.instance;
        let samples = [&instance.mock_ns, &instance.e2e_ns].map(|times| Samples::of(times, RANK_SAMPLES));
        let collectives = [(Side::Mock, &case.mock), (Side::E2e, &case.e2e)]
            .map(|(side, spec)| Collectives::of(comparison, side, spec));
        Self { samples, collectives }
    }
}

impl RankResult {
    pub fn trace(&self, side: Side) -> &RankTrace {
        match side {
            Side::Mock => &self.mock,
            Side::E2e => &self.e2e,
        }
    }

    pub fn judged(&self) -> Option<&RankJudged> {
        match &self.state {
            RankState::Judged(judged) => Some(judged),
            RankState::Unreadable(_) => None,
        }
    }

    /// By number, then by name in natural order; results of the same traces by what they say.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let traces = self.e2e.order(&other.e2e).then_with(|| self.mock.order(&other.mock));
        traces.then_with(|| self.text().cmp(&other.text()))
    }

    /// All that a result says, but for what one of several ranks keeps to be shown.
    fn text(&self) -> String {
        let mut bare = self.clone();
        bare.times = 1;
        bare.drop_shown();
        serde_json::to_string(&bare).unwrap_or_default()
    }

    /// Drops what cannot be summed up.
    pub(super) fn drop_shown(&mut self) {
        if let RankState::Judged(judged) = &mut self.state {
            judged.outcome.timeline = None;
            judged.outcome.distributions = None;
        }
    }

    pub(super) fn keeps_shown(&self) -> bool {
        self.judged().is_some_and(|judged| judged.outcome.distributions.is_some())
    }
}

impl RankTrace {
    fn order(&self, other: &Self) -> Ordering {
        let number = |trace: &Self| trace.id.number.filter(|_| trace.id.is_number_of_rank()).unwrap_or(u64::MAX);
        number(self).cmp(&number(other)).then_with(|| natural(&self.path, &other.path))
    }
}
