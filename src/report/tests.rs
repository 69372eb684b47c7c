//! Snapshots of every report, and what holds for any outcome.

pub(in crate::report) mod formats;

use super::sample;
use super::{Deliverables, Format, Style, page, render, render_problems};
use crate::diag::{Loc, Problem, SourceFile};
use crate::outcome::{CaseOutcome, Outcome};
use proptest::prelude::*;

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/report"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const NARROW: Style = Style { colour: false, width: 80, quiet: false, verbose: false, deliverables: Deliverables::ALL };
const WIDE: Style = Style { width: 120, ..NARROW };
const COLOUR: Style = Style { colour: true, ..NARROW };
const QUIET: Style = Style { quiet: true, ..NARROW };
const VERBOSE: Style = Style { verbose: true, ..WIDE };

fn one(case: CaseOutcome, style: &Style) -> String {
    render(&sample::outcome(vec![case]), Format::Human, style)
}

fn several() -> Outcome {
    sample::outcome(vec![
        sample::passing(),
        sample::failing(),
        sample::inconclusive(),
        sample::skipped(),
        sample::refused(),
        sample::known(),
    ])
}

#[test]
fn a_pass_shows_the_table_and_says_so() {
    snapshot("pass", &one(sample::passing(), &NARROW));
    snapshot("pass_wide", &one(sample::passing(), &WIDE));
    snapshot("pass_verbose", &one(sample::passing(), &VERBOSE));
}

#[test]
fn a_drift_is_said_beside_a_pass_and_changes_nothing_else() {
    let (plain, drifts) = (sample::passing(), sample::followed(sample::passing()));
    let text = one(drifts.clone(), &NARROW);
    snapshot("drift", &text);
    let (before, _) = text.split_once("\ndrift: ").unwrap_or_default();
    assert!(one(plain, &NARROW).starts_with(before));
    let comment = render(&sample::outcome(vec![drifts]), Format::Markdown, &NARROW);
    snapshot("drift_markdown", &comment);
}

#[test]
fn a_failure_shows_what_differs_why_and_what_to_do() {
    snapshot("fail", &one(sample::failing(), &NARROW));
    snapshot("fail_wide", &one(sample::failing(), &WIDE));
    snapshot("fail_verbose", &one(sample::failing(), &VERBOSE));
    snapshot("fail_colour", &one(sample::failing(), &COLOUR).replace('\x1b', "ESC"));
}

#[test]
fn what_was_not_judged_says_why() {
    snapshot("inconclusive", &one(sample::inconclusive(), &NARROW));
    snapshot("skipped", &one(sample::skipped(), &NARROW));
    snapshot("refused", &one(sample::refused(), &NARROW));
}

#[test]
fn known_differences_are_named_and_stale_ones_too() {
    snapshot("known", &one(sample::known(), &NARROW));
    snapshot("known_verbose", &one(sample::known(), &VERBOSE));
}

#[test]
fn kernels_of_one_short_name_are_told_apart() {
    let text = one(sample::variants(), &NARROW);
    snapshot("variants", &text);
    for tail in ["128x64_64x8_1x2_h_bz_TNT", "64x8_64x16_2x1_v_bz_splitK_TNT", "64x16_64x16_4x1_v_bz_TNT"] {
        assert!(text.contains(tail), "{tail}");
    }
}

#[test]
fn what_many_kernels_differ_in_is_shown_whole_once() {
    let text = one(sample::many_extra(), &NARROW);
    snapshot("many_extra", &text);
    let shown = |text: &str| (0..12).filter(|n| text.contains(&format!("  fill_{n} "))).count();
    let (_, findings) = text.split_once("error[extra-kernel]").unwrap_or_default();
    let (first, second) = findings.split_once("error[extra-kernel]").unwrap_or_default();
    assert_eq!((shown(first), shown(second)), (12, 8));
}

#[test]
fn a_long_table_folds_what_matches() {
    snapshot("long", &one(sample::long(), &NARROW));
}

#[test]
fn places_at_the_edges_of_a_file_have_their_caret() {
    snapshot("edges", &one(sample::edges(), &NARROW));
}

