//! Specs as they are written, for whoever explains them: their places, and the documents beside them.

use super::{Session, embedded};
use crate::diag::Problem;
use crate::spec::{self, BUILTIN, Spec};
use std::path::{Path, PathBuf};

impl Session {
    /// The specs under `paths`, then the shipped ones and their bases, as `builtin:NAME`.
    pub fn spec_paths(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let own = if paths.is_empty() { Vec::new() } else { spec::discover(paths).unwrap_or_default() };
        own.into_iter()
            .chain(embedded::spec_names().into_iter().map(|name| format!("{BUILTIN}{name}").into()))
            .collect()
    }

    /// A spec as it is written, without its rules; also one that is only there to be extended.
    ///
    /// # Errors
    /// All its mistakes.
    pub fn read_spec(&self, path: &Path) -> Result<Spec, Vec<Problem>> {
        spec::load_any(path, &self.vocabulary, &self.library)
    }

    /// The Markdown file beside a spec, of the same name.
    pub fn spec_document(&self, path: &Path) -> Option<String> {
        match path.to_str().and_then(|name| name.strip_prefix(BUILTIN)) {
            Some(name) => embedded::spec_document(name),
            None => spec::read_file(&path.with_extension("md")).ok().map(|file| file.text.clone()),
        }
    }
}
