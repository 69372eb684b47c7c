//! JUnit XML: a spec is a suite, each check of a case a test.

use super::verdict;
use super::wrap::{line, message};
use crate::diag::{Severity, Verdict};
use crate::outcome::{CaseOutcome, CheckOutcome, FindingOutcome, Outcome, ProblemOutcome};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// Problems with the input are errors in a suite of their own, which stands first.
pub(super) fn render(outcome: &Outcome) -> String {
    let mut report = Report::new("align");
    if !outcome.problems.is_empty() {
        let mut suite = TestSuite::new("input");
        suite.add_test_cases(outcome.problems.iter().map(of_problem));
        report.add_test_suite(suite);
    }
    for (name, cases) in by_spec(&outcome.cases) {
        let mut suite = TestSuite::new(name);
        suite.add_test_cases(cases.into_iter().flat_map(|case| of_case(case, outcome)));
        report.add_test_suite(suite);
    }
    to_text(&report)
}

/// Writing into memory cannot fail; should it ever, the document says so rather than be cut short.
pub(super) fn to_text(report: &Report) -> String {
    let text = report.to_string().unwrap_or_else(|error| {
        let why = quick_junit::XmlString::new(error.to_string());
        format!("<testsuites><!-- {} --></testsuites>", why.as_str().replace("--", "- -"))
    });
    text.trim_end().to_owned() + "\n"
}

/// Cases of one spec beside each other, in the order of the run.
fn by_spec(cases: &[CaseOutcome]) -> Vec<(String, Vec<&CaseOutcome>)> {
    let mut specs: Vec<(&str, &str, Vec<&CaseOutcome>)> = Vec::new();
    for case in cases {
        match specs.iter_mut().find(|(file, spec, _)| *file == case.file && *spec == case.spec) {
            Some((_, _, of_spec)) => of_spec.push(case),
            None => specs.push((&case.file, &case.spec, vec![case])),
        }
    }
    specs.into_iter().map(|(_, spec, cases)| (line(spec), cases)).collect()
}

/// The tests of a case; one that stands for the whole where nothing else says what became of it.
fn of_case(case: &CaseOutcome, outcome: &Outcome) -> Vec<TestCase> {
    let fail_on = outcome.decision.map_or(Severity::Error, |decision| decision.fail_on);
    let mut tests: Vec<TestCase> = case.checks.iter().map(|check| of_check(case, check, outcome)).collect();
    // What judges a trace, a selection or the spec's own exceptions runs beside the checks.
    let mut around: Vec<&str> = case.findings.iter().map(|finding| finding.code.as_str()).collect();
    around.retain(|code| case.checks.iter().all(|check| check.name != *code));
    around.sort_unstable();
    around.dedup();
    tests.extend(around.into_iter().map(|code| of_code(case, code, fail_on)));
    let told = tests.iter().any(|test| !matches!(test.status, TestCaseStatus::Success { .. }));
    if tests.is_empty() || (case.verdict == Verdict::Fail && !told) {
        let text = verdict::text(case);
        let status = match case.verdict {
            Verdict::Pass => TestCaseStatus::success(),
            Verdict::Skipped => skipped(&text),
            Verdict::Fail | Verdict::Inconclusive => failure(NonSuccessKind::Failure, "verdict", &text),
        };
        tests.push(test(case, "verdict", status));
    }
    tests
}

fn of_check(case: &CaseOutcome, check: &CheckOutcome, outcome: &Outcome) -> TestCase {
    let found = open(case, &check.name);
    let why = check.reason.as_deref().map(message);
    let status = match check.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Skipped => skipped(&why.unwrap_or_default()),
        Verdict::Inconclusive if outcome.allows_inconclusive() => skipped(&inconclusive(why)),
        Verdict::Inconclusive => failure(NonSuccessKind::Failure, "inconclusive", &inconclusive(why)),
        Verdict::Fail => failed(case, &check.name, &found, why),
    };
    with_output(test(case, &check.name, status), case, &check.name)
}

