//! `memory-operation`: copies and sets inside an instance.

use super::{Check, Context, Judgement, Meta, Need, meta, names};
use crate::compare::excerpt;
use crate::diag::{Finding, Severity, Side, plural, plural_of};

#[derive(Debug)]
pub(super) struct MemoryOperation(Meta);

impl MemoryOperation {
    pub(super) fn new() -> Self {
        Self(meta("memory-operation", Severity::Error, include_str!("memory_operation.md")))
    }
}

impl Check for MemoryOperation {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::Operations]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let mut findings = Vec::new();
        for side in Side::BOTH {
            findings.extend(self.one_sided(context, side));
            findings.extend(self.host_copy(context, side));
        }
        Judgement::of(findings)
    }
}

impl MemoryOperation {
    fn one_sided(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let comparison = context.comparison;
        let only: Vec<usize> = comparison
            .positions
            .iter()
            .filter(|p| p.on(side.other()).is_none() && !p.moved)
            .filter_map(|p| p.on(side))
            .filter(|&i| comparison.is_memory(side, i) && context.judged(side, i) && !context.uncounted(side, i))
            .collect();
        let &first = only.first()?;
        let labels: Vec<(usize, String)> = comparison
            .positions
            .iter()
            .enumerate()
            .filter(|(_, p)| p.on(side).is_some_and(|i| only.contains(&i)))
            .map(|(at, _)| (at, format!("only in the {side}")))
            .collect();
        let expected = context.expectation(side, first);
        let finding = Finding::new(
            &self.0.name,
            self.0.severity,
            format!(
                "{} only in the {side}: {}",
                plural(only.len(), "memory operation"),
                names::list(context, side, &only)
            ),
        )
        .side(side)
        .at(expected, context.said(expected, "copies and sets are part of the sequence", "[kernels] others"))
        .excerpt(excerpt(comparison, &labels))
        .help("prepare buffers outside the timed region, or do in the mock what the model does");
        Some(names::locate(context, finding, side, &only))
    }

    /// A copy between host and device inside an instance makes the host wait, or makes the GPU wait for it.
    fn host_copy(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let sequence = &context.comparison.selection(side).sequence;
        let copies: Vec<usize> = (0..sequence.len())
            .filter(|&i| {
                let name = names::exact(context, side, i);
                name.starts_with("[CUDA memcpy") && (name.contains("Host-to-Device") || name.contains("Device-to-Host"))
            })
            .collect();
        if copies.is_empty() {
            return None;
        }
        let finding = Finding::new(
            &self.0.name,
            Severity::Warning,
            format!(
                "{} between host and device inside an instance of the {side}: a hidden synchronisation",
                plural_of(copies.len(), "copy", "copies")
            ),
        )
        .side(side)
        .help("keep inputs on the device before the timed region");
        Some(names::locate(context, finding, side, &copies))
    }
}
