//! Exports made by chance, with whatever SQLite can write and a profiler would not, and damaged copies of them: what
//! both readers of tables must agree on. Tests and the fuzz target share it.

#![allow(clippy::unwrap_used, dead_code, reason = "a test helper; every user takes what it needs")]

use align::diag::Problem;
use align::trace::{Reading, Trace, Via, open_with};
use rusqlite::{Connection, params_from_iter, types::Value};
use std::path::Path;
use std::sync::Arc;

/// Numbers by chance, the same for the same seed.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Opens a file by one of the readers.
pub(crate) fn open_via(path: &Path, via: Via) -> Result<Arc<Trace>, Problem> {
    open_with(path, &Reading { via, ..Reading::default() })
}

/// What a reader makes of a file: the whole trace, or the problem.
pub(crate) fn outcome(path: &Path, via: Via) -> String {
    match open_via(path, via) {
        Ok(trace) => format!("{trace:?}"),
        Err(problem) => format!("{problem:?}"),
    }
}

/// # Errors
/// Where the two readers differ, in words.
pub(crate) fn agree(path: &Path) -> Result<(), String> {
    let (pages, sqlite) = (outcome(path, Via::Either), outcome(path, Via::Sqlite));
    if pages == sqlite {
        return Ok(());
    }
    let differs = pages.bytes().zip(sqlite.bytes()).take_while(|(a, b)| a == b).count();
    let near = |text: &str| {
        let bytes = &text.as_bytes()[differs.saturating_sub(200).min(text.len())..(differs + 300).min(text.len())];
        String::from_utf8_lossy(bytes).into_owned()
    };
    Err(format!("from byte {differs}:\npages:  {}\nsqlite: {}", near(&pages), near(&sqlite)))
}

const TABLES: [(&str, &[&str]); 6] = [
    (
        "CUPTI_ACTIVITY_KIND_KERNEL",
        &[
            "start",
            "end",
            "deviceId",
            "streamId",
            "correlationId",
            "globalPid",
            "demangledName",
            "shortName",
            "mangledName",
            "gridX",
            "gridY",
            "gridZ",
            "blockX",
            "blockY",
            "blockZ",
            "registersPerThread",
            "staticSharedMemory",
            "dynamicSharedMemory",
            "graphNodeId",
        ],
    ),
    (
        "CUPTI_ACTIVITY_KIND_MEMCPY",
        &["start", "end", "deviceId", "streamId", "correlationId", "globalPid", "graphNodeId", "bytes", "copyKind"],
    ),
    ("CUPTI_ACTIVITY_KIND_MEMSET", &["start", "end", "deviceId", "streamId", "correlationId", "globalPid", "bytes"]),
    ("CUPTI_ACTIVITY_KIND_RUNTIME", &["start", "end", "globalTid", "correlationId", "nameId"]),
    ("NVTX_EVENTS", &["start", "end", "eventType", "text", "globalTid", "textId", "domainId"]),
    ("CUDA_GRAPH_NODE_EVENTS", &["start", "globalTid", "graphNodeId", "originalGraphNodeId"]),
];

/// Writes an export to `path`. The same seed writes the same one.
pub(crate) fn write_export(path: &Path, seed: u64) {
    let mut chance = Chance::new(seed);
    let db = Connection::open(path).unwrap();
    let page = 512 << chance.below(8);
    let vacuum = chance.below(3);
    let encoding = if chance.one_in(12) { "PRAGMA encoding = 'UTF-16le';" } else { "" };
    db.execute_batch(&format!(
        "{encoding} PRAGMA page_size = {page}; PRAGMA auto_vacuum = {vacuum}; PRAGMA journal_mode = OFF;
         PRAGMA synchronous = OFF; BEGIN"
    ))
    .unwrap();
    db.execute_batch("CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL)").unwrap();
    let names = [
        "cudaLaunchKernel_v7000",
        "cudaGraphLaunch_v10000",
        "cuGraphLaunch",
        "cudaStreamSynchronize_v3020",
        "cudaFree_v3020",
        "void gemm<float>(int)",
        "gemm",
        "step:1",
        "layers.0.mlp",
        "NCCL",
    ];
    for (id, name) in names.iter().enumerate() {
        db.execute("INSERT INTO StringIds VALUES (?1, ?2)", rusqlite::params![id as i64, name]).unwrap();
    }
    let mostly_right = chance.one_in(2);
    for (table, columns) in TABLES {
        if !chance.one_in(10) {
            write_table(&db, &mut chance, table, columns, mostly_right);
        }
    }
    db.execute_batch("COMMIT").unwrap();
    if chance.one_in(3) {
        db.execute_batch("VACUUM").unwrap();
    }
}

