//! `missing-critical-kernel`: a kernel without which it is not the op.

use super::{Check, Context, Judgement, Meta, meta, names};
use crate::compare::excerpt;
use crate::diag::{Evidence, Finding, Severity, Side};

#[derive(Debug)]
pub(super) struct MissingCriticalKernel(Meta);

impl MissingCriticalKernel {
    pub(super) fn new() -> Self {
        Self(meta("missing-critical-kernel", Severity::Error, include_str!("missing_critical_kernel.md")))
    }
}

impl Check for MissingCriticalKernel {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let mut findings = Vec::new();
        for count in &context.comparison.entries {
            let entry = &context.case.kernels[count.entry];
            if !entry.critical {
                continue;
            }
            let least = entry.count.value.least.max(1);
            if count.mock == 0 && count.e2e == 0 {
                findings.push(self.on_neither(context, count.entry));
                continue;
            }
            for (side, n) in [(Side::Mock, count.mock), (Side::E2e, count.e2e)] {
                if n < least && !self.is_known(context, count.entry, side) {
                    findings.push(self.finding(context, count.entry, side, n));
                }
            }
        }
        Judgement::of(findings)
    }
}

impl MissingCriticalKernel {
    /// A known difference covers the kernel where the other side launches it.
    fn is_known(&self, context: &Context<'_>, entry: usize, side: Side) -> bool {
        let comparison = context.comparison;
        comparison.positions.iter().zip(&comparison.known).any(|(p, known)| {
            let theirs = p.on(side.other()).and_then(|i| context.entry(side.other(), i));
            known.is_some() && theirs.is_some_and(|e| std::ptr::eq(e, &context.case.kernels[entry]))
        })
    }

    fn finding(&self, context: &Context<'_>, entry: usize, side: Side, n: u32) -> Finding {
        let comparison = context.comparison;
        let kernel = &context.case.kernels[entry];
        let message = match n {
            0 => format!("the {side} does not launch `{}`", kernel.name.value),
            n => format!("the {side} launches `{}` {n} of {} times", kernel.name.value, kernel.count.value),
        };
        let loc = kernel.patterns.first().map_or(&kernel.name.loc, |p| &p.loc);
        let mut finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(side)
            .at(loc, format!("critical: without it this is not {}", context.spec.op.value));
        let labels: Vec<(usize, String)> = comparison
            .positions
            .iter()
            .enumerate()
            .filter(|(_, p)| {
                let other = p.on(side.other());
                !p.same()
                    && other.is_some_and(|i| context.entry(side.other(), i).is_some_and(|e| std::ptr::eq(e, kernel)))
            })
            .map(|(at, _)| (at, format!("not in the {side}")))
            .collect();
        let theirs: Vec<usize> =
            labels.iter().filter_map(|&(at, _)| comparison.positions[at].on(side.other())).collect();
        finding = names::locate(context, finding, side.other(), &theirs);
        let here = names::list(context, side, &comparison.only_on(side));
        if !here.is_empty() {
            finding = finding.evidence(Evidence::on(side, format!("runs instead: {here}")));
        }
        if !labels.is_empty() {
            finding = finding.excerpt(excerpt(comparison, &labels));
        }
        finding
            .help("check which backend or module the other side initialised; the excerpt shows where the kernel stands")
    }

    /// The patterns match nothing at all: they are probably misspelt, or name another version's kernel.
    fn on_neither(&self, context: &Context<'_>, entry: usize) -> Finding {
        let kernel = &context.case.kernels[entry];
        let pattern = kernel.patterns.first();
        let loc = pattern.map_or(&kernel.name.loc, |p| &p.loc);
        let wrong = pattern.map_or("", |p| p.as_str());
        Finding::new(&self.0.name, self.0.severity, format!("neither side launches `{}`", kernel.name.value))
            .at(loc, format!("matches no kernel; critical: without it this is not {}", context.spec.op.value))
            .help(format!("the E2E's instance holds {}", names::patterns_instead(context, Side::E2e, wrong)))
    }
}
