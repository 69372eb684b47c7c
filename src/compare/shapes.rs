//! Launch shapes: same names with other grids means other inputs.

use super::positions::Position;
use crate::kernel::is_generated;
use crate::limits::{BLOCKS_SLACK, GRID_SLACK};
use crate::select::{Instance, Selected, Selection};
use crate::trace::{Shape, ShapeId, Trace};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// What the shapes at one position say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeVerdict {
    Same,
    /// Not equal, but within what the E2E itself covers.
    Near,
    Differ,
    /// Differ, but a compiler chose the grid, or another variant of the kernel runs: nothing follows.
    SaysNothing,
}

/// The shapes seen at one position over all instances.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeComparison {
    /// Index into the comparison's positions.
    pub position: usize,
    /// Distinct shapes, most frequent first.
    pub mock: Vec<Shape>,
    pub e2e: Vec<Shape>,
    pub verdict: ShapeVerdict,
}

pub(super) fn compare(mock: &Trace, e2e: &Trace, selected: &Selected, positions: &[Position]) -> Vec<ShapeComparison> {
    let pairs: Vec<(usize, &Position, usize, usize)> =
        positions.iter().enumerate().filter_map(|(at, p)| Some((at, p, p.mock?, p.e2e?))).collect();
    let seen = (seen(mock, &selected.mock), seen(e2e, &selected.e2e));
    let compare = |(at, p, m, e): (usize, &Position, usize, usize)| {
        let (mock, e2e) = (seen.0[m].clone(), seen.1[e].clone());
        let generated = is_generated(selected.lexicon.identity(selected.mock.sequence[m]));
        let says = p.same() && !generated;
        let verdict = judge(&mock, &e2e, says);
        ShapeComparison { position: at, mock, e2e, verdict }
    };
    pairs.into_iter().map(compare).collect()
}

/// Instances whose shapes are counted by one thread at a time.
const STRETCH: usize = 1 << 11;

/// Per kernel of the sequence: its distinct shapes over all instances, most frequent first.
fn seen(trace: &Trace, selection: &Selection) -> Vec<Vec<Shape>> {
    let kernels = selection.sequence.len();
    let none = || vec![Counts::default(); kernels];
    let count = |instances: &[Instance]| {
        let mut counts = none();
        for instance in instances {
            for (counts, &op) in counts.iter_mut().zip(&instance.ops) {
                counts.add(trace.ops.shape(op));
            }
        }
        counts
    };
    let add =
        |all: Vec<Counts>, more: Vec<Counts>| all.into_iter().zip(more).map(|(all, more)| all.with(more)).collect();
    let counts = selection.instances.par_chunks(STRETCH).map(count).reduce(none, add);
    counts.into_iter().map(|counts| counts.most_frequent_first(trace)).collect()
}

/// How often each shape was seen.
#[derive(Debug, Clone, Default)]
struct Counts {
    /// The last one, not yet added to the others: instances that follow each other mostly have one shape.
    recent: Option<(ShapeId, usize)>,
    others: FxHashMap<ShapeId, usize>,
}

impl Counts {
    fn add(&mut self, shape: ShapeId) {
        match &mut self.recent {
            Some((recent, count)) if *recent == shape => *count += 1,
            recent => {
                if let Some((shape, count)) = recent.replace((shape, 1)) {
                    *self.others.entry(shape).or_default() += count;
                }
            }
        }
    }

    fn all(self) -> FxHashMap<ShapeId, usize> {
        let mut all = self.others;
        self.recent.into_iter().for_each(|(shape, count)| *all.entry(shape).or_default() += count);
        all
    }

    fn with(self, more: Self) -> Self {
        let mut others = self.all();
        more.all().into_iter().for_each(|(shape, count)| *others.entry(shape).or_default() += count);
        Self { recent: None, others }
    }

    fn most_frequent_first(self, trace: &Trace) -> Vec<Shape> {
        let mut counted: Vec<(Shape, usize)> = self.all().into_iter().map(|(id, n)| (*trace.shape(id), n)).collect();
        counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counted.into_iter().map(|(shape, _)| shape).collect()
    }
}

fn judge(mock: &[Shape], e2e: &[Shape], says: bool) -> ShapeVerdict {
    if !mock.iter().chain(e2e).all(Shape::is_known) {
        return ShapeVerdict::SaysNothing;
    }
    let launch = |s: &Shape| (s.grid, s.block, s.bytes);
    if mock.iter().all(|m| e2e.iter().any(|e| launch(e) == launch(m))) {
        return ShapeVerdict::Same;
    }
    if !says {
        return ShapeVerdict::SaysNothing;
    }
    if mock.iter().all(|m| within(m, e2e)) { ShapeVerdict::Near } else { ShapeVerdict::Differ }
}

/// Within the range that the E2E covers if that varies, or nearly the same amount of work.
fn within(mock: &Shape, e2e: &[Shape]) -> bool {
    if !e2e.iter().any(|e| e.block == mock.block) {
        return false;
    }
    let amount = |s: &Shape| (s.blocks() as f64).max(1.0) * (s.bytes as f64).max(1.0);
    let near = e2e.iter().any(|e| (amount(mock) / amount(e)).ln().abs() <= BLOCKS_SLACK.ln_1p());
    let varies = e2e.iter().any(|e| e.grid != e2e[0].grid || e.bytes != e2e[0].bytes);
    let covered = |value: f64, of: &dyn Fn(&Shape) -> f64| {
        let low = e2e.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = e2e.iter().map(of).fold(0.0, f64::max);
        value >= low * (1.0 - GRID_SLACK) && value <= high * (1.0 + GRID_SLACK)
    };
    let inside = || {
        (0..3).all(|d| covered(f64::from(mock.grid[d]), &|s| f64::from(s.grid[d])))
            && covered(mock.bytes as f64, &|s| s.bytes as f64)
    };
    near || (varies && inside())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(x: u32) -> Shape {
        Shape { grid: [x, 1, 1], block: [128, 1, 1], ..Shape::default() }
    }

    #[test]
    fn a_cache_that_grows_by_a_token_is_no_difference() {
        let e2e = [grid(4100), grid(4108), grid(4116)];
        assert_eq!(judge(&[grid(4096)], &e2e, true), ShapeVerdict::Near);
        assert_eq!(judge(&[grid(4108)], &e2e, true), ShapeVerdict::Same);
    }

    #[test]
    fn a_shape_that_was_not_recorded_says_nothing() {
        assert_eq!(judge(&[grid(16)], &[Shape::default()], true), ShapeVerdict::SaysNothing);
        assert_eq!(judge(&[Shape::default()], &[Shape::default()], true), ShapeVerdict::SaysNothing);
    }

    #[test]
    fn another_batch_size_differs() {
        assert_eq!(judge(&[grid(16)], &[grid(8)], true), ShapeVerdict::Differ);
        assert_eq!(judge(&[grid(16)], &[grid(8)], false), ShapeVerdict::SaysNothing);
    }
}