fn inconclusive(why: Option<String>) -> String {
    format!("INCONCLUSIVE: {}", why.unwrap_or_else(|| "not everything could be judged".to_owned()))
}

/// Findings of something that is no check of the case.
fn of_code(case: &CaseOutcome, code: &str, fail_on: Severity) -> TestCase {
    let found = open(case, code);
    let fails = case.refused || found.iter().any(|finding| finding.severity >= fail_on);
    let status = if fails && !found.is_empty() { failed(case, code, &found, None) } else { TestCaseStatus::success() };
    with_output(test(case, code, status), case, code)
}

fn failed(case: &CaseOutcome, code: &str, found: &[&FindingOutcome], why: Option<String>) -> TestCaseStatus {
    // A trace that cannot be judged is no failure of what was to be judged.
    let kind = if case.refused { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let first = found.first().map(|finding| message(&finding.message)).or(why).unwrap_or_default();
    let mut status = failure(kind, code, &first);
    status.set_description(found.iter().map(|finding| in_full(case, finding)).collect::<Vec<_>>().join("\n"));
    status
}

/// The finding with its cause and what to do.
fn in_full(case: &CaseOutcome, finding: &FindingOutcome) -> String {
    let mut text = format!("{}: {}\n", finding.severity, message(&finding.message));
    if let Some(place) = &finding.place {
        text += &format!("at {}:{}:{}\n", line(&place.file), place.line, place.column);
    }
    if let Some(cause) = case.cause(finding) {
        text += &format!("cause: {}\nfix: {}\n", message(&cause.title), message(&cause.fix));
    }
    text += &finding.help.iter().map(|help| format!("help: {}\n", message(help))).collect::<String>();
    text
}

/// What a check that passed had to say as well.
fn with_output(mut test: TestCase, case: &CaseOutcome, code: &str) -> TestCase {
    let all = case.findings.iter().filter(|finding| finding.code == code);
    let lines: Vec<String> = match test.status {
        TestCaseStatus::Success { .. } => all.map(said).collect(),
        _ => all.filter(|finding| finding.known.is_some()).map(said).collect(),
    };
    if !lines.is_empty() {
        test.set_system_out(lines.join("\n"));
    }
    test
}

fn said(finding: &FindingOutcome) -> String {
    match &finding.known {
        Some(reason) => format!("known difference: {} ({})", message(&finding.message), message(reason)),
        None => format!("{}: {}", finding.severity, message(&finding.message)),
    }
}

fn open<'c>(case: &'c CaseOutcome, code: &str) -> Vec<&'c FindingOutcome> {
    case.findings.iter().filter(|finding| finding.code == code && finding.known.is_none()).collect()
}

fn test(case: &CaseOutcome, check: &str, status: TestCaseStatus) -> TestCase {
    let name = if case.case.is_empty() { line(check) } else { format!("{}: {}", line(&case.case), line(check)) };
    let mut test = TestCase::new(name, status);
    test.set_classname(line(&case.title()));
    test.extra.insert("file".into(), line(&case.file).into());
    test
}

fn of_problem(problem: &ProblemOutcome) -> TestCase {
    let mut status = failure(NonSuccessKind::Error, &line(&problem.code), &message(&problem.message));
    let mut lines: Vec<String> = Vec::new();
    for place in &problem.places {
        lines.push(format!("at {}:{}:{}: {}", line(&place.file), place.line, place.column, message(&place.label)));
    }
    lines.extend(problem.notes.iter().map(|note| format!("note: {}", message(note))));
    lines.extend(problem.help.iter().map(|help| format!("help: {}", message(help))));
    status.set_description(lines.join("\n"));
    let mut test = TestCase::new(line(&problem.code), status);
    let file = problem.places.first().map_or_else(|| "align".to_owned(), |place| line(&place.file));
    test.set_classname(file);
    test
}

pub(super) fn failure(kind: NonSuccessKind, code: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(line(code)).set_message(message);
    status
}

pub(super) fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}
