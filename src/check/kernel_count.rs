//! `kernel-count`: kernels that the mock launches less often than the E2E, or not as the spec says.

use super::{Check, Context, Judgement, Meta, meta, names};
use crate::compare::excerpt;
use crate::diag::{Finding, Severity, Side};

#[derive(Debug)]
pub(super) struct KernelCount(Meta);

impl KernelCount {
    pub(super) fn new() -> Self {
        Self(meta("kernel-count", Severity::Error, include_str!("kernel_count.md")))
    }
}

impl Check for KernelCount {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let mut findings = Vec::new();
        findings.extend(self.missing(context));
        for count in &context.comparison.entries {
            findings.extend(self.against_spec(context, count.entry, count.mock, count.e2e));
        }
        Judgement::of(findings)
    }
}

impl KernelCount {
    /// All kernels that only the E2E launches, as one finding: one cause.
    fn missing(&self, context: &Context<'_>) -> Option<Finding> {
        let comparison = context.comparison;
        let mut at = context.one_sided(Side::E2e);
        at.retain(|&i| comparison.positions[i].e2e.is_some_and(|e| !reported_missing(context, e)));
        let e2e: Vec<usize> = at.iter().filter_map(|&i| comparison.positions[i].e2e).collect();
        let &first = e2e.first()?;
        let expected = context.expectation(Side::E2e, first);
        let labels: Vec<(usize, String)> = at.iter().map(|&i| (i, "not in the mock".to_owned())).collect();
        let message = format!(
            "the mock lacks {} of the E2E's instance: {}",
            names::kernels(e2e.len()),
            names::list(context, Side::E2e, &e2e)
        );
        let finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(Side::Mock)
            .at(expected, context.said(expected, "must match", "[kernels] others"))
            .excerpt(excerpt(comparison, &labels))
            .help("initialise the module that launches them in the mock (KV-cache manager, rotary embedding, quantisation …)");
        Some(names::locate(context, finding, Side::E2e, &e2e))
    }

    /// An entry that both sides launch, but not as often as the spec says. What differs between the sides is
    /// already said by the alignment.
    fn against_spec(&self, context: &Context<'_>, entry: usize, mock: u32, e2e: u32) -> Option<Finding> {
        let kernel = &context.case.kernels[entry];
        let expected = kernel.count.value;
        let too_few_critical = kernel.critical && (mock < expected.least.max(1) || e2e < expected.least.max(1));
        if too_few_critical || mock != e2e || (expected.allows(mock) && expected.allows(e2e)) {
            return None;
        }
        if mock == 0 {
            return Some(self.matches_nothing(context, entry));
        }
        let message =
            format!("`{}` runs {mock} times in an instance on both sides, the spec says {expected}", kernel.name.value);
        let at = &kernel.count.loc;
        Some(
            Finding::new(&self.0.name, self.0.severity, message)
                .at(at, format!("{mock} on both sides"))
                .help(format!("if both sides are right, write `count = {mock}`; else an instance holds more or less than one execution")),
        )
    }

    fn matches_nothing(&self, context: &Context<'_>, entry: usize) -> Finding {
        let kernel = &context.case.kernels[entry];
        let pattern = kernel.patterns.first();
        let loc = pattern.map_or(&kernel.name.loc, |p| &p.loc);
        let wrong = pattern.map_or("", |p| p.as_str());
        let message =
            format!("`{}` matches no kernel of either side, the spec says {}", kernel.name.value, kernel.count.value);
        Finding::new(&self.0.name, self.0.severity, message)
            .at(loc, "matches nothing")
            .help(format!("the E2E's instance holds {}", names::patterns_instead(context, Side::E2e, wrong)))
    }
}

/// `missing-critical-kernel` has said it: the mock launches too few of a critical entry.
fn reported_missing(context: &Context<'_>, e2e: usize) -> bool {
    let Some(entry) = context.entry(Side::E2e, e2e).filter(|k| k.critical) else { return false };
    let counted = |c: &&crate::compare::EntryCount| std::ptr::eq(entry, &context.case.kernels[c.entry]);
    context.comparison.entries.iter().find(counted).is_some_and(|c| c.mock < entry.count.value.least.max(1))
}
