//! The specs, families, rules and common issues that every installed binary carries (`builtin:`).

use crate::diag::SourceFile;
use crate::spec::{BUILTIN, Library, TEST_SUFFIX};
use include_dir::{Dir, include_dir};
use std::sync::Arc;

static SPECS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/specs");

/// The shipped specs and bases, by their path below `specs/`.
pub(super) fn library() -> Library {
    Library::new(texts(&SPECS).into_iter().filter(|(name, _)| name.ends_with(".toml")))
}

/// The names of the shipped specs and bases, in order: what stands behind `builtin:`.
pub(super) fn spec_names() -> Vec<String> {
    let named = |(path, _): (String, String)| path.strip_suffix(".toml").map(str::to_owned);
    let is_spec = |name: &String| name != "families" && !format!("{name}.toml").ends_with(TEST_SUFFIX);
    let mut names: Vec<String> = texts(&SPECS).into_iter().filter_map(named).filter(is_spec).collect();
    names.sort();
    names
}

/// The document beside a shipped spec.
pub(super) fn spec_document(name: &str) -> Option<String> {
    let path = format!("{}.md", name.strip_suffix(".toml").unwrap_or(name));
    SPECS.get_file(path)?.contents_utf8().map(str::to_owned)
}

pub(super) fn families() -> Arc<SourceFile> {
    SourceFile::new(format!("{BUILTIN}families.toml"), include_str!("../../specs/families.toml"))
}

pub(super) fn issues() -> Arc<SourceFile> {
    SourceFile::new(format!("{BUILTIN}common-issues.toml"), include_str!("../../rules/common-issues.toml"))
}

fn texts(folder: &Dir<'static>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = folder
        .files()
        .filter_map(|file| Some((file.path().to_str()?.to_owned(), file.contents_utf8()?.to_owned())))
        .collect();
    for inner in folder.dirs() {
        found.extend(texts(inner));
    }
    found
}
