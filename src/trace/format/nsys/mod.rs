//! Nsight Systems exports, as SQLite or as a folder of Parquet files, of every schema version from 2.9 to 3.25 and after.
//!
//! Tables and columns are probed by name; what is unknown is ignored. The file is opened read-only and
//! immutable: nothing is ever written beside it, no extension is loaded, no schema code is trusted.
//!
//! The large tables are read from their [`pages`]; where anything there is in doubt, and for all else, SQLite reads.

mod calls;
mod gpu;
mod meta;
mod names;
mod nvtx;
mod pages;
pub(super) mod parquet;
mod schema;
mod source;
mod sqlite;
mod strings;

use crate::diag::Problem;
use crate::limits::NAME_BYTES;
use crate::meter::Meter;
use crate::trace::capability::Presence;
use crate::trace::reading::{Reading, Via, over_limit};
use crate::trace::{Trace, TraceBuilder};
use pages::{Doubt, Pages};
use rusqlite::{Connection, OpenFlags};
use schema::Schema;
use source::{Scan, Source, Take, Wanted};
use sqlite::Sqlite;
use std::path::Path;
use strings::Strings;

/// The first bytes of every SQLite 3 database.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Where the rows of large tables are.
enum Large {
    Pages(Pages),
    /// In SQLite alone.
    Sqlite(Doubt),
    Parquet(parquet::Folder),
}

/// What reading one table needs.
struct Reader<'db> {
    shown: &'db str,
    sqlite: Sqlite<'db>,
    large: Large,
    via: Via,
    meter: &'db Meter,
    schema: Schema,
    strings: Strings<'db>,
}

impl Reader<'_> {
    /// Reads columns of a table, which may be missing.
    fn scan<T: Take>(&mut self, table: &str, columns: &[&str], take: &mut T) -> Result<Vec<T::Part>, Problem> {
        if !self.schema.has(table) {
            return Ok(Vec::new());
        }
        let wanted = Wanted { table, columns, schema: &self.schema };
        let mut scan = Scan { wanted, take, strings: &mut self.strings, meter: self.meter };
        let read = match &self.large {
            Large::Parquet(folder) => {
                let parts = folder.scan(&mut scan);
                self.room()?;
                return parts.map_err(|what| parquet::broken(self.shown, &format!("table {table}"), &what));
            }
            Large::Pages(pages) => pages.scan(&mut scan),
            Large::Sqlite(doubt) => Err(*doubt),
        };
        // Whoever read a table may have stopped for want of memory.
        self.meter.room(0).map_err(|exceeded| over_limit(self.shown, exceeded))?;
        match read {
            Ok(parts) => Ok(parts),
            Err(doubt) if self.via == Via::Pages => {
                Err(Problem::trace("trace-unreadable", format!("`{}` cannot be read: table {table}", self.shown))
                    .note(format!("its pages are in doubt: {doubt}")))
            }
            Err(_) => self.sqlite.scan(&mut scan),
        }
    }

    fn room(&self) -> Result<(), Problem> {
        self.meter.room(0).map_err(|exceeded| over_limit(self.shown, exceeded))
    }

    /// A name that cannot be looked up.
    fn broken_strings(&self, error: &rusqlite::Error) -> Problem {
        broken(self.shown, "StringIds", 0, error)
    }
}

/// Reads the export at `path`; `head` are its first bytes.
pub(super) fn read(path: &Path, shown: &str, head: &[u8], reading: &Reading) -> Result<Trace, Problem> {
    let Reading { via, ref meter, .. } = *reading;
    check_length(path, shown, head)?;
    let db = connect(path).map_err(|e| broken(shown, "header", 0, &e))?;
    let schema = Schema::probe(&db).map_err(|e| broken(shown, "sqlite_master", 0, &e))?;
    if !schema.is_nsys_export() {
        return Err(Problem::trace(
            "trace-no-tables",
            format!("`{shown}` is a database, but no Nsight Systems export"),
        )
        .note(format!("it holds {}", schema.tables_in_words()))
        .help("export with: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep"));
    }
    let large = open_pages(path, head, via).map_or_else(Large::Sqlite, Large::Pages);
    let mut builder = tables(large, &db, schema, shown, via, meter)?;
    if path.with_file_name(wal_name(path)).metadata().is_ok_and(|m| m.len() > 0) {
        builder.warnings.push("a write-ahead log lies beside the trace: rows in it are not read".to_owned());
    }
    Ok(builder.finish())
}

