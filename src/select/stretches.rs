//! Operations of a trace in time order, as stretches of neighbours: what a side's ranges hold are a few long ones.

use rayon::prelude::*;
use std::ops::Range;

/// Operations that one thread looks through at a time.
const PIECE: u32 = 1 << 16;

/// Which operations, as indices into the trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stretches {
    /// In order, none empty, none touching the next.
    held: Vec<Range<u32>>,
    len: usize,
}

impl Stretches {
    /// The first so many operations of a trace.
    pub fn all(ops: u32) -> Self {
        let mut all = Self::default();
        all.add(0..ops);
        all
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// In time order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.held.iter().cloned().flatten()
    }

    /// One more than the last operation; 0 where there is none.
    pub fn end(&self) -> u32 {
        self.held.last().map_or(0, |last| last.end)
    }

    /// The first so many of them.
    pub fn first(&self, count: usize) -> Self {
        let mut first = Self::default();
        for stretch in &self.held {
            if first.len == count {
                break;
            }
            let room = u32::try_from(count - first.len).unwrap_or(u32::MAX);
            first.add(stretch.start..stretch.end.min(stretch.start.saturating_add(room)));
        }
        first
    }

    /// All of them in pieces, in time order.
    pub fn pieces(&self) -> impl IndexedParallelIterator<Item = Piece<'_>> {
        (0..self.end()).into_par_iter().step_by(PIECE as usize).map(|from| self.piece(from))
    }

    /// Those of the operations from this one on that are a piece.
    fn piece(&self, from: u32) -> Piece<'_> {
        let bounds = from..from.saturating_add(PIECE);
        let first = self.held.partition_point(|stretch| stretch.end <= bounds.start);
        let last = self.held.partition_point(|stretch| stretch.start < bounds.end);
        Piece { held: &self.held[first..last], bounds }
    }

    /// Those for which this holds; asked on all cores.
    pub fn those(&self, holds: impl Fn(u32) -> bool + Sync) -> Self {
        let held: Vec<Self> = self.pieces().map(|piece| piece.iter().filter(|&op| holds(op)).collect()).collect();
        let mut those = Self::default();
        held.into_iter().flat_map(|part| part.held).for_each(|stretch| those.add(stretch));
        those
    }

    /// Adds operations that come after all others.
    fn add(&mut self, more: Range<u32>) {
        self.len += more.len();
        match self.held.last_mut() {
            _ if more.is_empty() => {}
            Some(last) if last.end == more.start => last.end = more.end,
            _ => self.held.push(more),
        }
    }
}

/// From operations in time order, each once.
impl FromIterator<u32> for Stretches {
    fn from_iter<I: IntoIterator<Item = u32>>(ops: I) -> Self {
        let mut stretches = Self::default();
        ops.into_iter().for_each(|op| stretches.add(op..op + 1));
        stretches
    }
}

/// Operations that lie near each other.
#[derive(Debug, Clone)]
pub struct Piece<'s> {
    held: &'s [Range<u32>],
    bounds: Range<u32>,
}

impl Piece<'_> {
    /// In time order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let Range { start, end } = self.bounds;
        self.held.iter().flat_map(move |stretch| stretch.start.max(start)..stretch.end.min(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted() -> impl Strategy<Value = Vec<u32>> {
        proptest::collection::btree_set(0u32..3 * PIECE, 0..300).prop_map(|ops| ops.into_iter().collect())
    }

    proptest! {
        #[test]
        fn stretches_hold_what_they_were_made_of(ops in sorted(), count in 0usize..400, from in 0u32..3 * PIECE) {
            let stretches: Stretches = ops.iter().copied().chain(4 * PIECE..5 * PIECE + 7).collect();
            let ops: Vec<u32> = ops.into_iter().chain(4 * PIECE..5 * PIECE + 7).collect();
            prop_assert_eq!(stretches.len(), ops.len());
            prop_assert_eq!(stretches.end(), 5 * PIECE + 7);
            prop_assert_eq!(stretches.iter().collect::<Vec<_>>(), ops.clone());
            let pieces: Vec<Vec<u32>> = stretches.pieces().map(|piece| piece.iter().collect()).collect();
            prop_assert_eq!(pieces.concat(), ops.clone());
            let first: Vec<u32> = ops.iter().copied().take(count).collect();
            prop_assert_eq!(stretches.first(count), first.into_iter().collect());
            let late: Stretches = ops.iter().copied().filter(|&op| op >= from && op % 3 > 0).collect();
            prop_assert_eq!(stretches.those(|op| op >= from && op % 3 > 0), late);
        }
    }

    #[test]
    fn nothing_is_no_stretch() {
        let nothing = Stretches::all(0);
        assert!(nothing.is_empty() && nothing.end() == 0 && nothing.iter().next().is_none());
        assert_eq!(Stretches::all(5), (0..5).collect());
        assert_eq!(Stretches::all(5).first(9), Stretches::all(5));
    }
}
