//! Lints: each reports what it must, as its snapshot says, and is silent where it must be.
use align::diag::Remark;
use align::lint::{self, Material};
use align::outcome::LintOutcome;
use align::pipeline::Session;
use align::report::{Format, Style, render_lint};
use align::spec::load_project;
use proptest::prelude::*;
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
    assert_eq!(json["remarks"][0]["places"][0]["line"], 8);
    assert_eq!(json["remarks"][2]["severity"], "note");
}

#[test]
fn a_rule_that_no_spec_uses_is_compiled_too() {
    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("rules/broken");
    std::fs::create_dir_all(&rule).unwrap();
    std::fs::write(folder.path().join("align.toml"), "rules = [\"rules\"]\n").unwrap();
    std::fs::write(rule.join("rule.md"), "+++\nseverity = \"warning\"\n+++\nA rule.\n").unwrap();
    std::fs::write(rule.join("rule.rhai"), "let x = mock.kernels.lenn();\n").unwrap();
    let session = Session::for_project(&load_project(&folder.path().join("align.toml")).unwrap()).unwrap();
    let (material, problems) = Material::read(&session, &[], &[]);
    assert_eq!((material.count(), problems.len()), (0, 1), "{problems:?}");
    assert!(problems[0].labels[0].loc.file.name.ends_with("rule.rhai"), "{problems:?}");
}

#[test]
fn what_one_case_needs_or_a_base_says_is_not_held_against_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    // The dead pattern stands in the base: a finding of the base, not of the file that extends it.
    write(
        "base.toml",
        "align = 1\n[spec]\nname = 'b'\nop = 'b'\nabstract = true\n[[kernel]]\nname = 'x'\nmatch = ['*a*', '*ab*']\n",
    );
    write("spec.toml", "align = 1\n[spec]\nname = 'a'\nextends = 'base'\n");
    let session = Session::shipped().unwrap();
    let (remarks, outcome) = read(&session, folder.path());
    assert_eq!((remarks.len(), outcome.linted), (1, 2), "{remarks:?}");
    assert!(remarks[0].problem.labels[0].loc.file.name.ends_with("base.toml"));
    let (remarks, _) = read(&session, &folder.path().join("spec.toml"));
    assert!(remarks.is_empty(), "{remarks:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_pattern_and_no_comment_panics(
        patterns in prop::collection::vec("[ -~]{1,20}|/[ -.0-~]{1,12}/", 1..4), comment in "align: allow\\([ -~]{0,12}\\)?",
    ) {
        let folder = tempfile::tempdir().unwrap();
        let quoted: Vec<String> = patterns.iter().map(|p| format!("{p:?}")).collect();
        let list = quoted.join(", ");
        let text = format!("align = 1\n[spec]\nname = 'a'\nop = 'b'\n# {comment}\n[[kernel]]\nname = 'x'\nmatch = [{list}]\n");
        std::fs::write(folder.path().join("spec.toml"), text).unwrap();
        let session = Session::shipped().unwrap();
        let (material, _) = Material::read(&session, &[folder.path().to_owned()], &[]);
        lint::run(&material);
    }
}
