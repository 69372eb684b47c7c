//! Small exports made by hand, with secrets where real ones have them, and what to compare of them.

use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Of the tables below, the one that is not kept: it holds the environment.
pub(crate) const DROPPED_TABLE: &str = "META_DATA_CAPTURE";

pub(crate) const OPTIONAL_TABLES: &[&str] = &[
    "CUPTI_ACTIVITY_KIND_KERNEL",
    "CUPTI_ACTIVITY_KIND_RUNTIME",
    "NVTX_EVENTS",
    "CUDA_GRAPH_NODE_EVENTS",
    "StringIds",
    "TARGET_INFO_GPU",
    "META_DATA_EXPORT",
    DROPPED_TABLE,
    "DIAGNOSTIC_EVENT",
];

pub(crate) const OPTIONAL_COLUMNS: &[(&str, &str)] = &[
    ("CUPTI_ACTIVITY_KIND_KERNEL", "mangledName"),
    ("CUPTI_ACTIVITY_KIND_KERNEL", "graphNodeId"),
    ("CUPTI_ACTIVITY_KIND_KERNEL", "gridId"),
    ("CUPTI_ACTIVITY_KIND_RUNTIME", "callchainId"),
    ("NVTX_EVENTS", "textId"),
    ("NVTX_EVENTS", "jsonText"),
    ("DIAGNOSTIC_EVENT", "severity"),
];

const SCHEMA: &str = "
    CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER NOT NULL, end INTEGER NOT NULL, deviceId INTEGER NOT NULL,
        streamId INTEGER NOT NULL, correlationId INTEGER, globalPid INTEGER, demangledName INTEGER NOT NULL,
        shortName INTEGER NOT NULL, mangledName INTEGER, gridX INTEGER NOT NULL, gridId INTEGER NOT NULL, graphNodeId INTEGER);
    CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER NOT NULL, end INTEGER NOT NULL, eventClass INTEGER NOT NULL,
        globalTid INTEGER, correlationId INTEGER, nameId INTEGER NOT NULL, callchainId INTEGER);
    CREATE TABLE NVTX_EVENTS (start INTEGER NOT NULL, end INTEGER, eventType INTEGER NOT NULL, text TEXT,
        globalTid INTEGER, textId INTEGER, domainId INTEGER, jsonText TEXT);
    CREATE TABLE CUDA_GRAPH_NODE_EVENTS (start INTEGER NOT NULL, end INTEGER NOT NULL, globalTid INTEGER,
        nameId INTEGER NOT NULL, graphNodeId INTEGER NOT NULL, originalGraphNodeId INTEGER);
    CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE TARGET_INFO_GPU (id INTEGER NOT NULL, name TEXT, busLocation TEXT, uuid TEXT, smCount INTEGER);
    CREATE TABLE META_DATA_EXPORT (name TEXT NOT NULL, value TEXT);
    CREATE TABLE META_DATA_CAPTURE (name TEXT NOT NULL, value TEXT);
    CREATE TABLE PROCESSES (globalPid INTEGER, pid INTEGER, name TEXT);
    CREATE TABLE DIAGNOSTIC_EVENT (timestamp INTEGER NOT NULL, severity INTEGER NOT NULL, text TEXT NOT NULL);
    CREATE TABLE ProcessStreams (globalPid INTEGER NOT NULL, contentId INTEGER NOT NULL);
    INSERT INTO TARGET_INFO_GPU VALUES (0, 'NVIDIA H100 80GB HBM3', '0000:00:06.0', '77d89eb5-0dd6', 132);
    INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_SCHEMA_VERSION', '3.20.3'), ('EXPORT_FILE', '/home/alice/a.nsys-rep');
    INSERT INTO META_DATA_CAPTURE VALUES ('PROCESS_0:CUDA_GRAPH_TRACE_OPTIONS:MODE', 'Node'), ('HOST_NAME', 'build-host-7');
    INSERT INTO PROCESSES VALUES (281474993487872, 1, '/home/alice/venv/bin/python3 train.py --ip 10.1.2.3');
    INSERT INTO DIAGNOSTIC_EVENT VALUES (0, 1, 'started'), (1, 2, 'cannot read /home/alice/train.py'), (2, 3, 'alice dropped 5 events');
    INSERT INTO ProcessStreams VALUES (281474993487872, 1000);
    INSERT INTO StringIds VALUES (1000, 'USER=alice' || char(0) || 'API_KEY=sUperSecret1' || char(0));
";

/// Builds `source.sqlite` in a folder.
pub(crate) struct Export {
    connection: Connection,
    path: PathBuf,
    missing: Vec<String>,
}

impl Export {
    /// All tables, without a kernel, a call or a range; with secrets in many places.
    pub(crate) fn full(folder: &Path) -> Self {
        let path = folder.join("source.sqlite");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        Self { connection, path, missing: Vec::new() }.range(
            1,
            59,
            -1000,
            Some(-900),
            "load /home/alice/model with token=sUperSecret2",
        )
    }

    pub(crate) fn string(&mut self, id: i64, value: &str) {
        self.connection.execute("INSERT INTO StringIds VALUES (?1, ?2)", params![id, value]).unwrap();
    }

    pub(crate) fn kernel(mut self, process: i64, start: i64, correlation: i64, name: &str) -> Self {
        let (name, short) = (self.id(name), self.id("short"));
        let sql = "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (?1, ?2, 0, 7, ?3, ?4, ?5, ?6, ?5, 8, 12345, NULL)";
        self.connection.execute(sql, params![start, start + 10, correlation, pid(process), name, short]).unwrap();
        self
    }

