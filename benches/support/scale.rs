//! Repeats a real trace along the time axis: a large one with real names, shapes and nesting.
//!
//! What happened (GPU operations, API calls, ranges) is repeated, shifted in time, with correlation ids of its own. What
//! the process *is* (strings, devices, captured graph nodes) stands once: a long run replays the graphs that it captured
//! at its start. Durations of kernels vary by up to 2 %, fixed by row and repetition, so that statistics have something
//! to do. The same source and number give the same rows.

use rusqlite::{Connection, OpenFlags};
use std::error::Error;
use std::path::Path;

/// Between two repetitions, in ns.
const GAP: i64 = 1_000_000;

/// Kinds of NVTX rows that happen at a time: marks, push/pop and start/end ranges, in both numberings. Others name
/// domains and categories.
const TIMED_NVTX: &str = "eventType IN (34, 59, 60, 70, 71)";

/// A table whose rows are repeated, and how many it then has.
pub(crate) type Rows = (String, i64);

/// Writes `times` repetitions of the export `source` to the new file `target`.
///
/// # Errors
/// `target` exists, or `source` is no export that can be read.
pub(crate) fn scale(source: &Path, target: &Path, times: u32) -> Result<Vec<Rows>, Box<dyn Error>> {
    if target.exists() {
        return Err(format!("{} exists: not overwritten", target.display()).into());
    }
    copy(source, target)?;
    let mut db = Connection::open(target)?;
    db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;")?;
    let tables = repeated_tables(&db)?;
    let (first, last, ids) = bounds(&db, &tables)?;
    let step = last - first + GAP;
    db.execute_batch("CREATE TEMP TABLE copies (i INTEGER PRIMARY KEY)")?;
    let all = db.transaction()?;
    for i in 1..times {
        all.execute("INSERT INTO temp.copies VALUES (?1)", [i])?;
    }
    let mut rows = Vec::new();
    for table in tables {
        repeat(&all, &table, step, ids)?;
        let count = all.query_row(&format!("SELECT COUNT(*) FROM \"{}\"", table.name), [], |row| row.get(0))?;
        rows.push((table.name, count));
    }
    all.commit()?;
    Ok(rows)
}

/// The source in pages of 4 KiB, as the profiler exports them; packed traces have smaller ones.
fn copy(source: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    let db = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.execute_batch("PRAGMA page_size = 4096")?;
    db.execute("VACUUM INTO ?1", [target.to_str().ok_or("the target's path is not UTF-8")?])?;
    Ok(())
}

struct Table {
    name: String,
    columns: Vec<String>,
}

impl Table {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|c| c == column)
    }

    /// Which of its rows are repeated.
    fn timed(&self) -> &'static str {
        if self.name == "NVTX_EVENTS" && self.has("eventType") { TIMED_NVTX } else { "TRUE" }
    }
}

/// Tables of what happened: with a start, written by the GPU's tracer or by NVTX.
fn repeated_tables(db: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut names = db.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table'
         AND (name GLOB 'CUPTI_ACTIVITY_KIND_*' OR name = 'NVTX_EVENTS') ORDER BY name",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut tables = Vec::new();
    for name in names {
        let mut columns = db.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns: Vec<String> = columns.query_map([&name], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let table = Table { name, columns };
        if table.has("start") {
            tables.push(table);
        }
    }
    Ok(tables)
}

/// The first start, the last end, and how far correlation ids must move to stay apart.
fn bounds(db: &Connection, tables: &[Table]) -> Result<(i64, i64, i64), Box<dyn Error>> {
    let (mut first, mut last, mut low, mut high) = (i64::MAX, i64::MIN, 0, 0);
    for table in tables {
        let end = if table.has("end") { "COALESCE(MAX(\"end\"), MAX(start))" } else { "MAX(start)" };
        let id = if table.has("correlationId") { "correlationId" } else { "NULL" };
        let query =
            format!("SELECT MIN(start), {end}, MIN({id}), MAX({id}) FROM \"{}\" WHERE {}", table.name, table.timed());
        let found: [Option<i64>; 4] =
            db.query_row(&query, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
        first = first.min(found[0].unwrap_or(first));
        last = last.max(found[1].unwrap_or(last));
        low = low.min(found[2].unwrap_or(low));
        high = high.max(found[3].unwrap_or(high));
    }
    if first > last {
        return Err("the trace has neither GPU work nor ranges".into());
    }
    Ok((first, last, high - low + 1))
}

fn repeat(db: &Connection, table: &Table, step: i64, ids: i64) -> rusqlite::Result<()> {
    let name = &table.name;
    let moved = |column: &String| match column.as_str() {
        "end" if name.ends_with("_KERNEL") => {
            format!("t.\"end\" + i * {step} + (t.\"end\" - t.start) * ((t.row * 31 + i * 17) % 41 - 20) / 1000")
        }
        "start" | "end" => format!("t.\"{column}\" + i * {step}"),
        "correlationId" => format!("t.correlationId + i * {ids}"),
        _ => format!("t.\"{column}\""),
    };
    let columns: Vec<String> = table.columns.iter().map(moved).collect();
    db.execute_batch(&format!(
        "CREATE TEMP TABLE source AS SELECT rowid AS row, * FROM \"{name}\" WHERE {};
         INSERT INTO \"{name}\" SELECT {} FROM temp.copies CROSS JOIN temp.source AS t ORDER BY i, t.row;
         DROP TABLE temp.source;",
        table.timed(),
        columns.join(", ")
    ))
}
