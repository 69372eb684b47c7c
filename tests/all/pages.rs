//! Tables read from their pages are what SQLite reads, on whatever file.

use crate::support::page_files::{Chance, agree, damage, open_via, outcome, write_export};
use align::trace::Via;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn traces(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "sqlite")).collect();
    files.sort();
    files
}

#[test]
fn golden_traces_are_read_from_their_pages_alone_and_are_the_same() {
    let mut read = 0;
    for path in traces(&Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces")) {
        let pages = open_via(&path, Via::Pages).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
        assert!(format!("{pages:?}") == outcome(&path, Via::Sqlite), "{}", path.display());
        read += 1;
    }
    assert!(read > 20, "{read}");
}

/// `ALIGN_TRACES=FOLDER`: all exports of a folder, one folder each.
#[test]
#[ignore = "needs traces of its own"]
fn other_traces_are_the_same() {
    let folder = std::env::var_os("ALIGN_TRACES").expect("ALIGN_TRACES names a folder");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("trace.sqlite");
        if path.exists() {
            let pages = outcome(&path, Via::Pages);
            assert!(pages == outcome(&path, Via::Sqlite), "{}: {}", path.display(), &pages[..pages.len().min(400)]);
            println!("{}", path.display());
        }
    }
}

fn in_pool(threads: usize, path: &Path) -> String {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| outcome(path, Via::Either))
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.sqlite");
    // Several stretches of the table.
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT);
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
         INSERT INTO StringIds SELECT i, CASE WHEN i % 10 = 3 THEN 'cudaStreamSynchronize_v' || i
            WHEN i % 10 = 4 THEN 'cudaGraphLaunch_v' || i ELSE 'name' || i END FROM n;
         CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, correlationId INTEGER, globalPid INTEGER,
            demangledName INTEGER, shortName INTEGER, gridX INTEGER, graphNodeId INTEGER, filler TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT (i * 7919) % 20011, (i * 7919) % 20011 + i % 50, i,
            (i / 300 + 1) << 24, (i / 200) % 90, i % 7, i % 100, i % 9, hex(zeroblob(80)) FROM n;
         CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, globalTid INTEGER, correlationId INTEGER,
            nameId INTEGER, filler TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
         INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME SELECT i - 100, i, ((i / 300 + 1) << 24) + i % 3, i, (i / 500) % 100,
            hex(zeroblob(60)) FROM n;
         CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, eventType INTEGER, text TEXT, globalTid INTEGER,
            domainId INTEGER);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
         INSERT INTO NVTX_EVENTS SELECT i, i + 60, CASE WHEN i % 99 = 0 THEN 75 ELSE 59 END,
            'range ' || (i % 50) || hex(zeroblob(200)), ((i / 300 + 1) << 24) + i % 3, i % 4 FROM n;",
    )
    .unwrap();
    drop(db);
    assert!(path.metadata().unwrap().len() > 8 << 20, "{}", path.metadata().unwrap().len());
    let expected = outcome(&path, Via::Sqlite);
    assert!(open_via(&path, Via::Pages).is_ok_and(|trace| trace.len() == 20_000));
    for threads in [1, 2, 8] {
        assert!(in_pool(threads, &path) == expected, "{threads}");
    }
}

/// A table of ranges on small pages, three levels deep; every tenth name is as long as three pages.
fn deep_table(path: &Path) -> usize {
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA page_size = 512; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, text TEXT, globalTid INTEGER);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO NVTX_EVENTS SELECT i, i + 1, CASE WHEN i % 10 = 0 THEN hex(zeroblob(700)) ELSE 'range ' || i END,
            i % 3 FROM n;",
    )
    .unwrap();
    let root: i64 =
        db.query_row("SELECT rootpage FROM sqlite_master WHERE name = 'NVTX_EVENTS'", [], |row| row.get(0)).unwrap();
    usize::try_from(root - 1).unwrap() * 512
}

/// What both readers make of a file whose pages were changed; pages alone must give up.
fn both_without_pages(path: &Path, bytes: &[u8], case: &str) {
    std::fs::write(path, bytes).unwrap();
    assert!(outcome(path, Via::Pages).contains("pages are in doubt"), "{case}");
    assert_eq!(agree(path), Ok(()), "{case}");
}

