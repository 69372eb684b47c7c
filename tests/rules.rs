//! Shipped rules: documented, and each passes and fails where its cases say so.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod support;

use align::check::{Context, Judgement};
use align::diag::{Severity, Verdict};
use align::script::{RuleDoc, Rules, load};
use align::spec::{Library, Vocabulary, load as load_spec};
use std::path::{Path, PathBuf};
use support::compared::compared;
use support::{families, render};

const HEADINGS: [&str; 4] = ["## Why it matters", "## Parameters", "## Example", "## How to fix"];

fn cases(rule: &str) -> Vec<PathBuf> {
    let folder = Path::new("rules").join(rule).join("cases");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

/// Runs the one rule of a case on its traces.
fn judge(path: &Path) -> Judgement {
    let rules = Rules::default();
    let vocabulary = Vocabulary { rules: rules.names(), families: families(), ..Vocabulary::default() };
    let spec = load_spec(path, &vocabulary, &Library::default()).unwrap_or_else(|p| panic!("{}", render(&p)));
    let case = spec.cases.first().expect("a case");
    let checks = load(&rules, &case.rules).unwrap_or_else(|problems| panic!("{}", render(&problems)));
    let [check] = checks.as_slice() else { panic!("{}: a case uses one rule", path.display()) };
    let comparison = compared(case);
    let judgement = check.run(&Context { spec: &spec, case, comparison: &comparison });
    if let Some(problem) = &judgement.problem {
        panic!("{}", render(std::slice::from_ref(problem)));
    }
    judgement
}

fn said(judgement: &Judgement) -> String {
    let mut out = String::new();
    for finding in &judgement.findings {
        out += &format!("{}[{}]: {}\n", finding.severity, finding.code, finding.message);
        for evidence in &finding.evidence {
            let side = evidence.side.map_or(String::new(), |side| format!("{side}: "));
            out += &format!("  = {side}{}\n", align::diag::shorten(&evidence.text, 120));
        }
        for (_, line) in finding.excerpt.iter().flat_map(|excerpt| &excerpt.lines) {
            out += &format!("  | {line}\n");
        }
        out += &format!("  help: {}\n", finding.help.as_deref().unwrap_or("none"));
    }
    out
}

#[test]
fn every_rule_passes_and_fails_where_its_cases_say_so() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/rules"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for rule in Rules::default().names() {
        let (mut passes, mut fails) = (0, 0);
        for path in cases(&rule) {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let judgement = judge(&path);
            assert_eq!(judgement.verdict, Verdict::Pass, "{}: {:?}", path.display(), judgement.reason);
            let failed = judgement.findings.iter().any(|finding| finding.severity >= Severity::Warning);
            match name.split_once('-').map_or("", |(expected, _)| expected) {
                "pass" => {
                    assert!(!failed, "{} fails:\n{}", path.display(), said(&judgement));
                    passes += 1;
                }
                "fail" => {
                    assert!(failed, "{} passes", path.display());
                    settings.bind(|| {
                        insta::assert_snapshot!(format!("{}_{name}", rule.replace('/', "_")), said(&judgement))
                    });
                    fails += 1;
                }
                _ => panic!("{}: a case is named pass-… or fail-…", path.display()),
            }
        }
        assert!(passes > 0 && fails > 0, "{rule}: {passes} cases that pass, {fails} that fail");
    }
}

#[test]
fn every_rule_is_documented() {
    for name in Rules::default().names() {
        let doc = RuleDoc::read(&Rules::default(), &name).unwrap_or_else(|problems| panic!("{}", render(&problems)));
        assert!(doc.meta.doc.starts_with(&format!("# {name}\n")), "{name}: the title is not its name");
        assert!(doc.meta.summary.len() > 20, "{name}: no summary");
        for heading in HEADINGS {
            assert!(doc.meta.doc.contains(&format!("\n{heading}\n")), "{name} lacks `{heading}`");
        }
        for parameter in doc.parameters.keys() {
            assert!(doc.meta.doc.contains(&format!("`{parameter}`")), "{name}: `{parameter}` is not described");
        }
        assert!(doc.meta.doc.contains(&format!("[{name}]: ")), "{name}: the example shows no finding");
    }
}

#[test]
fn every_rule_is_named_in_kebab_case() {
    let names = Rules::default().names();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let kebab = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        assert!(name.split('/').all(kebab), "{name}");
    }
}
