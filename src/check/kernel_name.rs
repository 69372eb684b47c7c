//! `kernel-name`: another kernel, or another variant of it, in one's place.

use super::{Check, Context, Judgement, Meta, meta, names};
use crate::compare::{Difference, Position, excerpt};
use crate::diag::{Evidence, Finding, Severity, Side};
use crate::kernel::Level;

#[derive(Debug)]
pub(super) struct KernelName(Meta);

impl KernelName {
    pub(super) fn new() -> Self {
        Self(meta("kernel-name", Severity::Error, include_str!("kernel_name.md")))
    }
}

impl Check for KernelName {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let comparison = context.comparison;
        let dtype_at: Vec<usize> = comparison.dtype_differences().iter().filter_map(|(p, ..)| p.mock).collect();
        let accepted = context.case.identity.value;
        let (mut wrong, mut finer) = (Vec::new(), Vec::new());
        for (at, position) in comparison.positions.iter().enumerate() {
            let (Some(m), Some(e)) = (position.mock, position.e2e) else { continue };
            // Reported as missing already.
            let critical = |side, i| context.entry(side, i).filter(|k| k.critical).map(|k| k.name.value.as_str());
            if critical(Side::E2e, e).is_some() && critical(Side::E2e, e) != critical(Side::Mock, m) {
                continue;
            }
            if position.level == Some(Level::Exact) || !context.judged(Side::Mock, m) {
                continue;
            }
            if dtype_at.contains(&m) || position.level < Some(accepted) {
                wrong.push((at, position));
            } else if !position.same() {
                finer.push((at, position));
            }
        }
        let mut findings = Vec::new();
        findings.extend(self.finding(context, &wrong, self.0.severity, &dtype_at));
        findings.extend(self.finding(context, &finer, Severity::Note, &[]));
        Judgement::of(findings)
    }
}

impl KernelName {
    fn finding(
        &self,
        context: &Context<'_>,
        places: &[(usize, &Position)],
        severity: Severity,
        dtype_at: &[usize],
    ) -> Option<Finding> {
        let &(_, first) = places.first()?;
        let (m, e) = (first.mock?, first.e2e?);
        let variants = places.iter().all(|(_, p)| p.difference() == Difference::Variant || p.same());
        let what = if variants { "another variant of a kernel" } else { "another kernel" };
        let (mock, e2e) = names::apart(context, m, e);
        let message = format!(
            "{} of the mock differ in name: {what}, `{}` where the E2E runs `{}`",
            names::kernels(places.len()),
            mock,
            e2e,
        );
        let message = if places.len() == 1 { message.replace("differ in", "differs in") } else { message };
        let labels: Vec<(usize, String)> = places
            .iter()
            .map(|(at, p)| {
                let dtype = p.mock.is_some_and(|m| dtype_at.contains(&m));
                let text = match p.difference() {
                    _ if dtype => "another data type",
                    Difference::Variant => "another variant",
                    _ => "another kernel",
                };
                (*at, text.to_owned())
            })
            .collect();
        let expected = context.expectation(Side::E2e, e);
        let mut finding = Finding::new(&self.0.name, severity, message)
            .side(Side::Mock)
            .at(expected, context.said(expected, "must match", "[kernels] others"))
            .excerpt(excerpt(context.comparison, &labels));
        for &(_, p) in places.iter().take(3) {
            let (Some(m), Some(e)) = (p.mock, p.e2e) else { continue };
            finding = finding
                .evidence(Evidence::on(Side::Mock, names::exact(context, Side::Mock, m)))
                .evidence(Evidence::on(Side::E2e, names::exact(context, Side::E2e, e)));
        }
        let mock: Vec<usize> = places.iter().filter_map(|(_, p)| p.mock).collect();
        let e2e: Vec<usize> = places.iter().filter_map(|(_, p)| p.e2e).collect();
        finding = finding
            .kernels(mock.iter().map(|&i| names::exact(context, Side::Mock, i)))
            .kernels(e2e.iter().map(|&i| names::exact(context, Side::E2e, i)));
        Some(finding.help("a library picks its variant by shape, data type and device: make the mock's inputs and settings those of the E2E"))
    }
}
