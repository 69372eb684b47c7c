//! The text of a spec replaced, if it is still the one that was checked.

use crate::diag::{Problem, escape};
use crate::save;
use std::fs;
use std::path::Path;

/// Replaces the file's text at once, unless it is no longer `old`.
pub(super) fn replace(path: &Path, old: &str, new: &str) -> Result<(), Problem> {
    unchanged(path, old)?;
    save::replace(path, new)
}

/// Whether the file can be replaced: its text is still `old`.
pub(super) fn unchanged(path: &Path, old: &str) -> Result<(), Problem> {
    let failed = |why: &str| {
        Problem::spec("cannot-write", format!("`{}` cannot be written: {why}", escape(&path.display().to_string())))
            .help("nothing was written to it; make it writable, or run again")
    };
    match (fs::metadata(path), fs::read(path)) {
        (Ok(meta), _) if meta.permissions().readonly() => Err(failed("it is read-only")),
        (Ok(_), Ok(now)) if now == old.as_bytes() => Ok(()),
        (Ok(_), Ok(_)) => Err(failed("it changed while it was checked")),
        (Err(error), _) | (_, Err(error)) => Err(failed(&error.to_string())),
    }
}
