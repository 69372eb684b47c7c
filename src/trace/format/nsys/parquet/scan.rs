//! Reads a large table: its groups of rows on all cores, in their order.

use super::super::source::{Cells, Scan, Source, Stop, Take};
use super::Folder;
use super::file::{Rows, TableFile};
use rayon::prelude::*;
use rusqlite::types::ValueRef;

/// Groups that are read at once; what is learnt from them helps with those after.
const WAVE: usize = 8;

/// One row of some.
struct Row<'r> {
    rows: &'r Rows,
    at: usize,
}

impl Cells for Row<'_> {
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.rows.value(self.at, column)
    }
}

impl Source for Folder {
    type Failure = String;

    fn scan<T: Take>(&self, scan: &mut Scan<'_, '_, T>) -> Result<Vec<T::Part>, String> {
        let Some(table) = self.tables.get(scan.wanted.table) else { return Ok(Vec::new()) };
        let columns: Vec<Option<usize>> = scan.wanted.columns.iter().map(|column| table.column(column)).collect();
        let groups: Vec<usize> = (0..table.groups).collect();
        let mut parts: Vec<T::Part> = Vec::new();
        let mut wave = 1;
        let mut rest = groups.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(wave));
            let (done, take) = (parts.len(), &*scan.take);
            let new: Result<Vec<_>, String> = now.par_iter().map(|&group| part(table, group, &columns, take)).collect();
            parts.append(&mut new?);
            scan.add(&mut parts, done).map_err(|stop| match stop {
                Stop::Name(problem) => problem.message,
                Stop::Memory(exceeded) => exceeded.to_string(),
            })?;
            (rest, wave) = (later, WAVE);
        }
        Ok(parts)
    }
}

fn part<T: Take>(table: &TableFile, group: usize, columns: &[Option<usize>], take: &T) -> Result<T::Part, String> {
    let mut part: Option<T::Part> = None;
    table.read_group(group, columns, |rows| {
        let part = part.get_or_insert_with(|| take.part(rows.len()));
        (0..rows.len()).for_each(|at| take.take(&Row { rows, at }, part));
        Ok(())
    })?;
    Ok(part.unwrap_or_default())
}
