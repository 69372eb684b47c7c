//! `align lint`: what is right and still not meant, in specs, families and rules; no trace is needed. One file a lint, and
//! one page each, which `align explain` shows.
//!
//! A lint speaks of what stands in the file that is linted: what a spec inherits is linted as a file of its own.

mod allow;
mod critical_but_optional;
mod dead_pattern;
mod duplicate_known_difference;
mod known_difference_without_reason;
mod looser_than_base;
mod material;
mod overlapping_entries;
mod tolerance_without_reason;
mod unreachable_selection;
mod unread_parameter;
mod unused_family;

use crate::check::Meta;
use crate::diag::{Label, Problem, Remark, Severity};
pub use material::{Material, Spec, Table};
use std::collections::BTreeSet;

/// A judgement on files alone.
pub trait Lint: Sync {
    fn meta(&self) -> Meta;

    /// Every finding, with its place as the first label.
    fn run(&self, material: &Material) -> Vec<Found>;
}

/// What a lint says. Its severity is the lint's own, unless it is said here.
#[derive(Debug)]
pub struct Found {
    pub problem: Problem,
    pub severity: Option<Severity>,
}

impl From<Problem> for Found {
    fn from(problem: Problem) -> Self {
        Self { problem, severity: None }
    }
}

/// The lints, in the order of the contents of `align explain`.
pub fn builtin() -> Vec<Box<dyn Lint>> {
    vec![
        Box::new(dead_pattern::DeadPattern),
        Box::new(overlapping_entries::OverlappingEntries),
        Box::new(critical_but_optional::CriticalButOptional),
        Box::new(unreachable_selection::UnreachableSelection),
        Box::new(looser_than_base::LooserThanBase),
        Box::new(tolerance_without_reason::ToleranceWithoutReason),
        Box::new(known_difference_without_reason::KnownDifferenceWithoutReason),
        Box::new(duplicate_known_difference::DuplicateKnownDifference),
        Box::new(unused_family::UnusedFamily),
        Box::new(unread_parameter::UnreadParameter),
    ]
}

/// Names, severities and pages of all lints.
pub fn metas() -> Vec<Meta> {
    builtin().iter().map(|lint| lint.meta()).chain([allow::meta()]).collect()
}

/// Runs all lints: findings by file and place, without those that a comment allows.
pub fn run(material: &Material) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = Vec::new();
    for lint in builtin() {
        let own = lint.meta().severity;
        let found = lint.run(material);
        remarks.extend(found.into_iter().map(|f| Remark { severity: f.severity.unwrap_or(own), problem: f.problem }));
    }
    let names: Vec<String> = metas().into_iter().map(|meta| meta.name).collect();
    let mut remarks = allow::apply(material, remarks, &names);
    let place = |remark: &Remark| {
        let label: Option<&Label> = remark.problem.labels.first();
        label.map(|label| (label.loc.file.name.clone(), label.loc.span, remark.problem.code))
    };
    // Cases share what stands at the top of a file.
    let mut seen = BTreeSet::new();
    remarks.retain(|remark| seen.insert(place(remark)));
    remarks.sort_by_key(place);
    remarks
}

/// A lint's name, severity and page: the first line after the heading is its summary.
fn meta(name: &str, severity: Severity, doc: &str) -> Meta {
    let summary = doc.lines().find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or_default();
    Meta { name: name.to_owned(), severity, summary: summary.to_owned(), doc: doc.to_owned() }
}
