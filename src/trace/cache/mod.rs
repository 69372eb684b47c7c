//! Traces that were read before, as columns that need no decoding: a second check of a large export is a matter of
//! reading memory back.
//!
//! One file a trace, in a folder of our own. It holds what the model holds: no path, no host, no environment. Exports that were made
//! of reports lie in a folder beside, and are bounded, shown and cleared together with traces.

mod columns;
mod entry;
mod fits;
mod folder;
mod key;
mod map;

use super::Trace;
use crate::save::{Partial, for_its_owner, open_own, private_folder};
pub use folder::Entry;
use key::Key;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

/// Bytes of the smallest export that is kept: a smaller one is read as quickly as it is found.
const LEAST: u64 = 8 << 20;
/// Bytes of all that is kept, if nothing else is asked.
pub const CACHE_BYTES: u64 = 8 << 30;

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
        self.0.folder.join(folder::EXPORTS)
    }

    /// The place of an export in the cache; `None` for one that is not kept.
    pub(super) fn place(&self, export: &Path) -> Option<Place<'_>> {
        let large = export.metadata().is_ok_and(|meta| meta.is_file() && meta.len() >= self.0.least);
        let key = if large { Key::of(export)? } else { return None };
        let path = self.0.folder.join(&key.0).with_extension(folder::ENDING);
        Some(Place { cache: self, key, path })
    }

    /// All that is kept, the one used longest ago first.
    pub fn entries(&self) -> Vec<Entry> {
        folder::entries(&self.0.folder)
    }

    /// Removes all that is kept, and what a killed run left half-written; other files stay. What was removed, and what could
    /// not be.
    pub fn clear(&self) -> (Vec<Entry>, Vec<std::io::Error>) {
        folder::clear(&self.0.folder)
    }

    /// Removes what was used longest ago, if more is kept than may be: something was added.
    pub(super) fn keep_bounds(&self) {
        folder::make_room(&self.0.folder, self.0.most);
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
        let file = open_own(&self.path)?;
        let trace = entry::read(&file, &self.key, shown)?;
        // What is used is kept longest. Where it may not be touched, it only goes sooner.
        let _ = file.set_modified(SystemTime::now());
        Some(trace)
    }

    /// Keeps a trace while whoever read it goes on. What cannot be written is not kept: a cache has no errors.
    pub(super) fn keep(self, trace: &Arc<Trace>) {
        let Self { cache, key, path } = self;
        let (folder, most, trace) = (cache.0.folder.clone(), cache.0.most, Arc::clone(trace));
        let writer = std::thread::Builder::new().spawn(move || {
            let _ = write(&folder, most, &key, &path, &trace);
        });
        cache.0.writers.lock().unwrap_or_else(PoisonError::into_inner).extend(writer.ok());
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
        folder::make_room(folder, most - bytes);
        partial.place(path)?;
    }
    Ok(())
}
