//! Where exports are kept.

use crate::save;
use crate::trace::format::nsys;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The folder of exports; one for this run alone goes with it.
#[derive(Debug)]
pub(super) struct Exports {
    folder: PathBuf,
    /// Removed with all that is in it, when it is dropped.
    _of_this_run: Option<save::PartialFolder>,
}

impl Exports {
    pub(super) fn new(folder: Option<&Path>) -> io::Result<Self> {
        match folder {
            Some(folder) => {
                save::private_folder(folder)?;
                Ok(Self { folder: std::path::absolute(folder)?, _of_this_run: None })
            }
            None => {
                let own = save::PartialFolder::beside(&std::env::temp_dir().join("align-export"))?;
                Ok(Self { folder: own.path().to_owned(), _of_this_run: Some(own) })
            }
        }
    }

    /// Where the export of this report stands: under the hash of all its bytes.
    pub(super) fn place_of(&self, report: &Path) -> io::Result<PathBuf> {
        let mut file = File::open(report)?;
        let (mut hash, mut buffer) = (Sha256::new(), vec![0u8; 1 << 20]);
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => hash.update(buffer.get(..read).unwrap_or_default()),
            }
        }
        let mut name = String::new();
        for byte in hash.finalize() {
            let _ = write!(name, "{byte:02x}");
        }
        Ok(self.folder.join(name + ".sqlite"))
    }
}

/// Whether an export that one's own runs made stands here, as far as its begin tells.
pub(super) fn is_export(path: &Path) -> bool {
    save::open_own(path).is_some_and(begins_as_export)
}

pub(super) fn begins_as_export(mut file: File) -> bool {
    let mut head = [0u8; 16];
    file.read_exact(&mut head).is_ok() && head == nsys::MAGIC
}

/// Moves what was made to its place, whole, for its owner alone: it holds the environment of the capture.
pub(super) fn put(made: &Path, place: &Path) -> io::Result<()> {
    save::for_its_owner(&File::open(made)?)?;
    fs::rename(made, place)
}
