//! One capture as every version of the profiler exports it.

use crate::support;
use crate::support::pairs::golden;
use align::inspect::{Filter, inspect};
use align::trace::open;
use std::path::{Path, PathBuf};

/// What each version of the export's schema lacks or has otherwise, as SQL on one of version 3.20.3.
const VERSIONS: [(&str, &str); 8] = [
    (
        "2.9.1",
        "DROP TABLE META_DATA_CAPTURE; ALTER TABLE META_DATA_EXPORT RENAME TO EXPORT_META_DATA;
        ALTER TABLE CUDA_GRAPH_NODE_EVENTS RENAME TO CUDA_GRAPH_EVENTS; WITHOUT_GREEN",
    ),
    (
        "3.1.7",
        "DROP TABLE META_DATA_CAPTURE; ALTER TABLE META_DATA_EXPORT RENAME TO EXPORT_META_DATA;
        ALTER TABLE CUDA_GRAPH_NODE_EVENTS RENAME TO CUDA_GRAPH_EVENTS; WITHOUT_GREEN",
    ),
    ("3.4.0", "ALTER TABLE CUDA_GRAPH_NODE_EVENTS RENAME TO CUDA_GRAPH_EVENTS; WITHOUT_GREEN"),
    ("3.7.2", "ALTER TABLE CUDA_GRAPH_NODE_EVENTS RENAME TO CUDA_GRAPH_EVENTS;"),
    ("3.17.2", "ALTER TABLE CUDA_GRAPH_NODE_EVENTS RENAME TO CUDA_GRAPH_EVENTS;"),
    ("3.20.3", ""),
    (
        "3.24.0",
        "CREATE TABLE CUDA_GRAPH_EVENTS (start INTEGER, graphId INTEGER, originalGraphId INTEGER);
        WITH graphId, clusterX, clusterY, clusterZ, clusterSchedulingPolicy, maxPotentialClusterSize",
    ),
    (
        "3.25.0",
        "CREATE TABLE CUDA_GRAPH_EVENTS (start INTEGER, graphId INTEGER, originalGraphId INTEGER);
        WITH graphId, clusterX, clusterY, clusterZ, clusterSchedulingPolicy, channelId, channelType",
    ),
];

/// The same capture as another version of `nsys` exports it.
fn as_version(folder: &Path, name: &str, version: &str, sql: &str) -> PathBuf {
    let path = folder.join(format!("{version}.sqlite"));
    std::fs::copy(golden(name), &path).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    let run = |sql: &str| db.execute_batch(sql).unwrap_or_else(|e| panic!("{version}: {sql}: {e}"));
    run(&format!("UPDATE META_DATA_EXPORT SET value = '{version}' WHERE name = 'EXPORT_SCHEMA_VERSION'"));
    let (sql, more) = sql.split_once("WITH ").unwrap_or((sql, ""));
    let has = |table: &str| {
        let there = "SELECT count(*) FROM sqlite_master WHERE name = ?1";
        db.query_row(there, [table], |row| row.get::<_, i64>(0)).unwrap() > 0
    };
    let tables = ["KERNEL", "MEMCPY", "MEMSET"].map(|kind| format!("CUPTI_ACTIVITY_KIND_{kind}"));
    let without: Vec<String> = tables
        .iter()
        .filter(|table| has(table))
        .map(|table| format!("ALTER TABLE {table} DROP COLUMN greenContextId;"))
        .collect();
    run(&sql.replace("WITHOUT_GREEN", &without.concat()));
    if !more.is_empty() {
        // New columns stand in the middle.
        let mut columns = db.prepare("SELECT name FROM pragma_table_info('CUPTI_ACTIVITY_KIND_KERNEL')").unwrap();
        let old: Vec<String> = columns.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let new = more.split(',').map(|column| format!("7 AS {}", column.trim()));
        let quoted = old.iter().map(|column| format!("\"{column}\""));
        let all: Vec<String> = quoted.clone().take(12).chain(new).chain(quoted.skip(12)).collect();
        run(&format!(
            "CREATE TABLE k AS SELECT {} FROM CUPTI_ACTIVITY_KIND_KERNEL ORDER BY rowid;
             DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL; ALTER TABLE k RENAME TO CUPTI_ACTIVITY_KIND_KERNEL",
            all.join(", ")
        ));
    }
    path
}

#[test]
fn every_version_of_the_schema_gives_the_same_inspection() {
    for name in ["hf_e2e_graph", "vllm_mock_attn_decode_aligned"] {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| {
            let trace = open(path).unwrap_or_else(|problem| panic!("{problem:?}"));
            let of = inspect(&trace, &support::families(), &Filter::default()).unwrap();
            let schema = of.provenance.schema.clone();
            let json = serde_json::to_string_pretty(&of).unwrap();
            (schema, json.replace(&path.display().to_string(), "TRACE"))
        };
        let (schema, wanted) = said(&golden(name));
        assert_eq!(schema.as_deref(), Some("3.20.3"));
        for (version, sql) in VERSIONS {
            let (schema, found) = said(&as_version(folder.path(), name, version, sql));
            assert_eq!(schema.as_deref(), Some(version));
            let found = found.replace(&format!("\"schema\": \"{version}\""), "\"schema\": \"3.20.3\"");
            assert!(found == wanted, "{name} as {version}");
        }
    }
}