#[test]
fn hostile_names_are_shown_harmless() {
    let text = one(sample::hostile(), &NARROW);
    snapshot("hostile", &text);
    snapshot("hostile_concise", &render(&sample::outcome(vec![sample::hostile()]), Format::Concise, &NARROW));
}

#[test]
fn several_cases_end_in_a_summary() {
    let text = render(&several(), Format::Human, &NARROW);
    snapshot(
        "several",
        &text.lines().rev().take(14).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n"),
    );
    snapshot("several_quiet", &render(&several(), Format::Human, &QUIET));
    snapshot("several_concise", &render(&several(), Format::Concise, &NARROW));
    assert_eq!(one(sample::passing(), &QUIET), "");
}

#[test]
fn json_is_the_outcome_itself() -> Result<(), serde_json::Error> {
    let text = render(&several(), Format::Json, &QUIET);
    let back: Outcome = serde_json::from_str(&text)?;
    assert_eq!(back, Outcome { sources: Vec::new(), ..several() });
    snapshot("fail_json", &render(&sample::outcome(vec![sample::failing()]), Format::Json, &NARROW));
    Ok(())
}

#[test]
fn an_empty_outcome_says_that_nothing_was_checked() -> Result<(), serde_json::Error> {
    let empty = sample::outcome(Vec::new());
    assert_eq!(render(&empty, Format::Human, &NARROW), "nothing was checked: no case to compare\n");
    assert_eq!(render(&empty, Format::Concise, &NARROW), "");
    let back: Outcome = serde_json::from_str(&render(&empty, Format::Json, &NARROW))?;
    assert!(back.cases.is_empty());
    Ok(())
}

fn problems() -> Vec<Problem> {
    let base = SourceFile::new("builtin:base/vllm", "[latency]\nwithin = \"12%\"\nreason = \"measured\"\n");
    let spec = SourceFile::new(
        "specs/moe.toml",
        format!(
            "align = 1\nextends = \"builtin:base/vllm\"\n{}\n\tlatency = {{ within = -1 }}\n",
            "# filler\n".repeat(40)
        ),
    );
    let find = |text: &str| spec.text.find(text).unwrap_or(0);
    let within = find("-1");
    vec![
        Problem::spec("bad-tolerance", "the tolerance cannot be -1")
            .label(&Loc::new(&spec, within..within + 2), "must be above 0")
            .label(&Loc::new(&spec, find("extends")..find("extends") + 7), "inherits from here")
            .label(&Loc::new(&base, 19..24), "which says this")
            .note("a tolerance is a fraction of the E2E's latency,\nin both directions")
            .help("for example: `within = \"10%\"`"),
        Problem::spec("syntax", "the file ends inside a string")
            .label(&Loc::new(&spec, spec.text.len()..spec.text.len()), "here"),
        Problem::trace(
            "not-a-trace",
            "traces/a.sqlite is no SQLite database: it starts with \"version https://git-lfs\"",
        )
        .help("this is a Git LFS pointer: run `git lfs pull`"),
    ]
}

#[test]
fn problems_show_every_label_by_file() {
    snapshot("problems", &render_problems(&problems(), Format::Human, &NARROW));
    snapshot("problems_concise", &render_problems(&problems(), Format::Concise, &NARROW));
    snapshot("problems_json", &render(&Outcome::of_problems(&problems()), Format::Json, &NARROW));
    assert_eq!(render_problems(&[], Format::Human, &NARROW), "");
}

#[test]
fn a_page_is_laid_out_for_the_terminal() {
    let markdown = "# extra-kernel\n\nThe mock launches kernels that the E2E does not, for example `FillFunctor`: buffers \
                    that the\nharness clears in **each** iteration.\n\n## Fix\n\n1. Take them out of the timed region.\n2. Or \
                    declare them, with a reason that says why they are harmless and what they cost in each iteration:\n\n```toml\n\
                    [[known_difference]]\nkernels = \"*FillFunctor*\"\n```\n\n- one\n  - two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\x1b[2J\n";
    snapshot("page", &page(markdown, &NARROW));
    snapshot("page_colour", &page(markdown, &COLOUR).replace('\x1b', "ESC"));
    assert_eq!(page("", &NARROW), "");
}

