//! Finds spec files in folders.

use super::library::{BUILTIN, read_file};
use super::syntax;
use crate::diag::{Problem, ProblemClass, nearest_file};
use std::path::{Path, PathBuf};
use toml::de::DeTable;
use walkdir::WalkDir;

/// How the name of a file ends that holds only tests of the spec it extends.
pub const TEST_SUFFIX: &str = ".test.toml";

/// Every spec under `paths`, sorted within each folder: a file as given, and of a folder each `.toml`
/// that is a spec and neither only there to be extended, only there to be tested, nor [`unproven`].
///
/// # Errors
/// Paths that do not exist, folders that cannot be read, and (class `Nothing`) no spec at all.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Problem>> {
    found(paths, |name| !name.ends_with(TEST_SUFFIX), |kind| kind == Kind::Spec)
}

/// The specs in folders under `paths` that say of themselves that no trace has shown them right: what [`discover`]
/// leaves out and a run should name.
pub fn unproven(paths: &[PathBuf]) -> Vec<PathBuf> {
    let folders = paths.iter().filter(|path| path.is_dir());
    let files = folders.flat_map(|path| WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(visible));
    let files = files.flatten().map(walkdir::DirEntry::into_path).filter(|path| is_toml(path));
    files.filter(|path| kind(path).is_ok_and(|kind| kind == Kind::Unproven)).collect()
}

/// As [`discover`], with files of tests.
///
/// # Errors
/// As [`discover`].
pub fn discover_tests(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Problem>> {
    found(paths, |_| true, |kind| kind == Kind::Spec)
}

fn found(
    paths: &[PathBuf],
    named: impl Fn(&str) -> bool + Copy,
    wanted: impl Fn(Kind) -> bool + Copy,
) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let mut specs: Vec<PathBuf> = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        match specs_at(path, named, wanted) {
            Ok(found) => specs.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() && specs.is_empty() {
        problems.push(nothing(paths));
    }
    let mut seen = std::collections::BTreeSet::new();
    specs.retain(|path| seen.insert(place(path)));
    if problems.is_empty() { Ok(specs) } else { Err(problems) }
}

/// A file in its folder, however the folder is written. A link is a spec of its own: its traces are looked for beside it.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    match (folder.and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

fn specs_at(
    path: &Path,
    named: impl Fn(&str) -> bool,
    wanted: impl Fn(Kind) -> bool,
) -> Result<Vec<PathBuf>, Vec<Problem>> {
    if path.to_str().is_some_and(|name| name.starts_with(BUILTIN)) {
        return Ok(vec![path.to_owned()]);
    }
    if !path.exists() {
        let problem = Problem::spec("missing-file", format!("{} does not exist", path.display()));
        return Err(vec![problem.help("give a spec or a folder of specs").maybe_help(nearest_file(path))]);
    }
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut specs = Vec::new();
    let mut problems = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(visible) {
        match entry {
            Ok(entry) if is_toml(entry.path()) && named(&entry.file_name().to_string_lossy()) => {
                match kind(entry.path()) {
                    Ok(kind) if wanted(kind) => specs.push(entry.into_path()),
                    Ok(_) => {}
                    Err(problem) => problems.push(problem),
                }
            }
            Ok(_) => {}
            Err(error) => problems.push(
                Problem::spec("unreadable-file", format!("{} cannot be searched", path.display()))
                    .note(error.to_string())
                    .help("check its permissions"),
            ),
        }
    }
    if problems.is_empty() { Ok(specs) } else { Err(problems) }
}

fn visible(entry: &walkdir::DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml") && path.is_file()
}

/// What a TOML file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// To be checked.
    Spec,
    Unproven,
    /// Only there to be extended.
    Abstract,
    Families,
    Other,
}

/// A file that only lacks `align`, or is empty, means to be a spec: left out, it would pass unseen.
fn kind(path: &Path) -> Result<Kind, Problem> {
    let (text, problems) = syntax::repair(&read_file(path)?);
    let (tree, _) = DeTable::parse_recoverable(&text);
    let top = tree.get_ref();
    let spec = top.get("spec").and_then(|spec| spec.get_ref().as_table());
    let flag =
        |name: &str| spec.and_then(|spec| spec.get(name)).is_some_and(|flag| flag.get_ref().as_bool() == Some(true));
    let is_empty = top.is_empty() && problems.is_empty();
    Ok(match top.contains_key("align") || spec.is_some() || is_empty {
        true if flag("abstract") => Kind::Abstract,
        true if flag("unproven") => Kind::Unproven,
        true => Kind::Spec,
        false if top.contains_key("family") => Kind::Families,
        false => Kind::Other,
    })
}

/// Every spec under `paths`, also those only there to be extended or tested, and every table of families.
///
/// # Errors
/// As [`discover`], but nothing found is no error.
pub fn discover_to_lint(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Vec<Problem>> {
    let any = |kind: Kind| kind != Kind::Other;
    let found = match found(paths, |_| true, any) {
        Ok(found) => found,
        Err(problems) if problems.iter().all(|problem| problem.class == ProblemClass::Nothing) => Vec::new(),
        Err(problems) => return Err(problems),
    };
    Ok(found.into_iter().partition(|path| kind(path) != Ok(Kind::Families)))
}

fn nothing(paths: &[PathBuf]) -> Problem {
    let looked: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let message = match looked.as_slice() {
        [] => "no spec was given".to_owned(),
        looked => format!("there is no spec in {}", looked.join(", ")),
    };
    Problem::new(ProblemClass::Nothing, "no-specs", message).help(
        "a spec is a `.toml` file with `align = 1`; one with `abstract = true` is only there to be extended, and one \
             with `unproven = true` must be named",
    )
}
