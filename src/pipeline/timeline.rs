//! The two instances of median time, operation by operation.

use crate::check::Context;
use crate::compare::{Difference, ShapeVerdict};
use crate::diag::Side;
use crate::outcome::{InstanceTimeline, Launch, OpState, Timeline, TimelineKernel, TimelineOp, Unshown};
use crate::select::Symbol;
use crate::trace::{ContextId, Shape, Trace};
use rustc_hash::FxHashMap;

/// The most places of the alignment that are listed: what a page can show at once.
const PLACES: usize = 2_000;

/// Nothing where a side has no instance.
pub(super) fn timeline(context: &Context<'_>) -> Option<Timeline> {
    let mut tables = Tables::default();
    let listed = listed(context);
    let mock = instance(context, Side::Mock, &listed, &mut tables)?;
    let e2e = instance(context, Side::E2e, &listed, &mut tables)?;
    Some(Timeline { kernels: tables.kernels, launches: tables.launches, modules: tables.modules, mock, e2e })
}

/// Per position, whether it is listed: all, or first what differs and then what takes longest.
fn listed(context: &Context<'_>) -> Vec<bool> {
    let comparison = context.comparison;
    let count = comparison.positions.len();
    if count <= PLACES {
        return vec![true; count];
    }
    let weight = |at: usize| {
        let longest = Side::BOTH.into_iter().filter_map(|side| {
            let op = comparison.op_at(side, comparison.positions[at].on(side)?)?;
            Some(comparison.trace(side).ops.duration(op))
        });
        (state(context, at) != OpState::Match, longest.max())
    };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(weight(at)), at));
    let mut listed = vec![false; count];
    for at in order.into_iter().take(PLACES) {
        listed[at] = true;
    }
    listed
}

fn state(context: &Context<'_>, at: usize) -> OpState {
    let comparison = context.comparison;
    match comparison.positions[at].difference() {
        Difference::Extra => OpState::Extra,
        Difference::Missing => OpState::Missing,
        Difference::Moved => OpState::Moved,
        Difference::Variant | Difference::Substituted => OpState::OtherKernel,
        Difference::Same => match comparison.shapes.binary_search_by_key(&at, |shape| shape.position) {
            Ok(found) if comparison.shapes[found].verdict == ShapeVerdict::Differ => OpState::OtherShape,
            _ => OpState::Match,
        },
    }
}

fn instance(context: &Context<'_>, side: Side, listed: &[bool], tables: &mut Tables) -> Option<InstanceTimeline> {
    let comparison = context.comparison;
    let trace = comparison.trace(side);
    let found = comparison.representative(side)?;
    let &first = found.ops.first()?;
    let start = found.ops.iter().map(|&op| trace.op(op).start).min()?;
    let end = found.ops.iter().map(|&op| trace.op(op).end).max()?;
    let mut ops = Vec::new();
    let mut unshown = Unshown::default();
    for (at, position) in comparison.positions.iter().enumerate() {
        let Some((index, op)) = position.on(side).and_then(|index| Some((index, *found.ops.get(index)?))) else {
            continue;
        };
        let view = trace.op(op);
        if !listed[at] {
            unshown.count += 1;
            unshown.ns = unshown.ns.saturating_add(view.duration());
            continue;
        }
        ops.push(TimelineOp {
            start_ns: view.start.saturating_sub(start),
            duration_ns: view.duration(),
            device: view.device,
            stream: view.stream,
            kernel: tables.kernel(context, side, index),
            launch: tables.launch(trace.shape(view.shape)),
            position: at,
            state: state(context, at),
            known: comparison.known[at].is_some(),
            replayed: trace.from_graph(op),
            module: module(trace, op).map(|path| tables.module(path)),
        });
    }
    ops.sort_by_key(|op| (op.start_ns, op.position));
    Some(InstanceTimeline {
        instance: comparison.representative_index(side)?,
        pid: trace.kernel_ref(first).pid,
        start_ns: start,
        span_ns: end.saturating_sub(start),
        ops,
        unshown,
    })
}

/// The innermost module that an operation belongs to: of one that was replayed, as its graph was captured.
fn module(trace: &Trace, op: u32) -> Option<&str> {
    let context = match trace.capture_context(op) {
        ContextId::NONE => trace.launch_context(op),
        captured => captured,
    };
    let mut ranges = trace.ranges.innermost_first(context);
    ranges.find_map(|range| {
        let module = trace.names.range(trace.ranges.name(range)).module.as_ref()?;
        (!module.is_output).then_some(module.path.as_str())
    })
}

/// What operations share.
#[derive(Default)]
struct Tables {
    kernels: Vec<TimelineKernel>,
    by_symbol: FxHashMap<Symbol, usize>,
    launches: Vec<Launch>,
    by_shape: FxHashMap<Shape, usize>,
    modules: Vec<String>,
    by_path: FxHashMap<String, usize>,
}

impl Tables {
    fn kernel(&mut self, context: &Context<'_>, side: Side, index: usize) -> usize {
        let comparison = context.comparison;
        let symbol = comparison.symbol_at(side, index);
        *self.by_symbol.entry(symbol).or_insert_with(|| {
            let identity = comparison.identity(symbol);
            let name = if comparison.is_memory(side, index) { &identity.exact } else { &identity.base };
            let family = comparison.family_name(symbol).map(str::to_owned);
            self.kernels.push(TimelineKernel { name: name.clone(), exact: identity.exact.clone(), family });
            self.kernels.len() - 1
        })
    }

    fn launch(&mut self, shape: &Shape) -> usize {
        *self.by_shape.entry(*shape).or_insert_with(|| {
            self.launches.push(Launch {
                grid: shape.grid,
                block: shape.block,
                registers: shape.registers,
                static_shared_bytes: shape.static_shared,
                dynamic_shared_bytes: shape.dynamic_shared,
                moved_bytes: shape.bytes,
            });
            self.launches.len() - 1
        })
    }

    fn module(&mut self, path: &str) -> usize {
        match self.by_path.get(path) {
            Some(&index) => index,
            None => {
                self.modules.push(path.to_owned());
                self.by_path.insert(path.to_owned(), self.modules.len() - 1);
                self.modules.len() - 1
            }
        }
    }
}
