//! Packing keeps what decides alignment, drops what gives a machine away, and never harms a file.
mod export;

use align::cli::pack::Args;
use align::kernel::Glob;
use align::pack::{Options, SecretKind, pack, secrets};
use export::{Export, count, digest, files_in, launches, schema};
use proptest::prelude::*;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

fn packed(source: &Path) -> PathBuf {
    packed_with(source, &Options::default())
}

fn packed_with(source: &Path, options: &Options) -> PathBuf {
    let destination = source.with_file_name("packed.sqlite");
    pack(source, &destination, options).unwrap_or_else(|e| panic!("{e:?}"));
    destination
}

fn refused(source: &Path, options: &Options) -> String {
    let folder = source.parent().unwrap();
    let before = files_in(folder);
    let problem = pack(source, &folder.join("packed.sqlite"), options).expect_err("must be refused");
    assert_eq!(files_in(folder), before, "nothing may be left behind");
    format!("{}: {} | {}", problem.code, problem.message, problem.help.unwrap_or_default())
}

#[test]
fn environment_and_paths_are_not_in_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path()).build();
    let bytes = String::from_utf8_lossy(&std::fs::read(packed(&source)).unwrap()).into_owned();
    for secret in ["sUperSecret", "alice", "build-host-7", "/home", "train.py", "77d89eb5", "10.1.2.3"] {
        assert!(String::from_utf8_lossy(&std::fs::read(&source).unwrap()).contains(secret), "{secret} not planted");
        assert!(!bytes.contains(secret), "{secret} is still there");
    }
}

#[test]
fn a_user_named_like_a_kernel_does_not_change_the_kernel() {
    let folder = tempfile::tempdir().unwrap();
    let mut export = Export::full(folder.path());
    export.string(90, "USER=flash\0HOME=/x\0");
    let source =
        export.kernel(1, 100, 50, "flash::flash_fwd_kernel<int>").call(1, 50, 50, "cudaLaunchKernel_v7000").build();
    let packed = packed(&source);
    assert!(launches(&packed).iter().any(|line| line.contains("flash::flash_fwd_kernel<int>")));
}

#[test]
fn check_names_every_kind_of_secret_and_shows_none() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path()).build();
    Connection::open(&source)
        .unwrap()
        .execute_batch("CREATE TABLE gone (x); INSERT INTO gone VALUES (1); DROP TABLE gone")
        .unwrap();
    let found = secrets(&source).unwrap();
    for kind in [
        SecretKind::Environment,
        SecretKind::Token,
        SecretKind::HomePath,
        SecretKind::Address,
        SecretKind::UserName,
        SecretKind::HostName,
        SecretKind::DeviceIdentity,
        SecretKind::Machine,
        SecretKind::DeletedRows,
    ] {
        assert!(found.iter().any(|s| s.kind == kind), "{kind:?} not found in {found:#?}");
    }
    let shown = format!("{found:?}");
    assert!(!["sUperSecret", "alice", "build-host-7"].iter().any(|secret| shown.contains(secret)), "{shown}");
    assert_eq!(secrets(&packed(&source)).unwrap(), []);
}

#[test]
fn check_reads_table_definitions_too_and_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("t.sqlite");
    let run = || {
        align::cli::pack::run(&Args { trace: trace.clone(), output: None, check: true, range: vec![], window: None })
    };
    Connection::open(&trace).unwrap().execute_batch("CREATE TABLE StringIds (id INTEGER, value TEXT)").unwrap();
    assert_eq!(run().map(|output| output.passed), Ok(true));
    Connection::open(&trace).unwrap().execute_batch("CREATE TABLE t (x /* from /home/alice/x.sql */)").unwrap();
    let output = run().unwrap();
    assert!(!output.passed && output.text.contains("sqlite_schema.sql: home path, 1 times"), "{}", output.text);
}

#[test]
fn the_command_says_what_it_kept() {
    let folder = tempfile::tempdir().unwrap();
    let trace = two_layers(Export::full(folder.path())).build();
    let output = Some(folder.path().join("golden.sqlite"));
    let args = Args { trace, output, check: false, range: vec!["layers.1".to_owned()], window: None };
    let text = align::cli::pack::run(&args).unwrap().text.replace(&folder.path().display().to_string(), "DIR");
    insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("pack_summary", text);
    });
}

