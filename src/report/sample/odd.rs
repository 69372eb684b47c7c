//! Outcomes at the edges: long, hostile, with places where none should be.

use super::{SPEC, at, failing, finding, line, passing, place, row, spec};
use crate::diag::{Evidence, Excerpt, Mark, Severity, Side, Verdict};
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

/// Three kernels that one short name stands for: one on both sides, two in each other's place.
pub(in crate::report) fn variants() -> CaseOutcome {
    let mut case = passing();
    let variant = |tail: &str, state: RowMatch| {
        let mut row = row("nvjet_tst_TNT", Some(58_670.0), Some(42_130.0), state);
        row.exact = format!("nvjet_sm90_tst_{tail}");
        row
    };
    case.rows = vec![
        variant("64x16_64x16_4x1_v_bz_TNT", RowMatch::Match),
        variant("128x64_64x8_1x2_h_bz_TNT", RowMatch::OtherKernel),
    ];
    case.rows[1].e2e_kernel = Some("nvjet_tst_TNT".to_owned());
    case.rows[1].e2e_exact = Some("nvjet_sm90_tst_64x8_64x16_2x1_v_bz_splitK_TNT".to_owned());
    case.latency.iter_mut().for_each(|latency| latency.tolerance = 0.025);
    case
}

/// Twelve extra kernels far apart, said twice.
pub(in crate::report) fn many_extra() -> CaseOutcome {
    let mut case = passing();
    case.verdict = Verdict::Fail;
    let mut finding = finding("extra-kernel", Severity::Error, "the mock launches 12 kernels that the E2E does not");
    let mut excerpt = Excerpt { title: "one instance".to_owned(), ..Excerpt::default() };
    for n in 0..12 {
        excerpt.labels.push((excerpt.lines.len(), "not in the E2E".to_owned()));
        excerpt.lines.push((Mark::Extra, line('+', 4 * n, &format!("fill_{n}"), "1.12 us", "-")));
        for beside in 1..4 {
            excerpt.lines.push((Mark::Same, line(' ', 4 * n + beside, "gemm", "9.12 us", "9.01 us")));
        }
    }
    finding.excerpt = Some(excerpt);
    case.findings = vec![finding.clone(), finding];
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
