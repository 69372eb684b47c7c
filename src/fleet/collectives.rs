//! What a rank's trace says of its collectives, in bounded size: kernels that every rank of a group has to launch.

use crate::compare::Comparison;
use crate::diag::Side;
use crate::kernel::Glob;
use crate::limits::{COLLECTIVE_NAMES, COLLECTIVE_STEPS, COLLECTIVE_TIMES};
use crate::select::{Instance, Symbol};
use crate::spec::SideSpec;
use crate::trace::Trace;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The families whose kernels talk to other ranks.
const FAMILIES: [&str; 2] = ["comm", "comm_fused"];
/// Between two ranks, so that each has its own number of them.
const POINT_TO_POINT: [&str; 3] = ["SendRecv", "send_recv", "sendrecv"];

/// The collectives where the spec looks, by normalised name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Collectives {
    /// Occurrences of the innermost range of `within`; one for the whole trace.
    pub steps: usize,
    pub kernels: BTreeMap<String, Collective>,
    /// Launches of kernels beyond the names that are kept.
    pub others: usize,
    /// Where an instance of the op holds such kernels, and with them a wait: of the first instances in time order, the time
    /// of all kernels and that of collectives, in ns.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub instances_ns: Vec<(u64, u64)>,
}

/// One kernel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Collective {
    pub count: usize,
    /// In each of the first steps.
    pub per_step: Vec<usize>,
    /// Of the first launches, in time order.
    pub times_ns: Vec<u64>,
}

impl Collectives {
    /// `None` where there are none.
    pub fn of(comparison: &Comparison, side: Side, spec: &SideSpec) -> Option<Self> {
        let trace = comparison.trace(side);
        let is_one = symbols(comparison);
        let symbol = |op: u32| comparison.selected.lexicon.symbol(side, trace.ops.name(op));
        let time = |op: u32| u64::try_from(trace.ops.duration(op)).unwrap_or(0);
        let selection = comparison.selection(side);
        if !is_one.iter().any(|is| *is) {
            return None;
        }
        let mut steps = Steps::new(trace, spec.within.last().map(|within| &within.value));
        let mut by_symbol: FxHashMap<Symbol, Collective> = FxHashMap::default();
        for op in selection.scope.iter() {
            let step = steps.of(op);
            if !is_one[symbol(op) as usize] {
                continue;
            }
            let found = by_symbol.entry(symbol(op)).or_default();
            found.count += 1;
            if step < COLLECTIVE_STEPS {
                if found.per_step.len() <= step {
                    found.per_step.resize(step + 1, 0);
                }
                found.per_step[step] += 1;
            }
            if found.times_ns.len() < COLLECTIVE_TIMES {
                found.times_ns.push(time(op));
            }
        }
        let name = |symbol: Symbol| comparison.selected.lexicon.normalised(symbol).to_owned();
        let mut kernels: BTreeMap<String, Collective> =
            by_symbol.into_iter().map(|(s, found)| (name(s), found)).collect();
        let beyond = match kernels.keys().nth(COLLECTIVE_NAMES).cloned() {
            Some(first) => kernels.split_off(&first),
            None => BTreeMap::new(),
        };
        let holds = selection.sequence.iter().any(|&symbol| is_one[symbol as usize]);
        let of_instance = |instance: &Instance| {
            let waits = instance.ops.iter().filter(|&&op| is_one[symbol(op) as usize]);
            (instance.ops.iter().map(|&op| time(op)).sum(), waits.map(|&op| time(op)).sum())
        };
        let first = selection.instances.iter().filter(|_| holds).take(COLLECTIVE_TIMES);
        let instances_ns = first.map(of_instance).collect();
        let others = beyond.values().map(|found| found.count).sum();
        (!kernels.is_empty()).then_some(Self { steps: steps.count(), kernels, others, instances_ns })
    }
}

/// By symbol, whether it is a collective.
fn symbols(comparison: &Comparison) -> Vec<bool> {
    let lexicon = &comparison.selected.lexicon;
    let is_one = |symbol: Symbol| {
        let family = comparison.family_name(symbol);
        let name = lexicon.normalised(symbol);
        family.is_some_and(|family| FAMILIES.contains(&family))
            && !POINT_TO_POINT.iter().any(|part| name.contains(part))
    };
    (0..lexicon.len() as Symbol).map(is_one).collect()
}

/// Numbers the occurrences of a range as operations come by.
struct Steps<'t> {
    trace: &'t Trace,
    /// By range name, whether it marks a step; empty where nothing does.
    marks: Vec<bool>,
    seen: FxHashMap<u32, usize>,
}

impl<'t> Steps<'t> {
    fn new(trace: &'t Trace, within: Option<&Glob>) -> Self {
        let names = trace.names.ranges().iter();
        let marks = within.map(|glob| names.map(|name| glob.matches(&name.text)).collect());
        Self { trace, marks: marks.unwrap_or_default(), seen: FxHashMap::default() }
    }

    fn of(&mut self, op: u32) -> usize {
        if self.marks.is_empty() {
            return 0;
        }
        let contexts = [self.trace.launch_context(op), self.trace.capture_context(op)];
        let mut ranges = contexts.into_iter().flat_map(|context| self.trace.ranges.innermost_first(context));
        let marks = |range: &u32| self.marks.get(self.trace.ranges.name(*range).0 as usize) == Some(&true);
        match ranges.find(marks) {
            Some(range) => {
                let next = self.seen.len();
                *self.seen.entry(range).or_insert(next)
            }
            None => self.seen.len().saturating_sub(1),
        }
    }

    fn count(&self) -> usize {
        self.seen.len().max(1)
    }
}