#[test]
fn kernels_keep_their_launch_among_processes_with_the_same_correlation_ids() {
    let folder = tempfile::tempdir().unwrap();
    let mut export = Export::full(folder.path());
    for process in [1, 2] {
        export = export
            .kernel(process, 1000 * process, 7, &format!("kernel_of_{process}"))
            .call(process, 1000 * process - 10, 7, "cudaLaunchKernel_v7000")
            .call(process, 1000 * process - 20, 8, "cudaEventQuery_v3020");
    }
    let source = export.build();
    let packed = packed(&source);
    assert_eq!(launches(&packed), launches(&source));
    assert_eq!(count(&packed, "CUPTI_ACTIVITY_KIND_RUNTIME"), 2, "only the launches");
}

#[test]
fn synchronising_and_graph_calls_stay_though_they_launch_nothing_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut export = Export::full(folder.path()).kernel(1, 100, 1, "k").call(1, 90, 1, "cuLaunchKernel");
    for (i, name) in
        ["cudaGraphLaunch_v10000", "cudaDeviceSynchronize_v3020", "cudaMemcpy_v3020"].into_iter().enumerate()
    {
        export = export.call(1, 200 + i as i64, 10 + i as i64, name);
    }
    let packed =
        packed(&export.call(1, 300, 20, "cuKernelGetName").call(1, 310, 21, "cudaStreamWaitEvent_v3020").build());
    assert_eq!(count(&packed, "CUPTI_ACTIVITY_KIND_RUNTIME"), 4);
}

#[test]
fn calls_without_kernels_stay_as_a_sample_and_the_missing_table_stays_missing() {
    let folder = tempfile::tempdir().unwrap();
    let mut export = Export::full(folder.path()).without("CUPTI_ACTIVITY_KIND_KERNEL");
    for i in 0..1000 {
        export = export.call(1, i, i, "cudaLaunchKernel_v7000");
    }
    let packed = packed(&export.build());
    assert_eq!(count(&packed, "CUPTI_ACTIVITY_KIND_RUNTIME"), 256);
    assert!(!schema(&packed).contains_key("CUPTI_ACTIVITY_KIND_KERNEL"));
}

#[test]
fn an_empty_kernel_table_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let packed = packed(&Export::full(folder.path()).build());
    assert_eq!(count(&packed, "CUPTI_ACTIVITY_KIND_KERNEL"), 0);
}

#[test]
fn graph_nodes_are_followed_to_their_origin_even_in_a_cycle() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path())
        .kernel(1, 100, 1, "k")
        .graph_node_of_last_kernel(3)
        .call(1, 90, 1, "cudaGraphLaunch_v10000")
        .node(1, 3, Some(2))
        .node(1, 3, None)
        .node(1, 2, Some(1))
        .node(1, 1, Some(3))
        .node(1, 9, None)
        .node(2, 3, Some(4))
        .build();
    assert_eq!(count(&packed(&source), "CUDA_GRAPH_NODE_EVENTS"), 4, "not node 9, not those of process 2");
}

#[test]
fn marks_go_and_ranges_keep_their_names_and_domains() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path())
        .range(1, 75, 0, None, "domain")
        .range(1, 59, 10, Some(20), "layers.0.mlp")
        .range(1, 59, 30, Some(40), "layers.0.mlp")
        .range(1, 60, 12, None, "never closed")
        .range(1, 34, 15, None, "a mark")
        .build();
    let packed = packed(&source);
    let names = digest(
        &packed,
        "SELECT n.start, n.end, n.eventType, coalesce(n.text, s.value) FROM NVTX_EVENTS n \
         LEFT JOIN StringIds s ON s.id = n.textId ORDER BY n.start",
    );
    insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("pack_ranges", names.join("\n"));
    });
}

#[test]
fn a_range_keeps_what_was_launched_inside_it_and_the_ranges_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = two_layers(Export::full(folder.path())).build();
    let options = Options { ranges: vec![Glob::new("layers.1*").unwrap()], ..Options::default() };
    let packed = packed_with(&source, &options);
    assert_eq!(launches(&packed).len(), 1);
    let names = digest(&packed, "SELECT s.value FROM NVTX_EVENTS n JOIN StringIds s ON s.id = n.textId ORDER BY start");
    assert_eq!(names, ["step", "layers.1"]);
}

