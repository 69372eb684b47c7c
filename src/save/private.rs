//! What is for its owner alone: traces hold names of the user's own, exports whole environments.

use std::fs::{self, File};
use std::path::Path;

/// Makes a folder that its owner alone may look into, with those above it; one that is there stays as it is.
///
/// # Errors
/// It cannot be made.
#[cfg(unix)]
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Lets its owner alone read a file.
///
/// # Errors
/// It is somebody else's.
#[cfg(unix)]
pub fn for_its_owner(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
pub fn for_its_owner(_: &File) -> std::io::Result<()> {
    Ok(())
}

/// Opens a file for reading that is one, no link, and its user's own: what others put there is not to be trusted.
pub fn open_own(path: &Path) -> Option<File> {
    let meta = path.symlink_metadata().ok()?;
    if meta.is_file() && is_own(&meta) { File::open(path).ok() } else { None }
}

#[cfg(unix)]
fn is_own(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    meta.uid() == nix::unistd::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &fs::Metadata) -> bool {
    true
}