/// Reads the export that a folder of Parquet files is; `db` holds its small tables.
fn of_folder(folder: parquet::Folder, db: &Connection, shown: &str, meter: &Meter) -> Result<Trace, Problem> {
    let schema = Schema::probe(db).map_err(|e| broken(shown, "sqlite_master", 0, &e))?;
    if !schema.is_nsys_export() {
        return Err(Problem::trace(
            "trace-no-tables",
            format!("`{shown}` holds Parquet files, but no Nsight Systems export"),
        )
        .note(format!("it holds {}", schema.tables_in_words()))
        .help("export with: nsys export --type parquetdir -o FOLDER REPORT.nsys-rep"));
    }
    Ok(tables(Large::Parquet(folder), db, schema, shown, Via::Either, meter)?.finish())
}

/// Reads all tables.
fn tables(
    large: Large,
    db: &Connection,
    schema: Schema,
    shown: &str,
    via: Via,
    meter: &Meter,
) -> Result<TraceBuilder, Problem> {
    let strings = Strings::new(db, &schema).map_err(|e| broken(shown, "StringIds", 0, &e))?;
    let mut reader = Reader { shown, sqlite: Sqlite { db, shown }, large, via, meter, schema, strings };
    let mut builder = TraceBuilder::new(shown);
    gpu::read(&mut reader, &mut builder)?;
    builder.seal_ops();
    calls::read(&mut reader, &mut builder)?;
    nvtx::read(&mut reader, &mut builder)?;
    meta::read(&reader, &mut builder)?;
    presence(&reader, &mut builder)?;
    if reader.strings.cut {
        let most = NAME_BYTES >> 10;
        builder.warnings.push(format!("names longer than {most} KiB are cut off there, and compared that far only"));
    }
    Ok(builder)
}

/// The pages that SQLite would read: those of the file alone, since it is opened as immutable.
fn open_pages(path: &Path, head: &[u8], via: Via) -> Result<Pages, Doubt> {
    match via {
        Via::Sqlite => Err(Doubt::UNASKED),
        // SQLite cannot be told that this file is immutable.
        _ if path.to_str().is_none() => Err(Doubt::NO_URI),
        Via::Either | Via::Pages => Pages::open(path, head),
    }
}

fn wal_name(path: &Path) -> std::ffi::OsString {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push("-wal");
    name
}

/// Opens the file so that SQLite neither writes nor locks nor looks beside it.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = match path.to_str() {
        Some(text) => {
            let uri = format!("file:{}?immutable=1", escape_uri(text));
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
        }
        None => Connection::open_with_flags(path, flags)?,
    };
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "cell_size_check", true)?;
    // A memory map reads no faster and counts against the process: 2.1 GB more on a 2.3 GB file.
    db.pragma_update(None, "mmap_size", 0)?;
    Ok(db)
}

fn escape_uri(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// A file shorter than its header says was cut off; SQLite itself notices only when it gets there.
fn check_length(path: &Path, shown: &str, head: &[u8]) -> Result<(), Problem> {
    let truncated = |have: u64, want: u64| {
        Problem::trace("trace-truncated", format!("`{shown}` is cut off: {have} bytes of {want}"))
            .help("copy the file again, or export it again")
    };
    let have = path.metadata().map_or(0, |m| m.len());
    let Some(header) = head.get(..100) else { return Err(truncated(have, 100)) };
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    // The page count is valid only if the change counter matches the version-valid-for number.
    let valid = header[24..28] == header[92..96];
    if valid && have < page * pages { Err(truncated(have, page * pages)) } else { Ok(()) }
}

/// An error of SQLite as a problem that says where in the file reading stopped.
fn broken(shown: &str, table: &str, row: u64, error: &rusqlite::Error) -> Problem {
    let place = if row == 0 { format!("table {table}") } else { format!("table {table}, after row {row}") };
    let code = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "trace-not-a-database",
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => "trace-corrupt",
        _ => "trace-unreadable",
    };
    Problem::trace(code, format!("`{shown}` cannot be read: {place}"))
        .note(crate::diag::escape(&error.to_string()))
        .help("copy or export the trace again; `sqlite3 FILE 'pragma integrity_check'` lists the damage")
}

fn presence(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let of = |table: &str| match &reader.large {
        Large::Parquet(folder) => Ok(folder.presence(table)),
        _ => reader.schema.presence(reader.sqlite.db, table).map_err(|e| broken(reader.shown, table, 0, &e)),
    };
    let capabilities = &mut builder.capabilities;
    capabilities.kernels = of(gpu::KERNELS)?;
    capabilities.memory_operations = of(gpu::COPIES)?.max(of(gpu::SETS)?);
    capabilities.api_calls = of(calls::CALLS)?;
    capabilities.ranges = of(nvtx::RANGES)?;
    capabilities.graph_nodes = nvtx::node_table(&reader.schema).map_or(Ok(Presence::Missing), of)?;
    capabilities.launch_shapes = reader.schema.has_column(gpu::KERNELS, "gridX");
    Ok(())
}
