//! Broken specs: every mistake is found, with its place and what to do.

use crate::support;
use align::diag::{Problem, ProblemClass, SourceFile};
use align::spec::{discover, keys, load, load_project, load_text, parse_families};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use support::{library, render, vocabulary};

fn snapshot(name: &str, problems: &[Problem]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/specs"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, render(problems)));
}

fn problems_of(path: &Path) -> Vec<Problem> {
    load(path, &vocabulary(), &library()).err().unwrap_or_default()
}

fn broken_specs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("tests/specs").expect("the folder is there");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("readable").path()).filter(|p| p.is_file()).collect();
    paths.sort();
    paths
}

#[test]
fn every_broken_spec_reads_as_its_snapshot_says() {
    for path in broken_specs() {
        let problems = problems_of(&path);
        assert!(!problems.is_empty(), "{}: nothing was found wrong", path.display());
        snapshot(&path.file_stem().expect("a name").to_string_lossy(), &problems);
    }
}

#[test]
fn a_file_with_ten_mistakes_yields_ten_problems() {
    assert_eq!(problems_of(Path::new("tests/specs/ten-mistakes.toml")).len(), 10);
}

#[test]
fn families_and_projects_are_read_as_strictly() {
    let path = Path::new("tests/specs/bases/families.toml");
    let file = SourceFile::new(path.display().to_string(), std::fs::read_to_string(path).expect("readable"));
    snapshot("families", &parse_families(&file).expect_err("broken"));
    snapshot("project", &load_project(Path::new("tests/specs/bases/align.toml")).expect_err("broken"));
}

/// Problems of files that are no specs at all, with the temporary folder's name left out.
fn unreadable() -> Vec<Problem> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let paths = [
        folder.path().to_owned(),
        file("latin.toml", b"align = 1 # \xe9"),
        file("trace.sqlite", b"SQLite format 3\0..."),
        file("large.toml", &vec![b'#'; 5 << 20]),
        folder.path().join("latn.toml"),
    ];
    let mut problems: Vec<Problem> = paths.iter().flat_map(|path| problems_of(path)).collect();
    let hidden = folder.path().display().to_string();
    for problem in &mut problems {
        problem.message = problem.message.replace(&hidden, "FOLDER");
        problem.help = problem.help.as_ref().map(|help| help.replace(&hidden, "FOLDER"));
    }
    problems
}

#[test]
fn what_is_no_spec_file_says_what_it_is() {
    snapshot("not-a-spec", &unreadable());
}

#[test]
fn every_code_has_a_broken_spec() {
    let mut seen: BTreeSet<String> =
        broken_specs().iter().flat_map(|p| problems_of(p)).map(|p| p.code.to_owned()).collect();
    seen.extend(unreadable().iter().map(|problem| problem.code.to_owned()));
    // These have tests of their own; a file that only its owner may not read cannot be made by root.
    seen.extend(
        [
            "conflicting-flags",
            "duplicate-family",
            "duplicate-issue",
            "no-specs",
            "unknown-parameter",
            "unreadable-file",
        ]
        .map(str::to_owned),
    );
    let code = regex::Regex::new(
        r#"(?:Problem::spec\(|Problem::new\(\w+::\w+, |report_repeated\(&\w+, "\w+", )\s*"([a-z-]+)""#,
    );
    let code = code.expect("a constant pattern compiles");
    for entry in std::fs::read_dir("src/spec").expect("the folder is there") {
        let path = entry.expect("readable").path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for found in code.captures_iter(&text) {
            assert!(seen.contains(&found[1]), "{}: `{}` has no broken spec", path.display(), &found[1]);
        }
    }
}

#[test]
fn a_folder_yields_its_specs_and_an_empty_one_is_said_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("base")).expect("created");
    std::fs::write(at("families.toml"), "[[family]]\nname = 'a'\n").expect("written");
    let looked = discover(&[folder.path().to_owned()]).expect_err("there is none");
    assert_eq!((looked[0].class, looked[0].code), (ProblemClass::Nothing, "no-specs"));

    for (name, text) in [
        ("b.toml", "align = 1\n"),
        ("a.toml", "[spec]\nname = 'no version'\n"),
        ("base/vllm.toml", "align = 1\n[spec]\nabstract = true\n"),
        ("notes.txt", "align = 1\n"),
    ] {
        std::fs::write(at(name), text).expect("written");
    }
    assert_eq!(discover(&[folder.path().to_owned()]), Ok(vec![at("a.toml"), at("b.toml")]));
    assert_eq!(discover(&[at("b.toml"), folder.path().to_owned()]), Ok(vec![at("b.toml"), at("a.toml")]));
    assert_eq!(discover(&[at("b.toml"), at("base/../b.toml")]), Ok(vec![at("b.toml")]));
    std::fs::write(at("d.toml"), "align = 1\n[spec]\nname = 'd'\nop = 'x'\nunproven = true\n").expect("written");
    assert_eq!(discover(&[folder.path().to_owned()]), Ok(vec![at("a.toml"), at("b.toml")]));
    assert_eq!(align::spec::unproven(&[folder.path().to_owned()]), [at("d.toml")]);
    assert_eq!(discover(&[at("d.toml")]), Ok(vec![at("d.toml")]));
    assert_eq!(discover(&[at("c.toml")]).expect_err("missing")[0].class, ProblemClass::Spec);
    assert_eq!(discover(&[]).expect_err("nothing")[0].class, ProblemClass::Nothing);
}

