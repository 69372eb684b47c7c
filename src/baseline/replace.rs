//! A file replaced at once: whoever reads it sees the old text or the new one.

use crate::diag::Problem;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Replaces the file's text, unless it is no longer `old`. A link stays a link to the file that is replaced, and the
/// file keeps its permissions.
pub(super) fn replace(path: &Path, old: &str, new: &str) -> Result<(), Problem> {
    let failed = |why: &dyn std::fmt::Display| {
        Problem::spec("cannot-write", format!("cannot write `{}`: {why}", path.display()))
            .help("nothing was written to it; see who may write to the file and its folder")
    };
    let file = fs::canonicalize(path).map_err(|e| failed(&e))?;
    let permissions = fs::metadata(&file).map_err(|e| failed(&e))?.permissions();
    if permissions.readonly() {
        return Err(failed(&"it is read-only"));
    }
    if fs::read(&file).map_err(|e| failed(&e))? != old.as_bytes() {
        return Err(failed(&"it changed while it was checked"));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let partial = Partial(file.with_file_name(format!(".{name}.{}.partial", std::process::id())));
    let mut output = fs::OpenOptions::new().write(true).create_new(true).open(&partial.0).map_err(|e| failed(&e))?;
    output.write_all(new.as_bytes()).map_err(|e| failed(&e))?;
    output.set_permissions(permissions).map_err(|e| failed(&e))?;
    output.sync_all().map_err(|e| failed(&e))?;
    fs::rename(&partial.0, &file).map_err(|e| failed(&e))
}

/// A file beside its destination; gone when dropped, unless it was moved there.
struct Partial(std::path::PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // Nothing to say if it fails: after a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.0);
    }
}
