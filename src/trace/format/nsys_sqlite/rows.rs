//! Stepping over a table, with an error that says where in it reading stopped.

use super::broken;
use crate::diag::Problem;
use rusqlite::Row;

/// Steps over a table's rows; `take` says whether it kept the row. Returns how many it did not keep.
pub(super) fn each_row(
    db: &rusqlite::Connection,
    shown: &str,
    table: &str,
    exists: bool,
    query: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>,
) -> Result<u64, Problem> {
    if !exists {
        return Ok(0);
    }
    let (mut done, mut skipped) = (0u64, 0u64);
    let mut step = || -> rusqlite::Result<()> {
        let mut statement = db.prepare(query)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            skipped += u64::from(!take(row)?);
            done += 1;
        }
        Ok(())
    };
    step().map_err(|e| broken(shown, table, done, &e))?;
    Ok(skipped)
}
