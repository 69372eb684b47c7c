//! `align.toml`: a project's defaults.

use super::expectations::severity;
use super::keys::PROJECT;
use super::library::read_file;
use super::reading::{Table, read};
use super::sides::join;
use crate::diag::{Problem, Severity, SourceFile, Spanned, nearest_file};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The name of a project's file.
pub const PROJECT_FILE: &str = "align.toml";

/// What a project says; paths are already joined with its folder.
#[derive(Debug, Clone)]
pub struct Project {
    pub file: Arc<SourceFile>,
    /// Files and folders to check when none is given.
    pub specs: Vec<Spanned<PathBuf>>,
    /// Folders of scripted rules.
    pub rules: Vec<Spanned<PathBuf>>,
    /// Tables of families.
    pub families: Vec<Spanned<PathBuf>>,
    /// Tables of common issues.
    pub issues: Vec<Spanned<PathBuf>>,
    /// Further files and folders for `align test`.
    pub tests: Vec<Spanned<PathBuf>>,
    /// Whether built-in checks must be shown to fail, too.
    pub cover_checks: Option<Spanned<bool>>,
    pub fail_on: Option<Spanned<Severity>>,
    pub allow_inconclusive: Option<Spanned<bool>>,
}

/// The nearest `align.toml` in `from` or a folder above it, as seen from there: messages name short paths.
pub fn find_project(from: &Path) -> Option<PathBuf> {
    if from.is_absolute() {
        return from.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|path| path.is_file());
    }
    let above = std::path::absolute(from).ok()?.ancestors().count();
    let mut folder: PathBuf = from.components().filter(|part| *part != Component::CurDir).collect();
    for _ in 0..above {
        let path = folder.join(PROJECT_FILE);
        if path.is_file() {
            return Some(path);
        }
        folder.push("..");
    }
    None
}

/// Reads an `align.toml`.
///
/// # Errors
/// All its mistakes, each with its place: unknown keys, wrong types, paths that do not exist.
pub fn load_project(path: &Path) -> Result<Project, Vec<Problem>> {
    let file = read_file(path).map_err(|problem| vec![problem])?;
    let folder = path.parent();
    read(&file, &PROJECT, |top| {
        Some(Project {
            file: Arc::clone(&file),
            specs: paths(top, "specs", folder),
            rules: paths(top, "rules", folder),
            families: paths(top, "families", folder),
            issues: paths(top, "issues", folder),
            tests: paths(top, "tests", folder),
            cover_checks: top.flag("cover-checks"),
            fail_on: top.choice("fail-on", severity),
            allow_inconclusive: top.flag("allow-inconclusive"),
        })
    })
}

/// Paths that must exist: a project without its rules would check less than it says.
fn paths(top: &Table<'_>, key: &str, folder: Option<&Path>) -> Vec<Spanned<PathBuf>> {
    let texts = top.texts(key).unwrap_or_default();
    let paths: Vec<_> = texts.into_iter().map(|text| text.map(|text| join(folder, &text))).collect();
    for path in paths.iter().filter(|path| !path.exists()) {
        top.reading.report(
            Problem::spec("missing-file", format!("{} does not exist", path.display()))
                .label(&path.loc, "named here")
                .help("create it, or do not name it")
                .maybe_help(nearest_file(path)),
        );
    }
    paths
}
