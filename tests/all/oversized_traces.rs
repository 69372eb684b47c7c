//! Traces whose ranges nest or cross, or whose names run, without end: read in time and memory near their size.

use crate::support;
use crate::support::trace_file;
use align::inspect::{Filter, Inspection, inspect};
use align::kernel::Glob;
use align::limits::{NAME_BYTES, RANGE_LEVELS};
use align::trace::open;
use std::path::{Path, PathBuf};
use trace_file::{THREAD, TraceFile};

fn inspected(path: &Path, filter: &Filter) -> Inspection {
    inspect(&open(path).unwrap(), &support::families(), filter).unwrap()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Ranges pushed and never popped, as a loop leaves them that forgets to; a step of work inside.
fn deep(folder: &Path, levels: i64) -> PathBuf {
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {levels})
         INSERT INTO NVTX_EVENTS SELECT -i, 100000 + i, 59, 'r' || (i % 7), {THREAD}, NULL, 0 FROM n"
    );
    TraceFile::with_steps(folder, 3).sql(&sql).build()
}

#[test]
fn ranges_nested_without_end_are_folded_and_lose_no_work() {
    let folder = folder();
    let inspection = inspected(&deep(folder.path(), 200_000), &Filter::default());
    let (mut ranges, mut depth, mut deepest) = (&inspection.ranges, 0, None);
    while let Some(range) = ranges.iter().max_by_key(|r| r.operations) {
        assert_eq!(range.operations, 9, "{}", range.name);
        (ranges, depth, deepest) = (&range.children, depth + 1, Some(range));
    }
    let deepest = deepest.unwrap();
    assert_eq!((depth, deepest.name.as_str()), (RANGE_LEVELS + 1, "… deeper ranges"));
    assert_eq!(deepest.occurrences, 200_003 - RANGE_LEVELS as u64);
}

#[test]
fn work_is_found_below_ranges_nested_without_end() {
    let folder = folder();
    let within = ["r3", "step:1"].map(|name| Glob::new(name).unwrap());
    let filter = Filter { within: within.to_vec(), ..Filter::default() };
    assert_eq!(inspected(&deep(folder.path(), 200_000), &filter).totals.kernels, 3);
}

#[test]
fn ranges_that_all_cross_are_read_with_bounded_memory_and_said() {
    let folder = folder();
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
         INSERT INTO NVTX_EVENTS SELECT 10 + i, 50010 + i, 60, 'request', {THREAD}, NULL, 0 FROM n"
    );
    let path = TraceFile::with_steps(folder.path(), 200).sql(&sql).build();
    let warnings = inspected(&path, &Filter::default()).warnings;
    assert!(warnings.iter().any(|w| w.starts_with("too many NVTX ranges cross")), "{warnings:?}");
}

#[test]
fn a_name_of_megabytes_is_cut_off_and_said() {
    let folder = folder();
    let name = "f<".repeat(4 << 20);
    let inspection = inspected(
        &TraceFile::new(folder.path()).call(0, 1, 1).kernel(10, 20, Some(1), &name).build(),
        &Filter::default(),
    );
    assert_eq!(inspection.kernels[0].name.len(), NAME_BYTES + '…'.len_utf8());
    assert!(
        inspection.warnings.iter().any(|w| w.starts_with("names longer than 256 KiB")),
        "{:?}",
        inspection.warnings
    );
}