fn write_table(db: &Connection, chance: &mut Chance, table: &str, columns: &[&str], mostly_right: bool) {
    let mut columns: Vec<&str> = columns.to_vec();
    if !mostly_right {
        for i in (1..columns.len()).rev() {
            columns.swap(i, chance.below(i + 1));
        }
        columns.truncate(columns.len() - chance.below(3));
        for extra in ["novelty", "other", "third"].iter().take(chance.below(4)) {
            columns.insert(chance.below(columns.len() + 1), extra);
        }
    }
    let key = (!mostly_right && chance.one_in(6)).then(|| chance.below(columns.len()));
    let without_rowid = key.is_some() && chance.one_in(3);
    let added = !mostly_right && columns.len() > 2 && chance.one_in(4);
    let mut declared: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let kind = match (key == Some(i), mostly_right) {
                (true, _) => "INTEGER PRIMARY KEY",
                (_, true) => {
                    if *name == "text" {
                        "TEXT"
                    } else {
                        "INTEGER"
                    }
                }
                _ => *chance.pick(&["INTEGER", "INTEGER", "INT", "", "TEXT", "REAL", "NUMERIC", "BLOB"]),
            };
            format!("\"{name}\" {kind}")
        })
        .collect();
    let computed = !mostly_right && chance.one_in(10);
    if computed {
        let stored = *chance.pick(&["STORED", "VIRTUAL"]);
        declared.insert(0, format!("computed INTEGER GENERATED ALWAYS AS (7) {stored}"));
    }
    let last = if added && key != Some(columns.len() - 1) { declared.pop() } else { None };
    let suffix = if without_rowid { "WITHOUT ROWID" } else { "" };
    db.execute_batch(&format!("CREATE TABLE \"{table}\" ({}) {suffix}", declared.join(", "))).unwrap();
    let rows = *chance.pick(&[0, 1, 3, 30, 200, 1500]);
    let now = if last.is_some() { &columns[..columns.len() - 1] } else { &columns[..] };
    insert(db, chance, table, now, key, rows, mostly_right);
    if let Some(last) = last {
        let default = *chance.pick(&["", "", " DEFAULT 5", " DEFAULT 'x'"]);
        db.execute_batch(&format!("ALTER TABLE \"{table}\" ADD COLUMN {last}{default}")).unwrap();
        insert(db, chance, table, &columns, key, rows / 2, mostly_right);
    }
    if chance.one_in(3) {
        let (of, rest) = (2 + chance.below(5), chance.below(2));
        db.execute_batch(&format!("DELETE FROM \"{table}\" WHERE \"{}\" % {of} = {rest}", columns[0])).unwrap();
    }
    if chance.one_in(5) {
        db.execute_batch(&format!(
            "CREATE INDEX \"by {table}\" ON \"{table}\" ({})",
            columns.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ")
        ))
        .unwrap();
    }
}

fn insert(
    db: &Connection,
    chance: &mut Chance,
    table: &str,
    columns: &[&str],
    key: Option<usize>,
    rows: usize,
    right: bool,
) {
    let names: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
    let marks: Vec<String> = (1..=columns.len()).map(|i| format!("?{i}")).collect();
    let sql = format!("INSERT OR IGNORE INTO \"{table}\" ({}) VALUES ({})", names.join(", "), marks.join(", "));
    let mut statement = db.prepare(&sql).unwrap();
    for row in 0..rows {
        let values: Vec<Value> = columns
            .iter()
            .enumerate()
            .map(|(i, name)| match name {
                _ if key == Some(i) => Value::Integer(integer(chance)),
                _ if right && !chance.one_in(300) => usual(chance, name, row),
                _ if chance.one_in(2) => usual(chance, name, row),
                _ => unusual(chance),
            })
            .collect();
        statement.execute(params_from_iter(values)).unwrap();
    }
}

