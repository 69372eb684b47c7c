//! Reading tables through SQLite: the reference, and what is left where the pages are not read directly.

use super::broken;
use super::source::{Cells, Source, Take, Wanted};
use super::strings::Strings;
use crate::diag::Problem;
use crate::meter::Meter;
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

    fn scan<T: Take>(
        &self,
        wanted: &Wanted<'_>,
        take: &mut T,
        strings: &mut Strings<'_>,
        meter: &Meter,
    ) -> Result<Vec<T::Part>, Problem> {
        let mut done = 0u64;
        let broken = |done: u64, error: &rusqlite::Error| broken(self.shown, wanted.table, done, error);
        // An index that somebody added must not change the order of rows.
        let query = wanted.schema.select(wanted.table, wanted.columns) + " NOT INDEXED";
        let mut statement = self.db.prepare(&query).map_err(|e| broken(done, &e))?;
        let mut rows = statement.query([]).map_err(|e| broken(done, &e))?;
        let mut parts = vec![T::Part::default()];
        while let Some(row) = rows.next().map_err(|e| broken(done, &e))? {
            if let Some(part) = parts.last_mut() {
                take.take(row, part);
            }
            done += 1;
            if done.is_multiple_of(PART) {
                let last = parts.len() - 1;
                take.learn(&mut parts[last..], strings)?;
                take.gather(&mut parts);
                meter.room(0).map_err(|exceeded| over_limit(self.shown, exceeded))?;
                parts.push(T::Part::default());
            }
        }
        let last = parts.len() - 1;
        take.learn(&mut parts[last..], strings)?;
        take.gather(&mut parts);
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
