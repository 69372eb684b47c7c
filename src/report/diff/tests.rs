#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use super::*;
use crate::outcome::{
    DiffCounts, DiffSide, FORMAT, FamilyDiff, Interval, IntervalMethod, KernelDiff, Launch, Provenance, Repeated,
    SequenceDiff, SequenceStep, ShapeChange, ShapeCount, StepState, StepTimes, TimeState, Times, Total,
};
use crate::report::tests::formats::assert_valid;
use proptest::prelude::*;

const HOSTILE: &str = "<script>\u{1b}[31m\u{202e}|`\n@all #1 ](http://x)";

fn side(trace: &str) -> DiffSide {
    let total = Total { count: 3, sum_ns: 3_000 };
    let provenance = Provenance { gpus: vec![trace.to_owned()], ..Provenance::default() };
    DiffSide { trace: trace.to_owned(), provenance, total, processes: Vec::new(), notes: vec![trace.to_owned()] }
}

fn kernel(name: &str, state: TimeState, change_ns: i64) -> KernelDiff {
    let times = |present: bool| present.then_some(Times { count: 3, sum_ns: 3_000, median_ns: 1_000.0, replayed: 0 });
    let launch = Launch {
        grid: [1, 2, 3],
        block: [32, 1, 1],
        registers: 8,
        static_shared_bytes: 0,
        dynamic_shared_bytes: 16,
        moved_bytes: 0,
    };
    let interval = Interval { ratio: 1.2, low: 1.1, high: 1.3, method: IntervalMethod::Bootstrap };
    let both = !matches!(state, TimeState::New | TimeState::Gone);
    let shape = ShapeCount { launch, count: 2 };
    KernelDiff {
        name: name.to_owned(),
        exact: name.to_owned(),
        family: Some(name.to_owned()),
        a: times(state != TimeState::New),
        b: times(state != TimeState::Gone),
        change_ns,
        state,
        interval: both.then_some(interval),
        shapes: both.then(|| ShapeChange { only_a: vec![shape.clone()], only_b: vec![shape], unshown: 1 }),
    }
}

fn outcome(name: &str, count: usize) -> DiffOutcome {
    let states = [TimeState::New, TimeState::Gone, TimeState::Slower, TimeState::Unclear, TimeState::TooFew];
    let kernels: Vec<KernelDiff> = states
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(at, &state)| kernel(name, state, 1_000 - at as i64))
        .collect();
    let total = Total { count: 3, sum_ns: 3_000 };
    let unit = Repeated { pid: 1, device: 0, stream: 7, operations: 1, repeats: 4, share: 0.5, ns: 1e3 };
    let step = StepTimes { name: name.to_owned(), ns: 1e3 };
    let steps = vec![SequenceStep { state: StepState::Variant, a: Some(step.clone()), b: Some(step) }];
    DiffOutcome {
        format: FORMAT,
        tolerance: 0.1,
        within: vec![name.to_owned()],
        a: side(name),
        b: side(name),
        counts: DiffCounts { new: count, ..DiffCounts::default() },
        families: vec![FamilyDiff { name: name.to_owned(), a: total, b: total, change_ns: 0 }],
        kernels,
        sequences: vec![
            SequenceDiff { a: Some(unit), b: Some(unit), steps },
            SequenceDiff { a: Some(unit), b: None, steps: Vec::new() },
        ],
    }
}

#[test]
fn what_runs_on_one_side_alone_is_always_shown() {
    let mut outcome = outcome("k", 400);
    for (at, kernel) in outcome.kernels.iter_mut().enumerate() {
        kernel.name = format!("kernel_{at}");
    }
    let alone: Vec<&KernelDiff> =
        outcome.kernels.iter().filter(|k| matches!(k.state, TimeState::New | TimeState::Gone)).collect();
    assert_eq!(alone.len(), 160);
    for format in Format::ALL {
        let text = render_diff(&outcome, format, &Style::default());
        let missing = alone.iter().filter(|k| !text.replace('\\', "").contains(&k.name)).count();
        assert_eq!(missing, 0, "{format}");
    }
}

