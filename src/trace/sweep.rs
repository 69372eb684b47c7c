//! One sweep over a thread's ranges and moments: which ranges are open at each moment.
//!
//! Push/pop ranges nest, so that a stack suffices; start/end ranges may cross, so that closing one may
//! take a link out of the middle of the chain. Chains share their tails: memory grows with the number
//! of ranges and of such links, not with ranges times moments. Sorting dominates: O((r + q) log (r + q)) for r ranges
//! and q moments.

use super::ranges::{ContextId, Ranges};
use crate::limits::RELINKED_CHAINS;

/// A moment on a thread, and where its answer goes; in the order of the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) thread: u32,
    pub(super) at: i64,
    pub(super) slot: u32,
}

/// A range that is open, and the soonest end of it and of all below it.
#[derive(Debug, Clone, Copy)]
struct Open {
    end: i64,
    soonest: i64,
    range: u32,
    context: ContextId,
}

/// Answers every moment. Ranges must be ordered by thread, start, longest first, and moments among themselves.
///
/// Returns whether all crossings were followed: after [`RELINKED_CHAINS`] links a range that ends before one opened
/// later is taken to run as long as that one.
pub(super) fn sweep(
    ranges: &mut Ranges,
    moments: impl Iterator<Item = Moment>,
    mut answer: impl FnMut(u32, ContextId),
) -> bool {
    let mut stack = Stack { open: Vec::new(), links_left: RELINKED_CHAINS };
    let mut next = 0;
    let mut thread = None;
    for moment in moments {
        if thread != Some(moment.thread) {
            stack.open.clear();
            thread = Some(moment.thread);
            next += ranges.thread[next..].partition_point(|&t| t < moment.thread);
        }
        while next < ranges.len() && ranges.thread[next] == moment.thread && ranges.start[next] <= moment.at {
            stack.close(ranges, ranges.start[next]);
            stack.push(ranges, next as u32);
            next += 1;
        }
        stack.close(ranges, moment.at);
        answer(moment.slot, stack.innermost());
    }
    stack.links_left > 0
}

/// The ranges open now, outermost first.
struct Stack {
    open: Vec<Open>,
    links_left: usize,
}

impl Stack {
    fn innermost(&self) -> ContextId {
        self.open.last().map_or(ContextId::NONE, |open| open.context)
    }

    fn push(&mut self, ranges: &mut Ranges, range: u32) {
        let context = ranges.chains.push(range, self.innermost());
        let end = ranges.end[range as usize];
        let soonest = self.open.last().map_or(end, |below| below.soonest.min(end));
        self.open.push(Open { end, soonest, range, context });
    }

    /// Drops every range that ended before `now`; what stood above one that left the middle is linked anew.
    fn close(&mut self, ranges: &mut Ranges, now: i64) {
        while self.open.last().is_some_and(|open| open.end < now) {
            self.open.pop();
        }
        // The soonest end falls from bottom to top: a search finds the first that ended, however deep the stack.
        let first = self.open.partition_point(|open| open.soonest >= now);
        let above = self.open.len() - first;
        if above == 0 || self.links_left == 0 {
            return;
        }
        self.links_left = self.links_left.saturating_sub(above);
        let above: Vec<u32> = self.open.drain(first..).filter(|open| open.end >= now).map(|open| open.range).collect();
        for range in above {
            self.push(ranges, range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ranges::RangeKind;
    use super::*;
    use proptest::prelude::*;

    fn ranges(list: &[(u32, i64, i64)]) -> Ranges {
        let mut list = list.to_vec();
        list.sort_by_key(|&(t, s, e)| (t, s, std::cmp::Reverse(e)));
        let mut ranges = Ranges::default();
        for (i, (thread, start, end)) in list.into_iter().enumerate() {
            ranges.start.push(start);
            ranges.end.push(end);
            ranges.thread.push(thread);
            ranges.name.push(i as u32);
            ranges.kind.push(RangeKind::StartEnd as u8);
            ranges.domain.push(0);
        }
        ranges
    }

    proptest! {
        /// The sweep says what asking every range says, crossing ranges included.
        #[test]
        fn the_sweep_agrees_with_asking_every_range(
            list in prop::collection::vec((0u32..3, 0i64..40, 0i64..40), 0..30),
            asked in prop::collection::vec((0u32..3, 0i64..60), 0..40),
        ) {
            let list: Vec<_> = list.into_iter().map(|(t, s, d)| (t, s, s + d)).collect();
            let mut ranges = ranges(&list);
            let mut moments: Vec<Moment> =
                asked.iter().enumerate().map(|(i, &(thread, at))| Moment { thread, at, slot: i as u32 }).collect();
            let mut answers = vec![ContextId::NONE; asked.len()];
            moments.sort_unstable();
            prop_assert!(sweep(&mut ranges, moments.into_iter(), |slot, context| answers[slot as usize] = context));
            for (i, &(thread, at)) in asked.iter().enumerate() {
                let innermost_first: Vec<u32> = (0..ranges.len() as u32)
                    .rev()
                    .filter(|&r| ranges.thread(r).0 == thread && ranges.start(r) <= at && at <= ranges.end(r))
                    .collect();
                prop_assert_eq!(ranges.innermost_first(answers[i]).collect::<Vec<_>>(), innermost_first);
            }
        }
    }
}
