//! Rows that are longer than a page: their rest stands on a chain of overflow pages.

use super::Doubt;
use super::btree::long;
use super::file::{PADDING, PageFile};
use super::header::Header;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many bytes of a row of `payload` bytes stand on the leaf itself.
#[inline]
pub(super) fn local(header: &Header, payload: usize) -> usize {
    let most = header.usable - 35;
    if payload <= most {
        return payload;
    }
    let least = (header.usable - 12) * 32 / 255 - 23;
    let local = least + (payload - least) % (header.usable - 4);
    if local <= most { local } else { least }
}

/// Puts rows together. No table has more overflow pages than the file has pages: a circle, or a chain that many rows
/// share, comes to an end.
#[derive(Debug)]
pub(super) struct Overflow<'f> {
    pub(super) file: &'f PageFile,
    pub(super) followed: &'f AtomicU32,
    pub(super) page: Vec<u8>,
    row: Vec<u8>,
}

impl<'f> Overflow<'f> {
    pub(super) fn new(file: &'f PageFile, followed: &'f AtomicU32) -> Self {
        Self { file, followed, page: Vec::new(), row: Vec::new() }
    }

    /// The first `needed` bytes of a row, of which `local` stand on the leaf, before the number of the next page.
    pub(super) fn assemble(&mut self, local: &[u8], next: u32, needed: usize) -> Result<&[u8], Doubt> {
        let header = self.file.header;
        // SQLite finds its way along the chain by the map then, which may say otherwise.
        if header.is_mapped {
            return Err(Doubt("overflow pages with a map"));
        }
        self.row.clear();
        self.row.extend_from_slice(local);
        let mut next = next;
        while self.row.len() < needed {
            if self.followed.fetch_add(1, Ordering::Relaxed) >= header.pages {
                return Err(Doubt("more overflow pages than pages"));
            }
            let bytes = self.file.read(header.check(next)?, 1, &mut self.page)?;
            next = long(bytes, 0)?;
            let rest = (needed - self.row.len()).min(header.usable - 4);
            self.row.extend_from_slice(bytes.get(4..4 + rest).ok_or(Doubt("an overflow page is cut off"))?);
        }
        self.row.extend_from_slice(&[0; PADDING]);
        Ok(&self.row)
    }
}
