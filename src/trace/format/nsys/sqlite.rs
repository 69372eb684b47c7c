//! Reading tables through SQLite: the reference, and what is left where the pages are not read directly.

use super::broken;
use super::source::{Cells, Scan, Source, Stop, Take};
use crate::diag::Problem;
use crate::trace::reading::over_limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

/// Rows of one part.
const PART: u64 = 1 << 16;

#[derive(Debug, Clone, Copy)]
pub(super) struct Sqlite<'db> {
    pub(super) db: &'db Connection,
    pub(super) shown: &'db str,
}

impl Cells for Row<'_> {
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.get_ref(column).unwrap_or(ValueRef::Null)
    }
}

impl Source for Sqlite<'_> {
    type Failure = Problem;

    fn scan<T: Take>(&self, scan: &mut Scan<'_, '_, T>) -> Result<Vec<T::Part>, Problem> {
        let mut done = 0u64;
        let table = scan.wanted.table;
        let broken = |done: u64, error: &rusqlite::Error| broken(self.shown, table, done, error);
        // An index that somebody added must not change the order of rows.
        let query = scan.wanted.schema.select(table, scan.wanted.columns) + " NOT INDEXED";
        let mut statement = self.db.prepare(&query).map_err(|e| broken(done, &e))?;
        let mut rows = statement.query([]).map_err(|e| broken(done, &e))?;
        let mut parts = vec![T::Part::default()];
        let add = |scan: &mut Scan<'_, '_, T>, parts: &mut Vec<T::Part>| {
            let last = parts.len() - 1;
            scan.add(parts, last).map_err(|stop| match stop {
                Stop::Name(problem) => problem,
                Stop::Memory(exceeded) => over_limit(self.shown, exceeded),
            })
        };
        while let Some(row) = rows.next().map_err(|e| broken(done, &e))? {
            if let Some(part) = parts.last_mut() {
                scan.take.take(row, part);
            }
            done += 1;
            if done.is_multiple_of(PART) {
                add(scan, &mut parts)?;
                parts.push(T::Part::default());
            }
        }
        add(scan, &mut parts)?;
        Ok(parts)
    }
}

/// Steps over the rows of a query of a small table.
pub(super) fn each_row(
    sqlite: &Sqlite<'_>,
    table: &str,
    query: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), Problem> {
    let mut done = 0u64;
    let mut step = || -> rusqlite::Result<()> {
        let mut statement = sqlite.db.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take(row)?;
            done += 1;
        }
        Ok(())
    };
    step().map_err(|e| broken(sqlite.shown, table, done, &e))
}
