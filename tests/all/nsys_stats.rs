//! Reports of `nsys stats`: the counts and sums of the export they were made from, and never a pass that it is not.

use crate::cut_names::judged_by;
use crate::support;
use crate::support::pairs::{Pair, RUNS, golden};
use crate::support::printed::{csv, summary};
use crate::support::program::{align, code, text};
use align::diag::Verdict;
use align::inspect::human::{Layout, render};
use align::inspect::{Filter, Inspection, inspect};
use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use align::trace::{OpKind, Trace, open};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What the reports under `tests/data/nsys-stats` were made from.
const OF: &str = "vllm_mock_attn_decode_block16_cold_l2";

fn report(name: &str) -> PathBuf {
    Path::new(ROOT).join(format!("tests/data/nsys-stats/{name}.txt"))
}

pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{ROOT}/snapshots/nsys_stats"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn inspected(path: &Path) -> Inspection {
    let trace = open(path).unwrap_or_else(|problem| panic!("{problem:?}"));
    inspect(&trace, &support::families(), &Filter::default()).unwrap()
}

/// A report as a user sees it.
fn seen(report: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mock_kernels.txt");
    std::fs::write(&path, report).unwrap();
    let layout = Layout { width: 120, colour: false, top: 20, depth: 8, verbose: false };
    let text = match open(&path).and_then(|trace| inspect(&trace, &support::families(), &Filter::default())) {
        Ok(inspection) => render(&inspection, &layout),
        Err(problem) => support::render(&[problem]),
    };
    text.replace(&path.display().to_string(), "REPORT")
}

/// Of each kernel: how often it ran, and in ns the sum, the least and the most.
fn kernels(of: &Inspection) -> BTreeMap<&str, (u64, i64, i64, i64)> {
    of.kernels.iter().map(|k| (k.name.as_str(), (k.count, k.total_ns, k.min_ns, k.max_ns))).collect()
}

