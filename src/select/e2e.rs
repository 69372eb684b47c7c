//! The E2E's instances, given the mock's.

use super::finder::{Candidate, Finder, nothing};
use super::lexicon::Symbol;
use super::scope::Scope;
use super::search::{Found, Searcher};
use super::selection::{Instance, Method, NotFound, SecondOpinion, Selection};
use super::settle::{Classes, Model, Settled};
use super::{cut, group, notes, scope, settle};
use crate::diag::Side;
use crate::limits::{AGREEMENT, CONFIDENCE_CANDIDATE, CONFIDENCE_FOUND, SECOND_OPINION_OPS};
use crate::sequence::primitive_period;
use crate::spec::Each;
use crate::trace::Trace;

/// How instances are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Marks,
    Sequence,
    List,
    Families,
}

impl Finder<'_> {
    /// The first alternative that holds; may cut the mock's instances where one holds several iterations.
    pub(super) fn e2e(&self, mock_trace: &Trace, mock: &mut Selection) -> Result<Selection, Box<NotFound>> {
        let scope = scope::resolve(self.trace, self.spec, self.families);
        if let Some(problem) = scope.unmet.clone() {
            return Err(problem);
        }
        let mut tried = Vec::new();
        for each in self.alternatives() {
            let ways = match &each {
                Each::Like { .. } => {
                    if self.case.mock.repeats.is_none() {
                        let period = primitive_period(&mock.sequence);
                        cut::split(mock, mock.sequence.len() / period.max(1));
                    }
                    cut::turn_towards(self.lexicon, mock, || self.texts(&scope));
                    self.ways(&mock.sequence)
                }
                _ => vec![Way::Marks],
            };
            for way in ways {
                let candidate = self.candidate(way, &scope, &each, mock_trace, mock);
                if candidate.holds() {
                    return self.settle(scope, candidate, mock_trace, mock, &tried);
                }
                let said = if way == Way::Marks { nothing(&each).to_owned() } else { outcome(&candidate) };
                tried.push((candidate.how, said));
            }
        }
        Err(self.not_found(tried, &scope))
    }

    fn settle(
        &self,
        scope: Scope,
        mut found: Candidate,
        mock_trace: &Trace,
        mock: &mut Selection,
        tried: &[(String, String)],
    ) -> Result<Selection, Box<NotFound>> {
        let side = Side::E2e;
        let marks = !matches!(found.method, Method::Sequence | Method::Expected);
        let classes = self.classes(&mut found, &scope, mock, marks)?;
        let representative = mock.instances.first().cloned().unwrap_or_default();
        let model = Model { trace: mock_trace, sequence: &mock.sequence, instance: &representative };
        let exact = marks && scope.exact;
        let (mut settled, searched) = rayon::join(
            || settle::nearest_to(self.trace, self.lexicon, classes, &model, exact),
            || marks.then(|| self.search_beginning(&scope, model.sequence)),
        );
        settled.leave_out("alike, but without a critical kernel", found.dropped);
        settled.notes.extend(notes::misspelt(self, tried));
        settled.notes.extend(notes::compared_share(self, &scope, &settled));
        settled.notes.extend(notes::mixed_batches(self, &settled));
        settled.notes.extend(notes::open_ends(self, found.method, &settled));
        settled.drop_warm_up(self.trace, self.spec.warmup.as_ref());
        if !marks {
            settled.check_surroundings(self.trace, self.lexicon, side, &scope.ops);
        }
        let second = searched.and_then(|(end, found)| second_opinion(end, &found, &settled));
        Ok(self.selection(&found, settled, scope, second))
    }

    /// The instances found, by what they have in common; the mock is cut and turned towards what most of them are.
    fn classes(
        &self,
        found: &mut Candidate,
        scope: &Scope,
        mock: &mut Selection,
        marks: bool,
    ) -> Result<Classes, Box<NotFound>> {
        let classify = |instances| Classes::new(self.trace, self.lexicon, Side::E2e, instances);
        let mut instances = std::mem::take(&mut found.instances);
        let mut classes = None;
        if marks {
            let kept = if self.spec.repeats.is_some() { instances.clone() } else { Vec::new() };
            let all = classify(std::mem::replace(&mut instances, kept));
            let common = all.most_frequent().map_or(Vec::new(), |class| class.sequence().to_vec());
            self.refuse_long(found, common.len(), scope)?;
            if self.spec.repeats.is_none() && self.case.mock.repeats.is_none() {
                cut::split(mock, cut::pieces_towards(self.lexicon, &mock.sequence, &common));
            }
            cut::turn_towards(self.lexicon, mock, || vec![common]);
            classes = Some(all);
        }
        Ok(match (&self.spec.repeats, classes) {
            (Some(repeats), _) => classify(cut::chunks(instances, repeats.value.max(1) as usize)),
            (None, Some(classes)) => classes,
            (None, None) => classify(instances),
        })
    }

    /// By the mock's sequence, by the spec's kernel list, and by families alone. The list comes first where
    /// the mock lacks kernels of it: what is missing at an op's ends cannot be seen from the mock.
    fn ways(&self, pattern: &[Symbol]) -> Vec<Way> {
        let mut ways = vec![Way::Sequence];
        let entries = &self.case.kernels;
        if entries.iter().any(|e| e.count.least > 0) {
            // A list that names a part of the op only, where others must match too, finds that part only.
            let whole = entries.iter().map(|e| e.count.least as usize).sum::<usize>() * 2 > pattern.len();
            let first = if whole && self.mock_lacks_expected(pattern) { 0 } else { ways.len() };
            ways.insert(first, Way::List);
        }
        ways.push(Way::Families);
        ways
    }

    fn candidate(&self, way: Way, scope: &Scope, each: &Each, mock_trace: &Trace, mock: &Selection) -> Candidate {
        let (after, before) = match each {
            Each::Like { after, before } => (after.as_ref(), before.as_ref()),
            _ => (None, None),
        };
        let across_streams = mock.instances.first().is_some_and(|i| uses_several_streams(mock_trace, i));
        let searcher = Searcher { after, before, across_streams, ..self.searcher(scope) };
        let pattern = &mock.sequence;
        match way {
            Way::Marks => self.by_marks(scope, each),
            Way::Sequence => {
                Candidate::searched(Method::Sequence, "the mock's kernel sequence", searcher.like(pattern))
            }
            Way::List => Candidate::searched(Method::Expected, "the spec's kernel list", searcher.expected()),
            Way::Families => {
                let how = "the families of the mock's kernel sequence";
                Candidate::searched(Method::Sequence, how, searcher.like_families(pattern))
            }
        }
    }

    /// Whether the mock's sequence holds too few of some listed kernel.
    fn mock_lacks_expected(&self, pattern: &[Symbol]) -> bool {
        self.case.kernels.iter().any(|entry| {
            let count = pattern.iter().filter(|&&s| self.lexicon.matches(s, &entry.patterns, self.families)).count();
            (count as u32) < entry.count.least
        })
    }

    /// The scope's symbols, stream by stream.
    fn texts(&self, scope: &Scope) -> Vec<Vec<Symbol>> {
        let streams = group::streams(self.trace, &scope.ops);
        streams.iter().map(|s| self.lexicon.symbols(self.spec.side, self.trace, s)).collect()
    }

    /// Searches the scope for the mock's sequence, from its start on for as long as it takes to tell; also the end of what
    /// was searched.
    fn search_beginning(&self, scope: &Scope, pattern: &[Symbol]) -> (u32, Found) {
        let ops = scope.ops.first(SECOND_OPINION_OPS);
        (ops.end(), Searcher { scope: &ops, ..self.searcher(scope) }.like(pattern))
    }
}

