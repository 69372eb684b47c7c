//! Lints: each reports what it must, as its snapshot says, and is silent where it must be.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails says so by panicking")]

use align::diag::Remark;
use align::lint::{self, Material};
use align::outcome::LintOutcome;
use align::pipeline::Session;
use align::report::{Format, Style, render_lint};
use align::spec::load_project;
use std::path::{Path, PathBuf};

/// What the folder `tests/lint/LINT/KIND` gives, with the project that it may be.
fn linted(lint: &str, kind: &str) -> (Vec<Remark>, LintOutcome) {
    let folder = PathBuf::from(format!("tests/lint/{lint}/{kind}"));
    let project = folder.join("align.toml");
    let session = match project.exists() {
        true => Session::for_project(&load_project(&project).unwrap()).unwrap(),
        false => Session::shipped().unwrap(),
    };
    read(&session, &folder)
}

fn read(session: &Session, folder: &Path) -> (Vec<Remark>, LintOutcome) {
    let (material, problems) = Material::read(session, &[folder.to_owned()], &[]);
    assert!(problems.is_empty(), "{}: {problems:?}", folder.display());
    let remarks = lint::run(&material);
    let outcome = LintOutcome::new(material.count(), &remarks, &problems);
    (remarks, outcome)
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/lint"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_lint_reports_what_it_must() {
    for meta in lint::metas() {
        let (remarks, outcome) = linted(&meta.name, "report");
        assert!(remarks.iter().any(|r| r.problem.code == meta.name), "{}", meta.name);
        let other: Vec<&str> = remarks.iter().map(|r| r.problem.code).filter(|code| *code != meta.name).collect();
        assert!(other.is_empty(), "{}: {other:?}", meta.name);
        snapshot(&meta.name, &render_lint(&outcome, &remarks, Format::Human, &Style::default()));
    }
}

#[test]
fn every_lint_is_silent_where_it_must_be() {
    for meta in lint::metas() {
        let (remarks, outcome) = linted(&meta.name, "silent");
        assert!(remarks.is_empty(), "{}: {:?}", meta.name, remarks);
        assert!(outcome.linted > 0, "{}", meta.name);
    }
}

#[test]
fn whatever_is_shipped_is_clean() {
    let (material, problems) = Material::read(&repository(), &["specs".into(), "tests/cases".into()], &[]);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(material.specs.len() > 8 && !material.tables.is_empty() && material.rules.len() > 3);
    let remarks = lint::run(&material);
    assert!(remarks.is_empty(), "{remarks:#?}");
}

fn repository() -> Session {
    Session::for_project(&load_project(Path::new("align.toml")).unwrap()).unwrap()
}

#[test]
fn every_lint_has_a_page_in_the_form_of_a_checks() {
    let sections = ["What it means", "Why it matters", "Example", "How to fix", "Severity"];
    for meta in lint::metas() {
        assert!(meta.doc.starts_with(&format!("# {}\n\n{}\n\n", meta.name, meta.summary)), "{}", meta.name);
        let found: Vec<&str> = meta.doc.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let found: Vec<&str> = found.into_iter().filter(|s| *s != "Tolerances and limits").collect();
        assert_eq!(found, sections, "{}", meta.name);
        assert!(meta.doc.contains(&format!("[{}]:", meta.name)), "{}: its example shows another", meta.name);
    }
}

#[test]
fn the_other_reports_say_the_same() {
    let (remarks, outcome) = linted("known-difference-without-reason", "report");
    snapshot("concise", &render_lint(&outcome, &remarks, Format::Concise, &Style::default()));
    let json: serde_json::Value =
        serde_json::from_str(&render_lint(&outcome, &remarks, Format::Json, &Style::default())).unwrap();
    assert_eq!((&json["warnings"], &json["notes"]), (&2.into(), &1.into()));
    assert_eq!(json["remarks"][0]["code"], "known-difference-without-reason");
    assert_eq!(json["remarks"][0]["places"][0]["line"], 7);
    assert_eq!(json["remarks"][2]["severity"], "note");
}
