//! Instances without marks: occurrences of a kernel sequence in the stream.

use super::group::{in_time_order, streams};
use super::lexicon::{Lexicon, Symbol};
use super::selection::Instance;
use crate::diag::Side;
use crate::kernel::{Families, KernelPattern, Level};
use crate::limits::{CONFIDENCE_FAMILY_ONLY, CONFIDENCE_FOUND, HIT_COST, cost};
use crate::sequence;
use crate::spec::KernelEntry;
use crate::trace::Trace;

/// Occurrences and how sure the best of them is.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) instances: Vec<Instance>,
    /// In [0, 1]: of the cheapest hit.
    pub(super) confidence: f64,
    /// A second sign agrees with a confidence that alone would not do.
    pub(super) confirmed: bool,
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
    neighbours: &Neighbours<'_>,
) -> Found {
    let families = neighbours.families;
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
    let mut found = occurrences(trace, scope, lexicon, side, pattern.len(), neighbours, |i, symbol| {
        if matches[i][symbol as usize] { cost::SAME } else { cost::OTHER }
    });
    let listed: Vec<bool> = (0..lexicon.len() as Symbol)
        .map(|symbol| entries.iter().any(|e| lexicon.matches(symbol, &e.patterns, families)))
        .collect();
    extend(trace, scope, lexicon, side, &listed, &mut found.instances);
    found
}

/// Lets each instance grow over neighbours that the list names too: optional kernels at the op's ends.
fn extend(trace: &Trace, scope: &[u32], lexicon: &Lexicon, side: Side, listed: &[bool], instances: &mut [Instance]) {
    let mut held = vec![false; trace.len()];
    for &op in instances.iter().flat_map(|i| &i.ops) {
        held[op as usize] = true;
    }
    let mut place = vec![(u32::MAX, u32::MAX); trace.len()];
    let streams = streams(trace, scope);
    for (s, stream) in streams.iter().enumerate() {
        for (i, &op) in stream.iter().enumerate() {
            place[op as usize] = (s as u32, i as u32);
        }
    }
    for instance in instances {
        let (Some(&first), Some(&last)) = (instance.ops.first(), instance.ops.last()) else { continue };
        let stream = &streams[place[first as usize].0 as usize];
        let mut free = |op: u32| {
            let is = listed[lexicon.symbol(side, trace.ops.name(op)) as usize] && !held[op as usize];
            held[op as usize] |= is;
            is
        };
        let (mut start, mut end) = (place[first as usize].1 as usize, place[last as usize].1 as usize + 1);
        while end < stream.len() && free(stream[end]) {
            end += 1;
        }
        while start > 0 && free(stream[start - 1]) {
            start -= 1;
        }
        instance.ops = stream[start..end].to_vec();
    }
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
        for hit in sequence::search(&text, lexicon.len(), length, HIT_COST, &substitution) {
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

impl Found {
    /// Whether the occurrences can be taken: alike enough, or somewhat alike and each with every critical kernel
    /// of the spec's list, which is a second, independent sign. The others are dropped then.
    pub(super) fn confirm(
        mut self,
        trace: &Trace,
        lexicon: &Lexicon,
        side: Side,
        entries: &[KernelEntry],
        families: &Families,
    ) -> Self {
        if self.confidence >= CONFIDENCE_FOUND || !entries.iter().any(|e| e.critical) {
            return self;
        }
        let holds_all = |instance: &Instance| {
            let symbols = lexicon.symbols(side, trace, &instance.ops);
            entries
                .iter()
                .filter(|e| e.critical)
                .all(|e| symbols.iter().any(|&s| lexicon.matches(s, &e.patterns, families)))
        };
        self.instances.retain(holds_all);
        self.confirmed = !self.instances.is_empty();
        self
    }
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
