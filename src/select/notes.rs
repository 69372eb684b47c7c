//! What the user should know of a selection that was made.

use super::auto;
use super::finder::{Finder, mark};
use super::scope::Scope;
use super::selection::{Method, SelectionNote};
use super::settle::Settled;
use crate::diag::{Severity, Spanned, percent};
use crate::limits::{COMPARED_LEAST, COMPARED_MOST};
use crate::trace::framework::{Phase, phase};
use crate::trace::{ContextId, RangeName};

/// A range or module that matches nothing though the trace has one of nearly that name: a later alternative held,
/// but probably not the one that was meant.
pub(super) fn misspelt(finder: &Finder<'_>, tried: &[(String, String)]) -> Option<SelectionNote> {
    let (each, wanted) = finder.spec.each.iter().take(tried.len()).find_map(|e| Some((e, mark(&e.value)?)))?;
    let near = auto::near_marks(finder.trace, wanted);
    let (severity, help) = if near.is_empty() {
        (Severity::Note, "`align inspect TRACE` lists the ranges it has".to_owned())
    } else {
        let near: Vec<String> = near.iter().map(|n| format!("`{n}`")).collect();
        (Severity::Warning, format!("did you mean {}?", near.join(" or ")))
    };
    // A mock's alternatives name the marks of several harnesses: that one of them is absent is no news.
    if severity == Severity::Note && finder.spec.side == crate::diag::Side::Mock {
        return None;
    }
    Some(SelectionNote {
        severity,
        message: format!(
            "nothing in the {} trace matches `{wanted}`: the next alternative was taken",
            finder.spec.side
        ),
        help: Some(help),
        at: Some(each.loc.clone()),
    })
}

/// How many of the instances found are compared: a minority says little of the op.
pub(super) fn compared_share(finder: &Finder<'_>, scope: &Scope, settled: &Settled) -> Option<SelectionNote> {
    let compared = settled.instances.len();
    let unlike = settled.unlike();
    let share = compared as f64 / (compared + unlike).max(1) as f64;
    if share >= COMPARED_MOST {
        return None;
    }
    let reasons: Vec<String> =
        settled.left_out.iter().filter(|l| l.unlike).map(|l| format!("{} {}", l.count, l.reason)).collect();
    // Where no range says which phase or step is meant, other phases are expected among what was found.
    let severity =
        if share < COMPARED_LEAST && scope.exact && scope.asked { Severity::Error } else { Severity::Warning };
    Some(SelectionNote {
        severity,
        message: format!(
            "only {} of the instances found in the {} trace are compared: left out are {}",
            percent((share * 100.0).round() / 100.0),
            finder.spec.side,
            reasons.join(", ")
        ),
        help: Some("the op is not one work there: narrow `within`, or check why its executions differ".to_owned()),
        at: finder.spec.each.first().map(|e| e.loc.clone()).or(finder.spec.within.last().map(|w| w.loc.clone())),
    })
}

/// `repeats` that the instances cannot be cut into.
pub(super) fn does_not_divide(kernels: usize, repeats: &Spanned<u32>) -> SelectionNote {
    SelectionNote {
        severity: Severity::Error,
        message: format!("an instance of {kernels} kernels does not hold {} equal iterations", repeats.value),
        help: Some("leave `repeats` away to have it found".to_owned()),
        at: Some(repeats.loc.clone()),
    }
}

/// Found by the mock's own sequence, the op may go on before or after it: kernels that the mock lacks at its ends
/// cannot be seen, unless the spec's list names what an instance begins and ends with.
pub(super) fn open_ends(finder: &Finder<'_>, method: Method, settled: &Settled) -> Option<SelectionNote> {
    if method != Method::Sequence {
        return None;
    }
    let listed = |symbol: Option<&super::Symbol>| {
        symbol.is_some_and(|&s| {
            finder.case.kernels.iter().any(|e| finder.lexicon.matches(s, &e.patterns, finder.families))
        })
    };
    let (first, last) = (listed(settled.sequence.first()), listed(settled.sequence.last()));
    let open = match (first, last) {
        (true, true) => return None,
        (false, true) => "begins",
        (true, false) => "ends",
        (false, false) => "begins and ends",
    };
    Some(SelectionNote {
        severity: Severity::Note,
        message: format!(
            "where the op {open} in the E2E is known from the mock alone: what the mock lacks there is not seen"
        ),
        help: Some("list the op's first and last kernel as [[kernel]] entries".to_owned()),
        at: finder.spec.each.last().map(|e| e.loc.clone()),
    })
}

/// A range named decode may hold prefill chunks too, where the framework says so.
pub(super) fn mixed_batches(finder: &Finder<'_>, settled: &Settled) -> Option<SelectionNote> {
    let mixed = |name: &RangeName| phase(&name.text) == Some(Phase::Mixed);
    let names: Vec<bool> = finder.trace.names.ranges().iter().map(mixed).collect();
    if !names.contains(&true) {
        return None;
    }
    let ranges = &finder.trace.ranges;
    let mixed = ranges.inwards(|around, range| around == Some(&true) || names[ranges.name(range).0 as usize]);
    let is_mixed = |instance: &&super::Instance| {
        let context = instance.ops.first().map_or(ContextId::NONE, |&op| finder.trace.launch_context(op));
        mixed.get(context.0 as usize) == Some(&true)
    };
    let count = settled.instances.iter().filter(is_mixed).count();
    (count > 0).then(|| SelectionNote {
        severity: Severity::Warning,
        message: format!(
            "{count} of {} instances of the {} belong to batches that mix prefill and decode",
            settled.instances.len(),
            finder.spec.side
        ),
        help: Some("narrow `within` to steps of one phase".to_owned()),
        at: finder.spec.within.last().map(|w| w.loc.clone()),
    })
}
