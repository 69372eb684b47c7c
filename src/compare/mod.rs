//! Two instance sets to one comparison: aligned positions, counts, launch shapes, latency, launch modes.
//! What the checks judge, the rules read and the diagnoses rest on; it judges nothing itself.

mod counts;
mod excerpt;
mod facts;
mod first;
mod known;
mod latency;
mod modes;
mod positions;
mod shapes;

pub use counts::{EntryCount, KernelCount};
pub use excerpt::excerpt;
pub use facts::{Fact, Facts};
pub use first::FirstExecution;
pub use latency::{InstanceLatency, KernelLatency};
pub use modes::LaunchMode;
pub use positions::{Difference, Position};
pub use shapes::{ShapeComparison, ShapeVerdict};

use crate::diag::{KernelRef, Side};
use crate::kernel::{Dtype, Families, Family, Identity, Level, dtype};
use crate::select::{Instance, Selected, Selection, Summed, Symbol};
use crate::spec::{Case, KnownDifference};
use crate::trace::{OpKind, Trace};
use latency::Timing;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything known of one case.
#[derive(Debug)]
pub struct Comparison {
    pub mock: Arc<Trace>,
    pub e2e: Arc<Trace>,
    pub families: Arc<Families>,
    pub selected: Selected,
    /// The two sequences, aligned.
    pub positions: Vec<Position>,
    /// Per position: the known difference (index into the case's) that covers it.
    pub known: Vec<Option<usize>>,
    /// Known differences of more kernels than they may cover, with how many: they cover none.
    pub exceeded: Vec<(usize, usize)>,
    /// Per entry of the spec: how often it runs in one instance.
    pub entries: Vec<EntryCount>,
    /// Per kernel: how often it runs in one instance, in order of first appearance, mock first.
    pub counts: Vec<KernelCount>,
    /// Per position that stands on both sides.
    pub kernels: Vec<KernelLatency>,
    /// Per position that stands on both sides, in step with `kernels`.
    pub shapes: Vec<ShapeComparison>,
    pub instance: InstanceLatency,
    pub mock_mode: LaunchMode,
    pub e2e_mode: LaunchMode,
    /// The first execution of the kernel that gains most on the E2E's.
    pub first: Option<FirstExecution>,
    /// Where the mock is a summary: its one instance is a sum, in an order that is not its own.
    pub summed: Option<Summed>,
    /// Per side (mock, E2E): the instance of median time.
    representatives: [Option<usize>; 2],
    /// Per side: per kernel of its sequence, its durations in order of length, in ns.
    durations: [Vec<Vec<f64>>; 2],
    /// Per side: when each instance begins and ends, in ns.
    bounds: [Vec<(i64, i64)>; 2],
}

impl Comparison {
    /// Compares what was selected; `known` are the known differences that still hold, with their indices.
    pub fn new(
        mock: Arc<Trace>,
        e2e: Arc<Trace>,
        families: Arc<Families>,
        selected: Selected,
        case: &Case,
        known: &[(usize, &KnownDifference)],
    ) -> Self {
        let positions = positions::align(&selected, case.order.value);
        let known::Covered { positions: known, exceeded } = known::covered(&selected, &positions, known);
        let counts = counts::kernels(&selected, case, &families);
        let entries = counts::entries(&counts, case);
        let timing = Timing::new(&mock, &e2e, &selected, &uncounted(&positions, &known));
        let kernels = timing.kernels(&positions);
        let shapes = shapes::compare(&mock, &e2e, &selected, &positions);
        let instance = timing.instance();
        let mock_mode = modes::of(&mock, &selected.mock);
        let e2e_mode = modes::of(&e2e, &selected.e2e);
        let first = first::of(&mock, &selected, &kernels, &positions);
        let representatives = [middle(&instance.mock_ns), middle(&instance.e2e_ns)];
        Self {
            mock,
            e2e,
            families,
            selected,
            positions,
            known,
            exceeded,
            entries,
            counts,
            kernels,
            shapes,
            instance,
            mock_mode,
            e2e_mode,
            first,
            summed: None,
            representatives,
            durations: timing.kernels,
            bounds: timing.bounds,
        }
    }

    pub fn trace(&self, side: Side) -> &Arc<Trace> {
        match side {
            Side::Mock => &self.mock,
            Side::E2e => &self.e2e,
        }
    }

    pub fn selection(&self, side: Side) -> &Selection {
        self.selected.side(side)
    }

    pub fn mode(&self, side: Side) -> LaunchMode {
        match side {
            Side::Mock => self.mock_mode,
            Side::E2e => self.e2e_mode,
        }
    }

    /// The instance that stands for its side in excerpts: the one with the median time.
    pub fn representative(&self, side: Side) -> Option<&Instance> {
        let index = self.representatives[usize::from(side == Side::E2e)]?;
        self.selection(side).instances.get(index)
    }

    /// Which of its side's instances that is, in time order.
    pub fn representative_index(&self, side: Side) -> Option<usize> {
        self.representatives[usize::from(side == Side::E2e)]
    }

    /// When each instance of a side begins and ends, in ns: its first kernel's start, its last one's end.
    pub fn bounds(&self, side: Side) -> &[(i64, i64)] {
        &self.bounds[usize::from(side == Side::E2e)]
    }

    /// How long the kernel at an index of a side's sequence took, per instance in time order, in ns.
    pub fn durations(&self, side: Side, index: usize) -> Vec<f64> {
        let ops = &self.trace(side).ops;
        let instances = self.selection(side).instances.iter();
        instances.filter_map(|instance| instance.ops.get(index)).map(|&op| ops.duration(op) as f64).collect()
    }

