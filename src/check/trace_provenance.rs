//! `trace-provenance`: the two traces come from different machines or versions.

use super::{Check, Context, Judgement, Meta, meta};
use crate::diag::{Evidence, Finding, Severity, Side};
use crate::trace::Trace;

#[derive(Debug)]
pub(super) struct TraceProvenance(Meta);

impl TraceProvenance {
    /// One trace may hold both sides, in two processes; but not the same executions.
    fn same_work(&self, context: &Context<'_>) -> Option<Finding> {
        let comparison = context.comparison;
        let ops = |side: Side| Some(comparison.selection(side).instances.first()?.ops.as_slice());
        let (mock, e2e) = (ops(Side::Mock)?, ops(Side::E2e)?);
        let same = executes_same(&comparison.mock, *mock.first()?, &comparison.e2e, *e2e.first()?)
            // Small traces written as text all begin alike, so that one kernel proves nothing.
            && (same_all(&comparison.mock, mock.iter().copied(), &comparison.e2e, e2e.iter().copied())
                || same_trace(&comparison.mock, &comparison.e2e));
        same.then(|| {
            Finding::new(&self.0.name, self.0.severity, "both sides are the same executions of the same trace")
                .evidence(Evidence::on(Side::Mock, comparison.mock.path.clone()))
                .evidence(Evidence::on(Side::E2e, comparison.e2e.path.clone()))
                .help("give the mock's trace as the mock, and the model's as the E2E")
        })
    }

    pub(super) fn new() -> Self {
        Self(meta("trace-provenance", Severity::Error, include_str!("trace_provenance.md")))
    }
}

/// Also of a copy of the file.
fn same_trace(mock: &Trace, e2e: &Trace) -> bool {
    same_all(mock, 0..mock.ops.len() as u32, e2e, 0..e2e.ops.len() as u32)
}

fn same_all(
    mock: &Trace,
    mock_ops: impl ExactSizeIterator<Item = u32>,
    e2e: &Trace,
    e2e_ops: impl ExactSizeIterator<Item = u32>,
) -> bool {
    mock_ops.len() == e2e_ops.len() && mock_ops.zip(e2e_ops).all(|(a, b)| executes_same(mock, a, e2e, b))
}

fn executes_same(mock: &Trace, a: u32, e2e: &Trace, b: u32) -> bool {
    let execution = |trace: &Trace, op: u32| {
        let at = trace.kernel_ref(op);
        (at.pid, at.start_ns, at.duration_ns, at.correlation_id, at.name)
    };
    execution(mock, a) == execution(e2e, b)
}

impl Check for TraceProvenance {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let (mock, e2e) = (&context.comparison.mock.provenance, &context.comparison.e2e.provenance);
        let mut findings = Vec::new();
        findings.extend(self.same_work(context));
        if !mock.gpus.is_empty() && !e2e.gpus.is_empty() && mock.gpus != e2e.gpus {
            let (a, b) = (mock.gpus.join(", "), e2e.gpus.join(", "));
            findings.push(self.finding(
                self.0.severity,
                "GPU models",
                &a,
                &b,
                "capture both on the same GPU model: times are not comparable",
            ));
        }
        let versions = [
            (Severity::Warning, "driver", &mock.driver, &e2e.driver),
            (Severity::Warning, "CUDA", &mock.cuda, &e2e.cuda),
            (Severity::Note, "profiler", &mock.profiler, &e2e.profiler),
        ];
        for (severity, what, a, b) in versions {
            if let (Some(a), Some(b)) = (a, b)
                && a != b
            {
                let what = format!("{what} versions");
                findings.push(self.finding(
                    severity,
                    &what,
                    a,
                    b,
                    "kernels are chosen by version: capture both with one",
                ));
            }
        }
        Judgement::of(findings)
    }
}

impl TraceProvenance {
    fn finding(&self, severity: Severity, what: &str, mock: &str, e2e: &str, help: &str) -> Finding {
        Finding::new(&self.0.name, severity, format!("the traces come from different {what}"))
            .evidence(Evidence::on(Side::Mock, mock))
            .evidence(Evidence::on(Side::E2e, e2e))
            .help(help)
    }
}
