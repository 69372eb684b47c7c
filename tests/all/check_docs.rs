//! Every check is documented in the same form, under the name that specs use.
use align::check::{Meta, around, builtin};
use std::collections::BTreeSet;
use std::path::Path;

const REQUIRED: [&str; 5] = ["What it means", "Why it matters", "Example", "How to fix", "Severity"];
const OPTIONAL: &str = "Tolerances and limits";
const LONGEST_SUMMARY: usize = 90;

fn metas() -> Vec<Meta> {
    builtin().iter().map(|check| check.meta().clone()).chain(around()).collect()
}

#[test]
fn every_page_is_headed_by_the_checks_name() {
    for meta in metas() {
        assert_eq!(meta.doc.lines().next(), Some(format!("# {}", meta.name).as_str()));
    }
}

#[test]
fn every_name_is_kebab_case_and_unique() {
    let names: Vec<String> = metas().into_iter().map(|meta| meta.name).collect();
    for name in &names {
        let words = name.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        assert!(words, "{name}");
    }
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a name stands twice");
}

#[test]
fn every_summary_is_one_plain_line() {
    for Meta { name, summary, doc, .. } in metas() {
        assert!(!summary.is_empty() && summary.chars().count() < LONGEST_SUMMARY, "{name}: {summary}");
        assert!(!summary.contains(['`', '*', '[', '<']), "{name}: a summary is plain text: {summary}");
        assert_eq!(doc.lines().nth(2), Some(summary.as_str()), "{name}: the summary follows the heading");
        assert_eq!(doc.lines().nth(3), Some(""), "{name}: the summary is one line");
    }
}

#[test]
fn every_page_has_the_same_sections_in_the_same_order() {
    for Meta { name, doc, .. } in metas() {
        let sections: Vec<&str> = doc.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let required: Vec<&str> = sections.iter().copied().filter(|s| *s != OPTIONAL).collect();
        assert_eq!(required, REQUIRED, "{name}");
        assert!(sections.iter().position(|s| *s == OPTIONAL).is_none_or(|at| at == REQUIRED.len()), "{name}");
    }
}

#[test]
fn no_section_is_empty() {
    for Meta { name, doc, .. } in metas() {
        for section in doc.split("\n## ").skip(1) {
            let (title, body) = section.split_once('\n').unwrap_or((section, ""));
            assert!(body.trim().len() > 20, "{name}: {title} says nothing");
        }
    }
}

#[test]
fn every_page_says_the_default_severity_and_how_to_change_it() {
    for Meta { name, doc, severity, .. } in metas() {
        let (_, section) = doc.split_once("\n## Severity\n").unwrap();
        let section = section.split("\n## ").next().unwrap();
        assert!(section.trim_start().starts_with(&format!("Default: `{severity}`.")), "{name}: {section}");
        assert!(section.contains(&format!("{name} = \"")), "{name}: no line for [checks]");
    }
}

#[test]
fn every_page_belongs_to_a_check() {
    let names: BTreeSet<String> = metas().into_iter().map(|meta| meta.name.replace('-', "_")).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
    let pages: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(pages, names);
}
