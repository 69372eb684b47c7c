//! `empty-selection`: the op was not found on a side. Never a pass.

use super::{Meta, Unselected, meta as make};
use crate::diag::{Evidence, Finding, Severity};

pub(super) fn meta() -> Meta {
    make("empty-selection", Severity::Error, include_str!("empty_selection.md"))
}

/// The finding, with what was tried and what the trace offers instead.
pub fn empty_selection(unselected: &Unselected<'_>) -> Finding {
    let not_found = unselected.not_found;
    let side = not_found.side;
    let mut finding = Finding::new(
        "empty-selection",
        Severity::Error,
        format!("{} was not found in the {side} trace", unselected.spec.op.value),
    )
    .side(side);
    if let Some(loc) = &not_found.at {
        finding = finding.at(loc, "tried in this order, and none holds");
    }
    for (how, outcome) in &not_found.tried {
        finding = finding.evidence(Evidence::on(side, format!("by {how}: {outcome}")));
    }
    if unselected.trace.ranges.is_empty() {
        finding = finding.evidence(Evidence::on(side, "the trace has no NVTX ranges"));
    }
    let help = if not_found.candidates.is_empty() {
        "`align inspect TRACE` shows what the trace holds".to_owned()
    } else {
        let list: Vec<String> = not_found.candidates.iter().map(|c| format!("`{c}`")).collect();
        format!("the trace offers {}; `align inspect TRACE` shows all", list.join(", "))
    };
    finding.help(help)
}
