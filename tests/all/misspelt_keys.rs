//! Whoever misspells any key of any file in the repository gets a caret below it and the right key.

use crate::support;
use crate::support::schemas;
use align::check::{around, builtin};
use align::diag::{Problem, SourceFile};
use align::diagnose::parse_issues;
use align::schema::Schema;
use align::script::Rules;
use align::spec::keys::FILES;
use align::spec::{Library, Vocabulary, load_project, load_text, parse_families};
use proptest::prelude::*;
use rayon::prelude::*;
use regex::Regex;
use schemas::{files, root};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A file of the repository with the place of every key in it.
struct Document {
    path: PathBuf,
    schema: Schema,
    text: String,
    keys: Vec<Range<usize>>,
}

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let good = |(path, _): &(PathBuf, Schema)| !path.strip_prefix(root()).unwrap().starts_with("tests");
    let read = |(path, schema): (PathBuf, Schema)| {
        let text = std::fs::read_to_string(&path).unwrap();
        let keys = keys(&text);
        Document { path, schema, text, keys }
    };
    files().into_iter().filter(good).map(read).collect()
});

/// Every key: in headers, before `=`, and each part of a dotted one.
fn keys(text: &str) -> Vec<Range<usize>> {
    let masked = masked(text);
    let header = Regex::new(r"(?m)^\s*\[\[?([A-Za-z0-9_.-]+)\]\]?\s*$").unwrap();
    let assignment = Regex::new(r"(?m)(?:^|[{,])[ \t]*([A-Za-z0-9_.-]+)[ \t]*=").unwrap();
    let mut found = Vec::new();
    for captures in header.captures_iter(&masked).chain(assignment.captures_iter(&masked)) {
        let whole = captures.get(1).unwrap();
        let mut start = whole.start();
        for part in whole.as_str().split('.') {
            found.push(start..start + part.len());
            start += part.len() + 1;
        }
    }
    found
}

/// The text with strings and comments blanked out.
fn masked(text: &str) -> String {
    let opaque = Regex::new(r#""(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*"#).unwrap();
    opaque.replace_all(text, |found: &regex::Captures<'_>| " ".repeat(found[0].len())).into_owned()
}

static RULES: LazyLock<Rules> = LazyLock::new(Rules::default);

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary {
    checks: builtin()
        .iter()
        .map(|check| check.meta().name.clone())
        .chain(around().into_iter().map(|m| m.name))
        .collect(),
    rules: RULES.names(),
    causes: shipped_issues(),
    ..support::vocabulary()
});

fn shipped_issues() -> Vec<String> {
    let session = align::pipeline::Session::shipped().unwrap();
    session.issues().iter().map(|issue| issue.id.clone()).collect()
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let specs = root().join("specs");
    let found = files().into_iter().filter_map(|(path, _)| {
        let name = path.strip_prefix(&specs).ok()?.display().to_string();
        Some((name, std::fs::read_to_string(&path).unwrap()))
    });
    Library::new(found)
});

fn problems(document: &Document, text: &str) -> Vec<Problem> {
    let file = SourceFile::new(document.path.display().to_string(), text);
    match document.schema {
        Schema::Families => parse_families(&file).err().unwrap_or_default(),
        Schema::CommonIssues => {
            let names: Vec<String> = VOCABULARY.checks.iter().chain(&VOCABULARY.rules).cloned().collect();
            parse_issues(&file, &names).err().unwrap_or_default()
        }
        Schema::Project => {
            let folder = tempfile::tempdir().unwrap();
            for inner in ["specs", "rules/common-issues.toml", "tests/cases"] {
                std::fs::create_dir_all(folder.path().join(inner)).unwrap();
            }
            std::fs::write(folder.path().join("align.toml"), text).unwrap();
            load_project(&folder.path().join("align.toml")).err().unwrap_or_default()
        }
        _ => match load_text(&file, document.path.parent().unwrap_or(Path::new("")), &VOCABULARY, &LIBRARY) {
            Err(problems) => problems,
            // A rule's parameters are known to the rule.
            Ok(spec) => {
                spec.cases.iter().filter_map(|case| align::script::load(&RULES, &case.rules).err()).flatten().collect()
            }
        },
    }
}

#[test]
fn the_files_have_no_mistakes_and_all_their_keys_are_found() {
    let mut found = 0;
    for document in DOCUMENTS.iter() {
        assert_eq!(support::render(&problems(document, &document.text)), "", "{}", document.path.display());
        found += document.keys.len();
    }
    assert!(found > 1000, "{found} keys");
}

fn misspelt(name: &str, edit: u8, at: usize, with: char) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = at % letters.len();
    match edit {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, with),
        2 => letters[at] = with,
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters.push(with),
    }
    letters.into_iter().collect()
}

/// Whether a misspelling is by chance right, or no key at all.
fn is_a_key(wrong: &str, right: &str) -> bool {
    let documented = || FILES.into_iter().flatten().any(|table| table.key(wrong).is_some());
    wrong.is_empty() || wrong == right || documented() || VOCABULARY.checks.iter().any(|check| check == wrong)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3) })]

    #[test]
    fn a_misspelt_key_gets_a_caret_and_the_right_one(edit in 0u8..4, at in 0usize..20, with in prop::char::range('a', 'z')) {
        DOCUMENTS.par_iter().try_for_each(|document| {
            for key in &document.keys {
                let right = &document.text[key.clone()];
                let wrong = misspelt(right, edit, at, with);
                if is_a_key(&wrong, right) {
                    continue;
                }
                let text = format!("{}{wrong}{}", &document.text[..key.start], &document.text[key.end..]);
                let found = problems(document, &text);
                let answers = |problem: &Problem| {
                    let caret = problem.labels.iter().any(|label| {
                        label.loc.span.start == key.start && label.loc.span.end == key.start + wrong.len()
                    });
                    caret && problem.help.as_ref().is_some_and(|help| help.contains(&format!("`{right}`")))
                };
                prop_assert!(
                    found.iter().any(answers),
                    "{}: `{right}` written `{wrong}`:\n{}", document.path.display(), support::render(&found)
                );
            }
            Ok(())
        })?;
    }
}