#[test]
fn a_window_keeps_what_overlaps_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = two_layers(Export::full(folder.path())).build();
    let options = Options { window: Some((0, 150)), ..Options::default() };
    let lines = launches(&packed_with(&source, &options));
    assert_eq!(lines.len(), 1);
    assert!(lines.iter().all(|line| line.contains("first")), "{lines:?}");
}

fn two_layers(export: Export) -> Export {
    export
        .range(1, 59, 0, Some(400), "step")
        .range(1, 59, 10, Some(40), "layers.0")
        .range(1, 59, 50, Some(90), "layers.1")
        .call(1, 20, 1, "cudaLaunchKernel_v7000")
        .call(1, 60, 2, "cudaLaunchKernel_v7000")
        .kernel(1, 100, 1, "first")
        .kernel(1, 200, 2, "second")
}

#[test]
fn an_unknown_range_is_refused_with_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    let source = two_layers(Export::full(folder.path())).build();
    let options = Options { ranges: vec![Glob::new("layer.1").unwrap()], ..Options::default() };
    let said = refused(&source, &options);
    assert!(said.starts_with("no-such-range: ") && said.ends_with("did you mean `layers.1`?"), "{said}");
}

#[test]
fn an_empty_window_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = two_layers(Export::full(folder.path())).build();
    let said = refused(&source, &Options { window: Some((5000, 6000)), ..Options::default() });
    assert!(said.starts_with("nothing-selected: "), "{said}");
}

#[test]
fn what_is_no_trace_is_refused_with_a_repair() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.sqlite");
    let mut said = vec![refused(&file, &Options::default())];
    for content in ["", "version https://git-lfs.github.com/spec/v1\noid", "hello", "SQLite format 3\0 and no more"] {
        std::fs::write(&file, content).unwrap();
        said.push(refused(&file, &Options::default()));
    }
    std::fs::remove_file(&file).unwrap();
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
    said.push(refused(&file, &Options::default()));
    let said = said.join("\n").replace(&folder.path().display().to_string(), "DIR");
    insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("pack_refused", said);
    });
}

#[test]
fn a_truncated_database_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut export = Export::full(folder.path());
    for i in 0..500 {
        export = export.kernel(1, 10 * i, i, "k").call(1, 10 * i, i, "cuLaunchKernel");
    }
    let source = export.build();
    let bytes = std::fs::read(&source).unwrap();
    std::fs::write(&source, bytes.get(..bytes.len() / 2).unwrap()).unwrap();
    assert!(refused(&source, &Options::default()).starts_with("unreadable-trace: "));
}

#[test]
fn an_existing_destination_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path()).build();
    let destination = folder.path().join("golden.sqlite");
    std::fs::write(&destination, "precious").unwrap();
    let problem = pack(&source, &destination, &Options::default()).expect_err("must be refused");
    assert_eq!(problem.code, "output-exists");
    assert_eq!(std::fs::read_to_string(&destination).unwrap(), "precious");
    assert_eq!(pack(&source, &source, &Options::default()).map_err(|p| p.code), Err("output-exists"));
}

#[test]
fn a_path_with_signs_that_mean_something_in_a_uri_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("a b?mode=rw#%41é");
    std::fs::create_dir(&odd).unwrap();
    packed(&Export::full(&odd).kernel(1, 100, 1, "k").call(1, 90, 1, "cuLaunchKernel").build());
}

#[test]
fn names_as_text_and_a_missing_process_column_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("derived.sqlite");
    let sql = "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, correlationId INTEGER, demangledName TEXT);
        CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, globalTid INTEGER, correlationId INTEGER, name TEXT);
        INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (10, 20, 5, 'gemm<int>');
        INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (1, 2, 281553745744471, 5, 'cudaLaunchKernel');
        INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (3, 4, 281553745744471, 6, 'cudaStreamSynchronize');
        INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (5, 6, 281553745744471, 7, 'cudaEventQuery');";
    Connection::open(&source).unwrap().execute_batch(sql).unwrap();
    let packed = packed(&source);
    assert_eq!(digest(&packed, "SELECT demangledName FROM CUPTI_ACTIVITY_KIND_KERNEL"), ["gemm<int>"]);
    let calls = digest(&packed, "SELECT name FROM CUPTI_ACTIVITY_KIND_RUNTIME");
    assert_eq!(calls, ["cudaLaunchKernel", "cudaStreamSynchronize"]);
}

