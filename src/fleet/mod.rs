//! One case over many traces, one a rank: what each rank's trace says, and the one result that all of them make.
//!
//! A rank is judged on its own and its trace dropped; what is kept of it ([`RankResult`]) does not grow with the trace's
//! length. The result of a case is a function of the set of these alone, so that it is the same for any order of files,
//! any number of threads, and any way in which ranks were judged apart and put together.

mod across;
mod collectives;
mod findings;
mod identity;
mod judge_collectives;
mod known;
mod merged;
mod numbering;
mod numbers;
mod partial;
mod result;
#[cfg(test)]
mod schema;
mod stored;

pub use across::{Across, weight};
pub use collectives::{Collective, Collectives};
pub use identity::{Found, RankId};
pub use known::{Beyond, KnownUse, Scope, Unsaid};
pub use partial::{FORMAT, Partial, PartialCase, PartialSpec, SCHEMA, Settings};
pub use result::{Measured, RankJudged, RankResult, RankState, RankTrace, Unread};
pub use stored::{StoredLabel, StoredProblem, StoredSource};

use crate::diag::{Problem, Side};
use crate::outcome::CaseOutcome;
use crate::spec::Case;
use merged::Ranks;
use numbering::Numbering;
use serde::{Deserialize, Serialize};

/// The results of a case's ranks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Fold {
    results: Vec<RankResult>,
}

/// A case of several ranks.
#[derive(Debug)]
pub struct Folded {
    pub outcome: CaseOutcome,
    /// In step with the case's known differences; none where nothing was compared.
    pub known: Vec<KnownUse>,
    /// Of ranks that cannot be read, and of rules.
    pub problems: Vec<Problem>,
    pub printed: Vec<String>,
    /// What is said across ranks, for the spec's severities and known differences to be applied.
    pub across: Vec<Across>,
}

/// What a case comes to.
#[derive(Debug)]
pub enum Concluded {
    /// One trace on each side.
    Plain(RankResult),
    Ranked(Box<Folded>),
    /// No rank could be read.
    Unreadable(Vec<Problem>),
}

impl Fold {
    /// Adds a rank. Of all that are there, one alone keeps what cannot be summed up: its timeline and distributions. A
    /// result that is there already is counted.
    pub fn add(&mut self, mut result: RankResult) {
        let before = self.shown();
        let place = self.results.partition_point(|known| known.order(&result).is_lt());
        let mut moved = before;
        match self.results.get_mut(place).filter(|known| known.order(&result).is_eq()) {
            Some(known) => {
                result.times = result.times.saturating_add(known.times);
                if known.keeps_shown() {
                    known.times = result.times;
                } else {
                    *known = result;
                }
            }
            None => {
                self.results.insert(place, result);
                moved = before.map(|at| at + usize::from(at >= place));
            }
        }
        let shown = self.shown();
        for at in moved.into_iter().chain([place]).filter(|at| Some(*at) != shown) {
            self.results[at].drop_shown();
        }
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: Self) {
        other.results.into_iter().for_each(|result| self.add(result));
    }

    pub fn results(&self) -> &[RankResult] {
        &self.results
    }

    /// The first rank that was compared, else the first that could be judged.
    fn shown(&self) -> Option<usize> {
        let judged = |at: &usize| self.results[*at].judged();
        let compared = |at: &usize| judged(at).is_some_and(|judged| judged.measured.is_some());
        let mut all = 0..self.results.len();
        all.clone().find(compared).or_else(|| all.find(|at| judged(at).is_some()))
    }

    /// The case's result. `complete`: there are no other ranks than these.
    pub fn conclude(mut self, case: &Case, complete: bool) -> Concluded {
        let side = self.side(case);
        let spec = if side == Side::Mock { &case.mock } else { &case.e2e };
        let expected = spec.ranks.as_ref().filter(|expected| expected.value > 1 || self.results.len() > 1);
        let once = self.results.first().is_some_and(|result| result.times == 1);
        if self.results.len() == 1 && once && (expected.is_none() || !complete) {
            return match self.results.pop() {
                Some(result) => Concluded::Plain(result),
                None => Concluded::Unreadable(Vec::new()),
            };
        }
        let numbering = Numbering::of(&self.results, side);
        let mut problems = self.unreadable(side, &numbering);
        let judged: Vec<(usize, &RankJudged)> =
            self.results.iter().enumerate().filter_map(|(at, result)| Some((at, result.judged()?))).collect();
        let Some(shown) = self.shown().and_then(|at| Some((at, self.results[at].judged()?))) else {
            return Concluded::Unreadable(problems);
        };
        problems.extend(judged.iter().flat_map(|(_, judged)| &judged.problems).map(Problem::from));
        let printed = judged.iter().flat_map(|(_, judged)| judged.printed.iter().cloned()).collect();
        let known = known(&judged);
        let expected_count = expected.map(|expected| expected.value as usize);
        let ranks = Ranks { all: &self.results, side, numbering, judged, shown, expected: expected_count };
        let across = across::across(&ranks, expected.map(|expected| &expected.loc), complete);
        Concluded::Ranked(Box::new(Folded { outcome: ranks.merged(), known, problems, printed, across }))
    }

    /// The side of which each rank has a trace of its own; the E2E's where both are.
    fn side(&self, case: &Case) -> Side {
        let several =
            |side: Side| self.results.windows(2).any(|pair| pair[0].trace(side).path != pair[1].trace(side).path);
        let asked = |ranks: &Option<crate::diag::Spanned<u32>>| ranks.as_ref().is_some_and(|ranks| ranks.value > 1);
        if several(Side::E2e) || (!several(Side::Mock) && (asked(&case.e2e.ranks) || !asked(&case.mock.ranks))) {
            Side::E2e
        } else {
            Side::Mock
        }
    }

    /// One problem for each rank that cannot be read; of a trace that all ranks share, one.
    fn unreadable(&self, side: Side, numbering: &Numbering) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        for (at, result) in self.results.iter().enumerate() {
            let RankState::Unreadable(found) = &result.state else { continue };
            for unread in found {
                let mut problem = Problem::from(&unread.problem);
                if unread.side == side {
                    problem.message = format!("{}: {}", numbering.name(at), problem.message);
                }
                problems.push(problem);
            }
        }
        crate::diag::unique(problems)
    }
}

/// What known differences did in all ranks together.
fn known(judged: &[(usize, &RankJudged)]) -> Vec<KnownUse> {
    let mut all: Vec<KnownUse> = Vec::new();
    for (_, judged) in judged.iter().filter(|(_, judged)| !judged.known.is_empty()) {
        if all.is_empty() {
            all.clone_from(&judged.known);
            continue;
        }
        all.iter_mut().zip(&judged.known).for_each(|(own, other)| own.and(other));
    }
    all
}