    /// The same in order of length.
    pub fn sorted_durations(&self, side: Side, index: usize) -> &[f64] {
        self.durations[usize::from(side == Side::E2e)].get(index).map_or(&[], Vec::as_slice)
    }

    /// The kernel at an index of a side's sequence, in the representative instance.
    pub fn op_at(&self, side: Side, index: usize) -> Option<u32> {
        self.representative(side)?.ops.get(index).copied()
    }

    /// Where an operation is to be found in the profiler; what a summary comes to is nowhere.
    pub fn place_of(&self, side: Side, op: u32) -> Option<KernelRef> {
        let trace = self.trace(side);
        trace.summary.is_none().then(|| trace.kernel_ref(op))
    }

    /// The input shapes that the side's framework wrote into the module's range, as it wrote them. Evidence where
    /// inputs differ; nothing where modules are not marked.
    pub fn module_inputs(&self, side: Side) -> Option<String> {
        let trace = self.trace(side);
        let &op = self.representative(side)?.ops.first()?;
        let contexts = [trace.capture_context(op), trace.launch_context(op)];
        let mut modules = contexts
            .into_iter()
            .flat_map(|context| trace.ranges.innermost_first(context))
            .filter_map(|range| trace.names.range(trace.ranges.name(range)).module.as_ref());
        modules.find_map(|m| m.inputs.as_ref().map(|inputs| format!("module `{}` was called with {inputs}", m.path)))
    }

    pub fn symbol_at(&self, side: Side, index: usize) -> Symbol {
        self.selection(side).sequence[index]
    }

    pub fn identity(&self, symbol: Symbol) -> &Identity {
        self.selected.lexicon.identity(symbol)
    }

    pub fn family(&self, symbol: Symbol) -> Option<&Family> {
        self.families.get(self.selected.lexicon.family(symbol)?)
    }

    pub fn family_name(&self, symbol: Symbol) -> Option<&str> {
        self.family(symbol).map(|family| family.name.as_str())
    }

    pub fn is_memory(&self, side: Side, index: usize) -> bool {
        self.op_at(side, index).is_some_and(|op| {
            let trace = self.trace(side);
            trace.names.kind(trace.ops.name(op)) != OpKind::Kernel
        })
    }

    /// Per known difference that covers positions: the checks that would report them, each once.
    pub fn excused(&self) -> BTreeSet<(usize, &'static str)> {
        let covered = self.positions.iter().zip(&self.known).filter_map(|(p, known)| Some((p, (*known)?)));
        covered.filter_map(|(p, k)| Some((k, *self.reported_by(p).first()?))).collect()
    }

    /// The checks that report a position which differs in this way.
    pub fn reported_by(&self, position: &Position) -> &'static [&'static str] {
        known::reported_by(&self.selected, position)
    }

    /// Positions that no known difference covers, with their indices.
    pub fn open_positions(&self) -> impl Iterator<Item = (usize, &Position)> {
        self.positions.iter().enumerate().filter(|(at, _)| self.known[*at].is_none())
    }

    /// Indices, on a side, of kernels that stand only there.
    pub fn only_on(&self, side: Side) -> Vec<usize> {
        let only = |p: &Position| if p.on(side.other()).is_none() { p.on(side) } else { None };
        self.open_positions().filter_map(|(_, p)| only(p)).collect()
    }

    /// Pairs of which the kernels are not the same by normalised name.
    pub fn substituted(&self) -> impl Iterator<Item = (&Position, usize, usize)> {
        self.open_positions().filter_map(|(_, p)| match (p.mock, p.e2e) {
            (Some(m), Some(e)) if !p.same() => Some((p, m, e)),
            _ => None,
        })
    }

    /// The share of the longer sequence that stands against the same kernel at this level, in [0, 1].
    pub fn aligned_share(&self, level: Level) -> f64 {
        let on = |side| self.open_positions().filter(|(_, p)| p.on(side).is_some()).count();
        let longer = on(Side::Mock).max(on(Side::E2e));
        let same = self.open_positions().filter(|(_, p)| p.level >= Some(level)).count();
        if longer == 0 { 0.0 } else { same as f64 / longer as f64 }
    }

    /// Whether both sides launch the same kernels in the same order.
    pub fn names_equal(&self) -> bool {
        self.open_positions().all(|(_, p)| p.same())
    }

    /// Pairs whose names both say a data type, and not the same.
    pub fn dtype_differences(&self) -> Vec<(&Position, Dtype, Dtype)> {
        self.open_positions()
            .filter_map(|(_, p)| {
                let (m, e) = (p.mock?, p.e2e?);
                let mock = dtype(self.identity(self.symbol_at(Side::Mock, m)))?;
                let e2e = dtype(self.identity(self.symbol_at(Side::E2e, e)))?;
                (mock != e2e).then_some((p, mock, e2e))
            })
            .collect()
    }
}

/// Per side, which kernels of the sequence are left out of an instance's time: those that a known difference
/// covers and that have nothing on the other side to compare with.
fn uncounted(positions: &[Position], known: &[Option<usize>]) -> [Vec<usize>; 2] {
    Side::BOTH.map(|side| {
        let covered = positions.iter().zip(known).filter(|(p, k)| k.is_some() && p.on(side.other()).is_none());
        covered.filter_map(|(p, _)| p.on(side)).collect()
    })
}

/// The index of the middle value (the lower one of two), the first among equals.
fn middle(values: &[f64]) -> Option<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let middle = order.len().checked_sub(1)? / 2;
    let (_, &mut found, _) =
        order.select_nth_unstable_by(middle, |&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    Some(found)
}
