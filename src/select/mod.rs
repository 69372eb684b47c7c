//! Finds the instances of the op on both sides: the mock's first, then the E2E's given the mock's.
//!
//! *Where* to look (process, enclosing ranges) is kept apart from *what one instance is* (alternatives tried
//! in order). Each selection says how it was found, how sure it is, what was left out, and whether a second
//! method agrees.

mod auto;
mod cut;
mod group;
mod lexicon;
mod scope;
mod search;
mod selection;
mod settle;

pub use lexicon::{Lexicon, Symbol};
pub use selection::{Instance, LeftOut, Method, NotFound, SecondOpinion, Selection, SelectionNote};

use crate::diag::{Loc, Severity, Side, escape, shorten};
use crate::kernel::Families;
use crate::limits::{AGREEMENT, CONFIDENCE_CANDIDATE, CONFIDENCE_FOUND};
use crate::sequence::primitive_period;
use crate::spec::{Case, Each, SideSpec};
use crate::trace::framework::{Phase, phase};
use crate::trace::{ContextId, RangeName, Trace};
use scope::Scope;
use search::Searcher;
use settle::{Model, Settled};

/// Both sides' instances in one numbering of kernels.
#[derive(Debug)]
pub struct Selected {
    pub lexicon: Lexicon,
    pub mock: Selection,
    pub e2e: Selection,
}

impl Selected {
    pub fn side(&self, side: Side) -> &Selection {
        match side {
            Side::Mock => &self.mock,
            Side::E2e => &self.e2e,
        }
    }
}

/// Selects on both sides.
///
/// # Errors
/// [`NotFound`] for the side on which nothing was found, with what was tried.
pub fn select(case: &Case, mock: &Trace, e2e: &Trace, families: &Families) -> Result<Selected, Box<NotFound>> {
    let lexicon = Lexicon::new(mock, e2e, families);
    let mut mock_side = Finder { trace: mock, spec: &case.mock, case, families, lexicon: &lexicon }.mock()?;
    let e2e_side =
        Finder { trace: e2e, spec: &case.e2e, case, families, lexicon: &lexicon }.e2e(mock, &mut mock_side)?;
    Ok(Selected { lexicon, mock: mock_side, e2e: e2e_side })
}

/// What one alternative gave.
struct Candidate {
    method: Method,
    how: String,
    confidence: f64,
    confirmed: bool,
    instances: Vec<Instance>,
}

struct Finder<'a> {
    trace: &'a Trace,
    spec: &'a SideSpec,
    case: &'a Case,
    families: &'a Families,
    lexicon: &'a Lexicon,
}

