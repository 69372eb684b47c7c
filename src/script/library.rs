//! Where rules come from: a project's folders, and the rules shipped inside the program.

use crate::diag::{Problem, SourceFile, did_you_mean, escape};
use crate::spec::{BUILTIN, read_file};
use include_dir::{Dir, include_dir};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

const SCRIPT: &str = "rule.rhai";
const DOC: &str = "rule.md";

/// Folders of rules, searched in order, then the shipped ones: a project's rule overrides one of its name.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    folders: Vec<PathBuf>,
}

/// The files of one rule.
#[derive(Debug, Clone)]
pub(super) struct RuleFiles {
    pub(super) script: Arc<SourceFile>,
    pub(super) doc: Arc<SourceFile>,
}

impl Rules {
    /// The shipped rules behind those of `folders`.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { folders: folders.into_iter().collect() }
    }

    /// The folders that are searched before the shipped rules.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Every rule's name, its path below the rules folder (`vllm/graph-share`), sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: BTreeSet<String> = self.own_names().into_iter().collect();
        shipped_names(&SHIPPED, &mut names);
        names.into_iter().collect()
    }

    /// The names of the rules in the project's folders, sorted.
    pub fn own_names(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        for folder in &self.folders {
            let files = WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_name() == SCRIPT);
            names.extend(files.filter_map(|entry| rule_name(entry.path().strip_prefix(folder).ok()?)));
        }
        names.into_iter().collect()
    }

    /// The files of a rule.
    ///
    /// # Errors
    /// A problem without a place if there is no such rule or a file cannot be read.
    pub(super) fn files(&self, name: &str) -> Result<RuleFiles, Problem> {
        if let Some(folder) = self.folders.iter().find(|folder| folder.join(name).join(SCRIPT).is_file()) {
            let place = folder.join(name);
            if !place.join(DOC).is_file() {
                let what = format!("the rule `{name}` has no `{DOC}` in {}", escape(&place.display().to_string()));
                return Err(Problem::spec("incomplete-rule", what).help(
                    "write one: `+++`, a line `severity = \"error\"`, another `+++`, then what the rule is for",
                ));
            }
            return Ok(RuleFiles { script: read_file(&place.join(SCRIPT))?, doc: read_file(&place.join(DOC))? });
        }
        match (shipped(&format!("{name}/{SCRIPT}")), shipped(&format!("{name}/{DOC}"))) {
            (Some(script), Some(doc)) => Ok(RuleFiles { script, doc }),
            _ => Err(Problem::spec("unknown-rule", format!("there is no rule `{name}`"))
                .maybe_help(did_you_mean(name, self.names().iter().map(String::as_str)))),
        }
    }

    /// The script that `import "path"` means: below a rules folder, `.rhai` left out.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(super) fn module(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        let relative = Path::new(path);
        if path.contains('\\') || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err("only scripts below a rules folder can be imported".to_owned());
        }
        let relative = relative.with_extension("rhai");
        for folder in &self.folders {
            let Ok(file) = fs::canonicalize(folder.join(&relative)) else { continue };
            // A link may lead elsewhere.
            if !fs::canonicalize(folder).is_ok_and(|root| file.starts_with(root)) {
                return Err("it lies outside of the rules folder".to_owned());
            }
            return read_file(&folder.join(&relative)).map_err(|problem| problem.message);
        }
        shipped(&relative.to_string_lossy()).ok_or_else(|| "there is no such script in a rules folder".to_owned())
    }
}

fn rule_name(script: &Path) -> Option<String> {
    let parts: Vec<_> = script.parent()?.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn shipped_names(folder: &Dir<'_>, names: &mut BTreeSet<String>) {
    names.extend(folder.files().filter(|file| file.path().ends_with(SCRIPT)).filter_map(|file| rule_name(file.path())));
    folder.dirs().for_each(|inner| shipped_names(inner, names));
}

fn shipped(path: &str) -> Option<Arc<SourceFile>> {
    let text = SHIPPED.get_file(path)?.contents_utf8()?;
    Some(SourceFile::new(format!("{BUILTIN}rules/{path}"), text))
}
