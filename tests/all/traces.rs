//! Reading traces that are broken, odd or hostile: a message that helps or the right numbers, never a panic.

use crate::support;
use crate::support::trace_file;
use align::inspect::human::{Layout, render};
use align::inspect::{Filter, Inspection, inspect};
use align::trace::open;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use trace_file::{PROCESS, THREAD, TraceFile, shuffled};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces").join(format!("{name}.sqlite"))
}

fn inspected(path: &Path) -> Inspection {
    inspect(&open(path).unwrap_or_else(|e| panic!("{e:?}")), &support::families(), &Filter::default()).unwrap()
}

/// What a user sees of a trace: the problem, or the inspection. The folder's name is taken out.
fn seen(path: &Path) -> String {
    let layout = Layout { width: 120, colour: false, top: 20, depth: 8, verbose: false };
    let text = match open(path).and_then(|trace| inspect(&trace, &support::families(), &Filter::default())) {
        Ok(inspection) => render(&inspection, &layout),
        Err(problem) => support::render(&[problem]),
    };
    text.replace(&path.display().to_string(), "TRACE")
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/bad_traces"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A file with these bytes, as a user sees it.
fn seen_bytes(bytes: &[u8]) -> String {
    let folder = folder();
    let path = folder.path().join("trace.sqlite");
    std::fs::write(&path, bytes).unwrap();
    seen(&path)
}

/// A trace of two steps, changed by SQL, as a user sees it.
fn seen_changed(sql: &str) -> String {
    let folder = folder();
    seen(&TraceFile::with_steps(folder.path(), 2).sql(sql).build())
}

#[test]
fn a_missing_file_says_where_it_was_looked_for() {
    snapshot("missing_file", &seen(&folder().path().join("trace.sqlite")));
}

#[test]
fn a_directory_is_no_trace() {
    snapshot("directory", &seen(folder().path()));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_waiting_for_a_writer() {
    let folder = folder();
    let path = folder.path().join("trace.sqlite");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    snapshot("pipe", &seen(&path));
    assert!(align::pack::secrets(&path).is_err_and(|problem| problem.message.contains("no regular file")));
}

#[test]
fn files_that_are_no_export_say_what_they_are() {
    let pointer =
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n";
    snapshot("empty_file", &seen_bytes(b""));
    snapshot("not_a_database", &seen_bytes(b"Time (%),Total Time (ns),Instances\n50.1,1234,5\n"));
    snapshot("git_lfs_pointer", &seen_bytes(pointer));
    snapshot("nsys_report", &seen_bytes(b"QDSTRM\x00\x01\x02\x03"));
    snapshot("chrome_trace", &seen_bytes(b"{\"traceEvents\": []}"));
    snapshot("magic_alone", &seen_bytes(b"SQLite format 3\0"));
}

#[test]
fn a_database_cut_off_anywhere_is_refused() {
    let whole = std::fs::read(golden("hf_mock_mlp_decode_aligned")).unwrap();
    snapshot("truncated", &seen_bytes(&whole[..whole.len() / 2]));
    for length in [16, 99, 100, 511, 4096, whole.len() - 1] {
        assert!(seen_bytes(&whole[..length]).starts_with("trace-truncated"), "{length}");
    }
}

#[test]
fn a_corrupt_page_says_in_which_table() {
    let mut bytes = std::fs::read(golden("hf_e2e_graph")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 2048..middle + 2048].fill(0xA5);
    snapshot("corrupt_page", &seen_bytes(&bytes));
    let mut bytes = std::fs::read(golden("hf_mock_mlp_decode_aligned")).unwrap();
    bytes[100..140].fill(0xFF);
    snapshot("corrupt_header", &seen_bytes(&bytes));
}

#[test]
fn a_database_of_something_else_is_refused() {
    let folder = folder();
    let path = folder.path().join("trace.sqlite");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE users (id INTEGER); CREATE TABLE \"a\x1b[31m\" (id INTEGER)").unwrap();
    drop(db);
    snapshot("other_database", &seen(&path));
}

#[test]
fn a_missing_kernel_table_is_a_failed_capture_and_not_zero_kernels() {
    snapshot("kernel_table_missing", &seen_changed("DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL"));
    snapshot("kernel_table_empty", &seen_changed("DELETE FROM CUPTI_ACTIVITY_KIND_KERNEL"));
}

/// What the trace of two steps must show however its tables are written.
fn assert_two_steps(of: &Inspection, case: &str) {
    assert_eq!(of.kernels.iter().map(|k| (k.count, k.total_ns)).collect::<Vec<_>>(), [(2, 60); 3], "{case}");
    assert_eq!((of.totals.without_launch, of.totals.outside_ranges), (0, 0), "{case}");
    assert_eq!((of.ranges[0].name.as_str(), of.ranges[0].operations), ("step:*", 6), "{case}");
}

#[test]
fn columns_are_found_by_name_wherever_they_stand() {
    let newer = "
        ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL RENAME TO old;
        CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL AS SELECT 'x' AS novelty, end, globalPid, 7 AS greenContextId, start,
            demangledName, streamId, 3.5 AS clusterX, deviceId, shortName, mangledName, gridX, gridY, gridZ, blockX, blockY,
            blockZ, registersPerThread, staticSharedMemory, dynamicSharedMemory, graphNodeId, correlationId FROM old;
        DROP TABLE old;
        ALTER TABLE NVTX_EVENTS ADD COLUMN novelty BLOB;
        CREATE TABLE NOVELTY (x);
        UPDATE META_DATA_EXPORT SET value = '99.0.0' WHERE name = 'EXPORT_SCHEMA_VERSION';";
    let folder = folder();
    let path = TraceFile::with_steps(folder.path(), 2).sql(newer).build();
    assert_two_steps(&inspected(&path), "newer schema");
    snapshot("newer_schema", &seen(&path));
    assert_eq!(inspected(&path).provenance.schema.as_deref(), Some("99.0.0"));
}

#[test]
fn derived_exports_are_read_like_whole_ones() {
    for (case, sql) in [
        (
            "names as text",
            "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET demangledName = (SELECT value FROM StringIds WHERE id = demangledName),
                shortName = NULL;
             UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET nameId = (SELECT value FROM StringIds WHERE id = nameId);
             DROP TABLE StringIds",
        ),
        ("no process of kernels", "ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL DROP COLUMN globalPid"),
        ("no meta table", "DROP TABLE META_DATA_EXPORT; DROP TABLE TARGET_INFO_GPU"),
        ("numbers as text", "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET start = CAST(start AS TEXT), end = ' ' || end"),
        ("range names as ids", "INSERT INTO StringIds VALUES (50, 'step:0'), (51, 'step:1');
             UPDATE NVTX_EVENTS SET textId = CASE text WHEN 'step:0' THEN 50 ELSE 51 END, text = NULL"),
        ("no types of ranges", "ALTER TABLE NVTX_EVENTS DROP COLUMN eventType"),
        ("driver and runtime calls", "INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME
             SELECT start + 1, end - 1, globalTid, correlationId, nameId FROM CUPTI_ACTIVITY_KIND_RUNTIME"),
        ("no order", "CREATE TABLE r AS SELECT * FROM CUPTI_ACTIVITY_KIND_KERNEL ORDER BY -start;
             DELETE FROM CUPTI_ACTIVITY_KIND_KERNEL; INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT * FROM r; DROP TABLE r"),
        ("warnings without a text", "CREATE TABLE DIAGNOSTIC_EVENT (severity INTEGER); INSERT INTO DIAGNOSTIC_EVENT VALUES (3)"),
        ("a table without row ids", "DROP TABLE TARGET_INFO_GPU;
             CREATE TABLE TARGET_INFO_GPU (id INTEGER PRIMARY KEY, name TEXT) WITHOUT ROWID"),
        ("ids above 2^53", "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET correlationId = correlationId + 9007199254740993;
             UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET correlationId = correlationId + 9007199254740993"),
        ("ids far apart", "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET correlationId = -9223372036854775807 WHERE correlationId = 1;
             UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET correlationId = -9223372036854775807 WHERE correlationId = 1;
             UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET correlationId = 9223372036854775807 WHERE correlationId = 2;
             UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET correlationId = 9223372036854775807 WHERE correlationId = 2"),
        ("negative times", "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET start = start - 5000, end = end - 5000;
             UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET start = start - 5000, end = end - 5000;
             UPDATE NVTX_EVENTS SET start = start - 5000, end = end - 5000"),
        ("a process key above 2^63", "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET globalPid = globalPid | (1 << 63);
             UPDATE CUPTI_ACTIVITY_KIND_RUNTIME SET globalTid = globalTid | (1 << 63);
             UPDATE NVTX_EVENTS SET globalTid = globalTid | (1 << 63)"),
    ] {
        let folder = folder();
        let path = TraceFile::with_steps(folder.path(), 2).sql(sql).build();
        assert_two_steps(&inspected(&path), case);
    }
}

#[test]
fn nulls_are_left_out_and_said() {
    let nulls = "
        INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (end, globalPid, demangledName) VALUES (5, 281474976710656, 101);
        INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (start, globalPid, demangledName) VALUES (5, 281474976710656, 101);
        INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (start, end) VALUES (2000, 2010);
        INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (start, end, demangledName) VALUES (2020, 2030, 987654);
        INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME (start) VALUES (1);
        INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME (globalTid, nameId) VALUES (1, 1);
        INSERT INTO NVTX_EVENTS (start) VALUES (1);
        INSERT INTO NVTX_EVENTS (eventType, text) VALUES (59, 'no start');
        INSERT INTO NVTX_EVENTS (start, eventType, text, globalTid) VALUES (2500, 59, 'never closed', 281474976710656);
        INSERT INTO CUDA_GRAPH_NODE_EVENTS (start) VALUES (1);
        INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_PRODUCT_NAME', NULL);
        INSERT INTO TARGET_INFO_GPU VALUES (NULL, NULL);";
    snapshot("nulls", &seen_changed(nulls));
}

#[test]
fn a_kernel_without_a_correlation_has_no_launch() {
    let folder = folder();
    let path = TraceFile::with_steps(folder.path(), 1)
        .kernel(700, 710, None, "lost_kernel")
        .sql(&format!("INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (690, 695, {THREAD}, NULL, 1)"))
        .build();
    assert_eq!(inspected(&path).totals.without_launch, 1);
}

#[test]
fn equal_and_reversed_times_are_no_time_at_all() {
    let folder = folder();
    let path = TraceFile::new(folder.path())
        .kernel(100, 100, Some(1), "instant_kernel")
        .kernel(100, 100, Some(2), "instant_kernel")
        .kernel(100, 40, Some(3), "reversed_kernel")
        .kernel(-50, -20, Some(4), "early_kernel")
        .build();
    let of = inspected(&path);
    let rows: Vec<_> = of.kernels.iter().map(|k| (k.name.as_str(), k.count, k.total_ns, k.min_ns)).collect();
    assert_eq!(rows, [("early_kernel", 1, 30, 30), ("instant_kernel", 2, 0, 0), ("reversed_kernel", 1, 0, 0)]);
    assert_eq!((of.totals.busy_ns, of.totals.span_ns), (30, 150));
    snapshot("equal_and_reversed_times", &seen(&path));
}

#[test]
fn times_at_the_ends_of_the_number_range_do_not_overflow() {
    let folder = folder();
    let path = TraceFile::new(folder.path())
        .kernel(i64::MAX - 7, i64::MAX - 5, Some(1), "late_kernel")
        .kernel(i64::MAX, i64::MAX, Some(2), "last_kernel")
        .sql(&format!(
            "INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES ({from}, {to}, {THREAD}, 1, 3), ({from}, {to}, {THREAD}, 2, 3)",
            from = i64::MIN + 1,
            to = i64::MAX
        ))
        .range(59, i64::MIN, Some(i64::MAX), "forever")
        .range(60, i64::MIN, None, "never closed")
        .build();
    assert_eq!(inspected(&path).totals.total_ns, 2);
    assert!(!seen(&path).is_empty());
}

#[test]
fn times_that_no_capture_has_are_refused() {
    let folder = folder();
    let apart = TraceFile::new(folder.path())
        .kernel(i64::MIN, i64::MIN + 5, Some(1), "first_kernel")
        .kernel(i64::MAX - 5, i64::MAX, Some(2), "last_kernel")
        .build();
    let said = seen(&apart);
    let folder = super_long();
    snapshot("impossible_times", &format!("{said}{}", seen(&folder.1)));
}

/// Kernels that none is too long of, but all together.
fn super_long() -> (tempfile::TempDir, PathBuf) {
    let folder = folder();
    let third = i64::MAX / 12;
    let of = |file: TraceFile, at: i64| file.kernel(0, third, Some(at), "endless_kernel");
    let path = (1..5).fold(TraceFile::new(folder.path()), of).build();
    (folder, path)
}

#[test]
fn hostile_names_reach_no_terminal() {
    let folder = folder();
    let long = format!("void f<{}>(int)", "x<".repeat(50_000));
    let path = TraceFile::new(folder.path())
        .kernel(0, 10, Some(1), "\x1b]0;owned\x07\x1b[2Jkernel\r\n\u{202e}gnp")
        .kernel(20, 30, Some(2), &long)
        .sql("INSERT INTO StringIds VALUES (60, CAST(x'66ff6f80' AS TEXT));
              INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (start, end, demangledName, shortName) VALUES (40, 50, 60, 60)")
        .range(59, -10, Some(100), "\x1b[31mred")
        .sql(&format!("CREATE TABLE PROCESSES (globalPid INTEGER, name TEXT); INSERT INTO PROCESSES VALUES ({PROCESS}, '/home/alice/' || char(27) || '[31mpython3')"))
        .build();
    let text = seen(&path);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.contains("alice"));
    assert!(inspected(&path).kernels.iter().any(|kernel| kernel.name == long), "programs get the whole name");
    snapshot("hostile_names", &text);
}

#[test]
fn node_creation_is_read_under_its_old_name_too() {
    for table in ["CUDA_GRAPH_NODE_EVENTS", "CUDA_GRAPH_EVENTS"] {
        let folder = folder();
        let path = TraceFile::new(folder.path())
            .range(59, 0, Some(100), "layers.0")
            .call(200, 1, 2)
            .kernel(250, 260, Some(1), "replayed_kernel")
            .sql(&format!(
                "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET graphNodeId = 30;
                 INSERT INTO CUDA_GRAPH_NODE_EVENTS VALUES (50, {THREAD}, 10, NULL), (150, {THREAD}, 20, NULL),
                    (151, {THREAD}, 20, 10), (160, {THREAD}, 30, 20), (161, {THREAD}, 77, 77);
                 ALTER TABLE CUDA_GRAPH_NODE_EVENTS RENAME TO other; ALTER TABLE other RENAME TO {table};"
            ))
            .build();
        let graphs = inspected(&path).graphs;
        assert_eq!((graphs.kernels, graphs.kernels_with_capture_range, graphs.nodes), (1, 1, 1), "{table}");
    }
}

#[test]
fn nodes_cloned_in_a_circle_end() {
    let folder = folder();
    let path = TraceFile::new(folder.path())
        .call(200, 1, 2)
        .kernel(250, 260, Some(1), "replayed_kernel")
        .sql(&format!(
            "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET graphNodeId = 1;
             INSERT INTO CUDA_GRAPH_NODE_EVENTS VALUES (50, {THREAD}, 1, 2), (50, {THREAD}, 2, 1)"
        ))
        .build();
    assert_eq!(inspected(&path).graphs.kernels, 1);
}

#[test]
fn a_table_that_is_a_view_is_not_trusted() {
    let view = "
        ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL RENAME TO kernels;
        CREATE VIEW CUPTI_ACTIVITY_KIND_KERNEL AS SELECT * FROM kernels;";
    snapshot("view", &seen_changed(view));
}

#[test]
fn more_processes_than_can_be_numbered_are_said() {
    let folder = folder();
    let path = TraceFile::with_steps(folder.path(), 2)
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)
             INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (start, end, globalPid, demangledName)
             SELECT 5000 + i, 5001 + i, (i + 100) << 24, 101 FROM n",
        )
        .build();
    let of = inspected(&path);
    assert_eq!(of.totals.kernels, 70_006);
    assert!(of.warnings.iter().any(|w| w.contains("processes")), "{:?}", of.warnings);
}

#[test]
fn the_trace_is_never_written_to() {
    let folder = folder();
    let path = TraceFile::with_steps(folder.path(), 2).build();
    let before = std::fs::read(&path).unwrap();
    let _ = seen(&path);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside it");
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for name in ["hf_e2e_graph", "hf_two_processes", "vllm_e2e_eager", "vllm_e2e_graph_whole", "vllm_mock_layer_graph"]
    {
        let folder = folder();
        let expected = inspected(&golden(name));
        for by in [7919, -104_729] {
            let path = folder.path().join("shuffled.sqlite");
            shuffled(&golden(name), &path, by);
            let found = Inspection { trace: expected.trace.clone(), ..inspected(&path) };
            assert!(found == expected, "{name}, {by}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let mut bytes = std::fs::read(golden("vllm_mock_moe_prefill_aligned")).unwrap();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }
        prop_assert!(!seen_bytes(&bytes).is_empty());
    }

    #[test]
    fn a_piece_of_a_trace_never_panics(from in 0usize..2, length in any::<prop::sample::Index>()) {
        let bytes = std::fs::read(golden("vllm_mock_moe_prefill_aligned")).unwrap();
        let length = length.index(bytes.len());
        let mut piece = bytes[..length].to_vec();
        if from == 1 {
            piece.resize(bytes.len(), 0);
        }
        prop_assert!(!seen_bytes(&piece).is_empty());
    }
}
