//! Repeated traces: they hold what the golden one holds, so many times, and what is kept of them grows no faster.

#[path = "../../benches/support/scale.rs"]
mod scale;

use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use align::trace::{Trace, open};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// Finds an op by the mock's kernels alone.
pub(crate) const BY_SEQUENCE: &str = r#"
align = 1
[spec]
name = "attention"
op   = "attention"
[mock]
each = { period = true }
[e2e]
each = { like = "mock" }
"#;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(format!("snapshots/traces/{name}.sqlite"))
}

/// So many repetitions of a golden trace, in the folder.
pub(crate) fn repeated(folder: &Path, name: &str, times: u32) -> PathBuf {
    let path = folder.join(format!("{name}-x{times}.sqlite"));
    scale::scale(&golden(name), &path, times).unwrap();
    path
}

fn total(trace: &Trace) -> i64 {
    (0..trace.len() as u32).map(|op| trace.ops.duration(op)).sum()
}

#[test]
fn a_repeated_trace_holds_so_many_times_the_work() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["hf_e2e_eager", "hf_e2e_graph", "vllm_e2e_eager_mp"] {
        let once = open(&golden(name)).unwrap();
        let many = open(&repeated(folder.path(), name, 7)).unwrap();
        assert_eq!(many.len(), 7 * once.len(), "{name}");
        assert_eq!(many.launches.len(), 7 * once.launches.len(), "{name}");
        assert_eq!(many.ranges.len(), 7 * once.ranges.len(), "{name}");
        assert_eq!(many.unattributed_share(), once.unattributed_share(), "{name}");
        assert_eq!((many.names.len(), many.nodes.root.len()), (once.names.len(), once.nodes.root.len()), "{name}");
        let growth = total(&many) as f64 / total(&once) as f64;
        assert!((growth / 7.0 - 1.0).abs() < 0.02, "{name}: {growth} times the GPU time");
    }
}

#[test]
fn a_trace_repeated_once_is_the_trace() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |path: &Path| -> Vec<(i64, i64, i64)> {
        let db = Connection::open(path).unwrap();
        let mut rows = db.prepare("SELECT start, end, correlationId FROM CUPTI_ACTIVITY_KIND_KERNEL").unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(rows(&repeated(folder.path(), "hf_e2e_eager", 1)), rows(&golden("hf_e2e_eager")));
}

#[test]
fn the_same_repetitions_are_the_same_file_and_none_is_overwritten() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let files = folders.each_ref().map(|folder| std::fs::read(repeated(folder.path(), "hf_e2e_graph", 3)).unwrap());
    assert!(files[0] == files[1]);
    let path = folders[0].path().join("hf_e2e_graph-x3.sqlite");
    assert!(scale::scale(&golden("hf_e2e_graph"), &path, 2).is_err());
    assert!(std::fs::read(path).unwrap() == files[0]);
}

#[test]
fn a_repeated_trace_is_judged_as_the_trace_is() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::shipped().unwrap();
    let (specs, problems) = session.load(&["specs/hf/attention.toml".into()]);
    assert!(problems.is_empty(), "{problems:?}");
    let judge = |e2e: PathBuf| {
        let overrides = Overrides { case: Some("decode".to_owned()), e2e: Some(e2e), mock: None };
        session.check(&specs, &overrides, &Options::default()).outcome.cases.remove(0)
    };
    let (once, many) = (judge(golden("hf_e2e_eager")), judge(repeated(folder.path(), "hf_e2e_eager", 5)));
    assert_eq!((once.verdict, once.e2e.instances * 5), (many.verdict, many.e2e.instances));
    let codes = |case: &CaseOutcome| case.findings.iter().map(|f| f.code.clone()).collect::<Vec<_>>();
    assert_eq!(codes(&once), codes(&many));
}

#[test]
fn memory_grows_with_the_number_of_operations() {
    let folder = tempfile::tempdir().unwrap();
    for (name, most) in [("hf_e2e_eager", 80.0), ("hf_e2e_no_nvtx", 66.0), ("hf_e2e_graph", 60.0)] {
        let [few, many] = [10, 30].map(|times| open(&repeated(folder.path(), name, times)).unwrap());
        let each = (many.bytes() - few.bytes()) as f64 / (many.len() - few.len()) as f64;
        assert!(each <= most, "{name}: {each} bytes an operation");
    }
}
