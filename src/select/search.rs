//! Instances without marks: occurrences of a kernel sequence in the stream.

use super::group::{in_time_order, merged, streams};
use super::lexicon::{Lexicon, Symbol};
use super::selection::Instance;
use crate::diag::Side;
use crate::kernel::{Families, KernelPattern, Level};
use crate::limits::{CONFIDENCE_FAMILY_ONLY, HIT_ALIKE, HIT_COST, cost};
use crate::sequence::{self, Pattern};
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
    /// Occurrences that are alike but lack a critical kernel.
    pub(super) dropped: usize,
}

/// Where to search, and by what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Searcher<'a> {
    pub(super) trace: &'a Trace,
    pub(super) scope: &'a [u32],
    pub(super) lexicon: &'a Lexicon,
    pub(super) side: Side,
    pub(super) entries: &'a [KernelEntry],
    pub(super) families: &'a Families,
    /// What must stand right before and right after an occurrence: tells works apart that share all names.
    pub(super) after: Option<&'a KernelPattern>,
    pub(super) before: Option<&'a KernelPattern>,
    /// The pattern's kernels ran on several streams: all streams of a device are searched as one.
    pub(super) across_streams: bool,
}

impl Searcher<'_> {
    /// Occurrences of `pattern` (symbols of the other side), stream by stream.
    pub(super) fn like(&self, pattern: &[Symbol]) -> Found {
        let absent: Vec<u32> = pattern.iter().map(|&s| self.absent(s)).collect();
        let found = self.occurrences(&absent, &|i, symbol| self.lexicon.substitution(pattern[i], symbol));
        let mut found = self.confirm(found);
        // Where the very kernels are found, occurrences of mere relatives (other tiles) are other works.
        let has_one = |i: &Instance| {
            i.ops.iter().any(|&op| pattern.contains(&self.lexicon.symbol(self.side, self.trace.ops.name(op))))
        };
        if found.instances.iter().any(has_one) {
            found.instances.retain(has_one);
        }
        self.extend(&mut found.instances);
        found
    }

    /// Occurrences of the families of `pattern`: another backend launches other names for the same work. Says
    /// little about names, so its confidence is capped.
    pub(super) fn like_families(&self, pattern: &[Symbol]) -> Found {
        let absent = vec![cost::ABSENT; pattern.len()];
        let mut found = self.occurrences(&absent, &|i, symbol| match self.lexicon.level(pattern[i], symbol) {
            Some(Level::Family) => cost::EXTRA,
            _ => self.lexicon.substitution(pattern[i], symbol),
        });
        found.confidence = found.confidence.min(CONFIDENCE_FAMILY_ONLY);
        found
    }

    /// Occurrences of the spec's kernel list, in its order: what the op should launch, whatever the mock does.
    /// An entry whose count is `n` stands `n` times; one that may be absent is left away.
    pub(super) fn expected(&self) -> Found {
        let listed = self.entries.iter().flat_map(|e| std::iter::repeat_n(e, e.count.least.min(64) as usize));
        let pattern: Vec<&KernelEntry> = listed.collect();
        let matches: Vec<Vec<bool>> = pattern
            .iter()
            .map(|entry| {
                let symbols = 0..self.lexicon.len() as Symbol;
                symbols.map(|s| self.lexicon.matches(s, &entry.patterns, self.families)).collect()
            })
            .collect();
        let absent = vec![cost::ABSENT; pattern.len()];
        let mut found = self.occurrences(&absent, &|i, symbol| {
            if matches[i][symbol as usize] { cost::SAME } else { cost::OTHER }
        });
        self.extend(&mut found.instances);
        found
    }

    /// What it costs to leave a kernel out: more if it makes the op what it is.
    fn absent(&self, symbol: Symbol) -> u32 {
        let critical = |e: &KernelEntry| e.critical && self.lexicon.matches(symbol, &e.patterns, self.families);
        let core = self.lexicon.is_core(symbol) || self.entries.iter().any(critical);
        if core { cost::CORE_ABSENT } else { cost::ABSENT }
    }

    fn occurrences(&self, absent: &[u32], substitution: &dyn Fn(usize, Symbol) -> u32) -> Found {
        let pattern = Pattern { absent, substitution };
        let mut found = Found::default();
        let mut confidences: Vec<f64> = Vec::new();
        for stream in self.texts() {
            let text = self.lexicon.symbols(self.side, self.trace, &stream);
            for hit in sequence::search(&text, self.lexicon.len(), &pattern, HIT_COST) {
                if self.has_neighbours(&stream, hit.start, hit.end) {
                    confidences.push(pattern.confidence(&hit));
                    found.instances.push(Instance { ops: stream[hit.start..hit.end].to_vec() });
                }
            }
        }
        // What is only half as alike as the best is something else.
        let best = confidences.iter().copied().fold(0.0, f64::max);
        let mut alike = confidences.into_iter().map(|c| c > best * HIT_ALIKE);
        found.instances.retain(|_| alike.next().unwrap_or(false));
        found.confidence = best;
        found.instances = in_time_order(self.trace, found.instances);
        found
    }

    fn texts(&self) -> Vec<Vec<u32>> {
        if self.across_streams { merged(self.trace, self.scope) } else { streams(self.trace, self.scope) }
    }

    fn has_neighbours(&self, stream: &[u32], start: usize, end: usize) -> bool {
        let is = |pattern: &KernelPattern, at: Option<&u32>| {
            at.is_some_and(|&op| pattern.matches(self.trace.names.identity(self.trace.ops.name(op)), self.families))
        };
        self.after.is_none_or(|p| start > 0 && is(p, stream.get(start - 1)))
            && self.before.is_none_or(|p| is(p, stream.get(end)))
    }

    /// Drops occurrences without the spec's critical kernels if any has them all. Where the likeness alone would not
    /// do, holding them is a second, independent sign.
    fn confirm(&self, mut found: Found) -> Found {
        let critical: Vec<&KernelEntry> = self.entries.iter().filter(|e| e.critical).collect();
        let holds_all = |instance: &Instance| {
            let symbols = self.lexicon.symbols(self.side, self.trace, &instance.ops);
            let held = |e: &&KernelEntry| symbols.iter().any(|&s| self.lexicon.matches(s, &e.patterns, self.families));
            critical.iter().all(held)
        };
        if !critical.is_empty() && found.instances.iter().any(holds_all) {
            let before = found.instances.len();
            found.instances.retain(holds_all);
            found.dropped = before - found.instances.len();
            found.confirmed = true;
        }
        found
    }

    /// Lets each instance grow over neighbours that the list names too: optional kernels at the op's ends.
    fn extend(&self, instances: &mut [Instance]) {
        let listed: Vec<bool> = (0..self.lexicon.len() as Symbol)
            .map(|s| self.entries.iter().any(|e| self.lexicon.matches(s, &e.patterns, self.families)))
            .collect();
        let mut held = vec![false; self.trace.len()];
        for &op in instances.iter().flat_map(|i| &i.ops) {
            held[op as usize] = true;
        }
        let streams = self.texts();
        let mut place = vec![(0, 0); self.trace.len()];
        for (s, stream) in streams.iter().enumerate() {
            for (i, &op) in stream.iter().enumerate() {
                place[op as usize] = (s, i);
            }
        }
        for instance in instances {
            let (Some(&first), Some(&last)) = (instance.ops.first(), instance.ops.last()) else { continue };
            let stream = &streams[place[first as usize].0];
            let mut take = |op: u32| {
                let free =
                    listed[self.lexicon.symbol(self.side, self.trace.ops.name(op)) as usize] && !held[op as usize];
                held[op as usize] |= free;
                free
            };
            let (mut start, mut end) = (place[first as usize].1, place[last as usize].1 + 1);
            while end < stream.len() && take(stream[end]) {
                end += 1;
            }
            while start > 0 && take(stream[start - 1]) {
                start -= 1;
            }
            instance.ops = stream[start..end].to_vec();
        }
    }
}