/// A spec in which `line` stands in the table with this title; the title's keys are looked for there.
fn spec_with(title: &str, line: &str) -> String {
    let head = "[spec]\nname = 'a'\nop = 'moe'\n";
    match title.trim_matches('`') {
        "the top of the file" => format!("align = 1\n{line}\n{head}"),
        "[spec]" => format!("align = 1\n{head}{line}\n"),
        "a side (`mock`, `e2e`)" => format!("align = 1\n{head}[e2e]\n{line}\n"),
        "each" => format!("align = 1\n{head}[e2e]\neach = {{ period = true, {line} }}\n"),
        "process" => format!("align = 1\n{head}[e2e]\nprocess = {{ index = 0, {line} }}\n"),
        "latency.kernel" => format!("align = 1\n{head}[latency]\nkernel = {{ {line} }}\n"),
        header if header.starts_with('[') => format!("align = 1\n{head}{header}\n{line}\n"),
        other => panic!("no place for {other}"),
    }
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

#[test]
fn a_hostile_file_is_refused_in_short() {
    for text in [
        format!("a = {}", "[".repeat(100_000)),
        "a = 1\n".repeat(50_000),
        "[[a]\n".repeat(50_000),
        "=\n".repeat(50_000),
    ] {
        let file = SourceFile::new("a.toml", text);
        let problems = load_text(&file, Path::new(""), &vocabulary(), &library()).expect_err("no spec");
        assert!((1..=50).contains(&problems.len()), "{}", problems.len());
    }
}

proptest! {
    #[test]
    fn a_misspelt_key_is_answered_with_the_right_one(
        table in prop::sample::select(keys::SPEC_TABLES.to_vec()), key in 0usize..16, edit in 0u8..4, at in 0usize..20, with in "[a-z]",
    ) {
        let all: Vec<_> = table.keys().collect();
        prop_assume!(!all.is_empty());
        let right = all[key % all.len()].name;
        let wrong = misspelt(right, edit, at, with.chars().next().unwrap_or('x'));
        prop_assume!(!wrong.is_empty() && table.key(&wrong).is_none());
        // One letter of a key of two is half of it: nothing tells which key was meant.
        prop_assume!(right.len() > 3);
        let text = spec_with(table.title, &format!("{wrong} = 1"));
        let file = SourceFile::new("a.toml", text);
        let problems = load_text(&file, Path::new(""), &vocabulary(), &library()).expect_err("misspelt");
        let help: Vec<_> = problems.iter().filter(|p| p.code == "unknown-key").filter_map(|p| p.help.clone()).collect();
        prop_assert!(help.iter().any(|h| h.contains(&format!("`{right}`"))), "{wrong}: {help:?}");
    }

    #[test]
    fn no_text_panics_or_passes_unread(text in "\\PC*") {
        let file = SourceFile::new("a.toml", text);
        let loaded = load_text(&file, Path::new(""), &vocabulary(), &library());
        prop_assert!(loaded.is_err_and(|problems| !problems.is_empty()));
    }

    #[test]
    fn no_mixture_of_toml_panics(parts in prop::collection::vec(prop::sample::select(FRAGMENTS.to_vec()), 0..40)) {
        let file = SourceFile::new("a.toml", parts.concat());
        if let Err(problems) = load_text(&file, Path::new(""), &vocabulary(), &library()) {
            prop_assert!(!problems.is_empty());
            for label in problems.iter().flat_map(|problem| &problem.labels) {
                let span = label.loc.span;
                prop_assert!(label.loc.file.text.get(span.start..span.end).is_some(), "{label:?}");
            }
        }
    }
}

const FRAGMENTS: &[&str] = &[
    "align = 1\n",
    "[spec]\n",
    "name = 'a'\n",
    "op = \"moe\"\n",
    "[[kernel]]\n",
    "[[case]]\n",
    "[kernel]\n",
    "match = ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "\n",
    "=",
    ".",
    ",",
    "#",
    "µ",
    "\\",
    "mock.each = ",
    "mock",
    "each",
    "range",
    " = ",
    "1",
    "-1",
    "nan",
    "2026-02-30",
    "\r\n",
    "true",
    "[latency]\n",
    "within = ",
    "'10%'",
    "\0",
    "\u{feff}",
    "[case.mock]\n",
    "[[case.kernel]]\n",
];
