//! The packed database: the same tables and columns, written once from front to back.

use super::source::{Table, quote};
use crate::diag::Problem;
use crate::save::Partial;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of a page: most tables of a small trace hold a few rows, and each takes a page at least.
const PAGE: u32 = 1024;

/// A new database beside its destination; gone when dropped, unless it was moved there.
#[derive(Debug)]
pub(super) struct Target {
    connection: Option<Connection>,
    file: Partial,
    destination: PathBuf,
}

impl Target {
    /// Fails with a [`Problem`] if the destination exists or its folder cannot be written to.
    pub(super) fn new(destination: &Path) -> Result<Self, Problem> {
        if destination.symlink_metadata().is_ok() {
            return Err(exists(destination));
        }
        let file = Partial::beside(destination).map_err(|e| cannot_write(destination, e))?;
        let mut target = Self { connection: None, file, destination: destination.to_owned() };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(target.file.path(), flags).map_err(|e| target.failed(&e))?;
        let settings = format!(
            "PRAGMA page_size = {PAGE}; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE; \
             PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN"
        );
        connection.execute_batch(&settings).map_err(|e| target.failed(&e))?;
        target.connection = Some(connection);
        Ok(target)
    }

    /// Creates a table with the columns of the source's, without its comments.
    pub(super) fn create(&self, table: &Table) -> Result<(), Problem> {
        // Rows are found by number in these; nowhere else does a key say anything.
        let by_id = table.name == "StringIds" || table.name.starts_with("ENUM_");
        let column = |c: &super::source::Column| {
            let mut sql = quote(&c.name);
            sql.extend([" ", &plain_type(&c.declared)].into_iter().filter(|_| !c.declared.is_empty()));
            sql.push_str(if c.not_null { " NOT NULL" } else { "" });
            sql.push_str(if by_id && c.name == "id" { " PRIMARY KEY" } else { "" });
            sql
        };
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        let sql = format!("CREATE TABLE {} ({})", quote(&table.name), columns.join(", "));
        self.connection()?.execute_batch(&sql).map_err(|e| self.failed(&e))
    }

    /// Appends a row; `values` in the order of the table's columns.
    pub(super) fn insert(&self, table: &Table, values: &[Value]) -> Result<(), Problem> {
        let places = vec!["?"; table.columns.len()].join(", ");
        let sql = format!("INSERT INTO {} VALUES ({places})", quote(&table.name));
        let mut statement = self.connection()?.prepare_cached(&sql).map_err(|e| self.failed(&e))?;
        statement.execute(params_from_iter(values)).map_err(|e| self.failed(&e)).map(|_| ())
    }

    /// Completes the file, which then lies at the returned path until [`Self::publish`].
    pub(super) fn finish(&mut self) -> Result<&Path, Problem> {
        if let Some(connection) = self.connection.take() {
            connection.execute_batch("COMMIT").map_err(|e| self.failed(&e))?;
            connection.close().map_err(|(_, e)| self.failed(&e))?;
        }
        fix_header(&self.file).map_err(|e| cannot_write(&self.destination, e))?;
        Ok(self.file.path())
    }

    /// Puts the file in its place, unless something came to be there in the meantime.
    pub(super) fn publish(self) -> Result<(), Problem> {
        let Self { connection, file, destination } = self;
        drop(connection);
        file.place_new(&destination).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(&destination),
            _ => cannot_write(&destination, error),
        })
    }

    fn connection(&self) -> Result<&Connection, Problem> {
        self.connection.as_ref().ok_or_else(|| cannot_write(&self.destination, "the file is already complete"))
    }

    fn failed(&self, error: &rusqlite::Error) -> Problem {
        cannot_write(&self.destination, error)
    }
}

/// The header counts changes and names the version of SQLite that wrote: fixed, so that equal content is equal bytes.
fn fix_header(written: &Partial) -> std::io::Result<()> {
    const CHANGE_COUNTER: u64 = 24;
    const VALID_FOR_AND_VERSION: u64 = 92;
    /// Any version will do; readers do not use it.
    const VERSION: u32 = 3_040_000;
    let mut file = written.open()?;
    file.seek(SeekFrom::Start(CHANGE_COUNTER))?;
    file.write_all(&1_u32.to_be_bytes())?;
    file.seek(SeekFrom::Start(VALID_FOR_AND_VERSION))?;
    file.write_all(&1_u32.to_be_bytes())?;
    file.write_all(&VERSION.to_be_bytes())?;
    file.sync_all()
}

/// A declared type as letters and spaces only: it comes from the source.
fn plain_type(declared: &str) -> String {
    declared.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').collect()
}

fn exists(path: &Path) -> Problem {
    Problem::spec("output-exists", format!("`{}` exists already, and is never overwritten", path.display()))
        .help("give another name with `-o`, or remove the file first")
}

fn cannot_write(path: &Path, why: impl std::fmt::Display) -> Problem {
    Problem::spec("cannot-write", format!("cannot write `{}`: {why}", path.display()))
        .help("give the name of a new file in a folder that you may write to")
}