/// Whether searching for the mock's sequence up to `end` found the op where the marks say it is. Nothing to say where the
/// mock differs too much to be found.
fn second_opinion(end: u32, found: &Found, settled: &Settled) -> Option<SecondOpinion> {
    if found.instances.is_empty() || found.confidence < CONFIDENCE_FOUND {
        return None;
    }
    let within = |i: &&Instance| i.ops.iter().all(|&op| op < end);
    let marked: Vec<&Instance> = settled.instances.iter().filter(within).collect();
    let overlap = overlap(end, &marked, &found.instances.iter().collect::<Vec<_>>());
    Some(SecondOpinion { how: "the mock's kernel sequence".to_owned(), overlap, agrees: overlap >= AGREEMENT })
}

fn uses_several_streams(trace: &Trace, instance: &Instance) -> bool {
    let mut streams = instance.ops.iter().map(|&op| trace.op(op).stream);
    let first = streams.next();
    streams.any(|s| Some(s) != first)
}

fn outcome(candidate: &Candidate) -> String {
    match candidate.instances.len() {
        0 => "no occurrence".to_owned(),
        n if candidate.confidence >= CONFIDENCE_CANDIDATE => {
            format!("{n} weak occurrences only ({:.0}% alike)", candidate.confidence * 100.0)
        }
        _ => "no occurrence that is alike".to_owned(),
    }
}

/// The share of the smaller selection's instances of which at least half the operations belong to the other; all
/// operations lie before `end`.
fn overlap(end: u32, a: &[&Instance], b: &[&Instance]) -> f64 {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if small.is_empty() {
        return 0.0;
    }
    let mut held = vec![false; end as usize];
    for &op in large.iter().flat_map(|i| &i.ops) {
        held[op as usize] = true;
    }
    let shared =
        small.iter().filter(|i| i.ops.iter().filter(|&&op| held[op as usize]).count() * 2 >= i.ops.len()).count();
    shared as f64 / small.len() as f64
}
