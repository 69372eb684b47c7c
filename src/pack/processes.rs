//! The processes that a trace is about: those with a row in it. An export lists every process of the machine.

use super::keep::Filter;
use super::source::{Source, Table, integer};
use super::tables::{PLANS, Plan, Rows};
use crate::diag::Problem;
use rusqlite::types::Value;
use rustc_hash::FxHashSet;

/// Keys of processes that have a row for which `filter` (one a table) holds. `None` where some table does not say whose
/// its rows are: then any process may be among them.
pub(super) fn with_rows<'a>(
    source: &'a Source,
    filter: impl Fn(&Plan, &'a Table) -> Filter<'a>,
) -> Result<Option<FxHashSet<i64>>, Problem> {
    let mut found = FxHashSet::default();
    for plan in PLANS.iter().filter(|p| matches!(p.rows, Rows::Operations | Rows::Calls | Rows::Ranges | Rows::Nodes)) {
        let Some(table) = source.table(plan.table) else { continue };
        let Some(column) = column(table) else { return Ok(None) };
        let mut kept = filter(plan, table);
        source.rows(table, |row| {
            if kept(row)? {
                found.extend(key(row, column));
            }
            Ok(())
        })?;
    }
    Ok(Some(found))
}

/// Where a table says whose a row is.
pub(super) fn column(table: &Table) -> Option<usize> {
    table.position("globalPid").or_else(|| table.position("globalTid"))
}

/// The upper part of the process or thread id, which both share.
pub(super) fn key(row: &[Value], column: usize) -> Option<i64> {
    integer(row, Some(column)).map(|id| id & !0xFF_FFFF)
}
