//! JUnit XML: each kernel and each repeating sequence is a test, which fails where it certainly differs.

use super::super::junit::{failure, skipped, to_text};
use super::super::wrap::{line, message, whole};
use super::differences::{Kind, kernel_lines, sequence_lines};
use super::words::{state, summary};
use crate::outcome::{DiffOutcome, KernelDiff, SequenceDiff, TimeState};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use rustc_hash::FxHashMap;

pub(super) fn render(outcome: &DiffOutcome) -> String {
    let mut report = Report::new("align diff");
    let mut kernels = TestSuite::new("kernels");
    kernels.add_test_cases(outcome.kernels.iter().zip(names(outcome)).map(of_kernel));
    kernels.set_system_out(line(&summary(outcome)));
    report.add_test_suite(kernels);
    if !outcome.sequences.is_empty() {
        let mut sequences = TestSuite::new("sequences");
        sequences.add_test_cases(outcome.sequences.iter().enumerate().map(of_sequence));
        report.add_test_suite(sequences);
    }
    for test in report.test_suites.iter_mut().flat_map(|suite| &mut suite.test_cases) {
        test.extra.insert("file".into(), line(&outcome.b.trace).into());
    }
    to_text(&report)
}

/// The whole name of each kernel. Servers take tests of one class and name for one test, so that those that only look
/// equal once they are written are numbered.
fn names(outcome: &DiffOutcome) -> Vec<String> {
    let mut order: Vec<usize> = (0..outcome.kernels.len()).collect();
    order.sort_by_key(|&at| &outcome.kernels[at].exact);
    let mut names = vec![String::new(); order.len()];
    // With the last number that each has got.
    let mut taken: FxHashMap<String, usize> = FxHashMap::default();
    for at in order {
        let name = whole(&outcome.kernels[at].exact);
        let mut unique = name.clone();
        let mut nth = taken.get(&name).copied().unwrap_or(0);
        while taken.contains_key(&unique) {
            nth += 1;
            unique = format!("{name} ({nth})");
        }
        taken.insert(name, nth.max(1));
        taken.entry(unique.clone()).or_insert(1);
        names[at] = unique;
    }
    names
}

fn of_kernel((kernel, name): (&KernelDiff, String)) -> TestCase {
    let lines: Vec<String> = kernel_lines(kernel).iter().map(|text| message(text)).collect();
    let status = match Kind::of(kernel) {
        Some(Kind::Unclear) => skipped("UNCLEAR: the interval holds the tolerance"),
        Some(kind) => failed(kind, &format!("{}: {}", line(&kernel.name), state(kernel)), &lines),
        None if kernel.state == TimeState::TooFew => skipped("too few executions to tell"),
        None => TestCaseStatus::success(),
    };
    let mut test = TestCase::new(name, status);
    test.set_classname(kernel.family.as_deref().map_or_else(|| "other".to_owned(), line));
    with_output(test, &lines)
}

fn of_sequence((at, sequence): (usize, &SequenceDiff)) -> TestCase {
    let lines: Vec<String> = sequence_lines(sequence).iter().map(|text| message(text)).collect();
    let status = match sequence.differs() {
        true => failed(Kind::Sequence, "a repeating sequence changed", &lines),
        false => TestCaseStatus::success(),
    };
    let mut test = TestCase::new(format!("sequence {}", at + 1), status);
    test.set_classname("sequences");
    with_output(test, &lines)
}

/// What was compared; a failure says it itself.
fn with_output(mut test: TestCase, lines: &[String]) -> TestCase {
    if !matches!(test.status, TestCaseStatus::NonSuccess { .. }) {
        test.set_system_out(lines.join("\n"));
    }
    test
}

fn failed(kind: Kind, what: &str, lines: &[String]) -> TestCaseStatus {
    let mut status = failure(NonSuccessKind::Failure, kind.name(), what);
    status.set_description(lines.join("\n"));
    status
}
