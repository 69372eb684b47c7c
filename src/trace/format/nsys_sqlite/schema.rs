//! Which tables and columns an export has.

use crate::trace::capability::Presence;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;

/// Column names by table.
#[derive(Debug, Default)]
pub(super) struct Schema {
    tables: BTreeMap<String, Vec<String>>,
}

impl Schema {
    pub(super) fn probe(db: &Connection) -> rusqlite::Result<Self> {
        let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut tables = BTreeMap::new();
        for table in names {
            let mut columns = db.prepare("SELECT name FROM pragma_table_info(?1)")?;
            let columns: Vec<String> = columns.query_map([&table], |row| row.get(0))?.collect::<Result<_, _>>()?;
            tables.insert(table, columns);
        }
        Ok(Self { tables })
    }

    /// Any table that only a profiler's export has.
    pub(super) fn is_nsys_export(&self) -> bool {
        let known = ["StringIds", "NVTX_EVENTS", "META_DATA_EXPORT", "EXPORT_META_DATA", "ANALYSIS_DETAILS"];
        self.tables.keys().any(|t| known.contains(&t.as_str()) || t.starts_with("CUPTI_ACTIVITY_KIND_"))
    }

    pub(super) fn tables_in_words(&self) -> String {
        match self.tables.len() {
            0 => "no tables".to_owned(),
            n => {
                let first: Vec<String> = self.tables.keys().take(5).map(|t| crate::diag::escape(t)).collect();
                format!("{n} tables: {}{}", first.join(", "), if n > 5 { ", …" } else { "" })
            }
        }
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    pub(super) fn has_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|columns| columns.iter().any(|c| c.eq_ignore_ascii_case(column)))
    }

    pub(super) fn presence(&self, db: &Connection, table: &str) -> rusqlite::Result<Presence> {
        if !self.has(table) {
            return Ok(Presence::Missing);
        }
        let filled: bool = db.query_row(&format!("SELECT EXISTS(SELECT 1 FROM \"{table}\")"), [], |row| row.get(0))?;
        Ok(if filled { Presence::Filled } else { Presence::Empty })
    }

    /// A query for these columns in this order; one that the table lacks reads as NULL.
    pub(super) fn select(&self, table: &str, columns: &[&str]) -> String {
        let list: Vec<String> = columns
            .iter()
            .map(|c| if self.has_column(table, c) { format!("\"{c}\"") } else { "NULL".to_owned() })
            .collect();
        format!("SELECT {} FROM \"{table}\"", list.join(", "))
    }
}

/// An integer column. Derived exports hold numbers as text; a real is taken only where it is a whole
/// number that a double holds exactly, since ids exceed 2^53.
pub(super) fn integer(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(value) => Some(value),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|t| t.trim().parse().ok()),
        ValueRef::Real(value) if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 => Some(value as i64),
        _ => None,
    })
}

/// An integer column as an unsigned 32-bit number; 0 where it is absent or out of range.
pub(super) fn small(row: &Row<'_>, column: usize) -> rusqlite::Result<u32> {
    Ok(integer(row, column)?.and_then(|v| u32::try_from(v).ok()).unwrap_or(0))
}
