//! A mock of which only a summary of its kernels was kept. The E2E's instances are found without it; its own are the
//! counts of the summary, divided by the iterations that the counts of the op's kernels tell.
//!
//! What comes out is one instance in the E2E's order, since a summary has none, and what must stay open ([`Summed`]).

mod iteration;
mod kernels;
mod matching;

use super::finder::{Candidate, Finder, nothing};
use super::lexicon::Lexicon;
use super::search::Searcher;
use super::selection::{Instance, Method, NotFound, Selection};
use super::{Selected, cut, notes, scope, settle};
use crate::diag::Side;
use crate::kernel::Families;
use crate::spec::{Case, Each};
use crate::trace::{OpKind, Summary, Trace};

/// What a summary says of one iteration of the mock, and what it cannot.
#[derive(Debug, Clone, PartialEq)]
pub struct Summed {
    pub iterations: u64,
    /// Per kernel of the mock's sequence, the mean of its launches in ns: their medians are its durations.
    pub means_ns: Vec<f64>,
    /// Whether the report holds medians at all; without them means stand in.
    pub has_medians: bool,
    pub doubts: Vec<Doubt>,
}

/// Why a check cannot say what it would.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    pub check: &'static str,
    pub reason: String,
    /// A failure would be a guess as well as a pass is.
    pub either: bool,
}

impl Summed {
    /// Why a check cannot pass, or can neither pass nor fail: the weightier of its doubts, else the first.
    pub fn doubt(&self, check: &str) -> Option<&Doubt> {
        let own = || self.doubts.iter().filter(|doubt| doubt.check == check);
        own().find(|doubt| doubt.either).or_else(|| own().next())
    }
}

/// Both sides, with a trace of the one iteration that the summary comes to.
#[derive(Debug)]
pub struct SelectedBySummary {
    pub mock: Trace,
    pub selected: Selected,
    pub summed: Summed,
}

/// Selects on both sides where the mock's trace is a summary.
///
/// # Errors
/// [`NotFound`] for the side on which nothing was found, with what was tried.
pub fn select_by_summary(
    case: &Case,
    mock: &Trace,
    summary: &Summary,
    e2e: &Trace,
    families: &Families,
) -> Result<SelectedBySummary, Box<NotFound>> {
    let lexicon = Lexicon::new(mock, e2e, families);
    let finder = Finder { trace: e2e, spec: &case.e2e, case, families, lexicon: &lexicon };
    let mut e2e_side = finder.alone()?;
    // A summary of kernels says nothing of copies and sets.
    let dropped = without_memory(e2e, &mut e2e_side);
    let sides = iteration::Sides { case, mock, summary, e2e, e2e_side: &e2e_side, families };
    let built = iteration::build(&sides)?;
    let lexicon = Lexicon::new(&built.trace, e2e, families);
    let mut mock_side = built.selection;
    let symbols = |side, trace: &Trace, selection: &Selection| {
        selection.instances.first().map_or(Vec::new(), |instance| lexicon.symbols(side, trace, &instance.ops))
    };
    mock_side.sequence = symbols(Side::Mock, &built.trace, &mock_side);
    e2e_side.sequence = symbols(Side::E2e, e2e, &e2e_side);
    if dropped > 0 {
        let reason = "copies and sets of an instance: the mock's summary has none".to_owned();
        e2e_side.left_out.push(super::LeftOut { reason, count: dropped, unlike: false });
    }
    let selected = Selected { lexicon, mock: mock_side, e2e: e2e_side };
    Ok(SelectedBySummary { mock: built.trace, selected, summed: built.summed })
}

/// Takes copies and sets out of all instances; how many one has.
fn without_memory(trace: &Trace, selection: &mut Selection) -> usize {
    let is_kernel = |op: u32| trace.names.kind(trace.ops.name(op)) == OpKind::Kernel;
    let memory = |instance: &Instance| instance.ops.iter().filter(|&&op| !is_kernel(op)).count();
    let dropped = selection.instances.first().map_or(0, memory);
    for instance in &mut selection.instances {
        instance.ops.retain(|&op| is_kernel(op));
    }
    dropped
}

impl Finder<'_> {
    /// The first alternative that holds without the mock's sequence; the most frequent class of what it finds.
    fn alone(&self) -> Result<Selection, Box<NotFound>> {
        let scope = scope::resolve(self.trace, self.spec, self.families);
        if let Some(problem) = scope.unmet.clone() {
            return Err(problem);
        }
        let mut tried = Vec::new();
        for each in self.alternatives() {
            let mut found = match &each {
                Each::Like { after, before } => {
                    let searcher = Searcher { after: after.as_ref(), before: before.as_ref(), ..self.searcher(&scope) };
                    Candidate::searched(Method::Expected, "the spec's kernel list", searcher.expected())
                }
                _ => self.by_marks(&scope, &each),
            };
            if !found.holds() {
                let said = match &each {
                    Each::Like { .. } => {
                        "a summary of the mock has no sequence to look for, and the spec's list is not found"
                    }
                    _ => nothing(&each),
                };
                tried.push((found.how, said.to_owned()));
                continue;
            }
            let repeats = self.spec.repeats.as_ref().map_or(1, |repeats| repeats.value.max(1) as usize);
            let instances = cut::chunks(std::mem::take(&mut found.instances), repeats);
            let mut settled = settle::most_frequent(self.trace, self.lexicon, self.spec.side, instances);
            self.refuse_long(&found, settled.sequence.len(), &scope)?;
            settled.notes.extend(notes::misspelt(self, &tried));
            settled.notes.extend(notes::compared_share(self, &scope, &settled));
            settled.notes.extend(notes::mixed_batches(self, &settled));
            settled.drop_warm_up(self.trace, self.spec.warmup.as_ref());
            return Ok(self.selection(&found, settled, scope, None));
        }
        Err(self.not_found(tried, &scope))
    }
}
