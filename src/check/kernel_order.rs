//! `kernel-order`: the same kernels in another order.

use super::{Check, Context, Judgement, Meta, Need, meta, names};
use crate::compare::excerpt;
use crate::diag::{Finding, Severity, Side};

#[derive(Debug)]
pub(super) struct KernelOrder(Meta);

impl KernelOrder {
    pub(super) fn new() -> Self {
        Self(meta("kernel-order", Severity::Error, include_str!("kernel_order.md")))
    }
}

impl Check for KernelOrder {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::Operations]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let comparison = context.comparison;
        let at: Vec<usize> = (0..comparison.positions.len())
            .filter(|&i| {
                let p = &comparison.positions[i];
                p.moved && p.mock.is_some_and(|m| context.judged(Side::Mock, m))
            })
            .collect();
        let mock: Vec<usize> = at.iter().filter_map(|&i| comparison.positions[i].mock).collect();
        if mock.is_empty() {
            return Judgement::pass();
        }
        let labels: Vec<(usize, String)> = comparison
            .positions
            .iter()
            .enumerate()
            .filter(|(_, p)| p.moved)
            .map(|(i, p)| (i, if p.mock.is_some() { "here in the mock" } else { "here in the E2E" }.to_owned()))
            .collect();
        let order = &context.case.order.loc;
        let finding = Finding::new(
            &self.0.name,
            self.0.severity,
            format!(
                "{} elsewhere in the mock's order: {}",
                names::kernels(mock.len()),
                names::list(context, Side::Mock, &mock)
            ),
        )
        .side(Side::Mock)
        .at(order, context.said(order, "the order matters", "[kernels] order"))
        .excerpt(excerpt(comparison, &labels))
        .help("launch in the model's order, or set `[kernels] order = \"set\"` if the order is free");
        Judgement::of(vec![names::locate(context, finding, Side::Mock, &mock)])
    }
}
