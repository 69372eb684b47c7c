//! Small profiler exports made by hand, with whatever a test needs to be wrong.

use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "
    CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, deviceId INTEGER, streamId INTEGER,
        correlationId INTEGER, globalPid INTEGER, demangledName INTEGER, shortName INTEGER, mangledName INTEGER,
        gridX INTEGER, gridY INTEGER, gridZ INTEGER, blockX INTEGER, blockY INTEGER, blockZ INTEGER,
        registersPerThread INTEGER, staticSharedMemory INTEGER, dynamicSharedMemory INTEGER, graphNodeId INTEGER);
    CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, globalTid INTEGER, correlationId INTEGER,
        nameId INTEGER);
    CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, eventType INTEGER, text TEXT, globalTid INTEGER,
        textId INTEGER, domainId INTEGER);
    CREATE TABLE CUDA_GRAPH_NODE_EVENTS (start INTEGER, globalTid INTEGER, graphNodeId INTEGER,
        originalGraphNodeId INTEGER);
    CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE TARGET_INFO_GPU (name TEXT, smCount INTEGER);
    CREATE TABLE META_DATA_EXPORT (name TEXT, value TEXT);
    INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_SCHEMA_VERSION', '3.20.3'), ('EXPORT_PRODUCT_VERSION', '2025.3.2');
    INSERT INTO TARGET_INFO_GPU VALUES ('NVIDIA H100 80GB HBM3', 132);
    INSERT INTO StringIds VALUES (1, 'cudaLaunchKernel_v7000'), (2, 'cudaGraphLaunch_v10000'),
        (3, 'cudaStreamSynchronize_v3020');
";

/// A process's global id; threads of it differ in the lower 24 bits.
pub(crate) const PROCESS: i64 = 0x0001_0000_0700_0000;
/// The thread that launches.
pub(crate) const THREAD: i64 = PROCESS + 7;

/// Builds one export.
pub(crate) struct TraceFile {
    db: Connection,
    path: PathBuf,
    next_name: i64,
}

impl TraceFile {
    /// All tables, no row of work.
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("trace.sqlite");
        let db = Connection::open(&path).unwrap();
        db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").unwrap();
        db.execute_batch(SCHEMA).unwrap();
        Self { db, path, next_name: 100 }
    }

    /// `steps` steps of three kernels, each launched inside `step:N` on one thread.
    pub(crate) fn with_steps(folder: &Path, steps: i64) -> Self {
        let mut file = Self::new(folder);
        for step in 0..steps {
            let at = step * 1000;
            file = file.range(59, at, Some(at + 900), &format!("step:{step}"));
            for (i, name) in ["norm_kernel", "gemm_kernel", "add_kernel"].into_iter().enumerate() {
                let (start, correlation) = (at + 100 + i as i64 * 100, step * 3 + i as i64 + 1);
                file = file.call(start, correlation, 1).kernel(start + 50, start + 80, Some(correlation), name);
            }
        }
        file
    }

    pub(crate) fn kernel(mut self, start: i64, end: i64, correlation: Option<i64>, name: &str) -> Self {
        let name = self.name(name);
        let sql = "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES
            (?1, ?2, 0, 7, ?3, ?4, ?5, ?5, NULL, 8, 1, 1, 128, 1, 1, 32, 0, 0, NULL)";
        self.db.execute(sql, params![start, end, correlation, PROCESS, name]).unwrap();
        self
    }

    /// `api`: 1 launches a kernel, 2 a graph, 3 synchronises.
    pub(crate) fn call(self, start: i64, correlation: i64, api: i64) -> Self {
        let sql = "INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (?1, ?2, ?3, ?4, ?5)";
        self.db.execute(sql, params![start, start + 5, THREAD, correlation, api]).unwrap();
        self
    }

    pub(crate) fn range(self, kind: i64, start: i64, end: Option<i64>, name: &str) -> Self {
        let sql = "INSERT INTO NVTX_EVENTS VALUES (?1, ?2, ?3, ?4, ?5, NULL, 0)";
        self.db.execute(sql, params![start, end, kind, name, THREAD]).unwrap();
        self
    }

    pub(crate) fn sql(self, sql: &str) -> Self {
        self.db.execute_batch(sql).unwrap();
        self
    }

    pub(crate) fn build(self) -> PathBuf {
        self.path
    }

    fn name(&mut self, text: &str) -> i64 {
        let known = self.db.query_row("SELECT id FROM StringIds WHERE value = ?1", [text], |row| row.get(0));
        known.unwrap_or_else(|_| {
            self.next_name += 1;
            self.db.execute("INSERT INTO StringIds VALUES (?1, ?2)", params![self.next_name, text]).unwrap();
            self.next_name
        })
    }
}

/// Puts the rows of every table of a copy of `source` into another order.
pub(crate) fn shuffled(source: &Path, destination: &Path, by: i64) {
    std::fs::copy(source, destination).unwrap();
    let db = Connection::open(destination).unwrap();
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for table in names {
        db.execute_batch(&format!(
            "CREATE TEMP TABLE kept AS SELECT * FROM \"{table}\" ORDER BY (rowid * {by}) % 1000003, rowid;
             DELETE FROM \"{table}\";
             INSERT INTO \"{table}\" SELECT * FROM kept ORDER BY rowid;
             DROP TABLE kept;"
        ))
        .unwrap();
    }
}
