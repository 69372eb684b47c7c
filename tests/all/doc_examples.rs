//! What the documents show is right: their examples are read without a mistake, and their links lead somewhere.

use crate::support;
use align::diag::{Problem, SourceFile};
use align::diagnose::parse_issues;
use align::script::Rules;
use align::spec::{Library, Vocabulary, load_project, load_text, parse_families};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|e| e == "md"));
    pages.sort();
    pages
}

fn documents() -> Vec<PathBuf> {
    ["", "docs", "src/check"].into_iter().flat_map(pages).collect()
}

/// Every check is known, by the page it has.
fn vocabulary() -> Vocabulary {
    let name = |page: &PathBuf| page.file_stem().unwrap().to_string_lossy().replace('_', "-");
    let mut vocabulary = support::vocabulary();
    vocabulary.checks = pages("src/check").iter().map(name).collect();
    // The example of the guide to rules.
    vocabulary.rules.push("team/few-small-kernels".to_owned());
    vocabulary
}

/// The shipped specs, which examples extend.
fn library() -> Library {
    let specs = root().join("specs");
    let files = walkdir::WalkDir::new(&specs).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
    let toml = files.filter(|entry| entry.path().extension().is_some_and(|e| e == "toml"));
    let name = |entry: &walkdir::DirEntry| entry.path().strip_prefix(&specs).unwrap().to_str().unwrap().to_owned();
    Library::new(toml.map(|entry| (name(&entry), std::fs::read_to_string(entry.path()).unwrap())))
}

/// The blocks of a page in a language, each with its first line's number.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, bool, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.trim().strip_prefix("```")) {
            (None, Some(of)) => open = Some((at + 2, of == language, String::new())),
            (Some(_), Some("")) => {
                found.extend(open.take().filter(|(_, wanted, _)| *wanted).map(|(at, _, text)| (at, text)))
            }
            (Some((_, _, block)), _) => *block += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    found
}

/// What a block of TOML is, by its first line that is no comment.
#[derive(Debug, PartialEq)]
enum Kind {
    Spec,
    Project,
    Families,
    Issues,
}

fn kind_of(block: &str) -> Kind {
    let first = block.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    match first.unwrap_or_default() {
        first if first.starts_with("[[issue]]") => Kind::Issues,
        first if first.starts_with("[[family]]") => Kind::Families,
        first if first.starts_with("specs ") || first.starts_with("rules ") => Kind::Project,
        _ => Kind::Spec,
    }
}

/// A block as a whole spec: what it leaves out is put around it.
fn as_spec(block: &str) -> String {
    if block.lines().any(|line| line.trim_start().starts_with("align = 1")) {
        return block.to_owned();
    }
    format!("align = 1\n{block}[spec]\nname = \"a\"\nop = \"b\"\n")
}

/// The mistakes of a block.
fn mistakes(name: &str, block: &str) -> Vec<Problem> {
    let file = SourceFile::new(name, block);
    let problems = match kind_of(block) {
        Kind::Spec => load_text(&SourceFile::new(name, as_spec(block)), root(), &vocabulary(), &library()).err(),
        Kind::Families => parse_families(&file).err(),
        Kind::Issues => parse_issues(&file, &vocabulary().checks).err(),
        Kind::Project => {
            let folder = tempfile::tempdir().unwrap();
            for inner in ["specs/families.toml", "rules/common-issues.toml", "tests/cases"] {
                std::fs::create_dir_all(folder.path().join(inner)).unwrap();
            }
            std::fs::write(folder.path().join("align.toml"), block).unwrap();
            load_project(&folder.path().join("align.toml")).err()
        }
    };
    problems.unwrap_or_default()
}

#[test]
fn every_example_in_toml_is_right() {
    let mut read = Vec::new();
    for page in documents() {
        for (line, block) in blocks(&std::fs::read_to_string(&page).unwrap(), "toml") {
            let problems = mistakes(&format!("{}:{line}", page.display()), &block);
            assert!(problems.is_empty(), "{}", support::render(&problems));
            read.push(kind_of(&block));
        }
    }
    assert!(read.len() > 20, "{} examples", read.len());
    for kind in [Kind::Spec, Kind::Project, Kind::Issues] {
        assert!(read.contains(&kind), "no example of {kind:?}");
    }
}

#[test]
fn every_example_in_rhai_is_a_rule() {
    let mut compiled = 0;
    for page in documents() {
        let text = std::fs::read_to_string(&page).unwrap();
        for (line, script) in blocks(&text, "rhai") {
            // The header that the page shows with it, if it shows one.
            let header =
                blocks(&text, "text").into_iter().map(|(_, block)| block).find(|block| block.starts_with("+++"));
            let header = header.unwrap_or_else(|| "+++\nseverity = \"error\"\n+++\n# a\n\nA rule.\n".to_owned());
            let folder = tempfile::tempdir().unwrap();
            let place = folder.path().join("team/few-small-kernels");
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join("rule.md"), header).unwrap();
            std::fs::write(place.join("rule.rhai"), script).unwrap();
            let spec = as_spec("[[rule]]\nuse = \"team/few-small-kernels\"\n");
            let spec = load_text(&SourceFile::new("a.toml", spec), root(), &vocabulary(), &library()).unwrap();
            let rules = Rules::new([folder.path().to_owned()]);
            if let Err(problems) = align::script::load(&rules, &spec.cases[0].rules) {
                panic!("{}:{line}: {}", page.display(), support::render(&problems));
            }
            compiled += 1;
        }
    }
    assert!(compiled > 0);
}

/// How blocks are marked. `toml` and `rhai` are read, `yaml` too (`tests/all/ci_files.rs`), `console` is run
/// (`tests/all/console.rs`), and `python` too (`python/tests/test_docs.py`). Not run: `sh`, which needs a GPU, a network or
/// files of one's own, and `text`, which is no code.
#[test]
fn few_blocks_are_not_run() {
    let mut not_run = 0;
    for page in documents() {
        let text = std::fs::read_to_string(&page).unwrap();
        let fences: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("```")).collect();
        assert!(fences.len().is_multiple_of(2), "{}: a block does not end", page.display());
        for language in fences.iter().step_by(2) {
            let known = ["toml", "rhai", "console", "yaml", "python", "sh", "text"].contains(language);
            assert!(known, "{}: a block of `{language}`", page.display());
            not_run += usize::from(*language == "sh");
        }
        for (line, block) in blocks(&text, "text") {
            assert!(!block.contains("$ align"), "{}:{line}: a command that is not run", page.display());
        }
    }
    assert!(not_run < 24, "{not_run} blocks of commands are not run");
}

#[test]
fn the_guide_begins_with_a_schema() {
    let guide = std::fs::read_to_string(root().join("docs/writing-a-spec.md")).unwrap();
    assert!(blocks(&guide, "toml")[0].1.starts_with("#:schema ../schemas/spec.json\n"));
}

#[test]
fn every_link_leads_to_a_file() {
    for page in documents() {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let local = !file.is_empty() && !file.contains("://");
            assert!(!local || page.parent().unwrap().join(file).exists(), "{}: {target}", page.display());
        }
    }
}
