//! What a check sees of a case.

use crate::compare::{Comparison, Position};
use crate::diag::{Loc, Side};
use crate::select::NotFound;
use crate::spec::{Case, Count, KernelEntry, Others, Spec};
use crate::trace::Trace;
use std::sync::Arc;

/// A compared case.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub spec: &'a Spec,
    pub case: &'a Case,
    /// Shared, since rules hold on to it.
    pub comparison: &'a Arc<Comparison>,
}

/// A case whose op was not found on a side.
#[derive(Debug, Clone, Copy)]
pub struct Unselected<'a> {
    pub spec: &'a Spec,
    pub case: &'a Case,
    pub trace: &'a Trace,
    pub not_found: &'a NotFound,
}

impl<'a> Context<'a> {
    /// The entry that names the kernel at an index of a side's sequence.
    pub fn entry(&self, side: Side, index: usize) -> Option<&'a KernelEntry> {
        let symbol = self.comparison.symbol_at(side, index);
        let count = self.comparison.counts.iter().find(|c| c.symbol == symbol)?;
        self.case.kernels.get(count.entry?)
    }

    /// Whether a difference at this kernel is to be reported: it is named, or others must match; and no known
    /// difference covers it.
    pub fn judged(&self, side: Side, index: usize) -> bool {
        let comparison = self.comparison;
        let covered = |at: usize| comparison.known[at].is_some();
        let here = |p: &Position| p.on(side) == Some(index);
        let known = !self.case.known.is_empty() && comparison.positions.iter().position(here).is_some_and(covered);
        !known && (self.case.others.value != Others::Ignore || self.entry(side, index).is_some())
    }

    /// Whether the sides may differ in how often this kernel runs: only where its entry says `any`. A count such as
    /// `0..=1` says what is right in general; here both sides must do the same.
    pub fn uncounted(&self, side: Side, index: usize) -> bool {
        self.entry(side, index).is_some_and(|entry| entry.count.value == Count::ANY)
    }

    /// Positions of kernels (not memory operations) that run on this side only, where that is to be reported.
    pub fn one_sided(&self, side: Side) -> Vec<usize> {
        let comparison = self.comparison;
        let reported = |i: usize| self.judged(side, i) && !comparison.is_memory(side, i) && !self.uncounted(side, i);
        let one_sided = |p: &Position| p.on(side.other()).is_none() && !p.moved && p.on(side).is_some_and(reported);
        (0..comparison.positions.len()).filter(|&at| one_sided(&comparison.positions[at])).collect()
    }

    /// A finding's label at a place of the spec; of a value that nothing sets, the key that would change it.
    pub fn said(&self, loc: &Loc, text: &str, key: &str) -> String {
        let default = loc.span == self.spec.name.loc.span && loc.file == self.spec.name.loc.file;
        if default { format!("{text}: the default, which `{key}` changes") } else { text.to_owned() }
    }

    /// Where the spec says what to expect of this kernel: its entry's count, else the rule for others.
    pub fn expectation(&self, side: Side, index: usize) -> &'a Loc {
        self.entry(side, index).map_or(&self.case.others.loc, |e| &e.count.loc)
    }
}