/// Control characters other than line feeds; with colour, escape sequences that only set colours are allowed.
fn unsafe_characters(text: &str, colour: bool) -> Vec<char> {
    let mut rest = text.to_owned();
    if colour {
        let sgr = regex::Regex::new("\x1b\\[[0-9;]*m").unwrap_or_else(|error| unreachable!("{error}"));
        rest = sgr.replace_all(text, "").into_owned();
    }
    rest.chars().filter(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}')).collect()
}

/// A sample with every text of it replaced by one of these, through its JSON.
pub(super) fn scrambled(case: CaseOutcome, texts: &[String]) -> Option<CaseOutcome> {
    fn visit(value: &mut serde_json::Value, next: &mut dyn FnMut(&str) -> String) {
        match value {
            serde_json::Value::String(text) => *text = next(text),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| visit(item, next)),
            serde_json::Value::Object(fields) => {
                let fixed = ["verdict", "severity", "state", "side", "method", "format"];
                let free = fields.iter_mut().filter(|(key, _)| !fixed.contains(&key.as_str()));
                free.for_each(|(_, item)| visit(item, next));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(case).ok()?;
    let mut at = 0;
    visit(&mut value, &mut |text| {
        at += 1;
        let marks = ["same", "extra", "missing", "changed"];
        if marks.contains(&text) { text.to_owned() } else { texts[at % texts.len()].clone() }
    });
    serde_json::from_value(value).ok()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,60}", "(?s).{0,20}", "[a-z<>, ]{0,400}", "[ \t\r\n\u{1b}\u{202e}\u{7f}\u{9b}日\u{301}]{0,80}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_outcome_renders_in_every_format_without_control_characters(
        texts in prop::collection::vec(text(), 1..40), source in text(), start in 0usize..90, len in 0usize..30,
        colour: bool, verbose: bool, quiet: bool, width in 0usize..140,
    ) {
        let style = Style { colour, width, quiet, verbose, ..NARROW };
        let samples = [sample::pictured(sample::failing()), sample::known(), sample::edges(), sample::skipped()];
        let cases: Option<Vec<CaseOutcome>> = samples.into_iter().map(|case| scrambled(case, &texts)).collect();
        let mut outcome = sample::outcome(cases.ok_or_else(|| TestCaseError::fail("a sample is lost"))?);
        outcome.sources = vec![SourceFile::new("", source.as_str())];
        for finding in outcome.cases.iter_mut().flat_map(|case| &mut case.findings) {
            if let Some(place) = &mut finding.place {
                place.file.clear();
                (place.start, place.end) = (start, start + len);
            }
        }
        for format in [Format::Human, Format::Concise, Format::Html] {
            let text = render(&outcome, format, &style);
            prop_assert!(unsafe_characters(&text, colour && format != Format::Html).is_empty(), "{}", text);
        }
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Human && *format != Format::Concise) {
            formats::assert_valid(format.name(), &render(&outcome, format, &style));
        }
        let text = page(&texts.join("\n"), &style);
        prop_assert!(unsafe_characters(&text, colour).is_empty(), "{}", text);
    }

    #[test]
    fn any_problem_renders_with_its_caret(
        source in text(), message in text(), spans in prop::collection::vec((0usize..90, 0usize..30), 0..5), width in 0usize..140,
    ) {
        let file = SourceFile::new("a.toml", source);
        let style = Style { width, ..NARROW };
        let mut problem = Problem::spec("code", message.as_str()).help(message.as_str()).note(message);
        for (start, len) in &spans {
            problem = problem.label(&Loc::new(&file, *start..start + len), "LABEL");
        }
        let text = render_problems(&[problem], Format::Human, &style);
        prop_assert!(unsafe_characters(&text, false).is_empty(), "{}", text);
        prop_assert_eq!(text.matches("LABEL").count() >= spans.len(), true, "{}", text);
    }
}
