//! Which file a cached trace is of: its length, its time, and a digest of its beginning, its end and samples between.

use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Bytes of the beginning that are looked at: a database counts its changes there.
const HEAD: u64 = 64 << 10;
/// Bytes of each sample.
const SAMPLE: u64 = 4 << 10;
/// Evenly spaced; the last one is the file's end.
const SAMPLES: u64 = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(pub(super) String);

impl Key {
    /// `None` for what has no time or cannot be read; whoever reads it as a trace will say why.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let meta = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let time = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let mut digest = Sha256::new();
        // A log of changes beside a database is warned of in its trace.
        let log = path.with_file_name([path.file_name()?, "-wal".as_ref()].join("".as_ref()));
        let log = log.metadata().map_or(0, |meta| meta.len());
        for number in [meta.len(), time.as_nanos() as u64, log] {
            digest.update(number.to_le_bytes());
        }
        let last = meta.len().saturating_sub(SAMPLE);
        let samples = (1..=SAMPLES).map(|n| (last / SAMPLES * n, SAMPLE)).chain([(last, SAMPLE)]);
        let mut bytes = Vec::new();
        for (offset, length) in [(0, HEAD)].into_iter().chain(samples) {
            bytes.clear();
            file.seek(SeekFrom::Start(offset)).ok()?;
            file.by_ref().take(length).read_to_end(&mut bytes).ok()?;
            digest.update(&bytes);
        }
        let mut hex = String::new();
        for byte in &digest.finalize()[..16] {
            write!(hex, "{byte:02x}").ok()?;
        }
        Some(Self(hex))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use std::fs;
    use std::time::Duration;

    #[test]
    fn a_file_has_another_key_after_any_change_that_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let time = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let key = |content: &[u8], time| {
            fs::write(&path, content).unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
            Key::of(&path).unwrap()
        };
        let content = vec![1; 300_000];
        let first = key(&content, time);
        assert_eq!(key(&content, time), first);
        assert_ne!(key(&content, time + Duration::from_nanos(1)), first, "another time");
        assert_ne!(key(&content[1..], time), first, "another length");
        for place in [24, content.len() - 1] {
            let mut changed = content.clone();
            changed[place] = 2;
            assert_ne!(key(&changed, time), first, "another byte at {place}");
        }
        key(&content, time);
        fs::write(folder.path().join("a.sqlite-wal"), "x").unwrap();
        assert_ne!(Key::of(&path).unwrap(), first, "a log beside it");
        assert_eq!(Key::of(folder.path()), None, "a folder has none");
    }
}
