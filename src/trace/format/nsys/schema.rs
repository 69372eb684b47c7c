//! Which tables and columns an export has.

use super::source::whole_number;
use crate::trace::capability::Presence;
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;

/// Columns by table.
#[derive(Debug, Default)]
pub(super) struct Schema {
    tables: BTreeMap<String, Table>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    /// The page of the file on which the table begins, if it has one.
    pub(super) root: Option<u32>,
    /// As they are stored.
    pub(super) columns: Vec<Column>,
    /// Whether rows may be stored in another way: columns are computed, or rows stand under a key of their own.
    pub(super) is_special: bool,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Whether what is stored in the column is what SQLite gives for it: it has no default for the rows that lack it, and
    /// turns no integers into reals.
    pub(super) as_stored: bool,
}

const PROBE: &str = "SELECT m.name, m.rootpage, x.name, x.type, x.dflt_value IS NULL, x.hidden, x.pk
    FROM sqlite_master AS m LEFT JOIN pragma_table_xinfo(m.name) AS x WHERE m.type = 'table'";

impl Schema {
    pub(super) fn probe(db: &Connection) -> rusqlite::Result<Self> {
        let mut schema = Self::default();
        let mut statement = db.prepare(PROBE)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let table = schema.tables.entry(row.get(0)?).or_default();
            table.root = whole_number(row.get_ref(1)?).and_then(|page| u32::try_from(page).ok());
            let Some(name) = row.get::<_, Option<String>>(2)? else { continue };
            if row.get::<_, i64>(5)? == 0 {
                let as_stored = row.get(4)? && !is_real(&row.get::<_, String>(3)?);
                table.columns.push(Column { name, as_stored });
            } else {
                table.is_special = true;
            }
            // The row id under another name, or no row id at all.
            table.is_special |= row.get::<_, i64>(6)? > 0;
        }
        Ok(schema)
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
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
        self.tables.get(table).is_some_and(|table| table.position(column).is_some())
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

impl Table {
    /// Where a column stands in the stored rows, if nothing is computed.
    pub(super) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name.eq_ignore_ascii_case(column))
    }
}

/// Whether a column of this type gives integers as reals: SQLite's rule of affinities.
fn is_real(kind: &str) -> bool {
    let kind = kind.to_ascii_uppercase();
    let other = ["INT", "CHAR", "CLOB", "TEXT", "BLOB"];
    !other.iter().any(|word| kind.contains(word)) && ["REAL", "FLOA", "DOUB"].iter().any(|word| kind.contains(word))
}

/// An integer column of a small table.
pub(super) fn integer(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<i64>> {
    Ok(whole_number(row.get_ref(column)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_column_decides_whether_integers_become_reals() {
        let real = ["REAL", "real", "DOUBLE PRECISION", "FLOAT"];
        let other = ["INTEGER", "", "NUMERIC", "FLOATING POINT", "TEXT", "BLOB", "CHARINT", "DOUBLE CHAR"];
        assert!(real.iter().all(|kind| is_real(kind)));
        assert!(!other.iter().any(|kind| is_real(kind)));
    }
}
