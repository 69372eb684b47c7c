//! What the documents show is right: their specs are read without a mistake, and their links lead somewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use align::diag::SourceFile;
use align::spec::{Library, Vocabulary, load_text};
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

/// The TOML blocks of a page, each with its first line's number.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.trim()) {
            (None, "```toml") => open = Some((at + 2, String::new())),
            (Some(_), "```") => found.extend(open.take()),
            (Some((_, block)), _) => *block += &format!("{line}\n"),
            (None, _) => {}
        }
    }
    found
}

/// A block as a whole spec: what it leaves out is put around it. Files of other kinds are none.
fn as_spec(block: &str) -> Option<String> {
    let first = block.lines().next()?.trim_start();
    let other = ["[[issue]]", "[[family]]", "specs "].iter().any(|start| first.starts_with(start));
    let header = "[spec]\nname = \"a\"\nop = \"b\"\n";
    match first {
        _ if other => None,
        _ if first.starts_with("align = 1") => Some(block.to_owned()),
        _ => Some(format!("align = 1\n{block}{header}")),
    }
}

#[test]
fn every_example_of_a_spec_is_one() {
    let mut read = 0;
    for page in documents() {
        for (line, block) in blocks(&std::fs::read_to_string(&page).unwrap()) {
            let Some(spec) = as_spec(&block) else { continue };
            let name = format!("{}:{line}", page.display());
            if let Err(problems) = load_text(&SourceFile::new(&name, &spec), root(), &vocabulary(), &library()) {
                panic!("{}", support::render(&problems));
            }
            read += 1;
        }
    }
    assert!(read > 20, "{read} examples");
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

#[test]
fn every_key_of_a_spec_is_in_the_guide() {
    let guide = std::fs::read_to_string(root().join("docs/writing-a-spec.md")).unwrap();
    for table in align::spec::keys::SPEC_TABLES {
        for key in table.keys() {
            assert!(guide.contains(key.name), "{}: `{}` is not explained", table.title, key.name);
        }
    }
}
