//! One numbering of kernels for both traces, with the graded cost of taking one for another.

use super::cut_off::{CutOff, alike};
use crate::diag::{Side, Spanned};
use crate::kernel::{Families, FamilyId, Identity, KernelPattern, Level};
use crate::limits::cost;
use crate::trace::{NameId, Trace};
use rustc_hash::FxHashMap;

/// A kernel's number: equal for all names with the same normalised spelling, on both sides, and for all that a name which
/// was cut off may be.
pub type Symbol = u32;

#[derive(Debug)]
struct Entry {
    identity: Identity,
    base: u32,
    family: Option<FamilyId>,
    /// Copies, fills and elementwise work: their family says nothing about their purpose.
    glue: bool,
    /// Bookkeeping, checks and set-up: part of no operation.
    around: bool,
    core: bool,
    /// Comes and goes with another kernel's variant.
    companion: bool,
    /// Further kernels that it may be, where a name was cut off.
    may_be: Vec<Identity>,
    cut_off: Option<CutOff>,
}

/// Symbols of the names of a mock's and an E2E's trace.
#[derive(Debug)]
pub struct Lexicon {
    entries: Vec<Entry>,
    of_name: [Vec<Symbol>; 2],
}

impl Lexicon {
    pub fn new(mock: &Trace, e2e: &Trace, families: &Families) -> Self {
        let mut lexicon = Self { entries: Vec::new(), of_name: [Vec::new(), Vec::new()] };
        let mut symbols: FxHashMap<String, Symbol> = FxHashMap::default();
        let mut bases: FxHashMap<String, u32> = FxHashMap::default();
        for (side, trace) in [mock, e2e].into_iter().enumerate() {
            for id in trace.names.ids() {
                let name = trace.names.identity(id);
                let next = lexicon.entries.len() as Symbol;
                let symbol = *symbols.entry(name.normalised.clone()).or_insert(next);
                if symbol == next {
                    let next_base = bases.len() as u32;
                    let family = families.of(name);
                    let row = family.and_then(|f| families.get(f));
                    lexicon.entries.push(Entry {
                        identity: name.clone(),
                        base: *bases.entry(name.base.clone()).or_insert(next_base),
                        family,
                        glue: row.is_none_or(|f| f.glue),
                        around: row.is_some_and(|f| f.around),
                        core: row.is_some_and(|f| f.core),
                        companion: row.is_some_and(|f| f.companion),
                        may_be: Vec::new(),
                        cut_off: None,
                    });
                }
                lexicon.of_name[side].push(symbol);
            }
        }
        lexicon.join_alike();
        lexicon
    }

    /// Gives one symbol to all kernels that a name which was cut off may be.
    fn join_alike(&mut self) {
        let groups = alike(&self.entries.iter().map(|entry| &entry.identity).collect::<Vec<_>>());
        for group in groups {
            let Some((&first, others)) = group.symbols.split_first() else { continue };
            let may_be = others.iter().map(|&other| self.entries[other as usize].identity.clone()).collect();
            let entry = &mut self.entries[first as usize];
            (entry.may_be, entry.cut_off) = (may_be, Some(group.cut_off));
            for symbol in self.of_name.iter_mut().flatten().filter(|symbol| others.contains(symbol)) {
                *symbol = first;
            }
        }
    }

    /// What stands behind a symbol of which a name was cut off.
    pub fn cut_off(&self, symbol: Symbol) -> Option<CutOff> {
        self.entries[symbol as usize].cut_off
    }

    /// The number of symbols; each is below it.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn symbol(&self, side: Side, name: NameId) -> Symbol {
        self.of_name[index(side)][name.0 as usize]
    }

    /// The symbols of operations, in their order.
    pub fn symbols(&self, side: Side, trace: &Trace, ops: &[u32]) -> Vec<Symbol> {
        ops.iter().map(|&op| self.symbol(side, trace.ops.name(op))).collect()
    }

    pub fn normalised(&self, symbol: Symbol) -> &str {
        &self.entries[symbol as usize].identity.normalised
    }

    /// The name the symbol was first met under.
    pub fn identity(&self, symbol: Symbol) -> &Identity {
        &self.entries[symbol as usize].identity
    }

    /// Whether any of the patterns matches the kernel, or one that it may be.
    pub fn matches(&self, symbol: Symbol, patterns: &[Spanned<KernelPattern>], families: &Families) -> bool {
        let entry = &self.entries[symbol as usize];
        let matches = |identity: &Identity| patterns.iter().any(|pattern| pattern.matches(identity, families));
        matches(&entry.identity) || entry.may_be.iter().any(matches)
    }

    pub fn family(&self, symbol: Symbol) -> Option<FamilyId> {
        self.entries[symbol as usize].family
    }

    /// Whether the kernel is the heart of an operation (attention, expert GEMM).
    pub fn is_core(&self, symbol: Symbol) -> bool {
        self.entries[symbol as usize].core
    }

    /// Whether the kernel follows from the variant of another one (a split-K reduction from its GEMM).
    pub fn is_companion(&self, symbol: Symbol) -> bool {
        self.entries[symbol as usize].companion
    }

    /// Whether the kernel's family says nothing about its purpose.
    pub fn is_glue(&self, symbol: Symbol) -> bool {
        self.entries[symbol as usize].glue
    }

    /// Whether the kernel belongs to what runs around operations, and to none of them.
    pub fn is_around(&self, symbol: Symbol) -> bool {
        self.entries[symbol as usize].around
    }

    /// The finest level at which two kernels are the same, up to normalised spelling.
    pub fn level(&self, a: Symbol, b: Symbol) -> Option<Level> {
        let (x, y) = (&self.entries[a as usize], &self.entries[b as usize]);
        if a == b {
            Some(Level::Normalised)
        } else if x.base == y.base {
            Some(Level::Base)
        } else if x.family.is_some() && x.family == y.family && !x.glue && !x.around {
            Some(Level::Family)
        } else {
            None
        }
    }

    /// The cost, in tenths, of taking one kernel for another.
    pub fn substitution(&self, a: Symbol, b: Symbol) -> u32 {
        match self.level(a, b) {
            Some(Level::Normalised | Level::Exact) => cost::SAME,
            Some(Level::Base) => cost::BASE,
            Some(Level::Family) => cost::FAMILY,
            None => cost::OTHER,
        }
    }
}

fn index(side: Side) -> usize {
    usize::from(side == Side::E2e)
}
