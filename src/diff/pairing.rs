//! Which repeating sequence of one trace stands against which of the other.

use super::units::Unit;
use crate::kernel::FamilyId;
use crate::limits::DIFF_ALIKE;
use crate::select::{Lexicon, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::{Ordering, Reverse};

/// How much two units have in common.
struct Pair<'u> {
    x: &'u Unit,
    y: &'u Unit,
    at: (usize, usize),
    /// The same operations in the same order.
    identical: bool,
    /// See [`in_common`]: by family, and by kernel.
    alike: f64,
    same: f64,
}

impl Pair<'_> {
    /// Two that both are shown stand against each other before one is looked for among what takes little time.
    fn rank(&self) -> u8 {
        match (self.x.shown && self.y.shown, self.identical) {
            (true, true) => 0,
            (true, false) => 1,
            _ => 2,
        }
    }

    fn before(&self, other: &Self) -> Ordering {
        (self.rank(), Reverse(self.identical))
            .cmp(&(other.rank(), Reverse(other.identical)))
            .then_with(|| other.alike.total_cmp(&self.alike))
            .then_with(|| other.same.total_cmp(&self.same))
            .then_with(|| (other.x.share + other.y.share).total_cmp(&(self.x.share + self.y.share)))
            .then_with(|| self.at.cmp(&other.at))
    }
}

/// Which unit of A stands against which of B, the most alike first; of each pair one at least is shown. Each stands once,
/// but for one that runs in more places of the other trace than of its own: it is no difference that nothing is like it.
pub(super) fn pairs<'u>(left: &'u [Unit], right: &'u [Unit], lexicon: &Lexicon) -> Vec<(&'u Unit, &'u Unit)> {
    let mut scored = scored(left, right, lexicon);
    // Two that both have their like do not stand for each other.
    let (of_x, of_y): (FxHashSet<usize>, FxHashSet<usize>) =
        scored.iter().filter(|pair| pair.identical).map(|pair| pair.at).unzip();
    scored.retain(|pair| pair.identical || !of_x.contains(&pair.at.0) || !of_y.contains(&pair.at.1));
    scored.sort_by(Pair::before);
    let mut chosen: Vec<(&'u Unit, &'u Unit)> = Vec::new();
    let (mut with_x, mut with_y): (FxHashSet<usize>, FxHashSet<usize>) = Default::default();
    for again in [false, true] {
        for Pair { x, y, at, .. } in scored.iter().filter(|pair| pair.identical || !again) {
            let taken = (with_x.contains(&at.0), with_y.contains(&at.1));
            let stands = match again {
                false => taken == (false, false),
                true => (x.shown && !taken.0) || (y.shown && !taken.1),
            };
            if stands {
                with_x.insert(at.0);
                with_y.insert(at.1);
                chosen.push((*x, *y));
            }
        }
    }
    chosen
}

fn scored<'u>(left: &'u [Unit], right: &'u [Unit], lexicon: &Lexicon) -> Vec<Pair<'u>> {
    let by_family = |symbol: Symbol| match lexicon.family(symbol) {
        Some(family) if !lexicon.is_glue(symbol) => (Some(family), 0),
        _ => (None, symbol),
    };
    let mut scored: Vec<Pair<'u>> = Vec::new();
    for (at, x) in left.iter().enumerate() {
        for (against, y) in right.iter().enumerate().filter(|(_, y)| x.shown || y.shown) {
            let (short, long) = (x.symbols.len().min(y.symbols.len()), x.symbols.len().max(y.symbols.len()));
            // Even if all of the short one were in the long one.
            if share(short, short + long) < DIFF_ALIKE {
                continue;
            }
            let identical = x.symbols == y.symbols;
            let alike = if identical { 1.0 } else { in_common(x, y, by_family) };
            if alike >= DIFF_ALIKE {
                let same = if identical { 1.0 } else { in_common(x, y, |symbol| (None, symbol)) };
                scored.push(Pair { x, y, at: (at, against), identical, alike, same });
            }
        }
    }
    scored
}

fn share(shared: usize, both: usize) -> f64 {
    2.0 * shared as f64 / both as f64
}

/// The share of operations that both have, in any order; those with one key count as each other. By family, a kernel of
/// one that says what it is for counts as any other of it. In [0, 1].
fn in_common(x: &Unit, y: &Unit, key: impl Fn(Symbol) -> (Option<FamilyId>, Symbol)) -> f64 {
    let mut counts: FxHashMap<(Option<FamilyId>, Symbol), usize> = FxHashMap::default();
    x.symbols.iter().for_each(|&symbol| *counts.entry(key(symbol)).or_default() += 1);
    let mut shared = 0;
    for &symbol in &y.symbols {
        if let Some(count) = counts.get_mut(&key(symbol)).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    share(shared, x.symbols.len() + y.symbols.len())
}
