//! The checks that judge several traces of one side, one a rank; what they say is made where ranks are put together.

use super::{Meta, meta, rank_skew};
use crate::diag::Severity;

/// Ranks that are missing or stand twice.
pub const RANK_SET: &str = "rank-set";
/// Collectives that differ between ranks.
pub const COLLECTIVES: &str = "collectives";
/// Ranks that run the op at different speeds, in one trace or in several.
pub const RANK_SKEW: &str = "rank-skew";

pub(super) fn set() -> Meta {
    meta(RANK_SET, Severity::Error, include_str!("rank_set.md"))
}

pub(super) fn collectives() -> Meta {
    meta(COLLECTIVES, Severity::Error, include_str!("collectives.md"))
}

/// All of them, in the order of reports.
pub fn across() -> Vec<Meta> {
    vec![set(), collectives(), rank_skew::meta_of()]
}
