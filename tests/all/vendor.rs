//! Counts, sums and ranges of kernels equal what the vendor's own tool says, to the nanosecond.

use crate::support;
use align::cli::inspect::{Args, Format, Terminal, run};
use align::cli::reads::Reads;
use align::trace::{ContextId, OpKind, RangeKind, Reading, Trace, open};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Traces for which the vendor has an answer of this kind: name and the answer's path.
fn answers(kind: &str) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/vendor");
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(kind)?.to_owned();
            Some((name, path))
        })
        .collect();
    found.sort();
    found
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces").join(format!("{name}.sqlite"))
}

/// The vendor's row of one kernel, as printed, without the fraction of a sum or an extreme.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    name: String,
    total: String,
    count: String,
    median: String,
    min: String,
    max: String,
}

/// The rows in the file's order. The name stands last and only it may be quoted.
fn kern_sum(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let mut fields = line.splitn(6, ',').map(str::to_owned);
        let mut next = || fields.next().unwrap_or_else(|| panic!("{}: {line}", path.display()));
        let (total, count, median, min, max) = (next(), next(), next(), next(), next());
        let name = next();
        let name = match name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => name,
        };
        Row { name, total, count, median, min, max }
    });
    rows.collect()
}

#[test]
fn every_kernel_of_every_trace_has_the_vendors_count_sum_and_order_statistics() {
    let answers = answers(".kern_sum.csv");
    assert!(answers.len() >= 48, "{} traces", answers.len());
    for (name, path) in answers {
        let args = Args {
            trace: golden(&name),
            within: Vec::new(),
            process: None,
            top: 20,
            ranges: 8,
            format: Format::Json,
            reads: Reads::default(),
        };
        let json = run(
            &args,
            &support::families(),
            Terminal { width: 80, colour: false, verbose: false },
            &Reading::default(),
        )
        .unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let ours: BTreeSet<Row> = json["kernels"].as_array().unwrap().iter().map(row).collect();
        let theirs: BTreeSet<Row> = kern_sum(&path).into_iter().collect();
        assert_eq!(ours, theirs, "{name}");
    }
}

fn row(kernel: &serde_json::Value) -> Row {
    let number = |key: &str| kernel[key].to_string();
    Row {
        name: kernel["name"].as_str().unwrap().to_owned(),
        total: number("total_ns"),
        count: number("count"),
        median: number("median_ns"),
        min: number("min_ns"),
        max: number("max_ns"),
    }
}

/// A trace without kernels has no sums, and not every trace has been asked for.
#[test]
fn every_answer_is_about_a_golden_trace_with_kernels() {
    for (name, _) in answers(".kern_sum.csv") {
        let trace = open(&golden(&name)).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(!trace.is_empty(), "{name}");
    }
}

/// Count and sum of kernels, by range (empty outside all) and kernel.
type ByRange = BTreeMap<(String, String), (u64, i64)>;

fn nvtx_kern_sum(path: &Path, kernels: &[Row]) -> ByRange {
    let text = std::fs::read_to_string(path).unwrap();
    let mut range = String::new();
    let mut found = ByRange::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("range ") {
            name.clone_into(&mut range);
            continue;
        }
        let fields: Vec<i64> = line.split(' ').map(|field| field.parse().unwrap()).collect();
        let kernel = &kernels[fields[0] as usize].name;
        let slot = found.entry((range.clone(), kernel.clone())).or_default();
        *slot = (slot.0 + fields[1] as u64, slot.1 + fields[2]);
    }
    found
}

/// The same from a trace, by the ranges open at launch alone: the vendor knows no others.
fn by_launch_range(trace: &Trace) -> ByRange {
    let mut found = ByRange::new();
    for op in (0..trace.len() as u32).filter(|&op| trace.names.kind(trace.ops.name(op)) == OpKind::Kernel) {
        let kernel = &trace.names.identity(trace.ops.name(op)).exact;
        let ranges: Vec<u32> = trace.ranges.innermost_first(trace.launch_context(op)).collect();
        let mut names: Vec<String> = ranges
            .iter()
            .inspect(|&&range| assert_eq!(trace.ranges.kind(range), RangeKind::PushPop))
            .map(|&range| {
                format!("{}:{}", trace.ranges.domain(range), trace.names.range(trace.ranges.name(range)).text)
            })
            .collect();
        if names.is_empty() {
            names.push(String::new());
        }
        for name in names {
            let slot = found.entry((name, kernel.clone())).or_default();
            *slot = (slot.0 + 1, slot.1 + trace.ops.duration(op));
        }
    }
    found
}

#[test]
fn kernels_of_every_range_are_the_vendors() {
    let answers = answers(".nvtx_kern_sum.txt");
    assert!(answers.len() >= 46, "{} traces", answers.len());
    for (name, path) in answers {
        let kernels = kern_sum(&path.with_file_name(format!("{name}.kern_sum.csv")));
        let (theirs, ours) = (nvtx_kern_sum(&path, &kernels), by_launch_range(&open(&golden(&name)).unwrap()));
        let different: Vec<_> = theirs.iter().filter(|(key, value)| ours.get(key) != Some(value)).collect();
        assert!(different.is_empty(), "{name}: {} differ: {:?}", different.len(), &different[..different.len().min(3)]);
        let extra: Vec<_> = ours.keys().filter(|key| !theirs.contains_key(key)).collect();
        assert!(extra.is_empty(), "{name}: {} more: {:?}", extra.len(), &extra[..extra.len().min(3)]);
    }
}

#[test]
fn modules_of_graph_kernels_are_known_where_the_vendor_knows_none() {
    let trace = open(&golden("hf_e2e_graph")).unwrap();
    let replayed: Vec<u32> = (0..trace.len() as u32)
        .filter(|&op| trace.from_graph(op) && trace.names.kind(trace.ops.name(op)) == OpKind::Kernel)
        .collect();
    let known = replayed.iter().filter(|&&op| trace.capture_context(op) != ContextId::NONE).count();
    assert_eq!((known, replayed.len()), (2330, 2330));
    let layer = |op: u32| {
        let mut open = trace.ranges.innermost_first(trace.capture_context(op));
        open.any(|range| trace.names.range(trace.ranges.name(range)).text == "layers.0.self_attn")
    };
    let launched_in_layer = |op: u32| {
        let mut open = trace.ranges.innermost_first(trace.launch_context(op));
        open.any(|range| trace.names.range(trace.ranges.name(range)).text.starts_with("layers."))
    };
    assert_eq!(replayed.iter().filter(|&&op| layer(op)).count(), 10 * 29, "10 replays, 8 of them measured");
    assert_eq!(replayed.iter().filter(|&&op| launched_in_layer(op)).count(), 0);
}
