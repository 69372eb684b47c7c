//! Traces that were read before, as columns that need no decoding: a second check of a large export is a matter of
//! reading memory back.
//!
//! One file a trace, in a folder of our own. It holds what the model holds: no path, no host, no environment.

mod columns;
mod entry;
mod key;
mod map;

use super::Trace;
use crate::save::Partial;
use key::Key;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

/// Bytes of the smallest export that is kept: a smaller one is read as quickly as it is found.
const LEAST: u64 = 8 << 20;
/// Bytes of all that is kept, if nothing else is asked.
pub const CACHE_BYTES: u64 = 8 << 30;
/// How an entry's name ends.
const ENDING: &str = "trace";
/// The folder of exports that were made of reports.
const EXPORTS: &str = "exports";

/// A folder of cached traces. Its clones are one; the last one that is dropped waits for what is being written.
#[derive(Debug, Clone)]
pub struct Cache(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    least: u64,
    most: u64,
    writers: Mutex<Vec<JoinHandle<()>>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let writers = self.writers.get_mut().unwrap_or_else(PoisonError::into_inner);
        for writer in writers.drain(..) {
            let _ = writer.join();
        }
    }
}

/// One cached trace, as the folder shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub bytes: u64,
    /// When it was last written or read.
    pub used: SystemTime,
}

impl Cache {
    /// In this folder, which is made when something is kept.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::bounded(folder, LEAST, CACHE_BYTES)
    }

    /// Of exports of at least so many bytes, and of at most so many bytes in all.
    pub fn bounded(folder: impl Into<PathBuf>, least: u64, most: u64) -> Self {
        Self(Arc::new(Shared { folder: folder.into(), least, most, writers: Mutex::default() }))
    }

    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Where exports of reports are kept.
    pub fn exports(&self) -> PathBuf {
        self.0.folder.join(EXPORTS)
    }

    /// The place of an export in the cache; `None` for one that is not kept.
    pub(super) fn place(&self, export: &Path) -> Option<Place<'_>> {
        let large = export.metadata().is_ok_and(|meta| meta.is_file() && meta.len() >= self.0.least);
        let key = if large { Key::of(export)? } else { return None };
        let path = self.0.folder.join(&key.0).with_extension(ENDING);
        Some(Place { cache: self, key, path })
    }

    /// All that is kept, the one used longest ago first.
    pub fn entries(&self) -> Vec<Entry> {
        entries(&self.0.folder)
    }

    /// Removes all that is kept, and what a killed run left half-written; other files stay. What was removed.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn clear(&self) -> std::io::Result<Vec<Entry>> {
        let entries = self.entries();
        for path in entries.iter().map(|entry| entry.path.clone()).chain(files(&self.0.folder, "partial")) {
            fs::remove_file(path)?;
        }
        Ok(entries)
    }
}

/// Where a trace is kept, whether or not it is there.
#[derive(Debug)]
pub(super) struct Place<'c> {
    cache: &'c Cache,
    key: Key,
    path: PathBuf,
}

impl Place<'_> {
    /// The trace, under the path it was asked for by, if it is there and whole.
    pub(super) fn find(&self, shown: &str) -> Option<Trace> {
        let file = File::open(&self.path).ok()?;
        let trace = entry::read(&file, &self.key, shown)?;
        // What is used is kept longest. Where it may not be touched, it only goes sooner.
        let _ = file.set_modified(SystemTime::now());
        Some(trace)
    }

    /// Keeps a trace while whoever read it goes on. What cannot be written is not kept: a cache has no errors.
    pub(super) fn keep(self, trace: &Arc<Trace>) {
        let Self { cache, key, path } = self;
        let (folder, most, trace) = (cache.0.folder.clone(), cache.0.most, Arc::clone(trace));
        let writer = std::thread::spawn(move || {
            let _ = write(&folder, most, &key, &path, &trace);
        });
        cache.0.writers.lock().unwrap_or_else(PoisonError::into_inner).push(writer);
    }
}

fn write(folder: &Path, most: u64, key: &Key, path: &Path, trace: &Trace) -> std::io::Result<()> {
    private_folder(folder)?;
    let partial = Partial::beside(path)?;
    let file = partial.open()?;
    for_its_owner(&file)?;
    entry::write(&file, key, trace)?;
    let bytes = file.metadata()?.len();
    if bytes <= most {
        make_room(folder, most - bytes);
        partial.place(path)?;
    }
    Ok(())
}

/// Removes what was used longest ago until the rest takes no more than this many bytes.
fn make_room(folder: &Path, most: u64) {
    let entries = entries(folder);
    let mut held: u64 = entries.iter().map(|entry| entry.bytes).sum();
    for entry in entries {
        if held <= most {
            break;
        }
        // Another run may have removed it.
        let _ = fs::remove_file(&entry.path);
        held -= entry.bytes;
    }
}

/// All that is kept, the one used longest ago first.
fn entries(folder: &Path) -> Vec<Entry> {
    let entry = |path: PathBuf| {
        let meta = path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Entry { path, bytes: meta.len(), used: meta.modified().ok()? })
    };
    let mut entries: Vec<Entry> =
        files(folder, ENDING).chain(files(&folder.join(EXPORTS), "sqlite")).filter_map(entry).collect();
    entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    entries
}

/// The files of a folder whose names end so.
fn files<'e>(folder: &Path, ending: &'e str) -> impl Iterator<Item = PathBuf> + use<'e> {
    let paths = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(move |path| path.extension().is_some_and(|end| end == ending))
}

/// Kernel names and modules are the user's own.
#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn for_its_owner(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn for_its_owner(_: &File) -> std::io::Result<()> {
    Ok(())
}
