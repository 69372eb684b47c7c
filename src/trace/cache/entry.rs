//! The file of one cached trace: a head in JSON, and the columns as they lie in memory.
//!
//! ```text
//! MAGIC | length of the head (8 bytes) | its checksum (8) | head | columns, each from a multiple of 8 on
//! ```
//!
//! Numbers are in the machine's own order. What was damaged or made elsewhere has another head or another checksum, and
//! is as good as absent.

use super::columns::{Texts, join, split};
use super::key::Key;
use super::map::{ALIGNMENT, Columns, PIECE, map};
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Write};

const MAGIC: &[u8; 16] = b"align trace 0002";
/// Bytes before the head.
const START: usize = MAGIC.len() + 16;

#[derive(Serialize, Deserialize)]
struct Head {
    /// The program's: another one may read the same file to other columns.
    version: String,
    big_endian: bool,
    key: String,
    /// Bytes of each column.
    lengths: Vec<usize>,
    /// Of every piece of every column.
    sums: Vec<u32>,
    texts: Texts,
}

/// Writes a trace; nothing is kept of where it lies.
pub(super) fn write(file: &File, key: &Key, trace: &Trace) -> std::io::Result<()> {
    let (texts, columns) = split(trace);
    let head = Head {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        big_endian: cfg!(target_endian = "big"),
        key: key.0.clone(),
        lengths: columns.iter().map(|column| column.len()).collect(),
        sums: columns.iter().flat_map(|column| column.chunks(PIECE)).map(crc32fast::hash).collect(),
        texts,
    };
    let head = serde_json::to_vec(&head)?;
    let mut out = BufWriter::with_capacity(PIECE, file);
    out.write_all(MAGIC)?;
    out.write_all(&(head.len() as u64).to_le_bytes())?;
    out.write_all(&u64::from(crc32fast::hash(&head)).to_le_bytes())?;
    out.write_all(&head)?;
    let mut at = START + head.len();
    for column in &columns {
        let start = at.next_multiple_of(ALIGNMENT);
        out.write_all(&[0; ALIGNMENT][..start - at])?;
        out.write_all(column)?;
        at = start + column.len();
    }
    out.flush()
}

/// The trace of this key, if the file holds it whole.
pub(super) fn read(file: &File, key: &Key, path: &str) -> Option<Trace> {
    let file = map(file)?;
    let number = |at: usize| Some(u64::from_le_bytes(file.get(at..at + 8)?.try_into().ok()?));
    let end = START.checked_add(usize::try_from(number(MAGIC.len())?).ok()?)?;
    let head = file.get(START..end)?;
    if !file.starts_with(MAGIC) || number(MAGIC.len() + 8)? != u64::from(crc32fast::hash(head)) {
        return None;
    }
    let Head { version, big_endian, key: of, lengths, sums, texts } = serde_json::from_slice(head).ok()?;
    if version != env!("CARGO_PKG_VERSION") || big_endian != cfg!(target_endian = "big") || of != key.0 {
        return None;
    }
    join(texts, Columns::checked(file, end, &lengths, &sums)?, path)
}
