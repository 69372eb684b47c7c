//! Facts of the op's heart: whether another kernel does its work.

use crate::check::Context;
use crate::compare::{Comparison, Difference, Facts};
use crate::diag::{Side, shorten};

/// The core is replaced in its place, or gone while other work stands in.
pub(super) fn add(context: &Context<'_>, facts: &mut Facts) {
    let comparison = context.comparison;
    let lexicon = &comparison.selected.lexicon;
    let core = |side: Side, i: usize| lexicon.is_core(comparison.symbol_at(side, i));
    let replaced = comparison
        .substituted()
        .filter(|(p, m, e)| p.difference() == Difference::Substituted && (core(Side::Mock, *m) || core(Side::E2e, *e)));
    let (builds, others): (Vec<_>, Vec<_>) = replaced.partition(|&(_, m, e)| same_pattern(context, m, e));
    let (mock, e2e) = (|m| name(comparison, Side::Mock, m), |e| name(comparison, Side::E2e, e));
    if let Some(&(_, m, e)) = others.first() {
        facts.set("core-replaced", 1.0, format!("`{}` runs where the E2E runs `{}`", mock(m), e2e(e)));
        return;
    }
    if let Some(&(_, m, e)) = builds.first() {
        let text = format!("the same backend runs `{}` in the mock and `{}` in the E2E", mock(m), e2e(e));
        facts.set("core-variant", 1.0, text);
        return;
    }
    // What stands in for a core that is gone need be no core (attention unfused), but the op around it must be the same.
    let same_op = facts.get("another-op").is_none();
    let missing = comparison.only_on(Side::E2e).into_iter().find(|&i| core(Side::E2e, i));
    let time = |&i: &usize| comparison.op_at(Side::Mock, i).map_or(0, |op| comparison.mock.ops.duration(op));
    let extra = comparison.only_on(Side::Mock);
    let stands_in = extra
        .iter()
        .copied()
        .filter(|&i| same_op || core(Side::Mock, i))
        .max_by_key(|i| (core(Side::Mock, *i), time(i)));
    if let (Some(missing), Some(stands_in)) = (missing, stands_in) {
        let text = format!(
            "`{}` is gone, `{}` runs instead",
            name(comparison, Side::E2e, missing),
            name(comparison, Side::Mock, stands_in)
        );
        facts.set("core-replaced", 1.0, text);
    }
}

/// One pattern of the spec names both: two builds of one library's kernel, of which it picks by shape.
fn same_pattern(context: &Context<'_>, mock: usize, e2e: usize) -> bool {
    let comparison = context.comparison;
    let first = |side: Side, i: usize| {
        let identity = comparison.identity(comparison.symbol_at(side, i));
        let matches = |p: &crate::kernel::KernelPattern| !p.is_family() && p.matches(identity, &comparison.families);
        context.entry(side, i)?.patterns.iter().find(|p| matches(p)).map(|p| &p.loc)
    };
    matches!((first(Side::Mock, mock), first(Side::E2e, e2e)), (Some(a), Some(b)) if a == b)
}

fn name(comparison: &Comparison, side: Side, index: usize) -> String {
    shorten(&comparison.identity(comparison.symbol_at(side, index)).base, 60)
}