    pub(crate) fn graph_node_of_last_kernel(self, node: i64) -> Self {
        let sql = "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET graphNodeId = ?1 WHERE rowid = (SELECT max(rowid) FROM CUPTI_ACTIVITY_KIND_KERNEL)";
        self.connection.execute(sql, [node]).unwrap();
        self
    }

    pub(crate) fn call(mut self, process: i64, start: i64, correlation: i64, name: &str) -> Self {
        let name = self.id(name);
        let sql = "INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (?1, ?2, 0, ?3, ?4, ?5, 99)";
        self.connection.execute(sql, params![start, start + 5, pid(process) + 17, correlation, name]).unwrap();
        self
    }

    pub(crate) fn range(self, process: i64, kind: i64, start: i64, end: Option<i64>, name: &str) -> Self {
        let sql = "INSERT INTO NVTX_EVENTS VALUES (?1, ?2, ?3, ?4, ?5, NULL, 0, '{}')";
        self.connection.execute(sql, params![start, end, kind, name, pid(process) + 17]).unwrap();
        self
    }

    pub(crate) fn node(mut self, process: i64, node: i64, original: Option<i64>) -> Self {
        let name = self.id("cudaGraphAddKernelNode");
        let sql = "INSERT INTO CUDA_GRAPH_NODE_EVENTS VALUES (5, 5, ?1, ?2, ?3, ?4)";
        self.connection.execute(sql, params![pid(process) + 17, name, node, original]).unwrap();
        self
    }

    pub(crate) fn without(mut self, table: &str) -> Self {
        self.missing.push(table.to_owned());
        self
    }

    pub(crate) fn without_column(self, table: &str, column: &str) -> Self {
        self.connection.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN {column}")).unwrap();
        self
    }

    pub(crate) fn build(self) -> PathBuf {
        for table in &self.missing {
            self.connection.execute_batch(&format!("DROP TABLE {table}")).unwrap();
        }
        self.connection.execute_batch("COMMIT; VACUUM").unwrap();
        self.path
    }

    fn id(&mut self, text: &str) -> i64 {
        let found = self.connection.query_row("SELECT id FROM StringIds WHERE value = ?1", [text], |row| row.get(0));
        found.unwrap_or_else(|_| {
            let id = self.connection.query_row("SELECT max(id) + 1 FROM StringIds", [], |row| row.get(0)).unwrap();
            self.string(id, text);
            id
        })
    }
}

fn pid(process: i64) -> i64 {
    281_474_976_710_656 + (process << 24)
}

/// Rows of a query as text.
pub(crate) fn digest(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let cell = |row: &rusqlite::Row<'_>, i: usize| match row.get_unwrap::<_, rusqlite::types::Value>(i) {
        rusqlite::types::Value::Null => "NULL".to_owned(),
        rusqlite::types::Value::Integer(i) => i.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| Ok((0..columns).map(|i| cell(row, i)).collect::<Vec<_>>().join(" | ")));
    rows.unwrap().map(Result::unwrap).collect()
}

pub(crate) fn count(path: &Path, table: &str) -> usize {
    digest(path, &format!("SELECT 1 FROM {table}")).len()
}

/// Columns by table.
pub(crate) fn schema(path: &Path) -> BTreeMap<String, String> {
    let sql = "SELECT m.name, group_concat(c.name || ' ' || c.type || c.\"notnull\", ', ')
        FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY 1";
    digest(path, sql)
        .into_iter()
        .filter_map(|line| line.split_once(" | ").map(|(a, b)| (a.to_owned(), b.to_owned())))
        .collect()
}

/// Each kernel with its resolved name and the calls that launched it, as far as the tables are there.
pub(crate) fn launches(path: &Path) -> Vec<String> {
    let schema = schema(path);
    if !schema.contains_key("CUPTI_ACTIVITY_KIND_KERNEL") {
        return Vec::new();
    }
    let (name, strings) = match schema.contains_key("StringIds") {
        true => ("s.value", "LEFT JOIN StringIds s ON s.id = k.demangledName"),
        false => ("NULL", ""),
    };
    let (call, calls) = match schema.contains_key("CUPTI_ACTIVITY_KIND_RUNTIME") {
        true => (
            "r.start, r.globalTid",
            "LEFT JOIN CUPTI_ACTIVITY_KIND_RUNTIME r ON r.correlationId = k.correlationId AND (r.globalTid >> 24) = (k.globalPid >> 24)",
        ),
        false => ("NULL", ""),
    };
    let sql = format!(
        "SELECT k.start, k.end, k.deviceId, k.streamId, k.correlationId, k.globalPid, k.gridX, {name}, {call}
         FROM CUPTI_ACTIVITY_KIND_KERNEL k {strings} {calls} ORDER BY 1, 2, k.rowid, 9"
    );
    let mut lines = digest(path, &sql);
    lines.sort();
    lines
}

/// Each range with its resolved name; secrets aside.
pub(crate) fn ranges(path: &Path) -> Vec<String> {
    let schema = schema(path);
    let Some(columns) = schema.get("NVTX_EVENTS") else { return Vec::new() };
    let (name, strings) = match columns.contains("textId") && schema.contains_key("StringIds") {
        true => ("coalesce(n.text, s.value)", "LEFT JOIN StringIds s ON s.id = n.textId"),
        false => ("n.text", ""),
    };
    let sql = format!(
        "SELECT n.start, n.end, n.eventType, n.globalTid, {name} FROM NVTX_EVENTS n {strings}
         WHERE n.eventType <> 34 AND n.start > -900 ORDER BY n.start, n.end, n.rowid"
    );
    digest(path, &sql)
}

pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
