//! Kernels that one side launches where the other launches another one of a family, of which a library picks by shape.

use super::{alone, is_by_shape};
use crate::compare::{Comparison, Position};
use crate::diag::Side;
use std::collections::{BTreeMap, BTreeSet};

/// Per side (mock, E2E): their indices. They are not paired, since their family does not tell what they are for; but they
/// stand at one place of the order.
#[derive(Default)]
pub(super) struct Swapped([BTreeSet<usize>; 2]);

impl Swapped {
    pub(super) fn of(comparison: &Comparison) -> Self {
        let picked = Side::BOTH.map(|side| picked(comparison, side));
        let mut all = Self::default();
        for gap in comparison.positions.split(|p| p.mock.is_some() && p.e2e.is_some()) {
            let [mock, mut e2e] = [0, 1].map(|at| by_family(comparison, Side::BOTH[at], &picked[at], gap));
            for (family, mock) in mock {
                let pairs = mock.into_iter().zip(e2e.remove(family).unwrap_or_default());
                pairs.for_each(|(m, e)| {
                    all.0[0].insert(m);
                    all.0[1].insert(e);
                });
            }
        }
        all
    }

    pub(super) fn on(&self, side: Side) -> &BTreeSet<usize> {
        &self.0[usize::from(side == Side::E2e)]
    }

    /// On either side.
    pub(super) fn len(&self) -> usize {
        self.0[0].len()
    }
}

/// Indices of kernels that stand on this side only and that a library picks by shape; what comes with another one's variant
/// is accounted for as that.
fn picked(comparison: &Comparison, side: Side) -> BTreeSet<usize> {
    let companion = |i: usize| comparison.selected.lexicon.is_companion(comparison.symbol_at(side, i));
    alone(comparison, side).into_iter().filter(|&i| is_by_shape(comparison, side, i) && !companion(i)).collect()
}

/// Those of a gap between two pairs, by family.
fn by_family<'c>(
    comparison: &'c Comparison,
    side: Side,
    picked: &BTreeSet<usize>,
    gap: &[Position],
) -> BTreeMap<&'c str, Vec<usize>> {
    let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for index in gap.iter().filter_map(|p| p.on(side)).filter(|i| picked.contains(i)) {
        let family = comparison.family_name(comparison.symbol_at(side, index)).unwrap_or_default();
        families.entry(family).or_default().push(index);
    }
    families
}
