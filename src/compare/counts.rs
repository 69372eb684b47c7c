//! How often kernels run in one instance.

use crate::kernel::Families;
use crate::select::{Selected, Symbol};
use crate::spec::Case;

/// One entry of the spec, counted on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryCount {
    /// Index into the case's kernel entries.
    pub entry: usize,
    pub mock: u32,
    pub e2e: u32,
}

/// One kernel, counted on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelCount {
    pub symbol: Symbol,
    /// The first entry that names it.
    pub entry: Option<usize>,
    pub mock: u32,
    pub e2e: u32,
}

/// Per entry of the case, from the counts of its kernels.
pub(super) fn entries(counts: &[KernelCount], case: &Case) -> Vec<EntryCount> {
    let mut entries: Vec<EntryCount> =
        (0..case.kernels.len()).map(|entry| EntryCount { entry, mock: 0, e2e: 0 }).collect();
    for count in counts {
        if let Some(entry) = count.entry.and_then(|entry| entries.get_mut(entry)) {
            entry.mock += count.mock;
            entry.e2e += count.e2e;
        }
    }
    entries
}

/// The first entry of the case that names a kernel.
fn claims(selected: &Selected, case: &Case, families: &Families, symbol: Symbol) -> Option<usize> {
    case.kernels.iter().position(|entry| selected.lexicon.matches(symbol, &entry.patterns, families))
}

pub(super) fn kernels(selected: &Selected, case: &Case, families: &Families) -> Vec<KernelCount> {
    let mut counts: Vec<KernelCount> = Vec::new();
    let mut add = |symbol: Symbol, mock: u32, e2e: u32| match counts.iter_mut().find(|c| c.symbol == symbol) {
        Some(count) => {
            count.mock += mock;
            count.e2e += e2e;
        }
        None => counts.push(KernelCount { symbol, entry: claims(selected, case, families, symbol), mock, e2e }),
    };
    for &symbol in &selected.mock.sequence {
        add(symbol, 1, 0);
    }
    for &symbol in &selected.e2e.sequence {
        add(symbol, 0, 1);
    }
    counts
}