#[test]
fn every_report_has_the_counts_and_sums_of_its_export() {
    let export = inspected(&golden(OF));
    for name in ["kern_sum.csv", "kern_sum.json", "kern_gb_sum.csv", "kern_gb_sum.json", "trace.csv"] {
        assert_eq!(kernels(&inspected(&report(name))), kernels(&export), "{name}");
    }
    let medians =
        |of: &Inspection| of.kernels.iter().map(|k| (k.name.clone(), k.median_ns)).collect::<BTreeMap<_, _>>();
    assert_eq!(medians(&inspected(&report("kern_sum.csv"))), medians(&export));
    let copies = |of: &Inspection| {
        of.memory_operations.iter().map(|m| (m.name.clone(), m.count, m.total_ns)).collect::<Vec<_>>()
    };
    assert_eq!(copies(&inspected(&report("trace.csv"))), copies(&export));
    // These cut names off.
    for name in ["kern_sum.table", "kern_sum.column", "kern_gb_sum.table", "kern_gb_sum.column", "trace.column"] {
        let totals = inspected(&report(name)).totals;
        let of_kernels = |of: &Inspection| {
            of.kernels.iter().map(|k| (k.count, k.total_ns)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        assert_eq!(
            (totals.kernels, of_kernels(&export)),
            (export.totals.kernels, of_kernels(&inspected(&report(name)))),
            "{name}"
        );
    }
}

#[test]
fn a_list_of_operations_is_a_trace_without_calls_and_ranges() {
    let (list, export) = (open(&report("trace.csv")).unwrap(), open(&golden(OF)).unwrap());
    let row = |trace: &Trace, op: u32| {
        let shape = trace.shape(trace.ops.shape(op));
        let name = trace.names.identity(trace.ops.name(op)).exact.clone();
        (
            trace.ops.start(op),
            trace.ops.duration(op),
            trace.ops.stream(op),
            trace.op(op).correlation,
            shape.grid,
            shape.block,
            shape.registers,
            name,
        )
    };
    let rows = |trace: &Trace| {
        let kernel = |&op: &u32| trace.names.kind(trace.ops.name(op)) == OpKind::Kernel;
        (0..trace.len() as u32).filter(kernel).map(|op| row(trace, op)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&list), rows(&export));
    assert_eq!((list.launches.len(), list.ranges.len()), (0, 0));
    assert_eq!(list.provenance.gpus, export.provenance.gpus);
    assert!(!list.knows_launch_modes() && export.knows_launch_modes());
}

/// A pair judged with another mock.
fn judged(session: &Session, pair: &Pair, mock: &Path) -> Result<CaseOutcome, String> {
    judged_by(session, &Path::new(ROOT).join(pair.spec), pair, mock.to_owned(), golden(pair.e2e))
}

#[test]
fn no_summary_passes_where_its_trace_does_not() {
    let session = Session::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut verdicts: BTreeMap<(Verdict, Verdict), usize> = BTreeMap::new();
    for (pair, outcome) in RUNS.iter() {
        let Ok(trace) = open(&golden(pair.mock)) else { continue };
        for by_shape in [false, true] {
            let file = folder.path().join("mock_kernels.txt");
            std::fs::write(&file, csv(&summary(&trace, by_shape))).unwrap();
            // A trace without kernels has an empty summary.
            let Ok(of_summary) = judged(&session, pair, &file) else { continue };
            let whole = outcome.cases[0].verdict;
            assert!(
                of_summary.verdict != Verdict::Pass || whole == Verdict::Pass,
                "{} {by_shape}: {:#?}",
                pair.title(),
                of_summary.checks
            );
            *verdicts.entry((whole, of_summary.verdict)).or_default() += 1;
            assert!(of_summary.latency.is_none_or(|latency| latency.interval.is_none()), "{}", pair.title());
        }
    }
    snapshot("verdicts_of_summaries", &format!("{verdicts:#?}"));
}

/// The attention spec's case on a mock's report.
fn check(mock: &Path) -> String {
    let mock = mock.display().to_string();
    let output = align(&["check", "specs/attention.toml", "--case", "decode", "--mock", &mock]);
    format!("{}{}exit code {}\n", text(&output.stdout), text(&output.stderr), code(&output)).replace(ROOT, "")
}

#[test]
fn a_check_on_a_summary_says_what_it_rests_on() {
    snapshot("check_kern_gb_sum", &check(Path::new("tests/data/nsys-stats/kern_gb_sum.csv.txt")));
    snapshot("check_kern_sum_cut_off", &check(Path::new("tests/data/nsys-stats/kern_sum.column.txt")));
}

/// The three kernels of the op, summed up by name, with their shapes.
const OP: &str = "\
Processing [mock.sqlite] with [/opt/reports/cuda_gpu_kern_gb_sum.py]...

 ** CUDA GPU Kernel/Grid/Block Summary (cuda_gpu_kern_gb_sum):

 Time (%)  Total Time (ns)  Instances  Avg (ns)  Med (ns)  Min (ns)  Max (ns)  StdDev (ns)      GridXYZ          BlockXYZ      Name
 --------  ---------------  ---------  --------  --------  --------  --------  -----------  ----------------  --------------  -----
     79.0          211,200         10   21120.0   21120.0     21000     21240         40.0   132    1    1     256    1    1  void cutlass::device_kernel<flash::enable_sm90_or_later<flash::FlashAttnFwdSm90<flash::CollectiveMa…
     11.8           31,400         10    3140.0    3140.0      3100      3200         40.0    40    1    1     256    1    1  void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<(int)8>, cute::C<(int)12…
      9.2           24,600         10    2460.0    2460.0      2400      2500         40.0     8    1    1     512    1    1  void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16, __nv_bfloat16, (vllm::Fp8KVCacheDataType)0…
";

#[test]
fn names_that_were_cut_off_are_inconclusive_unless_less_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mock = folder.path().join("mock_kernels.txt");
    std::fs::write(&mock, OP).unwrap();
    let spec = |more: &str| {
        let file = folder.path().join("spec.toml");
        let text =
            format!("align = 1\n[spec]\nname = \"a\"\nop = \"attention\"\nextends = \"builtin:attention\"\n{more}");
        std::fs::write(&file, text).unwrap();
        let session = Session::shipped().unwrap();
        let (specs, mistakes) = session.load(&[file]);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let overrides = Overrides {
            case: Some("decode".to_owned()),
            mock: Some(mock.clone()),
            e2e: Some(golden("vllm_e2e_eager")),
        };
        session.check(&specs, &overrides, &Options::default()).outcome.cases.remove(0)
    };
    let asked = |case: &CaseOutcome| case.checks.iter().find(|check| check.name == "kernel-name").unwrap().verdict;
    let exact = spec("");
    assert_eq!((exact.verdict, asked(&exact)), (Verdict::Inconclusive, Verdict::Inconclusive), "{:#?}", exact.checks);
    let base = spec("[kernels]\nidentity = \"base\"\n");
    assert_eq!((base.verdict, asked(&base)), (Verdict::Pass, Verdict::Pass), "{:#?}", base.checks);
}

#[test]
fn a_summary_is_no_e2e_side_and_no_side_of_a_diff_or_draft() {
    let file = "tests/data/nsys-stats/kern_sum.csv.txt";
    let golden = "snapshots/traces/vllm_e2e_eager.sqlite";
    let mut all = String::new();
    for arguments in [
        &["check", "specs/attention.toml", "--case", "decode", "--e2e", file][..],
        &["diff", golden, file][..],
        &["new", "spec", "--mock", file, "--e2e", golden][..],
        &["pack", file, "-o", "/nonexistent/packed.sqlite"][..],
    ] {
        let output = align(arguments);
        let _ = writeln!(all, "$ align {}\n{}exit code {}\n", arguments.join(" "), text(&output.stderr), code(&output));
    }
    snapshot("refused", &all);
}

#[test]
fn tables_of_every_era_are_read() {
    let eras = [
        // To 2020: one unit, no median.
        "CUDA Kernel Statistics:\n\n Time(%)  Total Time (ns)  Instances  Average  Minimum  Maximum  Name\n -------  ---------------  ---------  -------  -------  -------  -----\n    75.0              300          3    100.0       90      110  a<int, (int)2>(T1)\n    25.0              100          1    100.0      100      100  b\n",
        // 2021: a deviation.
        "CUDA Kernel Statistics:\n\nTime(%),Total Time (ns),Instances,Average (ns),Minimum (ns),Maximum (ns),StdDev (ns),Name\n75.0,300,3,100.0,90,110,10.0,\"a<int, (int)2>(T1)\"\n25.0,100,1,100.0,100,100,0.0,b\n",
        // Later: medians, another unit, separators, progress around it.
        "Generating SQLite file mock.sqlite from mock.nsys-rep\nProcessing [mock.sqlite] with [gpukernsum.py]... \n\n ** GPU Kernel Summary (gpukernsum):\n\nTime (%)\tTotal Time (us)\tInstances\tAvg (us)\tMed (us)\tMin (us)\tMax (us)\tStdDev (us)\tName\n75.0\t0.300\t3\t0.100\t0.100\t0.090\t0.110\t0.010\ta<int, (int)2>(T1)\n25.0\t0.100\t1\t0.100\t0.100\t0.100\t0.100\t0.000\tb\n\n",
        // A frame, and names over several lines.
        "+----------+-----------------+-----------+----------+----------+----------+------------+\n| Time (%) | Total Time (ns) | Instances | Avg (ns) | Min (ns) | Max (ns) |    Name    |\n+----------+-----------------+-----------+----------+----------+----------+------------+\n|     75.0 |             300 |         3 |    100.0 |       90 |      110 | a<int,     |\n|          |                 |           |          |          |          | (int)2>(T1 |\n|          |                 |           |          |          |          | )          |\n|     25.0 |             100 |         1 |    100.0 |      100 |      100 | b          |\n+----------+-----------------+-----------+----------+----------+----------+------------+\n",
        "[\n  {\n    \"Time (%)\": 75.0,\n    \"Total Time (ns)\": 300,\n    \"Instances\": 3,\n    \"Avg (ns)\": 100.0,\n    \"Med (ns)\": null,\n    \"Min (ns)\": 90,\n    \"Max (ns)\": 110,\n    \"StdDev (ns)\": 10.0,\n    \"Name\": \"a<int, \\u0028int)2>(T1)\"\n  },\n  { \"Time (%)\": 25.0, \"Total Time (ns)\": 100, \"Instances\": 1, \"Avg (ns)\": 100.0, \"Med (ns)\": 100.0, \"Min (ns)\": 100, \"Max (ns)\": 100, \"StdDev (ns)\": 0, \"Name\": \"b\" }\n]\n",
    ];
    let folder = tempfile::tempdir().unwrap();
    for (at, era) in eras.iter().enumerate() {
        let path = folder.path().join("mock_kernels.txt");
        std::fs::write(&path, era.replace('\n', if at % 2 == 0 { "\n" } else { "\r\n" })).unwrap();
        let of = inspected(&path);
        let wanted = BTreeMap::from([("a<int, (int)2>(T1)", (3, 300, 90, 110)), ("b", (1, 100, 100, 100))]);
        assert_eq!(kernels(&of), wanted, "{era}");
    }
}

fn file(name: &str) -> String {
    std::fs::read_to_string(report(name)).unwrap()
}

#[test]
fn of_several_reports_the_one_that_says_most_is_read() {
    let between = "SKIPPED: mock.sqlite does not contain NV Video Encoder data.\n\n";
    let other = "Time (%),Total Time (ns),Num Calls,Avg (ns),Name\n100.0,5,1,5.0,cudaLaunchKernel\n\n";
    let all = [&file("kern_sum.column"), between, &file("kern_gb_sum.json"), other, &file("trace.csv")].concat();
    let said = seen(&all);
    assert!(said.contains("`cuda_gpu_trace` is read"), "{said}");
    let two = seen(&[&file("kern_gb_sum.csv"), "\n", between, &file("kern_sum.json")].concat());
    snapshot("several_reports", &two);
}

#[test]
fn what_cannot_be_read_says_where() {
    let (csv, table, frame) = (file("kern_sum.csv"), file("kern_sum.column"), file("kern_sum.table"));
    let first = csv.find("\n33.1").map_or(0, |at| at + 1);
    let line = csv[first..].lines().next().unwrap();
    let reports = [
        ("a number that is none", csv.replacen("698383,1,", "69838x,1,", 1)),
        ("a row cut off", csv[..first + line.len() / 2].to_owned()),
        ("rows taken away", csv[..first + line.len() + 1].to_owned()),
        ("too few columns", csv.replacen("698383,1,", "698383,", 1)),
        ("a total that cannot be", csv.replacen("698383,1,", "1,1,", 1)),
        ("json cut off", file("kern_sum.json")[..1200].to_owned()),
        ("json of other columns", file("kern_sum.json").replacen("\"Min (ns)\": 698383", "\"Least (ns)\": 698383", 1)),
        ("different captures", [&csv, "\n", &file("trace.csv").replacen(",698383,", ",698384,", 1)].concat()),
        ("nothing but a header", csv.lines().next().unwrap().to_owned() + "\n"),
        ("mangled names", "Total Time (ns),Instances,Name\n100,1,_ZN2at6nativeE\n".to_owned()),
        ("a coarse list", "Start (sec),Duration (ns),CorrId,Name\n1.0001,100,1,a\n".to_owned()),
        ("a cut time", "Start (ns),Duration (ns),CorrId,Name\n1005…,100,1,a\n".to_owned()),
        ("a hostile cell", "Total Time (ns),Instances,Name\n\u{1b}[31m,1,a\n".to_owned()),
        ("a table that ends within a row", table[..table.rfind("\n\n").unwrap()].to_owned()),
        ("a table that ends early", table.lines().take(20).map(|line| format!("{line}\n")).collect()),
        ("a frame that is open", frame.lines().take(28).map(|line| format!("{line}\n")).collect()),
        ("nothing left of a name", "Total Time (ns),Instances,Name\n100,1,…\n".to_owned()),
        ("rows of two tables", csv.replacen("33.1,730064,", "33.1,7300640,", 1).replacen(",81730,", ",7300640,", 1)),
        ("no bytes of text", "Total Time (ns),Instances,Name\n100,1,a\0\n".to_owned()),
    ];
    let all: String = reports.iter().map(|(name, report)| format!("=== {name}\n{}\n", seen(report))).collect();
    snapshot("mistakes", &all);
}

/// A summary that ends anywhere: it is refused, unless what is missing is too little for its shares to tell.
#[test]
fn a_summary_that_breaks_off_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mock_kernels.txt");
    for layout in ["csv", "json", "column", "table"] {
        let text = file(&format!("kern_sum.{layout}"));
        let lines = text.match_indices('\n').map(|(at, _)| at + 1);
        let within = (0..text.len()).step_by(211).filter(|&at| text.is_char_boundary(at));
        let whole = inspected(&report(&format!("kern_sum.{layout}"))).totals.kernels;
        let mut most_missing = 0;
        for end in lines.chain(within) {
            std::fs::write(&path, &text[..end]).unwrap();
            if let Ok(trace) = open(&path) {
                let count: u64 = trace.summary.as_ref().unwrap().rows.iter().map(|row| row.count).sum();
                let time: i64 = trace.summary.as_ref().unwrap().rows.iter().map(|row| row.total_ns).sum();
                assert!(time as f64 > 2_205_739.0 * 0.998, "{layout} of {end} bytes: {time} ns");
                most_missing = most_missing.max(whole - count);
            }
        }
        // Rows of which the shares round to nothing.
        assert!(most_missing <= if layout == "csv" || layout == "column" { 6 } else { 0 }, "{layout}: {most_missing}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Whatever is done to a report, it is read or it is refused: in a table of the same sums nothing is lost unseen.
    #[test]
    fn a_scrambled_report_is_read_or_refused(
        of in prop::sample::select(vec!["kern_sum.csv", "kern_sum.json", "kern_gb_sum.table", "kern_gb_sum.column", "trace.column"]),
        at in 0.0f64..1.0,
        length in 0usize..40,
        put in prop_oneof!["[ -~\n…]{0,12}", Just("\n".to_owned()), Just("\"".to_owned()), Just("|".to_owned())],
    ) {
        let text = file(of);
        let mut from = (text.len() as f64 * at) as usize;
        while !text.is_char_boundary(from) { from -= 1; }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) { to += 1; }
        let mutated = [&text[..from], &put, &text[to..]].concat();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mock_kernels.txt");
        std::fs::write(&path, &mutated).unwrap();
        if let Err(problem) = open(&path) {
            prop_assert!(!problem.message.is_empty());
            prop_assert_eq!(problem.class, align::diag::ProblemClass::Trace);
        }
    }
}
