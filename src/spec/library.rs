//! Where spec files come from: the file system, and the files shipped inside the program.

use crate::diag::{Problem, SourceFile, escape, nearest, nearest_file, refuse_special};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No spec is larger; a trace given by mistake is not read to its end.
const LARGEST_BYTES: u64 = 4 << 20;

/// The marker of an embedded file's name.
pub const BUILTIN: &str = "builtin:";

/// One place a spec can be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The name without `builtin:`.
    Builtin(String),
    File(PathBuf),
}

/// The embedded specs, by name (`base/vllm.toml`).
#[derive(Debug, Clone, Default)]
pub struct Library {
    builtin: BTreeMap<String, String>,
    /// Files that are read from here, whatever the file system holds.
    given: Option<BTreeMap<PathBuf, String>>,
}

impl Library {
    pub fn new<N: Into<String>, T: Into<String>>(embedded: impl IntoIterator<Item = (N, T)>) -> Self {
        Self {
            builtin: embedded.into_iter().map(|(name, text)| (name.into(), text.into())).collect(),
            ..Self::default()
        }
    }

    /// The same with texts that stand for files, by their paths.
    pub fn given<'t>(&self, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let given = files.into_iter().map(|(path, text)| (PathBuf::from(path), text.to_owned())).collect();
        Self { given: Some(given), ..self.clone() }
    }

    /// What `reference` means in a file at `from`: `builtin:NAME`, or a path relative to that file;
    /// `.toml` may be left out.
    pub(super) fn resolve(&self, reference: &str, from: &Origin) -> Origin {
        match (reference.strip_prefix(BUILTIN), from) {
            (Some(name), _) => Origin::Builtin(self.full_name(name)),
            (None, Origin::Builtin(base)) => {
                let folder = base.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
                Origin::Builtin(self.full_name(&format!("{folder}{reference}")))
            }
            (None, Origin::File(base)) => {
                let path = base.parent().unwrap_or(Path::new("")).join(reference);
                // One spelling in messages: `a/./b` is `a/b`.
                let path: PathBuf = path.components().collect();
                let known = self.given.as_ref().map_or_else(|| path.is_file(), |given| given.contains_key(&path));
                Origin::File(if known { path } else { with_suffix(path) })
            }
        }
    }

    fn full_name(&self, name: &str) -> String {
        if self.builtin.contains_key(name) { name.to_owned() } else { format!("{name}.toml") }
    }

    /// The file at `origin`, or what stands in the way (without a place: the caller knows it).
    pub(super) fn read(&self, origin: &Origin) -> Result<Arc<SourceFile>, Problem> {
        match origin {
            Origin::File(path) => match self.given.as_ref().map(|given| given.get(path)) {
                None => read_file(path),
                Some(Some(text)) => Ok(SourceFile::new(origin.name(), text)),
                Some(None) => {
                    let shown = escape(&path.display().to_string());
                    Err(Problem::spec("missing-file", format!("`{shown}` is not among the given files"))
                        .help("judge the traces again: a partial result holds all files that its specs are made of"))
                }
            },
            Origin::Builtin(name) => match self.builtin.get(name) {
                Some(text) => Ok(SourceFile::new(origin.name(), text)),
                None => Err(self.unknown_builtin(name.trim_end_matches(".toml"))),
            },
        }
    }

    /// The place of an embedded file.
    pub(super) fn shipped(&self, name: &str) -> Origin {
        Origin::Builtin(self.full_name(name))
    }

    /// Whether there is an embedded file of this name, to suggest for a path that does not exist.
    pub(super) fn has(&self, name: &str) -> bool {
        self.builtin.contains_key(&self.full_name(name))
    }

    fn unknown_builtin(&self, name: &str) -> Problem {
        let names: Vec<&str> = self.builtin.keys().map(|known| known.trim_end_matches(".toml")).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(right) => Some(format!("did you mean `{BUILTIN}{right}`?")),
            None if names.is_empty() => None,
            None => Some(format!(
                "one of: {}",
                names.iter().map(|name| format!("`{BUILTIN}{name}`")).collect::<Vec<_>>().join(", ")
            )),
        };
        Problem::spec("missing-file", format!("there is no built-in spec `{name}`")).maybe_help(help)
    }
}

impl Origin {
    /// As messages name it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Builtin(name) => format!("{BUILTIN}{}", name.trim_end_matches(".toml")),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// What paths in the file are relative to.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Builtin(_) => None,
            Self::File(path) => path.parent(),
        }
    }

    /// The same for two spellings of the same file.
    pub(super) fn identity(&self) -> Self {
        match self {
            Self::Builtin(name) => Self::Builtin(name.clone()),
            Self::File(path) => Self::File(fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
        }
    }
}

fn with_suffix(path: PathBuf) -> PathBuf {
    let mut name = path.into_os_string();
    if !name.to_string_lossy().ends_with(".toml") {
        name.push(".toml");
    }
    name.into()
}

/// Reads a text that a spec is made of.
///
/// # Errors
/// A problem without a place if the file is missing, a folder or a pipe, too large, unreadable or not UTF-8.
pub fn read_file(path: &Path) -> Result<Arc<SourceFile>, Problem> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Problem::spec("not-a-file", format!("{shown} is a folder"))
            .help("give a `.toml` file here; to check a whole folder, run `align check FOLDER`"));
    }
    if let Err(what) = refuse_special(path) {
        return Err(Problem::spec("not-a-file", format!("{shown} is {what}"))
            .help("write its content to a file, and give that"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.starts_with(b"SQLite format 3\0") {
        return Err(Problem::spec("not-text", format!("{shown} is a trace, not a spec"))
            .help("give traces with `--mock` and `--e2e`, or in the spec as `mock.trace` and `e2e.trace`"));
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_BYTES {
        return Err(Problem::spec("not-text", format!("{shown} is larger than any spec"))
            .help(format!("a spec is TOML of at most {} MiB", LARGEST_BYTES >> 20)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new(shown.to_string(), text)),
        Err(error) => Err(Problem::spec("not-text", format!("{shown} is not UTF-8"))
            .note(format!("byte {} is not part of a character", error.utf8_error().valid_up_to()))
            .help("save it as UTF-8")),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let shown = path.display();
    if error.kind() == std::io::ErrorKind::NotFound {
        return Problem::spec("missing-file", format!("{shown} does not exist")).maybe_help(nearest_file(path));
    }
    Problem::spec("unreadable-file", format!("{shown} cannot be read"))
        .note(error.to_string())
        .help("check its permissions")
}
