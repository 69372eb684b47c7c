//! What one rank's trace says, as plain data whose size does not depend on the trace's length.

use super::collectives::Collectives;
use super::identity::RankId;
use super::known::KnownUse;
use crate::compare::Comparison;
use crate::diag::{Problem, Side};
use crate::limits::RANK_SAMPLES;
use crate::outcome::CaseOutcome;
use crate::spec::Case;
use crate::stats::Samples;
use crate::trace::natural;
use std::cmp::Ordering;

/// One pair of traces of a case, judged.
#[derive(Debug, Clone)]
pub struct RankResult {
    pub mock: RankTrace,
    pub e2e: RankTrace,
    pub state: RankState,
}

/// A trace and the rank that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankTrace {
    /// As it was given, or found in what was given.
    pub path: String,
    pub id: RankId,
}

#[derive(Debug, Clone)]
pub enum RankState {
    Judged(Box<RankJudged>),
    /// What is wrong with each trace that cannot be read.
    Unreadable(Vec<(Side, Problem)>),
}

/// A rank that could be judged, also where nothing was found to compare.
#[derive(Debug, Clone)]
pub struct RankJudged {
    /// What a run over this rank alone says.
    pub outcome: CaseOutcome,
    /// In step with the case's known differences; none where nothing was compared.
    pub known: Vec<KnownUse>,
    /// What more a comparison says; nothing where nothing was compared.
    pub measured: Option<Measured>,
    pub problems: Vec<Problem>,
    /// What rules printed.
    pub printed: Vec<String>,
}

/// Per side (mock, E2E).
#[derive(Debug, Clone, PartialEq)]
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

    /// By number, then by name in natural order.
    pub fn order(&self, other: &Self) -> Ordering {
        self.e2e.order(&other.e2e).then_with(|| self.mock.order(&other.mock))
    }
}

impl RankTrace {
    fn order(&self, other: &Self) -> Ordering {
        let number = |trace: &Self| trace.id.number.filter(|_| trace.id.is_number_of_rank()).unwrap_or(u64::MAX);
        number(self).cmp(&number(other)).then_with(|| natural(&self.path, &other.path))
    }
}
