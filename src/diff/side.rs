//! One trace, its operations counted by symbol.

use super::Options;
use crate::diag::{Problem, Side, escape};
use crate::kernel::Glob;
use crate::outcome::{DiffSide, ProcessTotal, Times, Total};
use crate::select::{Lexicon, Symbol};
use crate::stats::median;
use crate::trace::{ContextId, GraphTracing, ShapeId, Trace};
use rustc_hash::FxHashMap;

/// The executions of one symbol.
#[derive(Debug, Default, Clone)]
pub(super) struct Samples {
    /// In ns, in time order.
    pub(super) durations: Vec<f64>,
    pub(super) sum_ns: i64,
    pub(super) replayed: usize,
    pub(super) shapes: FxHashMap<ShapeId, usize>,
}

impl Samples {
    pub(super) fn times(&self) -> Option<Times> {
        Some(Times {
            count: self.durations.len(),
            sum_ns: self.sum_ns,
            median_ns: median(&self.durations)?,
            replayed: self.replayed,
        })
    }
}

/// A trace and what of it is compared.
pub(super) struct Sampled<'t> {
    pub(super) trace: &'t Trace,
    pub(super) side: Side,
    /// Operations that count, in time order.
    pub(super) ops: Vec<u32>,
    /// By symbol.
    pub(super) samples: Vec<Samples>,
    pub(super) total: Total,
    processes: Vec<Total>,
}

impl<'t> Sampled<'t> {
    pub(super) fn new(trace: &'t Trace, side: Side, lexicon: &Lexicon, options: &Options) -> Self {
        let mut sampled = Self {
            trace,
            side,
            ops: within(trace, &options.within),
            samples: vec![Samples::default(); lexicon.len()],
            total: Total::default(),
            processes: vec![Total::default(); trace.processes.len()],
        };
        for at in 0..sampled.ops.len() {
            let op = trace.op(sampled.ops[at]);
            let samples = &mut sampled.samples[lexicon.symbol(side, op.name) as usize];
            samples.durations.push(op.duration() as f64);
            samples.sum_ns = samples.sum_ns.saturating_add(op.duration());
            samples.replayed += usize::from(trace.from_graph(sampled.ops[at]));
            *samples.shapes.entry(op.shape).or_default() += 1;
            for total in [Some(&mut sampled.total), sampled.processes.get_mut(usize::from(op.process.0))] {
                let Some(total) = total else { continue };
                total.count += 1;
                total.sum_ns = total.sum_ns.saturating_add(op.duration());
            }
        }
        sampled
    }

    pub(super) fn symbol(&self, lexicon: &Lexicon, op: u32) -> Symbol {
        lexicon.symbol(self.side, self.trace.ops.name(op))
    }

    /// Why there is nothing to compare.
    pub(super) fn problem(&self, options: &Options) -> Option<Problem> {
        if self.total.count > 0 {
            return None;
        }
        let path = escape(&self.trace.path);
        Some(if self.trace.is_empty() {
            Problem::trace("no-gpu-data", format!("`{path}` holds no GPU operations"))
                .help("`align inspect` shows what it holds; `align explain docs/capture.md` how to capture")
        } else {
            let ranges: Vec<String> =
                options.within.iter().map(|glob| format!("`{}`", escape(glob.as_str()))).collect();
            Problem::trace("nothing-within", format!("`{path}` has no GPU work within {}", ranges.join(" > ")))
                .help("`align inspect` lists its ranges")
        })
    }

    pub(super) fn described(&self) -> DiffSide {
        let mut notes: Vec<String> = self.trace.warnings.clone();
        if self.trace.capabilities.graph_tracing == GraphTracing::Whole {
            notes.insert(
                0,
                "graphs were traced as a whole: their kernels were not recorded and are missing below".to_owned(),
            );
        }
        let processes = self.trace.processes.iter().zip(&self.processes).filter(|(_, total)| total.count > 0);
        DiffSide {
            trace: self.trace.path.clone(),
            provenance: self.trace.provenance.clone(),
            total: self.total,
            processes: processes.map(|(process, &total)| ProcessTotal { pid: process.pid, total }).collect(),
            notes,
        }
    }
}

/// Operations launched, or captured, inside ranges with these names, outermost first.
fn within(trace: &Trace, names: &[Glob]) -> Vec<u32> {
    let all = 0..trace.len() as u32;
    if names.is_empty() {
        return all.collect();
    }
    // How many of the names each chain of open ranges has met, from outside to inside.
    let met: Vec<usize> = trace.ranges.inwards(|around: Option<&usize>, range| {
        let met = around.copied().unwrap_or(0);
        let next = names.get(met).is_some_and(|name| name.matches(&trace.names.range(trace.ranges.name(range)).text));
        met + usize::from(next)
    });
    let inside = |context: ContextId| met.get(context.0 as usize).is_some_and(|&met| met == names.len());
    all.filter(|&op| inside(trace.launch_context(op)) || inside(trace.capture_context(op))).collect()
}
