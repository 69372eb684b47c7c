//! Paths that must not even be opened.

use std::path::Path;

/// Refuses what is neither file nor folder, in words: opening a pipe waits for whoever writes to it, and a device may
/// never end. What does not exist is left to the opening, which says why.
pub fn refuse_special(path: &Path) -> Result<(), &'static str> {
    match path.metadata() {
        Ok(meta) if !meta.is_file() && !meta.is_dir() => Err("no regular file: a pipe, socket or device"),
        _ => Ok(()),
    }
}