#[test]
fn text_in_a_column_nobody_knows_is_dropped_and_its_numbers_stay() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path()).kernel(1, 100, 1, "k").call(1, 90, 1, "cuLaunchKernel").build();
    let sql = "ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL ADD COLUMN note TEXT; ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL ADD COLUMN n INTEGER;
        UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET note = 'ran on my laptop', n = 9007199254740993";
    Connection::open(&source).unwrap().execute_batch(sql).unwrap();
    assert_eq!(digest(&packed(&source), "SELECT note, n FROM CUPTI_ACTIVITY_KIND_KERNEL"), [" | 9007199254740993"]);
}

#[test]
fn processes_without_a_part_in_the_trace_are_reported_and_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let source = Export::full(folder.path()).kernel(1, 100, 1, "k").call(1, 90, 1, "cuLaunchKernel").build();
    let other = "INSERT INTO PROCESSES VALUES (281475010265088, 2, 'mail-client'), (281475027042304, 3, 'sshd')";
    Connection::open(&source).unwrap().execute_batch(other).unwrap();
    let others = |path: &Path| {
        secrets(path).unwrap().iter().filter(|s| s.kind == SecretKind::OtherProcesses).map(|s| s.values).sum::<u64>()
    };
    assert_eq!(others(&source), 2);
    let packed = packed(&source);
    assert_eq!(digest(&packed, "SELECT pid, name FROM PROCESSES"), ["1 | python3"]);
    assert_eq!(others(&packed), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_export_is_packed_to_the_same_facts(
        kernels in prop::collection::vec((1..3_i64, -50..500_i64, 0..40_i64, 0..4_u8), 0..40),
        calls in prop::collection::vec((1..3_i64, -50..500_i64, 0..40_i64, 0..4_usize), 0..60),
        ranges in prop::collection::vec((1..3_i64, 0..5_usize, -50..400_i64, prop::option::of(0..100_i64), "[a-c]{0,2}"), 0..20),
        missing in prop::sample::subsequence(export::OPTIONAL_TABLES, 0..export::OPTIONAL_TABLES.len()),
        dropped in prop::sample::subsequence(export::OPTIONAL_COLUMNS, 0..export::OPTIONAL_COLUMNS.len()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut export = Export::full(folder.path());
        for (process, start, correlation, name) in kernels {
            export = export.kernel(process, start, correlation, &format!("kernel_{name}<int>"));
        }
        for (process, start, correlation, name) in calls {
            let names = ["cudaLaunchKernel_v7000", "cudaEventQuery_v3020", "cudaStreamSynchronize_v3020", "cuKernelGetName"];
            export = export.call(process, start, correlation, names[name]);
        }
        for (process, kind, start, length, name) in ranges {
            export = export.range(process, [34, 59, 60, 70, 75][kind], start, length.map(|l| start + l), &name);
        }
        for table in missing {
            export = export.without(table);
        }
        for (table, column) in dropped {
            export = export.without_column(table, column);
        }
        let source = export.build();
        let (bytes, files) = (std::fs::read(&source).unwrap(), files_in(folder.path()));
        let once = packed(&source);
        prop_assert_eq!(&std::fs::read(&source).unwrap(), &bytes, "the source is untouched");
        prop_assert_eq!(files_in(folder.path()).len(), files.len() + 1, "only the packed file is new");

        let (before, after) = (schema(&source), schema(&once));
        prop_assert!(after.iter().all(|(table, columns)| before.get(table) == Some(columns)));
        for table in export::OPTIONAL_TABLES.iter().filter(|t| **t != export::DROPPED_TABLE) {
            prop_assert_eq!(before.contains_key(*table), after.contains_key(*table), "{}", table);
        }
        prop_assert_eq!(launches(&once), launches(&source));
        prop_assert_eq!(export::ranges(&once), export::ranges(&source));
        prop_assert_eq!(secrets(&once).unwrap(), []);

        let twice = folder.path().join("twice.sqlite");
        pack(&once, &twice, &Options::default()).unwrap();
        prop_assert_eq!(std::fs::read(&once).unwrap(), std::fs::read(&twice).unwrap());
    }
}
