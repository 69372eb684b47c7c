//! Counts and times as people read them.

use crate::diag::duration;

pub(super) use crate::quality::{counted, thousands};

pub(super) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 { String::new() } else { format!("{:.1}%", part as f64 * 100.0 / whole as f64) }
}

pub(super) fn time(ns: i64) -> String {
    duration(ns as f64)
}
