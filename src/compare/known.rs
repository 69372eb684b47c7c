//! Which differing positions a declared known difference covers.

use super::positions::Position;
use crate::diag::Side;
use crate::kernel::Identity;
use crate::select::Selected;
use crate::spec::KnownDifference;

/// Per position, the index of the first of `known` that covers it; only where the sides differ.
pub(super) fn covered(
    selected: &Selected,
    positions: &[Position],
    known: &[(usize, &KnownDifference)],
) -> Vec<Option<usize>> {
    positions
        .iter()
        .map(|position| {
            if position.same() {
                return None;
            }
            known.iter().find(|(_, k)| covers(selected, position, k)).map(|(index, _)| *index)
        })
        .collect()
}

fn covers(selected: &Selected, position: &Position, known: &KnownDifference) -> bool {
    if known.kernels.is_empty() || !known.checks.is_empty() {
        return false;
    }
    Side::BOTH.into_iter().any(|side| {
        let asked = known.side.as_ref().is_none_or(|s| s.value == side);
        let identity = position.on(side).map(|i| selected.lexicon.identity(selected.side(side).sequence[i]));
        asked && identity.is_some_and(|name| matches(known, name))
    })
}

fn matches(known: &KnownDifference, name: &Identity) -> bool {
    known.kernels.iter().any(|p| p.matches(&name.function) || p.matches(&name.exact))
}
