//! Exports as folders of Parquet files: the same trace as the SQLite export of the same capture, whatever was done to them
//! no panic.

use crate::support;
use crate::support::pairs::golden;
use align::inspect::{Filter, Inspection, inspect};
use align::pipeline::{Options, Overrides, Session};
use align::trace::{Trace, open};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The capture that `tests/data/parquetdir` is an export of.
const OF: &str = "vllm_mock_attn_decode_cold_l2";

fn folder() -> PathBuf {
    Path::new(ROOT).join("tests/data/parquetdir")
}

fn inspected(trace: &Trace) -> Inspection {
    inspect(trace, &support::families(), &Filter::default()).unwrap()
}

#[test]
fn a_folder_gives_the_trace_of_the_sqlite_export() {
    let (folder, export) = (open(&folder()).unwrap(), open(&golden(OF)).unwrap());
    let ops = |trace: &Trace| {
        (0..trace.len() as u32)
            .map(|op| {
                let (op_of, launch) = (trace.op(op), trace.ops.launch(op));
                let called = launch.map(|launch| (trace.launches.start(launch), trace.launches.api(launch)));
                let ranges: Vec<String> = [trace.launch_context(op), trace.capture_context(op)]
                    .into_iter()
                    .flat_map(|context| {
                        trace
                            .ranges
                            .innermost_first(context)
                            .map(|range| trace.names.range(trace.ranges.name(range)).text.clone())
                            .collect::<Vec<_>>()
                    })
                    .collect();
                let name = trace.names.identity(op_of.name).exact.clone();
                (
                    op_of.start,
                    op_of.end,
                    op_of.device,
                    op_of.stream,
                    op_of.correlation,
                    name,
                    *trace.shape(op_of.shape),
                    called,
                    ranges,
                )
            })
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (ops(&folder), ops(&export));
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    let (ours, theirs) = (inspected(&folder), inspected(&export));
    assert_eq!(
        (ours.totals, ours.kernels, ours.memory_operations, ours.ranges, ours.graphs),
        (theirs.totals, theirs.kernels, theirs.memory_operations, theirs.ranges, theirs.graphs)
    );
    assert_eq!(
        (ours.provenance.gpus, ours.provenance.schema, ours.provenance.profiler),
        (theirs.provenance.gpus, theirs.provenance.schema, theirs.provenance.profiler)
    );
}

#[test]
fn the_verdict_is_that_of_the_sqlite_export() {
    let session = Session::shipped().unwrap();
    let (specs, mistakes) = session.load(&[Path::new(ROOT).join("specs/attention.toml")]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let judged = |mock: PathBuf| {
        let overrides =
            Overrides { case: Some("decode".to_owned()), mock: Some(mock), e2e: Some(golden("vllm_e2e_eager")) };
        let mut run = session.check(&specs, &overrides, &Options::default());
        assert!(run.problems.is_empty(), "{:?}", run.problems);
        let case = run.outcome.cases.remove(0);
        (
            case.verdict,
            case.latency,
            case.checks,
            case.diagnoses,
            case.findings.into_iter().map(|f| f.message).collect::<Vec<_>>(),
        )
    };
    assert_eq!(judged(folder()), judged(golden(OF)));
}

/// A copy of the folder without some tables, and with others changed.
fn copied(without: &[&str]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !without.iter().any(|table| name == format!("{table}.parquet")) {
            fs::copy(&path, copy.path().join(&name)).unwrap();
        }
    }
    copy
}

#[test]
fn a_table_is_known_by_what_it_says_it_is() {
    let copy = copied(&[]);
    fs::rename(copy.path().join("CUPTI_ACTIVITY_KIND_KERNEL.parquet"), copy.path().join("0")).unwrap();
    fs::write(copy.path().join("README"), "no table").unwrap();
    assert_eq!(open(copy.path()).unwrap().len(), open(&folder()).unwrap().len());
}

#[test]
fn tables_that_are_missing_are_lacking_and_not_empty() {
    let copy = copied(&["NVTX_EVENTS", "CUPTI_ACTIVITY_KIND_RUNTIME", "StringIds"]);
    let trace = open(copy.path()).unwrap();
    let capabilities = &trace.capabilities;
    assert_eq!(
        format!("{:?} {:?} {:?}", capabilities.kernels, capabilities.api_calls, capabilities.ranges),
        "Filled Missing Missing"
    );
    assert!(trace.names.ids().all(|id| trace.names.identity(id).exact.starts_with('[')));
}

/// A file that got lost is no capture in which graphs were traced as a whole.
#[test]
fn a_folder_without_its_kernels_says_so() {
    let copy = copied(&["CUPTI_ACTIVITY_KIND_KERNEL"]);
    let session = Session::shipped().unwrap();
    let (specs, _) = session.load(&[Path::new(ROOT).join("specs/attention.toml")]);
    let overrides = Overrides {
        case: Some("decode".to_owned()),
        mock: Some(copy.path().to_owned()),
        e2e: Some(golden("vllm_e2e_eager")),
    };
    let case = session.check(&specs, &overrides, &Options::default()).outcome.cases.remove(0);
    assert!(case.refused && case.diagnoses.is_empty(), "{:?}", case.diagnoses);
    let finding = &case.findings[0];
    assert!(finding.message.contains("the mock trace has no table of kernels"), "{finding:?}");
    assert!(finding.help.as_ref().unwrap().contains("CUPTI_ACTIVITY_KIND_KERNEL"), "{finding:?}");
    let seen = inspected(&open(copy.path()).unwrap());
    let said = format!("{:?}", seen.answers);
    assert!(said.contains("there is no table of kernels") && !said.contains("traced as a whole"), "{said}");
}

#[test]
fn what_cannot_be_read_says_in_which_table() {
    let said = |change: &dyn Fn(&Path)| {
        let copy = copied(&[]);
        change(copy.path());
        let problem = open(copy.path()).expect_err("it is damaged");
        support::render(&[problem]).replace(&copy.path().display().to_string(), "FOLDER")
    };
    let kernels = "CUPTI_ACTIVITY_KIND_KERNEL.parquet";
    let half = said(&|folder| {
        let bytes = fs::read(folder.join(kernels)).unwrap();
        fs::write(folder.join(kernels), &bytes[..bytes.len() / 2]).unwrap();
    });
    assert!(half.contains(kernels) && half.contains("nsys export --type parquetdir"), "{half}");
    let twice = said(&|folder| {
        fs::copy(folder.join(kernels), folder.join("copy.parquet")).unwrap();
    });
    assert!(twice.contains("second file of table CUPTI_ACTIVITY_KIND_KERNEL"), "{twice}");
    let single = open(&folder().join(kernels)).expect_err("one table is no export");
    assert!(single.help.is_some_and(|help| help.contains("give the folder")));
    let empty = tempfile::tempdir().unwrap();
    assert!(open(empty.path()).expect_err("an empty folder").message.contains("is a directory"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A damaged table is read otherwise or refused.
    #[test]
    fn a_damaged_table_never_panics(
        table in prop::sample::select(vec!["CUPTI_ACTIVITY_KIND_KERNEL", "CUPTI_ACTIVITY_KIND_RUNTIME", "NVTX_EVENTS", "StringIds"]),
        damage in prop::collection::vec((0.0f64..1.0, any::<u8>()), 1..6),
        from_end in any::<bool>(),
    ) {
        let copy = copied(&[table]);
        let mut bytes = fs::read(folder().join(format!("{table}.parquet"))).unwrap();
        let length = bytes.len();
        for (at, byte) in damage {
            // The description of the columns stands at the end.
            let at = (length.min(if from_end { 2_000 } else { length }) as f64 * at) as usize;
            let at = if from_end { length - 1 - at.min(length - 1) } else { at };
            bytes[at.min(length - 1)] = byte;
        }
        fs::write(copy.path().join("table.parquet"), bytes).unwrap();
        if let Err(problem) = open(copy.path()) {
            prop_assert_eq!(problem.class, align::diag::ProblemClass::Trace);
        }
    }
}
