//! Launch shapes that a kernel has on one side alone.

use super::side::Sampled;
use crate::outcome::{Launch, ShapeChange, ShapeCount};
use crate::select::Symbol;
use crate::trace::Shape;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// Shapes that are listed of each side.
const LISTED: usize = 4;

/// Nothing where both sides have the same shapes, however often.
pub(super) fn change(a: &Sampled<'_>, b: &Sampled<'_>, symbol: Symbol) -> Option<ShapeChange> {
    let (first, second) = (shapes(a, symbol), shapes(b, symbol));
    let (only_a, only_b) = (only(&first, &second), only(&second, &first));
    if only_a.is_empty() && only_b.is_empty() {
        return None;
    }
    let unshown = only_a.len().saturating_sub(LISTED) + only_b.len().saturating_sub(LISTED);
    let listed = |shapes: Vec<ShapeCount>| shapes.into_iter().take(LISTED).collect();
    Some(ShapeChange { only_a: listed(only_a), only_b: listed(only_b), unshown })
}

/// Numbers of shapes are each trace's own: the shapes themselves are compared.
fn shapes(side: &Sampled<'_>, symbol: Symbol) -> FxHashMap<Shape, usize> {
    let mut shapes = FxHashMap::default();
    for (&shape, &count) in &side.samples[symbol as usize].shapes {
        *shapes.entry(*side.trace.shape(shape)).or_default() += count;
    }
    shapes
}

fn only(here: &FxHashMap<Shape, usize>, there: &FxHashMap<Shape, usize>) -> Vec<ShapeCount> {
    let alone = here.iter().filter(|(shape, _)| !there.contains_key(shape));
    let mut alone: Vec<(Shape, usize)> = alone.map(|(shape, count)| (*shape, *count)).collect();
    alone.sort_by_key(|&(shape, count)| (Reverse(count), shape));
    alone.into_iter().map(|(shape, count)| ShapeCount { launch: launch(&shape), count }).collect()
}

fn launch(shape: &Shape) -> Launch {
    Launch {
        grid: shape.grid,
        block: shape.block,
        registers: shape.registers,
        static_shared_bytes: shape.static_shared,
        dynamic_shared_bytes: shape.dynamic_shared,
        moved_bytes: shape.bytes,
    }
}
