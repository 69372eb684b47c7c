//! Every format of every kind of run: one table, valid everywhere.

use super::super::{Deliverable, Deliverables, Format, Style, render};
use super::{NARROW, problems, sample, several, snapshot};
use crate::diag::{Problem, ProblemClass, Severity};
use crate::outcome::{Decision, Outcome, Page};

#[path = "../../../tests/all/support/valid.rs"]
mod valid;

pub(in crate::report) use valid::assert_valid;

fn decided(mut outcome: Outcome, exit_code: u8) -> Outcome {
    outcome.decision = Some(Decision { fail_on: Severity::Error, allow_inconclusive: false, exit_code });
    outcome.pages = vec![Page {
        name: "kernel-name".to_owned(),
        severity: Severity::Error,
        summary: "A kernel of the mock differs in name.".to_owned(),
        text: "# kernel-name\n\nA kernel of the mock differs in name.\n\n## How to fix\n\nUse the same backend.\n"
            .to_owned(),
    }];
    outcome
}

/// The mistakes of a run that came to no case.
fn erring(class: ProblemClass, exit_code: u8) -> Outcome {
    let problem = Problem::new(class, "some-problem", "`a.toml` is not | right: 50% of it").help("see `docs`");
    decided(Outcome::of_problems(&[problem]), exit_code)
}

/// Every kind of run, by name.
fn runs() -> Vec<(&'static str, Outcome)> {
    let mut half = decided(several(), 2);
    half.problems = Outcome::of_problems(&problems()).problems;
    vec![
        ("empty", sample::outcome(Vec::new())),
        ("passing", decided(sample::outcome(vec![sample::passing()]), 0)),
        ("failing", decided(sample::outcome(vec![sample::failing()]), 1)),
        ("inconclusive", decided(sample::outcome(vec![sample::inconclusive()]), 1)),
        ("skipped", decided(sample::outcome(vec![sample::skipped()]), 4)),
        ("refused", decided(sample::outcome(vec![sample::refused()]), 3)),
        ("known", decided(sample::outcome(vec![sample::known()]), 0)),
        ("hostile", decided(sample::outcome(vec![sample::hostile()]), 1)),
        ("followed", decided(sample::outcome(vec![sample::followed(sample::passing())]), 0)),
        ("edges", decided(sample::outcome(vec![sample::edges()]), 0)),
        ("several", decided(several(), 1)),
        ("problems", decided(Outcome::of_problems(&problems()), 2)),
        ("half", half),
        ("bad-spec", erring(ProblemClass::Spec, 2)),
        ("bad-trace", erring(ProblemClass::Trace, 3)),
        ("nothing", erring(ProblemClass::Nothing, 4)),
    ]
}

#[test]
fn every_run_is_valid_in_every_format() {
    for (name, outcome) in runs() {
        for format in Format::ALL {
            for quiet in [false, true] {
                let text = render(&outcome, format, &Style { quiet, ..NARROW });
                let machine = !matches!(format, Format::Human | Format::Concise);
                assert!(!machine || !text.is_empty(), "{name} as {format} says nothing");
                assert_valid(format.name(), &text);
            }
        }
    }
}

#[test]
fn formats_for_programs_look_as_they_do() {
    for (name, outcome) in runs() {
        if matches!(name, "failing" | "known" | "refused" | "half") {
            for format in [Format::Markdown, Format::Sarif, Format::Junit, Format::Github] {
                snapshot(&format!("{name}_{format}"), &render(&outcome, format, &NARROW));
            }
        }
    }
    let hostile = decided(sample::outcome(vec![sample::hostile()]), 1);
    snapshot("hostile_github", &shortened(&render(&hostile, Format::Github, &NARROW)));
    snapshot("hostile_junit", &shortened(&render(&hostile, Format::Junit, &NARROW)));
    snapshot("hostile_markdown", &shortened(&render(&hostile, Format::Markdown, &NARROW)));
}

/// Without the flood.
fn shortened(text: &str) -> String {
    let flood = regex::Regex::new("A{40,}").unwrap_or_else(|error| unreachable!("{error}"));
    flood.replace_all(text, "A…").into_owned()
}

#[test]
fn a_run_that_passes_has_no_failure_and_one_that_does_not_has_one() {
    for (name, outcome) in runs() {
        let code = outcome.decision.map_or(4, |decision| decision.exit_code);
        let junit = render(&outcome, Format::Junit, &NARROW);
        let github = render(&outcome, Format::Github, &NARROW);
        let says = junit.contains("<failure") || junit.contains("<error");
        assert_eq!(says, (1..=3).contains(&code) || name == "nothing", "{name}: {junit}");
        assert_eq!(github.contains("::error "), says, "{name}: {github}");
    }
}

#[test]
fn an_inconclusive_judgement_that_is_allowed_fails_nothing() {
    let mut outcome = decided(sample::outcome(vec![sample::inconclusive()]), 0);
    outcome.decision.iter_mut().for_each(|decision| decision.allow_inconclusive = true);
    let junit = render(&outcome, Format::Junit, &NARROW);
    assert!(!junit.contains("<failure") && junit.contains("<skipped"), "{junit}");
    assert!(render(&outcome, Format::Github, &NARROW).starts_with("::warning "));
}

#[test]
fn known_differences_are_suppressed_and_no_annotation() -> Result<(), serde_json::Error> {
    let outcome = decided(sample::outcome(vec![sample::known()]), 0);
    let log: serde_json::Value = serde_json::from_str(&render(&outcome, Format::Sarif, &NARROW))?;
    let suppression = &log["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["justification"], "the harness zeroes its workspace each iteration");
    assert_eq!(suppression["kind"], "external");
    assert!(!render(&outcome, Format::Github, &NARROW).contains("::error"));
    Ok(())
}

#[test]
fn markdown_holds_the_deliverables_that_are_asked_for() {
    let outcome = decided(several(), 1);
    let heads = |asked: &[Deliverable]| {
        let style = Style { deliverables: Deliverables::of(asked), ..NARROW };
        let text = render(&outcome, Format::Markdown, &style);
        text.lines().filter(|line| line.starts_with("# ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["# Alignment report: FAIL", "# Mock-layer fixes", "# Known differences"];
    assert_eq!(heads(&[]), all);
    assert_eq!(heads(&[Deliverable::KnownDifferences, Deliverable::Report]), [all[0], all[2]]);
    assert_eq!(heads(&[Deliverable::Fixes]), [all[1]]);
}
