//! Whatever the file, both readers of SQLite exports say the same, and neither panics.
//!
//! The first eight bytes make an export, each further three a byte of it that changes; the corpus needs no files.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/all/support/page_files.rs"]
mod page_files;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

/// Made once each: writing a database takes longer than reading it twice.
static EXPORTS: [OnceLock<Vec<u8>>; 64] = [const { OnceLock::new() }; 64];

fuzz_target!(|data: &[u8]| {
    let Some((seed, changes)) = data.split_first_chunk::<8>() else { return };
    let seed = u64::from_le_bytes(*seed) % EXPORTS.len() as u64;
    let folder = tempfile::tempdir().expect("a folder for the export");
    let path = folder.path().join("trace.sqlite");
    let export = EXPORTS[seed as usize].get_or_init(|| {
        page_files::write_export(&path, seed);
        std::fs::read(&path).expect("the export")
    });
    let mut bytes = export.clone();
    for change in changes.chunks_exact(3) {
        // Pages begin with what matters most: half of the changes go there.
        let page = 1 << (change[0] & 7) << 9;
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) * if change[1] & 1 == 0 { 1 } else { page };
        let length = bytes.len();
        if let Some(byte) = bytes.get_mut(at % length) {
            *byte = change[2];
        }
    }
    std::fs::write(&path, &bytes).expect("the export is written");
    if let Err(why) = page_files::agree(&path) {
        panic!("the readers differ {why}");
    }
});
