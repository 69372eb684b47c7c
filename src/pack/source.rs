//! The export that is packed: opened so that nothing is ever written, not even beside it.

use crate::diag::{Problem, refuse_special};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::io::Read;
use std::path::Path;

/// An export open for reading, with the layout of its tables.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) connection: Connection,
    /// The path as the user gave it, for messages.
    name: String,
    tables: Vec<Table>,
}

/// What one table looks like; columns are addressed by name, since versions insert new ones in the middle.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    has_rowid: bool,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) not_null: bool,
}

impl Source {
    /// Opens an export read-only. Fails with a [`Problem`] if it is missing or no SQLite database.
    pub(super) fn open(path: &Path) -> Result<Self, Problem> {
        refuse_what_is_no_database(path)?;
        let name = path.display().to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri(path)?, flags).map_err(|e| unreadable(&name, &e))?;
        let tables = read_layout(&connection).map_err(|e| unreadable(&name, &e))?;
        Ok(Self { connection, name, tables })
    }

    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// Visits every row, ordered by start, end and row number where the table has them: the order every
    /// reader of the trace uses, so that packing does not change it.
    pub(super) fn rows(
        &self,
        table: &Table,
        mut visit: impl FnMut(&[Value]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let columns: Vec<String> = table.columns.iter().map(|c| quote(&c.name)).collect();
        let mut order: Vec<String> = ["start", "end"].iter().filter(|c| table.has(c)).map(|c| quote(c)).collect();
        if table.has_rowid {
            order.push("rowid".to_owned());
        }
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
        let sql = format!("SELECT {} FROM {}{order}", columns.join(", "), quote(&table.name));
        let fail = |e: rusqlite::Error| self.unreadable(&e);
        let mut statement = self.connection.prepare(&sql).map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        let mut values = Vec::with_capacity(columns.len());
        while let Some(row) = rows.next().map_err(fail)? {
            values.clear();
            for index in 0..columns.len() {
                values.push(value(row.get_ref(index).map_err(fail)?));
            }
            visit(&values)?;
        }
        Ok(())
    }

    /// The text of a string id, if the export has it.
    pub(super) fn string(&self, id: i64) -> Result<Option<String>, Problem> {
        if !self.table("StringIds").is_some_and(|t| t.has("id") && t.has("value")) {
            return Ok(None);
        }
        let fail = |e: rusqlite::Error| self.unreadable(&e);
        let sql = "SELECT value FROM StringIds WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(fail)?;
        let mut rows = statement.query([id]).map_err(fail)?;
        match rows.next().map_err(fail)? {
            Some(row) => Ok(text(&value(row.get_ref(0).map_err(fail)?))),
            None => Ok(None),
        }
    }

    pub(super) fn unreadable(&self, error: &rusqlite::Error) -> Problem {
        unreadable(&self.name, error)
    }
}

impl Table {
    pub(super) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.position(column).is_some()
    }
}

/// An integer at a column's place, if there is such a column and it holds one.
pub(super) fn integer(values: &[Value], position: Option<usize>) -> Option<i64> {
    match values.get(position?) {
        Some(Value::Integer(i)) => Some(*i),
        _ => None,
    }
}

/// A text, whatever its bytes.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// A name as SQL takes it.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Takes text whatever its bytes, which rusqlite's own conversion does not.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(i) => Value::Integer(i),
        ValueRef::Real(r) => Value::Real(r),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn read_layout(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    // Views, triggers and generated columns of a hostile file must not call anything.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;")?;
    let list = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') \
                ORDER BY name";
    let mut statement = connection.prepare(list)?;
    let names = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)? == 0)))?;
    let names = names.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut columns = connection.prepare("SELECT name, type, \"notnull\" FROM pragma_table_info(?1) ORDER BY cid")?;
    let mut tables = Vec::with_capacity(names.len());
    for (name, has_rowid) in names {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Column { name: row.get(0)?, declared: row.get(1)?, not_null: row.get::<_, i64>(2)? != 0 })
        };
        let columns = columns.query_map([&name], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        tables.push(Table { name, columns, has_rowid });
    }
    Ok(tables)
}

fn refuse_what_is_no_database(path: &Path) -> Result<(), Problem> {
    let name = path.display();
    let cannot = |e: std::io::Error| {
        Problem::trace("unreadable-trace", format!("cannot read `{name}`: {e}"))
            .help("give the path of an Nsight Systems SQLite export (`nsys export --type sqlite`)")
    };
    if let Err(what) = refuse_special(path) {
        return Err(Problem::trace("unreadable-trace", format!("`{name}` is {what}"))
            .help("give the path of an Nsight Systems SQLite export (`nsys export --type sqlite`)"));
    }
    let mut head = Vec::new();
    std::fs::File::open(path).map_err(cannot)?.take(64).read_to_end(&mut head).map_err(cannot)?;
    if head.starts_with(b"SQLite format 3\0") {
        return refuse_unfinished_writes(path);
    }
    let (what, help) = if head.is_empty() {
        ("is empty", "export the report again: `nsys export --type sqlite`")
    } else if head.starts_with(b"version https://git-lfs") {
        ("is a Git LFS pointer, not the trace itself", "fetch the trace: `git lfs pull`")
    } else if head.starts_with(b"align-trace") {
        ("is a trace written as text", "it holds only what stands in it: commit it as it is")
    } else {
        ("is not an SQLite database", "export the report first: `nsys export --type sqlite`")
    };
    Err(Problem::trace("unreadable-trace", format!("`{name}` {what}")).help(help))
}

/// An immutable connection does not see what still lies in a write-ahead log.
fn refuse_unfinished_writes(path: &Path) -> Result<(), Problem> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match std::fs::metadata(&log) {
        Ok(meta) if meta.len() > 0 => {
            Err(Problem::trace("unreadable-trace", format!("`{}` has an unfinished write-ahead log", path.display()))
                .help("let the program that writes it finish, or run `sqlite3 FILE 'PRAGMA wal_checkpoint(TRUNCATE)'`"))
        }
        _ => Ok(()),
    }
}

fn uri(path: &Path) -> Result<String, Problem> {
    let full = std::path::absolute(path)
        .map_err(|e| Problem::trace("unreadable-trace", format!("cannot read `{}`: {e}", path.display())))?;
    let mut uri = String::from(if cfg!(windows) { "file:///" } else { "file://" });
    for &byte in full.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'.' | b'-' | b'_' | b'~' | b':' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    Ok(uri)
}

fn unreadable(name: &str, error: &rusqlite::Error) -> Problem {
    Problem::trace("unreadable-trace", format!("`{name}` cannot be read as an SQLite database"))
        .note(error.to_string())
        .help("the file is damaged or cut off: copy it again, or export the report again (`nsys export --type sqlite`)")
}
