//! Files written whole or not at all: what a reader finds is the old file or the new one, never a part.

mod partial;
mod private;

pub use partial::{Partial, PartialFolder, discard};
pub use private::{for_its_owner, open_own, private_folder};

use crate::diag::{Problem, escape};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Writes a new file.
///
/// # Errors
/// There is one already, or it cannot be written; then nothing is left behind.
pub fn create(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Problem> {
    may_create(path)?;
    write(path, content.as_ref(), Partial::place_new)
}

/// Whether a new file may be made here, before the work for it is done.
///
/// # Errors
/// There is one already, or its folder is missing.
pub fn may_create(path: &Path) -> Result<(), Problem> {
    let shown = escape(&path.display().to_string());
    if path.symlink_metadata().is_ok() {
        return Err(Problem::spec("file-exists", format!("`{shown}` exists already"))
            .help("choose another name, or move the old file away: nothing is overwritten"));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Problem::spec("unwritable-file", format!("`{shown}` cannot be written"))
                .note(format!("there is no folder `{}`", escape(&folder.display().to_string())))
                .help("check that the folder exists and can be written to"))
        }
        _ => Ok(()),
    }
}

/// Writes a file, in place of the old one if there is one.
///
/// # Errors
/// It cannot be written; then the old one is as it was.
pub fn replace(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Problem> {
    // The file that a link stands for, so that the link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    write(&path, content.as_ref(), Partial::place)
}

/// Writes a file beside its place, and then puts it there.
fn write(path: &Path, content: &[u8], place: fn(Partial, &Path) -> std::io::Result<()>) -> Result<(), Problem> {
    let written = Partial::beside(path)
        .and_then(|partial| fill(partial.open()?, path, content).and_then(|()| place(partial, path)));
    written.map_err(|error| {
        let shown = escape(&path.display().to_string());
        Problem::spec("unwritable-file", format!("`{shown}` cannot be written"))
            .note(error.to_string())
            .help("check that the folder exists and can be written to")
    })
}

/// Who may read the old file may read the new one.
fn fill(mut file: File, old: &Path, content: &[u8]) -> std::io::Result<()> {
    file.write_all(content)?;
    if let Ok(meta) = fs::metadata(old) {
        file.set_permissions(meta.permissions())?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;

    #[test]
    fn a_file_is_created_once_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        create(&path, "one").unwrap();
        assert_eq!(create(&path, "two").unwrap_err().code, "file-exists");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        replace(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_another_run_made_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "theirs").unwrap();
        assert_eq!(write(&path, b"mine", Partial::place_new).unwrap_err().code, "unwritable-file");
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_says_so_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let problem = create(&folder.path().join("none/a.toml"), "one").unwrap_err();
        assert_eq!(problem.code, "unwritable-file");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&target, "one").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace(&link, "two").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "two");
    }
}
