//! Files on their way: beside their place under another name, and gone unless they are put there.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Those that are being written now, for [`discard`].
static WRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes what is being written: the process is about to end.
pub fn discard() {
    // Kept locked, so that nothing is begun or put in its place any more.
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    remove(&written);
    std::mem::forget(written);
}

fn remove(written: &BTreeSet<PathBuf>) {
    for path in written {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// A folder for what is being made, which its owner alone may look into. Dropped, it is removed with all that is in it.
#[derive(Debug)]
pub struct PartialFolder {
    path: PathBuf,
}

/// Makes something new in the folder of `place`, under a name of its own: several may be made beside one place, and what an
/// older process of this number left stays.
fn beside(place: &Path, make: impl Fn(&Path) -> std::io::Result<()>) -> std::io::Result<PathBuf> {
    let name = place.file_name().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut attempt = 0;
    loop {
        let mut own = std::ffi::OsString::from(".");
        own.push(name);
        own.push(format!(".{}.{attempt}.partial", std::process::id()));
        let path = place.with_file_name(own);
        match make(&path) {
            Ok(()) => {
                written.insert(path.clone());
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// So many names are tried.
const ATTEMPTS: u32 = 10_000;

impl PartialFolder {
    /// A new and empty one in the folder of `place`, so that what is made in it can be renamed to `place`.
    ///
    /// # Errors
    /// `place` names no file, or its folder cannot be written to.
    pub fn beside(place: &Path) -> std::io::Result<Self> {
        beside(place, new_private_folder).map(|path| Self { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PartialFolder {
    fn drop(&mut self) {
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(unix)]
fn new_private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn new_private_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir(path)
}

/// A file that is being written. Dropped, it is removed.
#[derive(Debug)]
pub struct Partial {
    path: PathBuf,
}

impl Partial {
    /// A new and empty one in the folder of `place`, so that it can be renamed.
    ///
    /// # Errors
    /// `place` names no file, or its folder cannot be written to.
    pub fn beside(place: &Path) -> std::io::Result<Self> {
        let create = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path).map(drop);
        beside(place, create).map(|path| Self { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// To write to it.
    ///
    /// # Errors
    /// It is gone, or may not be opened.
    pub fn open(&self) -> std::io::Result<File> {
        OpenOptions::new().write(true).open(&self.path)
    }

    /// Puts it in its place, over what may be there.
    ///
    /// # Errors
    /// That cannot be replaced; then it is as it was.
    pub fn place(self, at: &Path) -> std::io::Result<()> {
        let _still = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        fs::rename(&self.path, at)
    }

    /// Puts it where nothing may be: what another run has made in the meantime stays.
    ///
    /// # Errors
    /// Something is there, or nothing can be.
    pub fn place_new(self, at: &Path) -> std::io::Result<()> {
        let _still = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        match fs::hard_link(&self.path, at) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(error),
            // Not every file system has links.
            Err(_) => fs::rename(&self.path, at),
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
        written.remove(&self.path);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;

    #[test]
    fn what_is_being_written_is_known_until_it_has_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let known = || -> BTreeSet<PathBuf> {
            WRITTEN.lock().unwrap().iter().filter(|path| path.starts_with(folder.path())).cloned().collect()
        };
        let (done, under_way) = (folder.path().join("done"), folder.path().join("under-way"));
        Partial::beside(&done).unwrap().place(&done).unwrap();
        drop(Partial::beside(&under_way).unwrap());
        assert!(known().is_empty());
        let partial = Partial::beside(&under_way).unwrap();
        assert_eq!(known(), BTreeSet::from([partial.path().to_owned()]));
        remove(&known());
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, [done]);
    }

    #[test]
    fn what_an_older_process_of_this_number_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a");
        let left = folder.path().join(format!(".a.{}.0.partial", std::process::id()));
        fs::write(&left, "left").unwrap();
        let (one, other) = (Partial::beside(&place).unwrap(), Partial::beside(&place).unwrap());
        assert!(one.path() != other.path() && one.path() != left);
        one.place(&place).unwrap();
        drop(other);
        assert_eq!(fs::read_to_string(&left).unwrap(), "left");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