impl Finder<'_> {
    fn mock(&self) -> Result<Selection, Box<NotFound>> {
        let scope = scope::resolve(self.trace, self.spec, self.families);
        let mut tried = Vec::new();
        let mut first: Option<Candidate> = None;
        let mut second: Option<Candidate> = None;
        for each in self.alternatives() {
            // A period is a guess beside a mark: no second opinion.
            if first.is_some() && each == Each::Period {
                break;
            }
            let candidate = self.by_marks(&scope, &each);
            if candidate.instances.is_empty() {
                tried.push((candidate.how, "no GPU work".to_owned()));
            } else if first.is_none() {
                first = Some(candidate);
            } else {
                second = Some(candidate);
                break;
            }
        }
        let Some(found) = first else { return Err(self.not_found(tried, &scope)) };
        let mut settled = settle::most_frequent(self.trace, self.lexicon, Side::Mock, found.instances);
        let second = second.map(|other| self.same_sequence(&settled.sequence, other));
        let pieces = self.spec.repeats.as_ref().map_or(1, |r| r.value.max(1) as usize);
        if settled.sequence.len().is_multiple_of(pieces) {
            settled.sequence.truncate(settled.sequence.len() / pieces);
            settled.instances = cut::chunks(std::mem::take(&mut settled.instances), pieces);
        }
        settled.drop_warm_up(self.trace, self.spec.warmup.as_ref().map_or(0, |w| w.value as usize));
        Ok(self.selection(found.method, found.how, found.confidence, settled, scope, second))
    }

    /// The E2E's instances; may split the mock's instances where one holds several iterations.
    fn e2e(&self, mock_trace: &Trace, mock: &mut Selection) -> Result<Selection, Box<NotFound>> {
        let scope = scope::resolve(self.trace, self.spec, self.families);
        let mut tried = Vec::new();
        for each in self.alternatives() {
            let marks = !matches!(each, Each::Like { .. });
            let candidates = if marks {
                vec![self.by_marks(&scope, &each)]
            } else {
                if self.case.mock.repeats.is_none() {
                    let period = primitive_period(&mock.sequence);
                    cut::split(mock, mock.sequence.len() / period.max(1));
                }
                cut::turn_towards(self.lexicon, mock, &self.texts(&scope));
                self.by_sequence(&scope, &each, &mock.sequence)
            };
            for candidate in candidates {
                let sure = candidate.confidence >= CONFIDENCE_FOUND || candidate.confirmed;
                if candidate.instances.is_empty() || !sure {
                    tried.push((candidate.how, outcome(&candidate.instances, candidate.confidence)));
                    continue;
                }
                return Ok(self.settle_e2e(scope, candidate, mock_trace, mock, marks));
            }
        }
        Err(self.not_found(tried, &scope))
    }

    fn settle_e2e(
        &self,
        scope: Scope,
        found: Candidate,
        mock_trace: &Trace,
        mock: &mut Selection,
        marks: bool,
    ) -> Selection {
        let side = Side::E2e;
        let mut instances = found.instances;
        if marks {
            let e2e = settle::most_frequent(self.trace, self.lexicon, side, instances.clone()).sequence;
            if self.spec.repeats.is_none() && self.case.mock.repeats.is_none() {
                cut::split(mock, cut::pieces_towards(self.lexicon, &mock.sequence, &e2e));
            }
            cut::turn_towards(self.lexicon, mock, &[e2e]);
        }
        if let Some(repeats) = &self.spec.repeats {
            instances = cut::chunks(instances, repeats.value.max(1) as usize);
        }
        let representative = mock.instances.first().cloned().unwrap_or_default();
        let model = Model { trace: mock_trace, sequence: &mock.sequence, instance: &representative };
        let mut settled = settle::nearest_to(self.trace, self.lexicon, side, instances, &model, marks && scope.exact);
        settled.drop_warm_up(self.trace, self.spec.warmup.as_ref().map_or(0, |w| w.value as usize));
        settled.notes.extend(self.mixed_batches(&settled));
        let second = if marks {
            self.second_by_sequence(&scope, mock, &settled)
        } else {
            settled.check_surroundings(self.trace, self.lexicon, side, &scope.ops);
            None
        };
        self.selection(found.method, found.how, found.confidence, settled, scope, second)
    }

    /// A range named decode may hold prefill chunks too, where the framework says so.
    fn mixed_batches(&self, settled: &Settled) -> Option<SelectionNote> {
        let mixed = |name: &RangeName| phase(&name.text) == Some(Phase::Mixed);
        let names: Vec<bool> = self.trace.names.ranges().iter().map(mixed).collect();
        let is_mixed = |instance: &&Instance| {
            let context = instance.ops.first().map_or(ContextId::NONE, |&op| self.trace.launch_context(op));
            let ranges = &self.trace.ranges;
            ranges.innermost_first(context).any(|range| names[ranges.name(range).0 as usize])
        };
        let count = settled.instances.iter().filter(is_mixed).count();
        (count > 0).then(|| SelectionNote {
            severity: Severity::Warning,
            message: format!(
                "{count} of {} instances of the {} belong to batches that mix prefill and decode",
                settled.instances.len(),
                self.spec.side
            ),
            help: Some("narrow `within` to steps of one phase".to_owned()),
            at: self.spec.within.last().map(|w| w.loc.clone()),
        })
    }

    fn selection(
        &self,
        method: Method,
        how: String,
        confidence: f64,
        settled: Settled,
        scope: Scope,
        second: Option<SecondOpinion>,
    ) -> Selection {
        let mut notes = scope.notes;
        notes.extend(settled.notes);
        let how = if scope.words.is_empty() { how } else { format!("{how} within {}", scope.words) };
        Selection {
            side: self.spec.side,
            method,
            how,
            confidence,
            instances: settled.instances,
            sequence: settled.sequence,
            ranks: settled.ranks,
            left_out: settled.left_out,
            notes,
            second,
            scope: scope.ops,
        }
    }

    fn alternatives(&self) -> Vec<Each> {
        if self.spec.each.is_empty() {
            auto::alternatives(self.trace, self.spec)
        } else {
            self.spec.each.iter().map(|e| e.value.clone()).collect()
        }
    }

    fn by_marks(&self, scope: &Scope, each: &Each) -> Candidate {
        let (trace, ops) = (self.trace, &scope.ops);
        let (method, how, instances) = match each {
            Each::Range { name, without } => {
                (Method::Range, format!("range `{}`", name.as_str()), group::by_range(trace, ops, name, without))
            }
            Each::Module { path, without } => {
                (Method::Module, format!("module `{}`", path.as_str()), group::by_module(trace, ops, path, without))
            }
            Each::GraphLaunch => (Method::Graph, "graph launches".to_owned(), group::by_graph_launch(trace, ops)),
            Each::Period => {
                let instances = group::by_period(trace, ops, self.lexicon, self.spec.side);
                (Method::Period, "repeating sequence".to_owned(), instances)
            }
            Each::Anchor { kernel } => {
                let instances = group::by_anchor(trace, ops, kernel, self.families);
                (Method::Kernels, format!("kernels from `{}` to the next", kernel.as_str()), instances)
            }
            Each::Like { .. } => (Method::Sequence, "the mock's kernel sequence".to_owned(), Vec::new()),
        };
        Candidate { method, how, confidence: 1.0, confirmed: false, instances }
    }

    /// By the mock's sequence, by the spec's kernel list, and by families alone. The list comes first where
    /// the mock lacks kernels of it: what is missing at an op's ends cannot be seen from the mock.
    fn by_sequence(&self, scope: &Scope, each: &Each, pattern: &[Symbol]) -> Vec<Candidate> {
        let Each::Like { after, before } = each else { return Vec::new() };
        let searcher = Searcher { after: after.as_ref(), before: before.as_ref(), ..self.searcher(scope) };
        let entries = &self.case.kernels;
        let candidate = |method, how: &str, found: search::Found| Candidate {
            method,
            how: how.to_owned(),
            confidence: found.confidence,
            confirmed: found.confirmed,
            instances: found.instances,
        };
        let mut candidates = vec![candidate(Method::Sequence, "the mock's kernel sequence", searcher.like(pattern))];
        if entries.iter().any(|e| e.count.least > 0) {
            let list = candidate(Method::Expected, "the spec's kernel list", searcher.expected());
            // A list that names a part of the op only, where others must match too, finds that part only.
            let whole = entries.iter().map(|e| e.count.least as usize).sum::<usize>() * 2 > pattern.len();
            let first = if whole && self.mock_lacks_expected(pattern) { 0 } else { candidates.len() };
            candidates.insert(first, list);
        }
        let how = "the families of the mock's kernel sequence";
        candidates.push(candidate(Method::Sequence, how, searcher.like_families(pattern)));
        candidates
    }

    /// Whether the mock's sequence holds too few of some listed kernel.
    fn mock_lacks_expected(&self, pattern: &[Symbol]) -> bool {
        self.case.kernels.iter().any(|entry| {
            let count = pattern.iter().filter(|&&s| self.lexicon.matches(s, &entry.patterns, self.families)).count();
            (count as u32) < entry.count.least
        })
    }

    fn searcher<'s>(&'s self, scope: &'s Scope) -> Searcher<'s> {
        Searcher {
            trace: self.trace,
            scope: &scope.ops,
            lexicon: self.lexicon,
            side: self.spec.side,
            entries: &self.case.kernels,
            families: self.families,
            after: None,
            before: None,
        }
    }

    /// The scope's symbols, stream by stream.
    fn texts(&self, scope: &Scope) -> Vec<Vec<Symbol>> {
        let streams = group::streams(self.trace, &scope.ops);
        streams.iter().map(|s| self.lexicon.symbols(self.spec.side, self.trace, s)).collect()
    }

    fn same_sequence(&self, sequence: &[Symbol], other: Candidate) -> SecondOpinion {
        let settled = settle::most_frequent(self.trace, self.lexicon, self.spec.side, other.instances);
        let rotation = !sequence.is_empty()
            && settled.sequence.len().is_multiple_of(sequence.len())
            && (0..sequence.len())
                .any(|r| settled.sequence.iter().enumerate().all(|(i, s)| *s == sequence[(i + r) % sequence.len()]));
        let agrees = rotation || settled.sequence == sequence;
        SecondOpinion { how: other.how, overlap: f64::from(u8::from(agrees)), agrees }
    }

    /// Whether searching for the mock's sequence finds the op where the marks say it is. Nothing to say where
    /// the mock differs too much to be found.
    fn second_by_sequence(&self, scope: &Scope, mock: &Selection, settled: &Settled) -> Option<SecondOpinion> {
        let found = self.searcher(scope).like(&mock.sequence);
        if found.instances.is_empty() || found.confidence < CONFIDENCE_FOUND {
            return None;
        }
        let overlap = overlap(self.trace.len(), &settled.instances, &found.instances);
        Some(SecondOpinion { how: "the mock's kernel sequence".to_owned(), overlap, agrees: overlap >= AGREEMENT })
    }

    fn not_found(&self, tried: Vec<(String, String)>, scope: &Scope) -> Box<NotFound> {
        let at: Option<Loc> =
            self.spec.each.first().map(|e| e.loc.clone()).or(self.spec.within.first().map(|w| w.loc.clone()));
        Box::new(NotFound { side: self.spec.side, tried, candidates: self.offers(scope), at })
    }

    /// What the scope has to offer instead: its most frequent ranges and modules, or its biggest kernels.
    fn offers(&self, scope: &Scope) -> Vec<String> {
        let wanted: Vec<&str> = self
            .spec
            .each
            .iter()
            .filter_map(|e| match &e.value {
                Each::Range { name, .. } => Some(name.as_str()),
                Each::Module { path, .. } => Some(path.as_str()),
                _ => None,
            })
            .collect();
        auto::offers(self.trace, &scope.ops, &wanted).iter().map(|o| shorten(&escape(o), 90)).collect()
    }
}

fn outcome(instances: &[Instance], confidence: f64) -> String {
    match instances.len() {
        0 => "no occurrence".to_owned(),
        n if confidence >= CONFIDENCE_CANDIDATE => {
            format!("{n} weak occurrences only ({:.0} % alike)", confidence * 100.0)
        }
        _ => "no occurrence that is alike".to_owned(),
    }
}

/// The share of the smaller selection's instances of which at least half the operations belong to the other.
fn overlap(operations: usize, a: &[Instance], b: &[Instance]) -> f64 {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if small.is_empty() {
        return 0.0;
    }
    let mut held = vec![false; operations];
    for &op in large.iter().flat_map(|i| &i.ops) {
        held[op as usize] = true;
    }
    let shared =
        small.iter().filter(|i| i.ops.iter().filter(|&&op| held[op as usize]).count() * 2 >= i.ops.len()).count();
    shared as f64 / small.len() as f64
}
