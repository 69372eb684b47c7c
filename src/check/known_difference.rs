//! `known-difference`: declared exceptions that no longer hold.

use super::{Meta, meta as make};
use crate::diag::{Finding, Severity};
use crate::spec::KnownDifference;

/// The check's name.
pub const KNOWN_DIFFERENCE: &str = "known-difference";

pub(super) fn meta() -> Meta {
    make(KNOWN_DIFFERENCE, Severity::Warning, include_str!("known_difference.md"))
}

/// It matched nothing: the difference is gone, or its pattern is wrong.
pub fn stale(known: &KnownDifference) -> Finding {
    let loc = known.kernels.first().map(|k| &k.loc).unwrap_or(&known.loc);
    Finding::new(
        KNOWN_DIFFERENCE,
        Severity::Warning,
        format!("a known difference matches nothing: {}", known.reason.value),
    )
    .at(loc, "matches no difference")
    .help("remove the entry, or correct its pattern or side")
}

/// Its last day has passed: it covers nothing any more.
pub fn expired(known: &KnownDifference, until: &str) -> Finding {
    let loc = known.until.as_ref().map_or(&known.loc, |u| &u.loc);
    let owner = known.owner.as_ref().map_or(String::new(), |o| format!(" (owner: {})", o.value));
    Finding::new(
        KNOWN_DIFFERENCE,
        Severity::Warning,
        format!("a known difference ended on {until}: {}{owner}", known.reason.value),
    )
    .at(loc, "its last day")
    .help("fix the difference, or renew the entry with a reason")
}
