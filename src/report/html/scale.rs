//! Times to places on a drawing, the same for both sides.
//!
//! An eager launch leaves the GPU idle while the host prepares the next kernel, often for longer than all kernels take
//! together. Such pauses are shortened and said, so that kernels stay visible; everything else keeps one scale.

use crate::diag::Side;
use crate::outcome::{InstanceTimeline, Timeline};

/// The share of the width that the longer instance takes: so that its end is seen.
const WIDTH: f64 = 0.985;
/// A pause is drawn as at most this share of the time in which something runs.
const PAUSE: f64 = 0.08;
/// And all of a side's together as this share, if they are shortened.
const PAUSES: f64 = 0.35;
/// Up to this share nothing is shortened.
const WHOLE: f64 = 0.5;

/// Time in which nothing runs on a side, in ns from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Pause {
    pub(super) fn ns(self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}

#[derive(Debug)]
pub(super) struct Scale {
    /// The time that the whole width stands for, in ns.
    pub(super) full: f64,
    /// The longer side's length as drawn, in ns.
    pub(super) longest: f64,
    /// What a shortened pause is drawn as, in ns.
    shortened: f64,
    pauses: [Vec<Pause>; 2],
}

impl Scale {
    pub(super) fn of(timeline: &Timeline) -> Self {
        let sides = [&timeline.mock, &timeline.e2e];
        let busy = sides.map(|side| side.span_ns as f64 - pauses(side).iter().map(|p| p.ns() as f64).sum::<f64>());
        let busy = busy[0].max(busy[1]).max(1.0);
        let mut pauses = sides.map(pauses);
        let shortened = longest_drawn(&pauses, busy);
        for side in &mut pauses {
            side.retain(|pause| pause.ns() as f64 > shortened);
        }
        let mut scale = Self { full: 1.0, longest: 1.0, shortened, pauses };
        let ends = [(Side::Mock, sides[0].span_ns), (Side::E2e, sides[1].span_ns)];
        let drawn = ends.map(|(side, span)| scale.drawn(side, span));
        scale.longest = drawn[0].max(drawn[1]).max(1.0);
        scale.full = scale.longest / WIDTH;
        scale
    }

    pub(super) fn pauses(&self, side: Side) -> &[Pause] {
        &self.pauses[usize::from(side == Side::E2e)]
    }

    /// Whether distances on the drawing are those of the clock.
    pub(super) fn whole(&self) -> bool {
        self.pauses.iter().all(Vec::is_empty)
    }

    /// A time of a side as a share of the width.
    pub(super) fn at(&self, side: Side, ns: i64) -> f64 {
        (self.drawn(side, ns) / self.full).clamp(0.0, 1.0)
    }

    /// A time of a side as drawn, in ns.
    fn drawn(&self, side: Side, ns: i64) -> f64 {
        let cut = |pause: &Pause| {
            let inside = (ns.min(pause.to) as f64 - pause.from as f64).max(0.0);
            inside * (1.0 - self.shortened / (pause.ns() as f64).max(1.0))
        };
        ns as f64 - self.pauses(side).iter().map(cut).sum::<f64>()
    }
}

/// How long a pause is drawn at most, in ns: longer ones are drawn as long as this, so that none looks longer than one
/// that is.
fn longest_drawn(pauses: &[Vec<Pause>; 2], busy: f64) -> f64 {
    let together = |most: f64| {
        let of = |side: &Vec<Pause>| side.iter().map(|pause| (pause.ns() as f64).min(most)).sum::<f64>();
        of(&pauses[0]).max(of(&pauses[1]))
    };
    if together(f64::INFINITY) <= WHOLE * busy {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, PAUSE * busy);
    if together(high) <= PAUSES * busy {
        return high;
    }
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if together(middle) <= PAUSES * busy { low = middle } else { high = middle }
    }
    low
}

/// Every time in which nothing that is listed runs.
fn pauses(side: &InstanceTimeline) -> Vec<Pause> {
    let mut ops: Vec<(i64, i64)> =
        side.ops.iter().map(|op| (op.start_ns, op.start_ns.saturating_add(op.duration_ns))).collect();
    ops.sort_unstable();
    let mut pauses = Vec::new();
    let mut reached = 0;
    for (start, end) in ops {
        if start > reached {
            pauses.push(Pause { from: reached, to: start });
        }
        reached = reached.max(end);
    }
    pauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{OpState, TimelineOp};
    use proptest::prelude::*;

    fn side(ops: &[(i64, i64)]) -> InstanceTimeline {
        let op = |(start_ns, duration_ns): &(i64, i64)| TimelineOp {
            start_ns: *start_ns,
            duration_ns: *duration_ns,
            device: 0,
            stream: 7,
            kernel: 0,
            launch: 0,
            position: 0,
            state: OpState::Match,
            known: false,
            replayed: false,
            module: None,
        };
        let span_ns = ops.iter().map(|(start, duration)| start + duration).max().unwrap_or(0);
        InstanceTimeline { span_ns, ops: ops.iter().map(op).collect(), ..InstanceTimeline::default() }
    }

    fn scale(mock: &[(i64, i64)], e2e: &[(i64, i64)]) -> Scale {
        Scale::of(&Timeline { mock: side(mock), e2e: side(e2e), ..Timeline::default() })
    }

    #[test]
    fn short_pauses_keep_the_scale() {
        let scale = scale(&[(0, 100), (110, 100)], &[(0, 100), (105, 100)]);
        assert!(scale.whole());
        assert!((scale.at(Side::Mock, 210) - WIDTH).abs() < 1e-9);
    }

    #[test]
    fn a_long_pause_of_one_side_is_shortened_and_kernels_keep_one_scale() {
        let scale = scale(&[(0, 100), (110, 100)], &[(0, 100), (9_000, 100)]);
        assert_eq!(scale.pauses(Side::E2e), [Pause { from: 100, to: 9_000 }]);
        let length = |side, from, to| scale.at(side, to) - scale.at(side, from);
        let (mock, e2e) = (length(Side::Mock, 0, 100), length(Side::E2e, 9_000, 9_100));
        assert!((mock - e2e).abs() < 1e-9, "{mock} {e2e}");
    }

    #[test]
    fn no_pause_looks_longer_than_a_longer_one() {
        let scale = scale(&[(0, 100), (130, 100), (300, 100), (5_000, 100)], &[(0, 100)]);
        let drawn = |from, to| scale.at(Side::Mock, to) - scale.at(Side::Mock, from);
        let pauses = [drawn(100, 130), drawn(230, 300), drawn(400, 5_000)];
        assert!(!scale.whole() && pauses.is_sorted_by(|a, b| *a <= b + 1e-9), "{pauses:?}");
    }

    proptest! {
        #[test]
        fn later_is_never_drawn_before(ops in prop::collection::vec((0i64..1_000_000, 0i64..9_000), 1..40), a in 0i64..2_000_000, b in 0i64..2_000_000) {
            let scale = scale(&ops, &[(0, 50)]);
            let (first, second) = (scale.at(Side::Mock, a.min(b)), scale.at(Side::Mock, a.max(b)));
            prop_assert!(first <= second + 1e-9 && (0.0..=1.0).contains(&first));
        }
    }
}
