//! Which correlation ids kept operations have, and the launches met for them.

use rustc_hash::FxHashMap;

/// What is known of a correlation id.
pub(super) enum Wanted {
    No,
    /// An operation has it; its call was not met yet.
    Yet,
    Has(u32),
}

/// The correlation ids that kept operations of one process have, and the calls met for them. Ids are handed out
/// consecutively by the driver, several a launch: a bit for each, and a slot for each that is wanted, is nearly always
/// smaller than a hash map.
#[derive(Debug)]
pub(super) enum CorrelationIndex {
    Dense(Dense),
    Sparse(FxHashMap<i64, u32>),
}

const WANTED: u32 = u32::MAX;

impl CorrelationIndex {
    /// `bounds`: least and greatest id, and how many operations.
    pub(super) fn with_bounds(bounds: Option<(i64, i64, usize)>) -> Self {
        match bounds {
            // At up to 64 ids an operation the bits (a fifth of a byte an id) stay below what a hash map takes.
            Some((low, high, count)) => match usize::try_from(high.wrapping_sub(low)) {
                Ok(span) if span / 64 <= count => Self::Dense(Dense::new(low, span)),
                _ => Self::Sparse(FxHashMap::default()),
            },
            None => Self::Sparse(FxHashMap::default()),
        }
    }

    /// Before [`seal`](Self::seal).
    pub(super) fn want(&mut self, id: i64) {
        match self {
            Self::Dense(dense) => dense.want(id),
            Self::Sparse(map) => {
                map.insert(id, WANTED);
            }
        }
    }

    /// All ids are known: calls may come.
    pub(super) fn seal(&mut self) {
        if let Self::Dense(dense) = self {
            dense.seal();
        }
    }

    /// The call of a wanted id.
    pub(super) fn set(&mut self, id: i64, launch: u32) {
        let slot = match self {
            Self::Dense(dense) => dense.slot(id).and_then(|slot| dense.slots.get_mut(slot)),
            Self::Sparse(map) => map.get_mut(&id),
        };
        if let Some(slot) = slot {
            *slot = launch;
        }
    }

    pub(super) fn get(&self, id: i64) -> Wanted {
        let value = match self {
            Self::Dense(dense) => dense.slot(id).and_then(|slot| dense.slots.get(slot)).copied(),
            Self::Sparse(map) => map.get(&id).copied(),
        };
        match value {
            None => Wanted::No,
            Some(WANTED) => Wanted::Yet,
            Some(launch) => Wanted::Has(launch),
        }
    }
}

/// A bit for each id from `low` on. A wanted one's slot is the number of wanted ones before it.
#[derive(Debug)]
pub(super) struct Dense {
    low: i64,
    bits: Vec<u64>,
    /// Per word of bits: how many are set in all words before.
    before: Vec<u32>,
    slots: Vec<u32>,
}

impl Dense {
    fn new(low: i64, span: usize) -> Self {
        Self { low, bits: vec![0; span / 64 + 1], before: Vec::new(), slots: Vec::new() }
    }

    /// The word and the bit of an id.
    fn place(&self, id: i64) -> Option<(usize, u64)> {
        let at = usize::try_from(id.checked_sub(self.low)?).ok()?;
        Some((at / 64, 1 << (at % 64)))
    }

    fn want(&mut self, id: i64) {
        if let Some((word, bit)) = self.place(id)
            && let Some(word) = self.bits.get_mut(word)
        {
            *word |= bit;
        }
    }

    fn seal(&mut self) {
        let mut sum = 0;
        for word in &self.bits {
            self.before.push(sum);
            sum += word.count_ones();
        }
        self.slots = vec![WANTED; sum as usize];
    }

    fn slot(&self, id: i64) -> Option<usize> {
        let (word, bit) = self.place(id)?;
        let bits = self.bits.get(word)?;
        let before = || Some((self.before.get(word)? + (bits & (bit - 1)).count_ones()) as usize);
        if bits & bit == 0 { None } else { before() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Dense or sparse, an index says what a map of the wanted ids says.
        #[test]
        fn an_index_is_a_map_of_the_wanted_ids(
            wanted in prop::collection::vec(prop_oneof![-5i64..300, Just(i64::MAX), Just(i64::MIN)], 0..40),
            calls in prop::collection::vec(-10i64..310, 0..60),
            far: bool,
        ) {
            let wanted: Vec<i64> = wanted.into_iter().filter(|id| far || (-5..300).contains(id)).collect();
            let bounds = wanted.iter().min().zip(wanted.iter().max()).map(|(&low, &high)| (low, high, wanted.len()));
            let mut index = CorrelationIndex::with_bounds(bounds);
            let mut map: BTreeMap<i64, Option<u32>> = BTreeMap::new();
            for &id in &wanted {
                index.want(id);
                map.insert(id, None);
            }
            index.seal();
            for (launch, &id) in (0u32..).zip(&calls) {
                index.set(id, launch);
                map.entry(id).and_modify(|call| *call = Some(launch));
            }
            for &id in wanted.iter().chain(&calls).chain(&[i64::MIN, i64::MAX, 0]) {
                let found = match index.get(id) {
                    Wanted::No => None,
                    Wanted::Yet => Some(None),
                    Wanted::Has(launch) => Some(Some(launch)),
                };
                prop_assert_eq!(found, map.get(&id).copied());
            }
        }
    }
}