/// What a profiler writes into the column.
fn usual(chance: &mut Chance, column: &str, row: usize) -> Value {
    let row = row as i64;
    Value::Integer(match column {
        "start" => row * 1000,
        "end" => row * 1000 + chance.below(2000) as i64,
        "correlationId" => row + chance.below(3) as i64,
        "globalPid" => (1 + chance.below(2) as i64) << 24,
        "globalTid" => ((1 + chance.below(3) as i64) << 24) + chance.below(2) as i64,
        "eventType" => *chance.pick(&[59, 60, 75, 34, 70, 71]),
        "text" if chance.one_in(40) => return Value::Text("long ".repeat(chance.below(3000))),
        "text" => return if chance.one_in(2) { Value::Null } else { Value::Text(format!("layers.{}", row % 7)) },
        "graphNodeId" | "originalGraphNodeId" => chance.below(8) as i64,
        "bytes" => 1 << chance.below(40),
        _ => chance.below(10) as i64,
    })
}

fn unusual(chance: &mut Chance) -> Value {
    match chance.below(12) {
        0 => Value::Null,
        1 => Value::Real(integer(chance) as f64),
        2 => Value::Real(0.5 + chance.below(100) as f64),
        3 => Value::Text(integer(chance).to_string()),
        4 => Value::Text(format!(" {} ", chance.below(90))),
        5 => Value::Text("gemm<\u{e9}>".repeat(chance.below(4))),
        6 => Value::Text("x".repeat(chance.below(9000))),
        7 => Value::Blob(vec![0xfe; chance.below(600)]),
        8 => Value::Real(*chance.pick(&[f64::INFINITY, 1e300, -0.0, 9_007_199_254_740_993.0])),
        _ => Value::Integer(integer(chance)),
    }
}

/// Of every width.
fn integer(chance: &mut Chance) -> i64 {
    let shift = chance.below(64) as u32;
    (chance.next() as i64) >> shift
}

/// Damages a file: bytes, numbers of pages, whole pages, its length.
pub(crate) fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) {
    if bytes.len() < 200 {
        return;
    }
    let page = match u16::from_be_bytes([bytes[16], bytes[17]]) {
        0 | 1 => 65_536,
        size => usize::from(size),
    };
    for _ in 0..=chance.below(4) {
        let (length, pages) = (bytes.len(), (bytes.len() / page).max(1));
        let at = chance.below(bytes.len());
        // The start of a page holds what matters most.
        let start = chance.below(pages) * page + if chance.one_in(pages) { 100 } else { 0 };
        let near = (start + chance.below(40)).min(bytes.len() - 1);
        match chance.below(8) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = chance.next() as u8,
            2 | 3 => bytes[near] = chance.next() as u8,
            4 => {
                let other = (chance.below(pages + 2) as u32).to_be_bytes();
                let at = near.min(bytes.len() - 4);
                bytes[at..at + 4].copy_from_slice(&other);
            }
            5 if pages > 2 => {
                let (from, to) = ((1 + chance.below(pages - 1)) * page, (1 + chance.below(pages - 1)) * page);
                let copy = bytes[from..(from + page).min(length)].to_vec();
                bytes[to..(to + copy.len()).min(length)].copy_from_slice(&copy[..copy.len().min(length - to)]);
            }
            6 => bytes[at..].iter_mut().take(1 + chance.below(64)).for_each(|byte| *byte = 0),
            7 if chance.one_in(4) => bytes.truncate(at.max(200)),
            _ => bytes[near] = bytes[near].wrapping_add(1),
        }
    }
}
