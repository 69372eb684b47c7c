//! A cached trace's file in memory, as the pages of the file itself: nothing is copied before it is looked at.

use crate::trace::column::Column;
use bytemuck::Pod;
use memmap2::Mmap;
use rayon::prelude::*;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// Every column begins at a multiple of this, so that values of any width lie as they must.
pub(super) const ALIGNMENT: usize = 8;
/// Bytes with a checksum of their own.
pub(super) const PIECE: usize = 1 << 20;

/// Maps a file that is only ever replaced as a whole.
#[allow(unsafe_code, reason = "a mapped file is memory that others can change")]
pub(super) fn map(file: &File) -> Option<Mmap> {
    // SAFETY: the file is its owner's alone, and lies where nothing but this program writes. It is written under another name,
    // renamed when it is whole, and then only read or unlinked, which leaves the map as it is.
    unsafe { Mmap::map(file) }.ok()
}

/// Columns of a file that was checked, in their order.
pub(super) struct Columns {
    file: Arc<Mmap>,
    places: std::vec::IntoIter<Range<usize>>,
}

impl Columns {
    /// Of these lengths in bytes, from `start` to the end of the file; `None` unless every sum is right.
    pub(super) fn checked(file: Mmap, start: usize, lengths: &[usize], sums: &[u32]) -> Option<Self> {
        let mut at = start;
        let mut places = Vec::new();
        for &length in lengths {
            at = at.checked_next_multiple_of(ALIGNMENT)?;
            let end = at.checked_add(length)?;
            places.push(at..end);
            at = end;
        }
        if at != file.len() {
            return None;
        }
        let columns = places.iter().map(|place| file.get(place.clone())).collect::<Option<Vec<_>>>()?;
        let pieces: Vec<&[u8]> = columns.into_iter().flat_map(|column| column.chunks(PIECE)).collect();
        let whole = pieces.len() == sums.len()
            && pieces.into_par_iter().zip(sums).all(|(piece, sum)| crc32fast::hash(piece) == *sum);
        whole.then(|| Self { file: Arc::new(file), places: places.into_iter() })
    }

    pub(super) fn next<T: Pod>(&mut self) -> Option<Column<T>> {
        Column::mapped(&self.file, self.places.next()?)
    }

    /// Whether none is left.
    pub(super) fn end(&self) -> bool {
        self.places.len() == 0
    }
}
