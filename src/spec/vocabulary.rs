//! The names a spec may use that this module does not define.

use crate::diag::escape;
use crate::kernel::Families;
use std::path::{Component, Path, PathBuf};

/// Known names, given from outside: for validation and for near-miss hints.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Built-in checks.
    pub checks: Vec<String>,
    /// Scripted rules: their folders under `rules/`.
    pub rules: Vec<String>,
    /// Where rules were looked for, besides the shipped ones.
    pub rule_folders: Vec<PathBuf>,
    pub families: Families,
    /// Common issues, and checks whose severity cannot be set: what reports can name besides checks and rules.
    pub causes: Vec<String>,
}

impl Vocabulary {
    /// Everything that `[checks]` can give a severity: checks and rules.
    pub(super) fn judgements(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().chain(&self.rules).map(String::as_str)
    }

    /// Everything that a report can name: checks, rules, common issues.
    pub(super) fn reported(&self) -> impl Iterator<Item = &str> {
        self.judgements().chain(self.causes.iter().map(String::as_str))
    }

    /// What is said of a rule that is not there: what its folder lacks, or where it was looked for.
    pub(super) fn missing_rule(&self, name: &str) -> (String, String) {
        let folders: Vec<String> =
            self.rule_folders.iter().map(|f| format!("`{}`", escape(&f.display().to_string()))).collect();
        let searched = match folders.as_slice() {
            [] => {
                "searched: the shipped rules; a project's own folders are named by `rules` in `align.toml`".to_owned()
            }
            folders => format!("searched: {} and the shipped rules", folders.join(", ")),
        };
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let folder = self.rule_folders.iter().map(|folder| folder.join(name)).find(|folder| inside && folder.is_dir());
        let what = match folder {
            Some(folder) => {
                format!("the rule `{name}` has no `rule.rhai` in {}", escape(&folder.display().to_string()))
            }
            None => format!("there is no rule `{name}`"),
        };
        (what, searched)
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(String::as_str)
    }
}
