//! Instances without marks: occurrences of a kernel sequence in the stream.

use super::group::{in_time_order, streams};
use super::lexicon::{Lexicon, Symbol};
use super::selection::Instance;
use crate::diag::Side;
use crate::kernel::{Families, KernelPattern, Level};
use crate::limits::{CONFIDENCE_FAMILY_ONLY, cost};
use crate::sequence;
use crate::spec::KernelEntry;
use crate::trace::Trace;

/// Occurrences and how sure the best of them is.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) instances: Vec<Instance>,
    /// In [0, 1]: of the cheapest hit.
    pub(super) confidence: f64,
}

/// Occurrences of `pattern` (symbols of the other side) in the scope, stream by stream.
pub(super) fn like(
    trace: &Trace,
    scope: &[u32],
    lexicon: &Lexicon,
    side: Side,
    pattern: &[Symbol],
    neighbours: &Neighbours<'_>,
) -> Found {
    occurrences(trace, scope, lexicon, side, pattern.len(), neighbours, |i, symbol| {
        lexicon.substitution(pattern[i], symbol)
    })
}

/// Occurrences of the families of `pattern`: another backend launches other names for the same work. Says
/// little about names, so its confidence is capped.
pub(super) fn like_families(
    trace: &Trace,
    scope: &[u32],
    lexicon: &Lexicon,
    side: Side,
    pattern: &[Symbol],
    neighbours: &Neighbours<'_>,
) -> Found {
    let mut found = occurrences(trace, scope, lexicon, side, pattern.len(), neighbours, |i, symbol| {
        match lexicon.level(pattern[i], symbol) {
            Some(Level::Family) => cost::EXTRA,
            _ => lexicon.substitution(pattern[i], symbol),
        }
    });
    found.confidence = found.confidence.min(CONFIDENCE_FAMILY_ONLY);
    found
}

/// Occurrences of the spec's kernel list, in its order: what the op should launch, whatever the mock does.
/// An entry whose count is `n` stands `n` times; one that may be absent is left away.
pub(super) fn expected(
    trace: &Trace,
    scope: &[u32],
    lexicon: &Lexicon,
    side: Side,
    entries: &[KernelEntry],
    families: &Families,
) -> Found {
    let pattern: Vec<&KernelEntry> =
        entries.iter().flat_map(|e| std::iter::repeat_n(e, e.count.least.min(64) as usize)).collect();
    // matches[entry][symbol], from any name with that symbol.
    let mut matches = vec![vec![false; lexicon.len()]; pattern.len()];
    for id in trace.names.ids() {
        let symbol = lexicon.symbol(side, id) as usize;
        for (i, entry) in pattern.iter().enumerate() {
            matches[i][symbol] |= entry.patterns.iter().any(|p| p.matches(trace.names.identity(id), families));
        }
    }
    let anywhere = Neighbours { after: None, before: None, families };
    occurrences(trace, scope, lexicon, side, pattern.len(), &anywhere, |i, symbol| {
        if matches[i][symbol as usize] { cost::SAME } else { cost::OTHER }
    })
}

fn occurrences(
    trace: &Trace,
    scope: &[u32],
    lexicon: &Lexicon,
    side: Side,
    length: usize,
    neighbours: &Neighbours<'_>,
    substitution: impl Fn(usize, Symbol) -> u32,
) -> Found {
    let mut found = Found::default();
    for stream in streams(trace, scope) {
        let text = lexicon.symbols(side, trace, &stream);
        for hit in sequence::search(&text, lexicon.len(), length, &substitution) {
            if !neighbours.allow(trace, &stream, hit.start, hit.end) {
                continue;
            }
            found.confidence = found.confidence.max(hit.confidence(length));
            found.instances.push(Instance { ops: stream[hit.start..hit.end].to_vec() });
        }
    }
    found.instances = in_time_order(trace, found.instances);
    found
}

/// What must stand right before and right after an occurrence: tells works apart that share all names.
#[derive(Debug)]
pub(super) struct Neighbours<'s> {
    pub(super) after: Option<&'s KernelPattern>,
    pub(super) before: Option<&'s KernelPattern>,
    pub(super) families: &'s Families,
}

impl Neighbours<'_> {
    fn allow(&self, trace: &Trace, stream: &[u32], start: usize, end: usize) -> bool {
        let is = |pattern: &KernelPattern, at: Option<&u32>| {
            at.is_some_and(|&op| pattern.matches(trace.names.identity(trace.ops.name(op)), self.families))
        };
        self.after.is_none_or(|p| start > 0 && is(p, stream.get(start - 1)))
            && self.before.is_none_or(|p| is(p, stream.get(end)))
    }
}
