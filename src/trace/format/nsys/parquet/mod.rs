//! `nsys export --type parquetdir`: a folder with one Parquet file a table.
//!
//! The large tables are read from their columns, a group of rows at a time. The small ones, of names and of the capture,
//! are put into a SQLite database in memory, so that they are asked in one way whatever the export is.

mod column;
mod file;
mod scan;

use crate::diag::{Problem, escape};
use crate::meter::Meter;
use crate::trace::Trace;
use crate::trace::capability::Presence;
use file::TableFile;
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The first bytes of every Parquet file.
pub(in crate::trace::format) const MAGIC: &[u8] = b"PAR1";

/// Tables that are asked in SQL.
const SMALL: [&str; 9] = [
    "StringIds",
    "META_DATA_EXPORT",
    "EXPORT_META_DATA",
    "META_DATA_CAPTURE",
    "TARGET_INFO_SYSTEM_ENV",
    "TARGET_INFO_GPU",
    "PROCESSES",
    "DIAGNOSTIC_EVENT",
    "CUPTI_ACTIVITY_KIND_GRAPH_TRACE",
];

/// The tables of one export.
#[derive(Debug)]
pub(super) struct Folder {
    tables: BTreeMap<String, TableFile>,
}

/// Whether a folder is such an export: it holds a Parquet file with a table's name.
pub(in crate::trace::format) fn may_be(folder: &Path) -> bool {
    files(folder).is_ok_and(|files| files.iter().any(|path| file::begins_so(path)))
}

/// Reads the export in this folder.
pub(in crate::trace::format) fn read(folder: &Path, shown: &str, meter: &Meter) -> Result<Trace, Problem> {
    // The files are not to be trusted, and not everything in them is checked where it is decoded. What a decoder says of
    // itself as it stops is printed before the error.
    let read = catch_unwind(AssertUnwindSafe(|| read_unguarded(folder, shown, meter)));
    read.unwrap_or_else(|_| Err(broken(shown, "a table", "it is damaged in a way that its decoder did not expect")))
}

fn read_unguarded(folder: &Path, shown: &str, meter: &Meter) -> Result<Trace, Problem> {
    let files = files(folder).map_err(|error| broken(shown, "the folder", &error.to_string()))?;
    let mut tables = BTreeMap::new();
    for path in files.iter().filter(|path| file::begins_so(path)) {
        let table = TableFile::open(path).map_err(|what| broken(shown, &name_of(path), &what))?;
        let name = table.name.clone();
        if tables.insert(name.clone(), table).is_some() {
            return Err(broken(shown, &name_of(path), &format!("a second file of table {}", escape(&name))));
        }
    }
    let folder = Folder { tables };
    let db = folder.database().map_err(|(table, what)| broken(shown, &table, &what))?;
    super::of_folder(folder, &db, shown, meter)
}

/// The files in the folder, in the order of their names.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name_of(path: &Path) -> String {
    escape(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// A table that cannot be read.
pub(super) fn broken(shown: &str, table: &str, what: &str) -> Problem {
    Problem::trace("trace-unreadable", format!("`{shown}` cannot be read: {table}"))
        .note(escape(what))
        .help("export the report again: nsys export --type parquetdir -o FOLDER REPORT.nsys-rep")
}

impl Folder {
    pub(super) fn presence(&self, table: &str) -> Presence {
        match self.tables.get(table) {
            None => Presence::Missing,
            Some(table) if table.rows == 0 => Presence::Empty,
            Some(_) => Presence::Filled,
        }
    }

    /// All tables with their columns; only the small ones with their rows.
    fn database(&self) -> Result<Connection, (String, String)> {
        let in_memory = |error: rusqlite::Error| ("the tables".to_owned(), error.to_string());
        let db = Connection::open_in_memory().map_err(in_memory)?;
        for (name, table) in &self.tables {
            let failed = |what: String| (format!("table {}", escape(name)), what);
            let of_sql = |error: rusqlite::Error| failed(error.to_string());
            let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
            db.execute(&format!("CREATE TABLE {} ({})", quoted(name), columns.join(", ")), []).map_err(of_sql)?;
            if SMALL.contains(&name.as_str()) {
                fill(&db, table, columns.len()).map_err(failed)?;
            }
        }
        if self.tables.get("StringIds").is_some_and(|table| table.column("id").is_some()) {
            db.execute("CREATE INDEX by_id ON StringIds (id)", []).map_err(in_memory)?;
        }
        Ok(db)
    }
}

fn fill(db: &Connection, table: &TableFile, columns: usize) -> Result<(), String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let places = vec!["?"; columns].join(", ");
    let all: Vec<Option<usize>> = (0..columns).map(Some).collect();
    db.execute_batch("BEGIN").map_err(failed)?;
    let mut insert = db.prepare(&format!("INSERT INTO {} VALUES ({places})", quoted(&table.name))).map_err(failed)?;
    for group in 0..table.groups {
        table.read_group(group, &all, |rows| {
            for row in 0..rows.len() {
                let values = (0..columns).map(|column| ToSqlOutput::Borrowed(rows.value(row, column)));
                insert.execute(rusqlite::params_from_iter(values)).map_err(failed)?;
            }
            Ok(())
        })?;
    }
    db.execute_batch("COMMIT").map_err(failed)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value that the table lacks.
const NULL: ValueRef<'static> = ValueRef::Null;
