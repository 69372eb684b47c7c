//! What of a folder is the cache's: by names that only it gives, so that nothing else is ever counted or removed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How an entry's name ends, behind the digits of its key.
pub(super) const ENDING: &str = "trace";
/// The folder of exports that were made of reports, each named by the digits of its report's hash.
pub(super) const EXPORTS: &str = "exports";
const EXPORT: &str = "sqlite";
/// Hexadecimal digits of a key and of a hash.
const DIGITS: [usize; 2] = [32, 64];
/// What is half-written for longer, nobody writes any more.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// One cached trace, as the folder shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub bytes: u64,
    /// When it was last written or read.
    pub used: SystemTime,
}

/// All that is kept, the one used longest ago first.
pub(super) fn entries(folder: &Path) -> Vec<Entry> {
    let entry = |path: PathBuf| {
        let meta = path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Entry { path, bytes: meta.len(), used: meta.modified().ok()? })
    };
    let mut entries: Vec<Entry> = named(folder, is_entry).into_iter().filter_map(entry).collect();
    entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    entries
}

/// Removes all of it; what was removed, and what could not be.
pub(super) fn clear(folder: &Path) -> (Vec<Entry>, Vec<std::io::Error>) {
    let (mut removed, mut errors) = (Vec::new(), Vec::new());
    for entry in entries(folder) {
        match fs::remove_file(&entry.path) {
            Ok(()) => removed.push(entry),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(named(folder, is_half_written).iter().filter_map(|path| remove(path).err()));
    (removed, errors)
}

/// Removes what was abandoned, and what was used longest ago until the rest takes no more than this many bytes.
pub(super) fn make_room(folder: &Path, most: u64) {
    let age = |path: &Path| path.symlink_metadata().ok()?.modified().ok()?.elapsed().ok();
    for path in named(folder, is_half_written) {
        if age(&path).is_some_and(|age| age > ABANDONED) {
            // Another run may be quicker.
            let _ = remove(&path);
        }
    }
    let entries = entries(folder);
    let mut held: u64 = entries.iter().map(|entry| entry.bytes).sum();
    for entry in entries {
        if held <= most {
            break;
        }
        let _ = fs::remove_file(&entry.path);
        held -= entry.bytes;
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// What has such a name, among traces and exports.
fn named(folder: &Path, is: fn(&str) -> bool) -> Vec<PathBuf> {
    let listed = [folder.to_owned(), folder.join(EXPORTS)].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let paths = listed.flatten().filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is)).collect()
}

/// `KEY.trace` or `HASH.sqlite`.
fn is_entry(name: &str) -> bool {
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    name.split_once('.').is_some_and(|(stem, ending)| {
        [ENDING, EXPORT].into_iter().zip(DIGITS).any(|(known, count)| ending == known && digits(stem, count))
    })
}

/// As [`crate::save`] names what is on its way to an entry: `.KEY.trace.….partial`.
fn is_half_written(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".partial"));
    inner.is_some_and(|inner| {
        let mut parts = inner.splitn(3, '.');
        let (stem, ending) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        parts.next().is_some() && is_entry(&format!("{stem}.{ending}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_the_cache_gives_are_its_own() {
        let (key, hash) = ("0a".repeat(16), "0a".repeat(32));
        for own in [format!("{key}.trace"), format!("{hash}.sqlite")] {
            assert!(is_entry(&own) && !is_half_written(&own), "{own}");
            let on_its_way = format!(".{own}.12.0.partial");
            assert!(is_half_written(&on_its_way) && !is_entry(&on_its_way), "{on_its_way}");
        }
        let others = ["golden.trace", "run.sqlite", "notes.partial", ".a.trace.1.partial", ".partial", ""];
        let nearly = [format!("{key}.sqlite"), format!("{hash}.trace"), key.clone(), format!("{key}.trace.gz")];
        for other in others.map(str::to_owned).iter().chain(&nearly).chain([&key.to_uppercase()]) {
            assert!(!is_entry(other) && !is_half_written(other), "{other}");
        }
    }
}
