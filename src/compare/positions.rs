//! The two sequences aligned by minimum edit with graded cost.

use crate::diag::Side;
use crate::kernel::Level;
use crate::select::{Selected, Symbol};
use crate::sequence::{self, Step};
use crate::spec::Order;
use serde::{Deserialize, Serialize};

/// One place of the alignment: an index into each side's sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub mock: Option<usize>,
    pub e2e: Option<usize>,
    /// How nearly the two are the same kernel; `None` for unrelated ones and where one side is absent.
    pub level: Option<Level>,
    /// The kernel stands on both sides, but elsewhere in the order.
    pub moved: bool,
}

/// How a place differs, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    Same,
    /// The same function with other template arguments or another tile.
    Variant,
    /// Another kernel in its place.
    Substituted,
    /// Only in the E2E.
    Missing,
    /// Only in the mock.
    Extra,
    Moved,
}

impl Position {
    pub fn on(&self, side: Side) -> Option<usize> {
        match side {
            Side::Mock => self.mock,
            Side::E2e => self.e2e,
        }
    }

    /// Both sides, the same kernel by normalised name.
    pub fn same(&self) -> bool {
        self.mock.is_some() && self.e2e.is_some() && self.level >= Some(Level::Normalised)
    }

    pub fn difference(&self) -> Difference {
        match (self.mock, self.e2e) {
            _ if self.moved => Difference::Moved,
            (Some(_), Some(_)) if self.same() => Difference::Same,
            (Some(_), Some(_)) if self.level == Some(Level::Base) => Difference::Variant,
            (Some(_), Some(_)) => Difference::Substituted,
            (Some(_), None) => Difference::Extra,
            _ => Difference::Missing,
        }
    }
}

pub(super) fn align(selected: &Selected, order: Order) -> Vec<Position> {
    let (mock, e2e) = (&selected.mock.sequence, &selected.e2e.sequence);
    let mut positions = match order {
        Order::Strict => in_order(selected, mock, e2e),
        Order::Set => as_sets(selected, mock, e2e),
    };
    if order == Order::Strict {
        mark_moved(&mut positions, mock, e2e);
    }
    positions
}

fn in_order(selected: &Selected, mock: &[Symbol], e2e: &[Symbol]) -> Vec<Position> {
    let lexicon = &selected.lexicon;
    sequence::align(mock.len(), e2e.len(), |i, j| lexicon.substitution(mock[i], e2e[j]))
        .into_iter()
        .flat_map(|step| match step {
            Step::Pair(i, j) => pair(selected, mock, e2e, i, j),
            Step::Left(i) => vec![one(Some(i), None)],
            Step::Right(j) => vec![one(None, Some(j))],
        })
        .collect()
}

/// Unrelated kernels at one place are one that is extra and one that is missing, not a substitution.
fn pair(selected: &Selected, mock: &[Symbol], e2e: &[Symbol], i: usize, j: usize) -> Vec<Position> {
    match selected.lexicon.level(mock[i], e2e[j]) {
        Some(level) => vec![Position { mock: Some(i), e2e: Some(j), level: Some(level), moved: false }],
        None => vec![one(Some(i), None), one(None, Some(j))],
    }
}

fn one(mock: Option<usize>, e2e: Option<usize>) -> Position {
    Position { mock, e2e, level: None, moved: false }
}

/// Pairs equal kernels wherever they stand, then near ones; the order is the E2E's.
fn as_sets(selected: &Selected, mock: &[Symbol], e2e: &[Symbol]) -> Vec<Position> {
    let mut partner: Vec<Option<usize>> = vec![None; e2e.len()];
    let mut free: Vec<bool> = vec![true; mock.len()];
    for least in [Level::Normalised, Level::Base, Level::Family] {
        for (j, partner) in partner.iter_mut().enumerate().filter(|(_, p)| p.is_none()) {
            let found = (0..mock.len()).find(|&i| free[i] && selected.lexicon.level(mock[i], e2e[j]) >= Some(least));
            if let Some(i) = found {
                free[i] = false;
                *partner = Some(i);
            }
        }
    }
    let pairs = partner.into_iter().enumerate().map(|(j, i)| Position {
        mock: i,
        e2e: Some(j),
        level: i.and_then(|i| selected.lexicon.level(mock[i], e2e[j])),
        moved: false,
    });
    let extra = (0..mock.len()).filter(|&i| free[i]).map(|i| one(Some(i), None));
    pairs.chain(extra).collect()
}

/// A kernel that is extra at one place and missing at another has moved: one finding, not two.
fn mark_moved(positions: &mut [Position], mock: &[Symbol], e2e: &[Symbol]) {
    for at in 0..positions.len() {
        let (Some(i), None, false) = (positions[at].mock, positions[at].e2e, positions[at].moved) else { continue };
        let other =
            positions.iter().position(|p| !p.moved && p.mock.is_none() && p.e2e.is_some_and(|j| e2e[j] == mock[i]));
        if let Some(other) = other {
            positions[at].moved = true;
            positions[other].moved = true;
        }
    }
}
