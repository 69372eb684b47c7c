//! One side's alternatives, tried: what each gives, and what is said when none holds.

use super::lexicon::Lexicon;
use super::scope::Scope;
use super::search::{Found, Searcher};
use super::selection::{Instance, Method, NotFound, SecondOpinion, Selection};
use super::settle::Settled;
use super::{auto, group};
use crate::diag::{Loc, escape, shorten};
use crate::kernel::Families;
use crate::limits::{CONFIDENCE_FOUND, INSTANCE_KERNELS};
use crate::spec::{Case, Each, SideSpec};
use crate::trace::Trace;

/// What one alternative gave.
pub(super) struct Candidate {
    pub(super) method: Method,
    pub(super) how: String,
    pub(super) confidence: f64,
    /// A second sign agrees with a confidence that alone would not do.
    pub(super) confirmed: bool,
    /// The period begins where the op does.
    pub(super) phase_known: bool,
    pub(super) instances: Vec<Instance>,
    /// Occurrences that are alike but lack what makes the op what it is.
    pub(super) dropped: usize,
}

impl Candidate {
    pub(super) fn holds(&self) -> bool {
        !self.instances.is_empty() && (self.confidence >= CONFIDENCE_FOUND || self.confirmed)
    }

    pub(super) fn searched(method: Method, how: &str, found: Found) -> Self {
        Self {
            method,
            how: how.to_owned(),
            confidence: found.confidence,
            confirmed: found.confirmed,
            phase_known: true,
            instances: found.instances,
            dropped: found.dropped,
        }
    }
}

/// One side of one case.
pub(super) struct Finder<'a> {
    pub(super) trace: &'a Trace,
    pub(super) spec: &'a SideSpec,
    pub(super) case: &'a Case,
    pub(super) families: &'a Families,
    pub(super) lexicon: &'a Lexicon,
}

impl Finder<'_> {
    /// The spec's alternatives, or the ones that fit the trace.
    pub(super) fn alternatives(&self) -> Vec<Each> {
        if self.spec.each.is_empty() {
            auto::alternatives(self.trace, self.spec)
        } else {
            self.spec.each.iter().map(|e| e.value.clone()).collect()
        }
    }

    /// Instances by anything but a search.
    pub(super) fn by_marks(&self, scope: &Scope, each: &Each) -> Candidate {
        let (trace, ops) = (self.trace, &scope.ops);
        let mut phase_known = true;
        let (method, how, instances) = match each {
            Each::Range { name, without } => {
                (Method::Range, format!("range `{}`", name.as_str()), group::by_range(trace, ops, name, without))
            }
            Each::Module { path, without } => {
                (Method::Module, format!("module `{}`", path.as_str()), group::by_module(trace, ops, path, without))
            }
            Each::GraphLaunch => (Method::Graph, "graph launches".to_owned(), group::by_graph_launch(trace, ops)),
            Each::Period => {
                let periods = group::by_period(trace, ops, self.lexicon, self.spec.side);
                phase_known = periods.phase_known;
                (Method::Period, "repeating sequence".to_owned(), periods.instances)
            }
            Each::Anchor { kernel } => {
                let instances = group::by_anchor(trace, ops, kernel, self.families);
                (Method::Kernels, format!("kernels from `{}` to the next", kernel.as_str()), instances)
            }
            Each::Like { .. } => (Method::Sequence, "the mock's kernel sequence".to_owned(), Vec::new()),
        };
        Candidate { method, how, confidence: 1.0, confirmed: false, phase_known, instances, dropped: 0 }
    }

    pub(super) fn searcher<'s>(&'s self, scope: &'s Scope) -> Searcher<'s> {
        Searcher {
            trace: self.trace,
            scope: &scope.ops,
            lexicon: self.lexicon,
            side: self.spec.side,
            entries: &self.case.kernels,
            families: self.families,
            after: None,
            before: None,
            across_streams: false,
        }
    }

    /// The finished selection of this side.
    pub(super) fn selection(
        &self,
        found: &Candidate,
        settled: Settled,
        scope: Scope,
        second: Option<SecondOpinion>,
    ) -> Selection {
        let mut notes = scope.notes;
        notes.extend(settled.notes);
        let how = match scope.words.as_str() {
            "" => found.how.clone(),
            words => format!("{} within {words}", found.how),
        };
        Selection {
            side: self.spec.side,
            method: found.method,
            how,
            confidence: found.confidence,
            phase_known: found.phase_known,
            instances: settled.instances,
            sequence: settled.sequence,
            ranks: settled.ranks,
            left_out: settled.left_out,
            notes,
            second,
            scope: scope.ops,
        }
    }

    /// Refuses instances that are no op but a whole run.
    pub(super) fn refuse_long(&self, found: &Candidate, kernels: usize, scope: &Scope) -> Result<(), Box<NotFound>> {
        if kernels <= INSTANCE_KERNELS {
            return Ok(());
        }
        let said = format!("an instance of {kernels} kernels is a whole run, no op: name something smaller");
        Err(self.not_found(vec![(found.how.clone(), said)], scope))
    }

    pub(super) fn not_found(&self, tried: Vec<(String, String)>, scope: &Scope) -> Box<NotFound> {
        let first = self.spec.each.first().map(|e| &e.loc).or(self.spec.within.first().map(|w| &w.loc));
        let at: Option<Loc> = first.cloned();
        let wanted: Vec<&str> = self.spec.each.iter().filter_map(|e| mark(&e.value)).collect();
        let offers = auto::offers(self.trace, &scope.ops, &wanted);
        let candidates = offers.iter().map(|o| shorten(&escape(o), 90)).collect();
        Box::new(NotFound { side: self.spec.side, tried, candidates, at })
    }
}

/// The range or module that an alternative names.
pub(super) fn mark(each: &Each) -> Option<&str> {
    match each {
        Each::Range { name, .. } => Some(name.as_str()),
        Each::Module { path, .. } => Some(path.as_str()),
        _ => None,
    }
}

/// Why an alternative that uses marks gave nothing.
pub(super) fn nothing(each: &Each) -> &'static str {
    match each {
        Each::Range { .. } => "no GPU work was launched inside such a range",
        Each::Module { .. } => "no GPU work was launched or captured inside such a module",
        Each::GraphLaunch => "no graph was launched",
        Each::Period => "nothing repeats",
        Each::Anchor { .. } => "no such kernel runs twice",
        Each::Like { .. } => "no occurrence",
    }
}
