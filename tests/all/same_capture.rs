//! One capture in several formats: the same kernels, as often and as long, to the nanosecond.

use crate::support;
use crate::support::pairs::golden;
use align::inspect::{Filter, inspect};
use align::trace::open;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `nsys stats --report cuda_gpu_kern_sum --format csv` said of a golden trace.
fn report(name: &str) -> PathBuf {
    root().join(format!("snapshots/vendor/{name}.kern_sum.csv"))
}

/// Of each kernel: how often it ran, and in ns the sum, the least, the most and twice the median.
fn kernels(path: &Path) -> BTreeMap<String, (u64, i64, i64, i64, i64)> {
    let trace = open(path).unwrap_or_else(|problem| panic!("{}: {problem:?}", path.display()));
    let inspection = inspect(&trace, &support::families(), &Filter::default()).unwrap();
    let of = |k: &align::inspect::KernelSummary| {
        (k.count, k.total_ns, k.min_ns, k.max_ns, k.median_ns.map_or(-1, |median| (2.0 * median) as i64))
    };
    inspection.kernels.iter().map(|kernel| (kernel.name.clone(), of(kernel))).collect()
}

#[test]
fn sqlite_a_folder_of_parquet_and_a_report_say_the_same() {
    let name = "vllm_mock_attn_decode_cold_l2";
    let sqlite = kernels(&golden(name));
    assert!(sqlite.len() > 20 && sqlite.values().all(|kernel| kernel.0 > 0), "{sqlite:?}");
    assert_eq!(kernels(&root().join("tests/data/parquetdir")), sqlite);
    assert_eq!(kernels(&report(name)), sqlite);
}

#[test]
fn every_report_of_the_vendor_says_what_its_export_does() {
    let entries = std::fs::read_dir(root().join("snapshots/vendor")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".kern_sum.csv")?.to_owned())).collect();
    names.sort();
    assert!(names.len() >= 45, "{}", names.len());
    for name in &names {
        assert_eq!(kernels(&report(name)), kernels(&golden(name)), "{name}");
    }
}
