//! `extra-kernel`: kernels that only the mock launches, or that the spec forbids.

use super::{Check, Context, Judgement, Meta, meta, names};
use crate::compare::excerpt;
use crate::diag::{Finding, Severity, Side};
use crate::spec::Others;

#[derive(Debug)]
pub(super) struct ExtraKernel(Meta);

impl ExtraKernel {
    pub(super) fn new() -> Self {
        Self(meta("extra-kernel", Severity::Error, include_str!("extra_kernel.md")))
    }
}

impl Check for ExtraKernel {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let mut findings = Vec::new();
        findings.extend(self.only_in_mock(context));
        if context.case.others.value == Others::Forbid {
            findings.extend(Side::BOTH.into_iter().filter_map(|side| self.forbidden(context, side)));
        }
        Judgement::of(findings)
    }
}

impl ExtraKernel {
    fn only_in_mock(&self, context: &Context<'_>) -> Option<Finding> {
        let comparison = context.comparison;
        let at = context.one_sided(Side::Mock);
        let mock: Vec<usize> = at.iter().filter_map(|&i| comparison.positions[i].mock).collect();
        let &first = mock.first()?;
        let expected = context.expectation(Side::Mock, first);
        let labels: Vec<(usize, String)> = at.iter().map(|&i| (i, "not in the E2E".to_owned())).collect();
        let message = format!(
            "the mock launches {} that the E2E does not: {}",
            names::kernels(mock.len()),
            names::list(context, Side::Mock, &mock)
        );
        let finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(Side::Mock)
            .at(expected, context.said(expected, "must match", "[kernels] others"))
            .excerpt(excerpt(comparison, &labels))
            .help("take them out of the timed region, or declare them as a [[known_difference]] with a reason");
        Some(names::locate(context, finding, Side::Mock, &mock))
    }

    fn forbidden(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let sequence = &context.comparison.selection(side).sequence;
        let unnamed: Vec<usize> = (0..sequence.len()).filter(|&i| context.entry(side, i).is_none()).collect();
        if unnamed.is_empty() {
            return None;
        }
        let message = format!(
            "{} of the {side} named by no entry: {}",
            names::kernels(unnamed.len()),
            names::list(context, side, &unnamed)
        );
        let finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(side)
            .at(&context.case.others.loc, "kernels that no entry names are forbidden")
            .help("add a [[kernel]] entry, or relax `[kernels] others`");
        Some(names::locate(context, finding, side, &unnamed))
    }
}