#[test]
fn circles_and_shared_pages_are_left_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.sqlite");
    let root = deep_table(&path);
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(outcome(&path, Via::Pages), outcome(&path, Via::Sqlite));
    let page = |number: &[u8]| (u32::from_be_bytes(number.try_into().unwrap()) as usize - 1) * 512;
    let right = root + 8;
    let first = root + usize::from(u16::from_be_bytes([whole[root + 12], whole[root + 13]]));
    let inner = page(&whole[right..right + 4]);
    for (case, at, from) in [
        ("the root below itself", right, (root as u32 / 512 + 1).to_be_bytes()),
        ("the root below its child", inner + 8, (root as u32 / 512 + 1).to_be_bytes()),
        ("a child twice", right, whole[first..first + 4].try_into().unwrap()),
        ("no page", right, [0; 4]),
        ("the first page", right, [0, 0, 0, 1]),
        ("a page behind the last", right, [0x7f; 4]),
    ] {
        let mut bytes = whole.clone();
        bytes[at..at + 4].copy_from_slice(&from);
        both_without_pages(&path, &bytes, case);
    }
    // Overflow pages that follow themselves: a row is as long as it says, so that both readers come to an end.
    let mut bytes = whole.clone();
    let mut changed = 0;
    for (number, page) in whole.chunks(512).enumerate().filter(|(_, page)| page[4..].starts_with(b"0000")) {
        if page[..4] != [0; 4] {
            bytes[number * 512..number * 512 + 4].copy_from_slice(&(number as u32 + 1).to_be_bytes());
            changed += 1;
        }
    }
    assert!(changed >= 300, "{changed}");
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(agree(&path), Ok(()));
}

#[test]
fn what_pages_do_not_tell_is_left_to_sqlite() {
    let table = "CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, text TEXT, globalTid INTEGER";
    for (case, schema, rest) in [
        ("an alias of the row id", "CREATE TABLE NVTX_EVENTS (start INTEGER PRIMARY KEY, end INTEGER, text TEXT)", ""),
        (
            "no row ids",
            "CREATE TABLE NVTX_EVENTS (start INTEGER PRIMARY KEY, end INTEGER, text TEXT) WITHOUT ROWID",
            "",
        ),
        ("reals", "CREATE TABLE NVTX_EVENTS (start REAL, end DOUBLE, text TEXT)", ""),
        ("a computed column", &format!("{table}, eventType INTEGER AS (59) STORED)"), ""),
        ("a default", &format!("{table})"), "ALTER TABLE NVTX_EVENTS ADD COLUMN eventType INTEGER DEFAULT 60"),
        ("UTF-16", &format!("PRAGMA encoding = 'UTF-16'; {table})"), ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.sqlite");
        let db = rusqlite::Connection::open(&path).unwrap();
        let rows =
            "INSERT INTO NVTX_EVENTS (start, end, text) VALUES (5, 9, 'step:1'), (9007199254740993, 3, 'step:2')";
        db.execute_batch(&format!("{schema}; {rows}; {rest}")).unwrap();
        drop(db);
        both_without_pages(&path, &std::fs::read(&path).unwrap(), case);
        assert!(outcome(&path, Via::Either).contains("step:1"), "{case}");
    }
}

#[test]
fn an_index_changes_no_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.sqlite");
    deep_table(&path);
    let before = outcome(&path, Via::Sqlite);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE INDEX i ON NVTX_EVENTS (text, globalTid, end, start)").unwrap();
    drop(db);
    assert!(outcome(&path, Via::Sqlite) == before && outcome(&path, Via::Pages) == before);
}

/// A file written by chance, and `copies` damaged ones.
fn hold(folder: &Path, seed: u64, copies: u64) -> Result<(), String> {
    let path = folder.join("trace.sqlite");
    let _ = std::fs::remove_file(&path);
    write_export(&path, seed);
    agree(&path).map_err(|why| format!("seed {seed}: {why}"))?;
    let whole = std::fs::read(&path).unwrap();
    for copy in 0..copies {
        let mut bytes = whole.clone();
        damage(&mut bytes, &mut Chance::new(seed ^ (copy + 1) << 40));
        std::fs::write(&path, &bytes).unwrap();
        agree(&path).map_err(|why| format!("seed {seed}, copy {copy}: {why}"))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_agree_on_whatever_sqlite_writes_and_on_damaged_files(seed: u64) {
        let folder = tempfile::tempdir().unwrap();
        prop_assert_eq!(hold(folder.path(), seed, 6), Ok(()));
    }
}

/// `ALIGN_SECONDS=600`: as above, for as long as one likes.
#[test]
#[ignore = "runs as long as ALIGN_SECONDS says"]
fn both_readers_agree_for_as_long_as_asked() {
    let seconds = std::env::var("ALIGN_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(60);
    let first = std::env::var("ALIGN_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let mut seed: u64 = first;
    while start.elapsed() < Duration::from_secs(seconds) {
        hold(folder.path(), seed, 40).unwrap_or_else(|why| panic!("{why}"));
        seed += 1;
    }
    println!("{} exports, each with 40 damaged copies: the readers agree", seed - first);
}
