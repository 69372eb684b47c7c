//! Reads `[[test]]`: what `align test` expects of a case.

use super::expectations::report_repeated;
use super::model::{Case, Test};
use super::reading::Table;
use super::sides::{Scope, join};
use super::vocabulary::Vocabulary;
use crate::diag::{Problem, Spanned, Verdict, did_you_mean};

pub(super) fn read_tests(top: &Table<'_>, scope: Scope<'_>) -> Vec<Test> {
    let tables = top.tables("test");
    report_repeated(&tables, "name", "duplicate-test", "test");
    tables.iter().filter_map(|table| read_test(table, scope)).collect()
}

fn read_test(table: &Table<'_>, scope: Scope<'_>) -> Option<Test> {
    let names = |key: &str| {
        let names = table.texts(key).unwrap_or_default();
        names.iter().for_each(|name| report_unless_known(table, name, scope.vocabulary));
        names
    };
    let path = |key: &str| table.text(key).map(|path| path.map(|path| join(scope.folder, &path)));
    let (reports, silent) = (names("reports"), names("silent"));
    let verdict = table.choice("verdict", verdict);
    if !["reports", "silent", "verdict"].iter().any(|key| table.has(key)) && !table.is_broken() {
        table.reading.report(
            Problem::spec("test-of-nothing", "the test expects nothing")
                .label(&table.loc, "would always hold")
                .help("say what must come out: `verdict = \"pass\"`, or `reports = [\"inputs-differ\"]`"),
        );
    }
    for name in silent.iter().filter(|name| reports.iter().any(|other| other.value == name.value)) {
        table.reading.report(
            Problem::spec("conflicting-test", format!("`{}` cannot be reported and silent at once", name.value))
                .label(&name.loc, "also in `reports`")
                .help("keep one of the two"),
        );
    }
    Some(Test {
        name: table.text("name")?,
        case: table.text("case"),
        mock: path("mock"),
        e2e: path("e2e"),
        reports,
        silent,
        verdict,
        today: table.node("today").and_then(|node| node.date()),
    })
}

fn verdict(word: &str) -> Option<Verdict> {
    match word {
        "pass" => Some(Verdict::Pass),
        "fail" => Some(Verdict::Fail),
        "inconclusive" => Some(Verdict::Inconclusive),
        "skipped" => Some(Verdict::Skipped),
        _ => None,
    }
}

fn report_unless_known(table: &Table<'_>, name: &Spanned<String>, vocabulary: &Vocabulary) {
    if vocabulary.reported().any(|known| known == name.value) {
        return;
    }
    table.reading.report(
        Problem::spec("unknown-report", format!("there is no check, rule or common issue `{}`", name.value))
            .label(&name.loc, "never reported")
            .maybe_help(did_you_mean(name, vocabulary.reported())),
    );
}

/// Tests of cases that the merged spec does not have, and tests that leave open which case they mean.
pub(super) fn unknown_cases(tests: &[Test], cases: &[Case]) -> Vec<Problem> {
    let names = || cases.iter().map(|case| case.name.value.as_str()).filter(|name| !name.is_empty());
    let listed = || names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    tests
        .iter()
        .filter_map(|test| match &test.case {
            Some(case) if names().any(|name| name == case.value) => None,
            Some(case) => Some(
                Problem::spec("unknown-case", format!("there is no case `{}`", case.value))
                    .label(&case.loc, "unknown case")
                    .maybe_help(did_you_mean(case, names())),
            ),
            None if cases.len() < 2 => None,
            None => Some(
                Problem::spec("ambiguous-test", "the test does not say which case it is about")
                    .label(&test.name.loc, "no `case` beside this")
                    .help(format!("add `case = \"…\"`, one of: {}", listed())),
            ),
        })
        .collect()
}
