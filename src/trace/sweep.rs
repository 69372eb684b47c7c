//! One sweep over a thread's ranges and moments: which ranges are open at each moment.
//!
//! Push/pop ranges nest, so that a stack suffices; start/end ranges may cross, so that closing one may
//! take a link out of the middle of the chain. Chains share their tails: memory grows with the number
//! of ranges, not with ranges times moments. Sorting dominates: O((r + q) log (r + q)) for r ranges and
//! q moments.

use super::ranges::{ContextId, Ranges};

/// A moment on a thread, and where its answer goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) thread: u32,
    pub(super) at: i64,
    pub(super) slot: u32,
}

/// Answers every moment; `moments` is reordered. Ranges must be ordered by thread, start, longest first.
pub(super) fn sweep(ranges: &mut Ranges, moments: &mut [Moment], mut answer: impl FnMut(u32, ContextId)) {
    moments.sort_unstable_by_key(|m| (m.thread, m.at, m.slot));
    let mut open: Vec<(i64, u32, ContextId)> = Vec::new();
    let mut next = 0;
    let mut thread = None;
    for moment in moments.iter() {
        if thread != Some(moment.thread) {
            open.clear();
            thread = Some(moment.thread);
            next += ranges.thread[next..].partition_point(|&t| t < moment.thread);
        }
        while next < ranges.len() && ranges.thread[next] == moment.thread && ranges.start[next] <= moment.at {
            close(ranges, &mut open, ranges.start[next]);
            push(ranges, &mut open, next as u32);
            next += 1;
        }
        close(ranges, &mut open, moment.at);
        answer(moment.slot, open.last().map_or(ContextId::NONE, |&(_, _, context)| context));
    }
}

fn push(ranges: &mut Ranges, open: &mut Vec<(i64, u32, ContextId)>, range: u32) {
    let parent = open.last().map_or(ContextId::NONE, |&(_, _, context)| context);
    let context = ContextId(ranges.contexts.len() as u32);
    ranges.contexts.push((range, parent));
    open.push((ranges.end[range as usize], range, context));
}

/// Drops every range that ended before `now`; what stood above one that left the middle is linked anew.
fn close(ranges: &mut Ranges, open: &mut Vec<(i64, u32, ContextId)>, now: i64) {
    while open.last().is_some_and(|&(end, _, _)| end < now) {
        open.pop();
    }
    let Some(first) = open.iter().position(|&(end, _, _)| end < now) else { return };
    let above: Vec<u32> = open.drain(first..).filter(|&(end, _, _)| end >= now).map(|(_, range, _)| range).collect();
    for range in above {
        push(ranges, open, range);
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
            ranges.kind.push(RangeKind::StartEnd);
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
            sweep(&mut ranges, &mut moments, |slot, context| answers[slot as usize] = context);
            for (i, &(thread, at)) in asked.iter().enumerate() {
                let expected: Vec<u32> = (0..ranges.len() as u32)
                    .filter(|&r| ranges.thread(r).0 == thread && ranges.start(r) <= at && at <= ranges.end(r))
                    .collect();
                prop_assert_eq!(ranges.outermost_first(answers[i]), expected);
            }
        }
    }
}
