//! Facts of data types: which kernels differ in them, and whether all of the work does.

use crate::compare::{Comparison, Facts};
use crate::diag::Side;
use crate::kernel::{Dtype, dtypes};
use crate::select::Symbol;
use std::collections::BTreeSet;

pub(super) fn add(comparison: &Comparison, facts: &mut Facts) {
    let differences = comparison.dtype_differences();
    if let Some((_, mock, e2e)) = differences.first() {
        let (mock, e2e) = (word(*mock), word(*e2e));
        let kernels = if differences.len() == 1 { "kernel computes" } else { "kernels compute" };
        let text = format!("{} {kernels} in {mock} in the mock and in {e2e} in the E2E", differences.len());
        facts.set("dtype-differs", differences.len() as f64, text);
    }
    let [mock, e2e] = Side::BOTH.map(|side| narrowest(comparison, side));
    let text = format!("the mock computes in {}, the E2E in {}", listed(&mock), listed(&e2e));
    facts.flag("no-common-dtype", have_none_in_common(comparison), text);
}

/// Whether each side computes in types that the other does not mention: it is not one kernel that converts, but all of the
/// work.
pub(super) fn have_none_in_common(comparison: &Comparison) -> bool {
    let [mock, e2e] = Side::BOTH.map(|side| narrowest(comparison, side));
    !mock.is_empty() && !e2e.is_empty() && mock.is_disjoint(&e2e)
}

/// The data types that a side's kernels mention; single precision, in which others add up, only where there is no other.
fn narrowest(comparison: &Comparison, side: Side) -> BTreeSet<Dtype> {
    let symbols: BTreeSet<Symbol> = comparison.selection(side).sequence.iter().copied().collect();
    let mut said: BTreeSet<Dtype> = symbols.into_iter().flat_map(|s| dtypes(comparison.identity(s))).collect();
    if said.len() > 1 {
        said.remove(&Dtype::Fp32);
    }
    said
}

fn word(dtype: Dtype) -> String {
    format!("{dtype:?}").to_lowercase()
}

/// "bf16 and fp8".
fn listed(dtypes: &BTreeSet<Dtype>) -> String {
    dtypes.iter().copied().map(word).collect::<Vec<_>>().join(" and ")
}
