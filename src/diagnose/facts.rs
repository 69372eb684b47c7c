//! What is so, in named numbers: the vocabulary of the common-issues table. Each is listed with
//! its meaning in [`FACTS`](super::FACTS).

mod core;
mod dtypes;
mod launching;
mod sequences;
mod swapped;
mod time;
mod work;

use crate::check::Context;
use crate::compare::{Comparison, Facts};
use crate::diag::Side;

/// The facts of a compared case.
pub fn facts(context: &Context<'_>) -> Facts {
    let comparison = context.comparison;
    let mut facts = Facts::default();
    sequences::add(comparison, &mut facts);
    core::add(context, &mut facts);
    dtypes::add(comparison, &mut facts);
    work::add(comparison, &mut facts);
    time::add(comparison, &mut facts);
    if comparison.summed.is_none() {
        launching::add(comparison, &mut facts);
    }
    let (mock, e2e) = (&comparison.mock.provenance.gpus, &comparison.e2e.provenance.gpus);
    let gpus_differ = !mock.is_empty() && !e2e.is_empty() && mock != e2e;
    facts.flag("gpu-differs", gpus_differ, format!("mock on {}, E2E on {}", mock.join(", "), e2e.join(", ")));
    facts
}

/// Sets a count that is not 0, with what is counted in the singular and in the plural.
fn count(facts: &mut Facts, name: &str, n: usize, one: &str, many: &str) {
    if n > 0 {
        facts.set(name, n as f64, format!("{n} {}", if n == 1 { one } else { many }));
    }
}

/// Whether a library picks this kernel by shape and data type.
fn is_by_shape(comparison: &Comparison, side: Side, index: usize) -> bool {
    comparison.family(comparison.symbol_at(side, index)).is_some_and(|family| family.by_shape)
}

/// Indices of kernels that stand on this side only, and nowhere else in the order.
fn alone(comparison: &Comparison, side: Side) -> Vec<usize> {
    let positions = comparison.open_positions();
    positions.filter(|(_, p)| !p.moved && p.on(side.other()).is_none()).filter_map(|(_, p)| p.on(side)).collect()
}

/// The side as sentences name it.
fn said(side: Side) -> &'static str {
    match side {
        Side::Mock => "mock",
        Side::E2e => "E2E",
    }
}
