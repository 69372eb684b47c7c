//! Which correlation ids kept operations have, and the launches met for them.

use rustc_hash::FxHashMap;

/// What is known of a correlation id.
pub(super) enum Wanted {
    No,
    /// An operation has it; its call was not met yet.
    Yet,
    Has(u32),
}

/// The correlation ids that kept operations of one process have, and the calls met for them. Ids are
/// handed out consecutively by the driver, so a plain table is nearly always smaller than a hash map.
#[derive(Debug)]
pub(super) enum CorrelationIndex {
    Dense { low: i64, slots: Vec<u32> },
    Sparse(FxHashMap<i64, u32>),
}

const UNWANTED: u32 = u32::MAX;
const WANTED: u32 = u32::MAX - 1;

impl CorrelationIndex {
    /// `bounds`: least and greatest id, and how many operations.
    pub(super) fn with_bounds(bounds: Option<(i64, i64, usize)>) -> Self {
        match bounds {
            // At up to 64 ids an operation the table (4 bytes an id) stays in the range of a hash map.
            Some((low, high, count)) => match usize::try_from(high.wrapping_sub(low)) {
                Ok(span) if span / 64 <= count => Self::Dense { low, slots: vec![UNWANTED; span + 1] },
                _ => Self::Sparse(FxHashMap::default()),
            },
            None => Self::Sparse(FxHashMap::default()),
        }
    }

    fn slot(low: i64, id: i64) -> Option<usize> {
        usize::try_from(id.checked_sub(low)?).ok()
    }

    pub(super) fn want(&mut self, id: i64) {
        self.set(id, WANTED);
    }

    pub(super) fn set(&mut self, id: i64, value: u32) {
        match self {
            Self::Dense { low, slots } => {
                if let Some(slot) = Self::slot(*low, id).and_then(|i| slots.get_mut(i)) {
                    *slot = value;
                }
            }
            Self::Sparse(map) => {
                map.insert(id, value);
            }
        }
    }

    pub(super) fn get(&self, id: i64) -> Wanted {
        let value = match self {
            Self::Dense { low, slots } => Self::slot(*low, id).and_then(|i| slots.get(i)).copied(),
            Self::Sparse(map) => map.get(&id).copied(),
        };
        match value {
            None | Some(UNWANTED) => Wanted::No,
            Some(WANTED) => Wanted::Yet,
            Some(launch) => Wanted::Has(launch),
        }
    }
}