#[test]
fn a_hostile_name_is_shown_and_obeyed_nowhere() {
    let outcome = outcome(HOSTILE, 5);
    let of = |format: Format| render_diff(&outcome, format, &Style::default());
    let html = of(Format::Html);
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    assert!(html.contains("\\u{1b}[31m") && html.contains("\\u{202e}"));
    let github = of(Format::Github);
    // New, gone, slower, unclear and too few with other shapes, and a sequence.
    assert_eq!(github.lines().filter(|line| line.starts_with("::warning ")).count(), 5 + 2, "{github}");
    let junit = of(Format::Junit);
    assert!(junit.contains("&lt;script&gt;") && junit.matches("<failure").count() == 5 + 2, "{junit}");
    let sarif: serde_json::Value = serde_json::from_str(&of(Format::Sarif)).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 5 + 2);
    assert!(results.iter().all(|result| !result["message"]["text"].as_str().unwrap().contains("](")), "{sarif}");
}

/// Servers merge tests of one class and name: two names that differ in their middle alone, or only until they are written.
#[test]
fn kernels_are_tests_with_whole_names_and_each_its_own() {
    let long = |middle: &str| format!("gemm<{}{middle}{}>", "a,".repeat(400), ",b".repeat(5_000));
    let names =
        [long("x"), long("y"), "k\u{1b}".to_owned(), "k\\u{1b}".to_owned(), "k  <1>".to_owned(), "k <1>".to_owned()];
    let mut outcome = outcome("k", names.len());
    for (kernel, name) in outcome.kernels.iter_mut().zip(&names) {
        (kernel.exact, kernel.family) = (name.clone(), Some("f".to_owned()));
    }
    let read = |outcome: &DiffOutcome| {
        let junit = render_diff(outcome, Format::Junit, &Style::default());
        let tests = regex::Regex::new("<testcase name=\"([^\"]*)\" classname=\"f\"").unwrap();
        let found = tests.captures_iter(&junit).map(|test| test[1].replace("&lt;", "<").replace("&gt;", ">"));
        let mut found: Vec<String> = found.collect();
        found.sort();
        found
    };
    let found = read(&outcome);
    let distinct: std::collections::BTreeSet<&String> = found.iter().collect();
    assert_eq!((found.len(), distinct.len()), (6, 6), "{found:?}");
    assert!(names[..2].iter().all(|name| found.contains(name)), "{found:?}");
    outcome.kernels.reverse();
    assert_eq!(read(&outcome), found);
}

#[test]
fn what_nobody_can_tell_is_no_line_of_differences() {
    let mut outcome = outcome("k", 0);
    outcome.sequences.clear();
    for state in [TimeState::Unclear, TimeState::TooFew, TimeState::Slower] {
        let mut kernel = kernel(&format!("{state:?}"), state, 1);
        kernel.shapes = None;
        outcome.kernels.push(kernel);
    }
    let of = |format: Format, style: &Style| render_diff(&outcome, format, style);
    let concise = of(Format::Concise, &Style::default());
    assert_eq!(concise.lines().count(), 2, "{concise}");
    assert!(concise.starts_with("Slower: slower: "), "{concise}");
    let all = of(Format::Concise, &Style { verbose: true, ..Style::default() });
    assert!(all.contains("Unclear: unclear") && all.contains("TooFew: too few to tell"), "{all}");
    assert!(of(Format::Human, &Style::default()).contains("too few to tell"));
}

#[test]
fn a_sequence_of_one_side_alone_has_no_steps_in_common() {
    for format in Format::ALL {
        let text = render_diff(&outcome("k", 1), format, &Style::default());
        assert!(!text.contains("0 of 0"), "{format}: {text}");
        let programs = matches!(format, Format::Json);
        assert!(programs || text.contains("nothing like it"), "{format}: {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn any_name_is_inert_in_every_format(name in prop_oneof![Just(HOSTILE.to_owned()), ".{0,80}"], count in 0usize..6) {
        let outcome = outcome(&name, count);
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Json) {
            for style in [Style::default(), Style { verbose: true, ..Style::default() }, Style { quiet: true, ..Style::default() }] {
                assert_valid(format.name(), &render_diff(&outcome, format, &style));
            }
        }
    }
}
