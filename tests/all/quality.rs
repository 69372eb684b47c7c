//! What is said of a capture, on shipped traces and on small ones written as text.

use align::diag::Side;
use align::quality::{Expected, Grade, Point, judge, unusable};
use align::trace::{Trace, open};
use std::path::Path;
use std::sync::Arc;

fn golden(name: &str) -> Arc<Trace> {
    open(Path::new(&format!("snapshots/traces/{name}.sqlite"))).unwrap()
}

fn text(lines: &str) -> Arc<Trace> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.txt");
    std::fs::write(&path, format!("align-trace 1\n\n{lines}")).unwrap();
    open(&path).unwrap_or_else(|problem| panic!("{problem}: {:?}", problem.labels))
}

fn lines(points: &[Point]) -> String {
    let line = |point: &Point| {
        let change = point.change.as_ref().map(|change| format!("\n    → {change}")).unwrap_or_default();
        format!("{:<8}{}: {}{change}\n", point.grade.word(), point.aspect, point.says)
    };
    points.iter().map(line).collect()
}

fn point<'a>(points: &'a [Point], aspect: &str) -> Option<&'a Point> {
    points.iter().find(|point| point.aspect == aspect)
}

fn grade(points: &[Point], aspect: &str) -> Option<Grade> {
    point(points, aspect).map(|point| point.grade)
}

#[test]
fn shipped_captures_are_told_what_they_lack() {
    let mut said = String::new();
    for name in [
        "hf_e2e_eager",
        "hf_e2e_graph_level_trace",
        "hf_e2e_no_nvtx",
        "hf_no_gpu_client",
        "vllm_e2e_eager_mp",
        "vllm_e2e_graph",
        "vllm_mock_attn_decode_no_graph",
        "vllm_no_gpu_data_mp_fork",
    ] {
        said += &format!("{name}\n{}\n", lines(&judge(&golden(name), &Expected::default())));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/capture"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("quality", said));
}

#[test]
fn what_is_good_is_not_warned_of() {
    for name in ["hf_e2e_eager", "hf_mock_attn_decode_aligned", "vllm_e2e_eager", "vllm_mock_attn_prefill_aligned"] {
        let points = judge(&golden(name), &Expected::default());
        let wrong: Vec<&Point> = points.iter().filter(|point| point.grade >= Grade::Warning).collect();
        assert!(wrong.is_empty() && !unusable(&points), "{name}: {wrong:?}");
    }
}

#[test]
fn a_trace_without_kernels_is_unusable_and_one_without_ranges_is_not() {
    let unusable_ = |name| unusable(&judge(&golden(name), &Expected::default()));
    for name in ["hf_no_gpu_client", "hf_no_gpu_cpu_only", "vllm_no_gpu_data_mp_fork", "hf_e2e_graph_level_trace"] {
        assert!(unusable_(name), "{name}");
    }
    assert!(!unusable_("hf_e2e_no_nvtx"));
}

#[test]
fn missing_ranks_are_an_error_and_too_many_a_warning() {
    let trace = golden("hf_two_processes");
    let of = |ranks| grade(&judge(&trace, &Expected { ranks: Some(ranks), ..Expected::default() }), "ranks");
    assert_eq!((of(1), of(2), of(4)), (Some(Grade::Warning), Some(Grade::Good), Some(Grade::Error)));
    assert_eq!(grade(&judge(&trace, &Expected::default()), "ranks"), None);
}

#[test]
fn a_process_that_waits_for_a_gpu_nobody_recorded_is_named() {
    let calls = "range step\n  call 5us cudaStreamSynchronize\n  call 5us cudaStreamSynchronize\n";
    let points = judge(&text(calls), &Expected::default());
    let workers = point(&points, "workers").unwrap();
    assert!(workers.says.contains("waited for the GPU 2 times"), "{workers:?}");
    assert!(workers.change.as_ref().unwrap().contains("--trace-fork-before-exec=true"));
    let with_kernels = text(&format!("range step\n  kernel 5us void f()\n{}", &calls[11..]));
    assert_eq!(grade(&judge(&with_kernels, &Expected::default()), "workers"), None);
}

#[test]
fn a_slow_start_is_a_note_unless_the_warm_up_was_to_be_left_out() {
    let trace = text("repeat 10\n  range iter\n    kernel 33,20|12.9,13,12.8us void f()\n");
    let of = |expected: Expected| judge(&trace, &expected);
    let included = of(Expected { side: Some(Side::Mock), ..Expected::default() });
    let warm_up = point(&included, "warm-up").unwrap();
    assert_eq!(warm_up.grade, Grade::Note);
    assert!(warm_up.says.contains("the first 2 of 10"), "{warm_up:?}");
    assert!(warm_up.change.as_ref().unwrap().contains("`mock.warmup = 2`"), "{warm_up:?}");
    let excluded = of(Expected { without_warm_up: true, ..Expected::default() });
    let warm_up = point(&excluded, "warm-up").unwrap();
    assert_eq!(warm_up.grade, Grade::Warning);
    assert!(warm_up.change.as_ref().unwrap().contains("--capture-range"), "{warm_up:?}");
}

#[test]
fn a_prefill_before_the_decode_steps_is_no_warm_up() {
    let lines = "range step:0\n  kernel 900us 64/256 void f()\n\
                 repeat 8 as i\n  range step:{i}\n    kernel 12.9,13,12.8us 8/256 void f()\n";
    assert_eq!(grade(&judge(&text(lines), &Expected::default()), "warm-up"), Some(Grade::Good));
}

#[test]
fn a_mock_that_runs_seldom_is_told_so() {
    let few = text("repeat 8\n  range iter\n    kernel 13us void f()\n");
    let many = text("repeat 20\n  range iter\n    kernel 13us void f()\n");
    let mock = Expected { side: Some(Side::Mock), ..Expected::default() };
    let e2e = Expected { side: Some(Side::E2e), ..Expected::default() };
    assert_eq!(grade(&judge(&few, &mock), "iterations"), Some(Grade::Note));
    assert_eq!(grade(&judge(&many, &mock), "iterations"), None);
    assert_eq!(grade(&judge(&few, &e2e), "iterations"), None);
}

#[test]
fn work_that_goes_on_until_the_limit_was_cut_off() {
    let trace = text("repeat 1000\n  kernel 999us void f()\n");
    let of = |seconds: i64| {
        let expected = Expected { duration: Some(seconds * 1_000_000_000), ..Expected::default() };
        grade(&judge(&trace, &expected), "end")
    };
    assert_eq!((of(1), of(2)), (Some(Grade::Warning), None));
}

#[test]
fn what_the_profiler_lost_weighs_more_than_what_it_says_of_every_capture() {
    let warned = |warning: &str| {
        let trace = text(&format!("warning {warning}\n\nrange step\n  kernel 5us void f()\n"));
        let points = judge(&trace, &Expected::default());
        points.into_iter().map(|point| (point.aspect, point.grade)).next_back().unwrap()
    };
    assert_eq!(warned("12 CUDA events were dropped."), ("dropped-events", Grade::Warning));
    assert_eq!(warned("The GPU was throttled."), ("clocks", Grade::Warning));
    assert_eq!(warned("Not all CUDA events might have been collected."), ("profiler", Grade::Note));
    assert_eq!(warned("Something else."), ("profiler", Grade::Note));
}
