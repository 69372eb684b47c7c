//! What a trace's ranges mark: names that differ in numbers alone taken together, and the GPU work inside each.

use crate::diag::Side;
use crate::limits::RANGE_LEVELS;
use crate::select::{Lexicon, Symbol};
use crate::trace::framework::{Phase, pattern, phase};
use crate::trace::{ContextId, NONE, Trace};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// All range names that differ in their numbers alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    /// Of a module its path, else the text: `layers.*.mlp`, `step:*:decode`.
    pub(super) glob: String,
    pub(super) is_module: bool,
    pub(super) phase: Option<Phase>,
}

/// The labels of a trace.
#[derive(Debug)]
pub(super) struct Labels {
    labels: Vec<Label>,
    /// Per range name; `None` for a module's end marker.
    of_name: Vec<Option<usize>>,
}

impl Labels {
    pub(super) fn new(trace: &Trace) -> Self {
        let mut labels: Vec<Label> = Vec::new();
        let mut index: FxHashMap<(String, bool), usize> = FxHashMap::default();
        let names = trace.names.ranges().iter().map(|name| {
            let (glob, is_module) = match &name.module {
                Some(module) if module.is_output => return None,
                Some(module) => (pattern(&module.path), true),
                None => (pattern(&name.text), false),
            };
            let next = labels.len();
            let at = *index.entry((glob.clone(), is_module)).or_insert(next);
            if at == next {
                labels.push(Label { glob, is_module, phase: phase(&name.text) });
            }
            Some(at)
        });
        let of_name = names.collect();
        Self { labels, of_name }
    }

    pub(super) fn get(&self, label: usize) -> &Label {
        &self.labels[label]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Label)> {
        self.labels.iter().enumerate()
    }

    pub(super) fn find(&self, glob: &str) -> Option<usize> {
        self.labels.iter().position(|l| l.glob == glob)
    }

    /// The ranges of a chain with their labels, outermost first; of a hostile depth the innermost.
    pub(super) fn chain(&self, trace: &Trace, context: ContextId) -> Vec<(u32, usize)> {
        let ranges = trace.ranges.innermost_first(context).take(RANGE_LEVELS);
        let mut chain: Vec<(u32, usize)> =
            ranges.filter_map(|r| Some((r, self.of_name[trace.ranges.name(r).0 as usize]?))).collect();
        chain.reverse();
        chain
    }
}

/// The chain of one context after the other: neighbours in time often share theirs. Keeping all would take the product
/// of their number and depth.
#[derive(Debug)]
pub(super) struct Chains<'t> {
    trace: &'t Trace,
    labels: &'t Labels,
    of: ContextId,
    chain: Vec<(u32, usize)>,
}

impl<'t> Chains<'t> {
    pub(super) fn new(trace: &'t Trace, labels: &'t Labels) -> Self {
        Self { trace, labels, of: ContextId::NONE, chain: Vec::new() }
    }

    pub(super) fn of(&mut self, context: ContextId) -> &[(u32, usize)] {
        if context != self.of {
            self.chain = self.labels.chain(self.trace, context);
            self.of = context;
        }
        &self.chain
    }
}

/// The work inside all ranges of one label, in one step of the model.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Distinct kernel sequences, the most frequent first.
    pub(super) sequences: Vec<(Vec<Symbol>, usize)>,
    pub(super) occurrences: usize,
}

/// Which step a piece of work belongs to: the outermost range whose name says a phase.
pub(super) type Step = Option<usize>;

/// The E2E's work by label and step. Sequences longer than `longest` are no candidates and are cut off.
pub(super) fn groups(
    trace: &Trace,
    labels: &Labels,
    lexicon: &Lexicon,
    within: Option<usize>,
    longest: usize,
) -> BTreeMap<(usize, Step), Group> {
    let mut chains = Chains::new(trace, labels);
    type Key = (usize, Step);
    let mut occurrences: FxHashMap<(Key, u32, u32), Vec<Symbol>> = FxHashMap::default();
    for op in 0..trace.len() as u32 {
        let outer = chains.of(trace.launch_context(op)).to_vec();
        if within.is_some_and(|w| !outer.iter().any(|&(_, label)| label == w)) {
            continue;
        }
        let step = outer.iter().map(|c| c.1).find(|&l| labels.get(l).phase.is_some());
        let capture = trace.capture_context(op);
        let symbol = lexicon.symbol(Side::E2e, trace.ops.name(op));
        let mut add = |range: u32, label: usize, launch: u32| {
            let sequence = occurrences.entry(((label, step), range, launch)).or_default();
            if sequence.len() <= longest {
                sequence.push(symbol);
            }
        };
        if capture == ContextId::NONE {
            outer.iter().for_each(|&(range, label)| add(range, label, NONE));
        } else {
            let launch = trace.ops.launch(op).unwrap_or(NONE);
            let modules = chains.of(capture).iter().filter(|(_, label)| labels.get(*label).is_module);
            modules.for_each(|&(range, label)| add(range, label, launch));
            let ranges = outer.iter().filter(|(_, label)| !labels.get(*label).is_module);
            ranges.for_each(|&(range, label)| add(range, label, NONE));
        }
    }
    let mut counted: BTreeMap<Key, BTreeMap<Vec<Symbol>, usize>> = BTreeMap::new();
    for ((key, _, _), sequence) in occurrences {
        *counted.entry(key).or_default().entry(sequence).or_default() += 1;
    }
    let group = |sequences: BTreeMap<Vec<Symbol>, usize>| {
        let occurrences = sequences.values().sum();
        let mut sequences: Vec<(Vec<Symbol>, usize)> = sequences.into_iter().collect();
        sequences.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        sequences.retain(|(s, _)| s.len() <= longest);
        Group { sequences, occurrences }
    };
    counted.into_iter().map(|(key, sequences)| (key, group(sequences))).collect()
}

/// The steps that hold GPU work, with how much.
pub(super) fn steps(trace: &Trace, labels: &Labels) -> BTreeMap<usize, usize> {
    let mut chains = Chains::new(trace, labels);
    let mut found = BTreeMap::new();
    for op in 0..trace.len() as u32 {
        let chain = chains.of(trace.launch_context(op));
        if let Some(step) = chain.iter().map(|c| c.1).find(|&l| labels.get(l).phase.is_some()) {
            *found.entry(step).or_insert(0) += 1;
        }
    }
    found
}

/// The steps in which eager work was launched inside a module, or replayed work captured in one.
pub(super) fn steps_with_modules(trace: &Trace, labels: &Labels) -> BTreeSet<usize> {
    let mut chains = Chains::new(trace, labels);
    let mut found = BTreeSet::new();
    for op in 0..trace.len() as u32 {
        let chain = chains.of(trace.launch_context(op)).to_vec();
        let Some(step) = chain.iter().map(|c| c.1).find(|&l| labels.get(l).phase.is_some()) else { continue };
        let is_layer = |c: &(u32, usize)| labels.get(c.1).is_module && labels.get(c.1).glob.contains('.');
        if chain.iter().any(is_layer) || chains.of(trace.capture_context(op)).iter().any(is_layer) {
            found.insert(step);
        }
    }
    found
}
