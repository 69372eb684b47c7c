//! Which differing positions a declared known difference covers.

use super::positions::{Difference, Position};
use crate::diag::Side;
use crate::kernel::Identity;
use crate::select::Selected;
use crate::spec::KnownDifference;

/// What known differences cover.
#[derive(Debug, Default)]
pub(super) struct Covered {
    /// Per position, the index of the first entry that covers it; only where the sides differ.
    pub(super) positions: Vec<Option<usize>>,
    /// Entries that would cover more positions than they may, with how many; they cover none.
    pub(super) exceeded: Vec<(usize, usize)>,
}

/// What `known`, each beside its index in the case, cover. What one that is exceeded leaves may be another's.
pub(super) fn covered(selected: &Selected, positions: &[Position], known: &[(usize, &KnownDifference)]) -> Covered {
    let mut known = known.to_vec();
    let mut exceeded = Vec::new();
    loop {
        let covered = first(selected, positions, &known);
        let beyond = known.iter().find_map(|(index, known)| {
            let covers = covered.iter().filter(|c| **c == Some(*index)).count();
            known.at_most.as_ref().filter(|most| covers > most.value as usize).map(|_| (*index, covers))
        });
        let Some((index, covers)) = beyond else { return Covered { positions: covered, exceeded } };
        exceeded.push((index, covers));
        known.retain(|(other, _)| *other != index);
    }
}

fn first(selected: &Selected, positions: &[Position], known: &[(usize, &KnownDifference)]) -> Vec<Option<usize>> {
    positions
        .iter()
        .map(|position| {
            if position.same() {
                return None;
            }
            let reported = reported_by(selected, position);
            known.iter().find(|(_, k)| covers(selected, position, k, reported)).map(|(index, _)| *index)
        })
        .collect()
}

/// The checks that report a position of this kind. An entry that names one of them, and kernels, is about the kernels
/// where they differ in this way; one that names kernels alone, wherever they differ.
pub(super) fn reported_by(selected: &Selected, position: &Position) -> &'static [&'static str] {
    let memory = Side::BOTH.into_iter().any(|side| {
        let identity = position.on(side).map(|i| selected.lexicon.identity(selected.side(side).sequence[i]));
        identity.is_some_and(|name| name.exact.starts_with("[CUDA mem"))
    });
    match position.difference() {
        Difference::Same => &[],
        Difference::Extra | Difference::Missing if memory => &["memory-operation"],
        Difference::Extra => &["extra-kernel"],
        Difference::Missing => &["kernel-count", "missing-critical-kernel"],
        Difference::Variant | Difference::Substituted => &["kernel-name"],
        Difference::Moved => &["kernel-order"],
    }
}

fn covers(selected: &Selected, position: &Position, known: &KnownDifference, reported: &[&str]) -> bool {
    let meant = known.checks.is_empty() || known.checks.iter().any(|check| reported.contains(&check.as_str()));
    if known.kernels.is_empty() || !meant {
        return false;
    }
    let on = |side: Side| {
        let identity = position.on(side).map(|i| selected.lexicon.identity(selected.side(side).sequence[i]));
        identity.map(|name| matches(known, name))
    };
    let asked = |side: &Side| known.side.as_ref().is_none_or(|s| s.value == *side);
    let mut sides = Side::BOTH.into_iter().filter(asked).filter_map(on);
    match position.difference() {
        // Another kernel in a third one's place is another difference.
        Difference::Variant | Difference::Substituted => sides.all(|named| named),
        _ => sides.any(|named| named),
    }
}

fn matches(known: &KnownDifference, name: &Identity) -> bool {
    known.kernels.iter().any(|p| p.names(name))
}
