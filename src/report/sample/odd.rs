//! Outcomes at the edges: long, hostile, with places where none should be.

use super::{SPEC, at, failing, finding, line, passing, place, row, spec};
use crate::diag::{Evidence, Mark, Severity, Side, Verdict};
use crate::outcome::{CaseOutcome, Place, RowMatch};

/// A long table: runs of matching rows, one other shape, one other count.
pub(in crate::report) fn long() -> CaseOutcome {
    let mut case = passing();
    case.rows = (0..24)
        .map(|i| {
            row(
                &format!("nvjet_sm90_tst_{i}x64_64x15_2x1_v_bz_TNT"),
                Some(9_000.0 + f64::from(i)),
                Some(9_000.0),
                RowMatch::Match,
            )
        })
        .collect();
    case.rows[9].state = RowMatch::OtherShape;
    case.rows[17].state = RowMatch::OtherCount;
    case.rows[17].mock_calls = 2;
    case.verdict = Verdict::Fail;
    case.findings = vec![finding(
        "kernel-count",
        Severity::Error,
        "`nvjet_sm90_tst_17x64_64x15_2x1_v_bz_TNT` runs twice in the mock, once in the E2E",
    )];
    case
}

/// Names that try to command the terminal, hide text, or flood it.
pub(in crate::report) fn hostile() -> CaseOutcome {
    let mut case = failing();
    let name = format!("evil\x1b]0;owned\x07\x1b[2J\u{202e}gnp\u{200b}{}", "A".repeat(100_000));
    case.case = "a\x1b[31mb".to_owned();
    case.mock.trace = "traces/\u{202e}x\r\n.sqlite".to_owned();
    case.rows[0].kernel.clone_from(&name);
    case.findings[0].message = format!("`{name}` differs");
    case.findings[0].help = Some(name.clone());
    case.findings[0].place = Some(Place { file: "gone\x1b.toml".to_owned(), ..place("count", "here\u{202e}") });
    case.findings[1].evidence =
        vec![Evidence::both(&name).at(at(-5, 1, i64::MIN, &name)), Evidence::on(Side::E2e, &name)];
    case.findings[1].excerpt.iter_mut().for_each(|excerpt| {
        excerpt.lines = vec![
            (Mark::Extra, name.clone()),
            (Mark::Extra, line('+', 0, &name, "1 us", "-")),
            (Mark::Same, String::new()),
        ];
        excerpt.labels = vec![
            (0, name.clone()),
            (1, "x\x1b".to_owned()),
            (2, "nothing here".to_owned()),
            (99, "nowhere".to_owned()),
        ];
    });
    case.diagnoses.truncate(1);
    case.diagnoses[0].title = "b\x1b[0mc\u{9b}".to_owned();
    case
}

/// Findings at the end of the spec, past it, and over several lines.
pub(in crate::report) fn edges() -> CaseOutcome {
    let mut case = passing();
    let warn = |message: &str, start: usize, end: usize| {
        let mut finding = finding("selection", Severity::Warning, message);
        let loc = crate::diag::Loc::new(&spec(), start..end);
        finding.place = Some(Place { start, end, ..Place::new(&loc, "here") });
        finding
    };
    let end = SPEC.len();
    case.findings = vec![
        warn("at the end of the file", end, end),
        warn("past the end of the file", end + 1, end + 9),
        warn("over several lines", SPEC.find("[spec]").unwrap_or(0), end),
        warn("at the start", 0, 0),
    ];
    case
}
