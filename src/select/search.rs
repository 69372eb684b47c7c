//! Instances without marks: occurrences of a kernel sequence in the stream.

use super::group::{merged, streams};
use super::lexicon::{Lexicon, Symbol};
use super::selection::Instance;
use super::stretches::Stretches;
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
    pub(super) scope: &'a Stretches,
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

/// A stretch of one of the texts that are searched.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    text: u32,
    start: u32,
    end: u32,
    confidence: f64,
}

/// Occurrences in the texts they stand in.
struct Occurrences {
    /// Operations, stream by stream.
    texts: Vec<Vec<u32>>,
    /// In time order.
    found: Vec<Occurrence>,
}

impl Occurrences {
    fn ops(&self, of: &Occurrence) -> &[u32] {
        &self.texts[of.text as usize][of.start as usize..of.end as usize]
    }

    fn instances(&self) -> Vec<Instance> {
        self.found.iter().map(|of| Instance { ops: self.ops(of).to_vec() }).collect()
    }
}

impl Searcher<'_> {
    /// Occurrences of `pattern` (symbols of the other side), stream by stream.
    pub(super) fn like(&self, pattern: &[Symbol]) -> Found {
        let absent: Vec<u32> = pattern.iter().map(|&s| self.absent(s)).collect();
        let mut occurrences = self.occurrences(&absent, &|i, symbol| self.lexicon.substitution(pattern[i], symbol));
        let mut found = Found { confidence: best(&occurrences.found), ..Found::default() };
        self.confirm(&mut occurrences, &mut found);
        // Where the very kernels are found, occurrences of mere relatives (other tiles) are other works.
        let mut own = vec![false; self.lexicon.len()];
        pattern.iter().for_each(|&symbol| own[symbol as usize] = true);
        let has_one: Vec<bool> =
            occurrences.found.iter().map(|of| occurrences.ops(of).iter().any(|&op| own[self.symbol(op)])).collect();
        if has_one.contains(&true) {
            let mut has_one = has_one.into_iter();
            occurrences.found.retain(|_| has_one.next().unwrap_or(false));
        }
        self.extend(&mut occurrences);
        found.instances = occurrences.instances();
        found
    }

    /// Occurrences of the families of `pattern`: another backend launches other names for the same work. Says
    /// little about names, so its confidence is capped.
    pub(super) fn like_families(&self, pattern: &[Symbol]) -> Found {
        let absent = vec![cost::ABSENT; pattern.len()];
        let occurrences = self.occurrences(&absent, &|i, symbol| match self.lexicon.level(pattern[i], symbol) {
            Some(Level::Family) => cost::EXTRA,
            _ => self.lexicon.substitution(pattern[i], symbol),
        });
        let confidence = best(&occurrences.found).min(CONFIDENCE_FAMILY_ONLY);
        Found { instances: occurrences.instances(), confidence, ..Found::default() }
    }

    /// Occurrences of the spec's kernel list, in its order: what the op should launch, whatever the mock does.
    /// An entry whose count is `n` stands `n` times; one that may be absent is left away.
    pub(super) fn expected(&self) -> Found {
        let listed = self.entries.iter().flat_map(|e| std::iter::repeat_n(e, e.count.least.min(64) as usize));
        let matches: Vec<Vec<bool>> = listed.map(|entry| self.matching(|e| std::ptr::eq(e, entry))).collect();
        let absent = vec![cost::ABSENT; matches.len()];
        let mut occurrences = self.occurrences(&absent, &|i, symbol| {
            if matches[i][symbol as usize] { cost::SAME } else { cost::OTHER }
        });
        self.extend(&mut occurrences);
        let confidence = best(&occurrences.found);
        Found { instances: occurrences.instances(), confidence, ..Found::default() }
    }

    /// Per symbol, whether an entry of this kind names it.
    fn matching(&self, kind: impl Fn(&KernelEntry) -> bool) -> Vec<bool> {
        let named = |s| self.entries.iter().any(|e| kind(e) && self.lexicon.matches(s, &e.patterns, self.families));
        (0..self.lexicon.len() as Symbol).map(named).collect()
    }

    fn symbol(&self, op: u32) -> usize {
        self.lexicon.symbol(self.side, self.trace.ops.name(op)) as usize
    }

    /// What it costs to leave a kernel out: more if it makes the op what it is.
    fn absent(&self, symbol: Symbol) -> u32 {
        let critical = |e: &KernelEntry| e.critical && self.lexicon.matches(symbol, &e.patterns, self.families);
        let core = self.lexicon.is_core(symbol) || self.entries.iter().any(critical);
        if core { cost::CORE_ABSENT } else { cost::ABSENT }
    }

    fn occurrences(&self, absent: &[u32], substitution: &dyn Fn(usize, Symbol) -> u32) -> Occurrences {
        let pattern = Pattern { absent, substitution };
        let texts = if self.across_streams { merged(self.trace, self.scope) } else { streams(self.trace, self.scope) };
        let mut found: Vec<Occurrence> = Vec::new();
        for (text, stream) in texts.iter().enumerate() {
            let symbols = self.lexicon.symbols(self.side, self.trace, stream);
            let hits = sequence::search(&symbols, self.lexicon.len(), &pattern, HIT_COST);
            let hits = hits.into_iter().filter(|hit| self.has_neighbours(stream, hit.start, hit.end));
            found.extend(hits.map(|hit| Occurrence {
                text: text as u32,
                start: hit.start as u32,
                end: hit.end as u32,
                confidence: pattern.confidence(&hit),
            }));
        }
        // What is only half as alike as the best is something else.
        let least = best(&found) * HIT_ALIKE;
        found.retain(|of| of.confidence > least);
        found.sort_by_key(|of| texts[of.text as usize][of.start as usize]);
        Occurrences { texts, found }
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
    fn confirm(&self, occurrences: &mut Occurrences, found: &mut Found) {
        let critical: Vec<Vec<bool>> =
            self.entries.iter().filter(|e| e.critical).map(|entry| self.matching(|e| std::ptr::eq(e, entry))).collect();
        if critical.is_empty() {
            return;
        }
        let holds_all = |of: &Occurrence| {
            let ops = occurrences.ops(of);
            critical.iter().all(|named| ops.iter().any(|&op| named[self.symbol(op)]))
        };
        let holding: Vec<bool> = occurrences.found.iter().map(holds_all).collect();
        if holding.contains(&true) {
            found.dropped = holding.iter().filter(|holds| !**holds).count();
            found.confirmed = true;
            let mut holding = holding.into_iter();
            occurrences.found.retain(|_| holding.next().unwrap_or(false));
        }
    }

    /// Lets each occurrence grow over neighbours that the list names too: optional kernels at the op's ends.
    fn extend(&self, occurrences: &mut Occurrences) {
        let listed = self.matching(|_| true);
        let mut held = vec![false; self.trace.len()];
        for &op in occurrences.found.iter().flat_map(|of| occurrences.ops(of)) {
            held[op as usize] = true;
        }
        for of in &mut occurrences.found {
            let text = &occurrences.texts[of.text as usize];
            let mut take = |op: u32| {
                let free = listed[self.symbol(op)] && !held[op as usize];
                held[op as usize] |= free;
                free
            };
            while text.get(of.end as usize).is_some_and(|&op| take(op)) {
                of.end += 1;
            }
            while of.start > 0 && take(text[of.start as usize - 1]) {
                of.start -= 1;
            }
        }
    }
}

/// The confidence of the occurrence that is most alike.
fn best(found: &[Occurrence]) -> f64 {
    found.iter().map(|of| of.confidence).fold(0.0, f64::max)
}
