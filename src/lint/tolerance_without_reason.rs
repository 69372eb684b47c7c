//! `tolerance-without-reason`: a tolerance wider than the default, and nothing that says why.

use super::{Found, Lint, Material, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity, percent};
use crate::limits::TOLERANCE;

pub(super) struct ToleranceWithoutReason;

impl Lint for ToleranceWithoutReason {
    fn meta(&self) -> Meta {
        meta("tolerance-without-reason", Severity::Warning, include_str!("tolerance_without_reason.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let cases = material.specs.iter().flat_map(|spec| spec.cases().iter().map(move |case| (spec, case)));
        cases
            .filter_map(|(spec, case)| {
                let within = &case.latency.within;
                let unreasoned = case
                    .latency
                    .reason
                    .as_ref()
                    .is_none_or(|r| super::known_difference_without_reason::is_placeholder(r));
                if within.value <= TOLERANCE || !unreasoned || !spec.is_own(&within.loc) {
                    return None;
                }
                let (wide, default) = (percent(within.value), percent(TOLERANCE));
                let what = format!("a tolerance of {wide} has no reason, and is wider than the default of {default}");
                let problem = Problem::spec("tolerance-without-reason", what)
                    .label(
                        &within.loc,
                        if case.latency.reason.is_some() {
                            "its `reason` says nothing"
                        } else {
                            "no `reason` beside it"
                        },
                    )
                    .help(format!("say why: `latency = {{ within = \"{wide}\", reason = \"…\" }}`, or tighten it"));
                Some(Found::from(problem))
            })
            .collect()
    }
}
