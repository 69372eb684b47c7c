//! Reads a table: its leaves in runs of neighbouring pages, many runs at once.

use super::super::source::{Scan, Source, Stop, Take, Wanted};
use super::file::PageFile;
use super::leaf::{Leaves, rows};
use super::overflow::Overflow;
use super::record::Plan;
use super::{Doubt, btree};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

/// Bytes that are read at once: they stay in the cache of a core while their rows are decoded.
const RUN: usize = 256 << 10;
/// Bytes of the leaves that make one part.
const PART: usize = 1 << 20;
/// Parts that are read at once; what is learnt from them helps with those after.
const WAVE: usize = 64;
/// Pages of others between two leaves that are read along rather than left out.
const GAP: u32 = 4;

/// The file, for reading tables from its pages.
#[derive(Debug)]
pub(in super::super) struct Pages {
    file: PageFile,
}

impl Pages {
    /// `head` are the first bytes of the file.
    pub(in super::super) fn open(path: &Path, head: &[u8]) -> Result<Self, Doubt> {
        Ok(Self { file: PageFile::open(path, head)? })
    }

    /// The rows of these leaves. Only the one leaf of a table may be empty.
    fn part<T: Take>(
        &self,
        reading: &mut Reading<'_>,
        leaves: &[u32],
        take: &T,
        alone: bool,
    ) -> Result<T::Part, Doubt> {
        let page = self.file.header.page;
        let mut part: Option<T::Part> = None;
        for run in runs(leaves, RUN / page) {
            let (&[first, ..], Some(&last)) = (run, run.last()) else { continue };
            let bytes = self.file.read(first, (last - first) as usize + 1, &mut reading.buffer)?;
            for &leaf in run {
                let bytes = bytes.get((leaf - first) as usize * page..).ok_or(Doubt("a page is cut off"))?;
                if !alone && rows(bytes) == 0 {
                    return Err(Doubt("a leaf without rows"));
                }
                // Leaves of a table mostly have about as many rows.
                let part = part.get_or_insert_with(|| take.part(rows(bytes).min(page / 6) * leaves.len() * 9 / 8));
                reading.leaves.take(bytes, take, part)?;
            }
        }
        Ok(part.unwrap_or_default())
    }
}

/// What one thread keeps from run to run.
struct Reading<'f> {
    buffer: Vec<u8>,
    leaves: Leaves<'f>,
}

impl Source for Pages {
    type Failure = Doubt;

    fn scan<T: Take>(&self, scan: &mut Scan<'_, '_, T>) -> Result<Vec<T::Part>, Doubt> {
        let Wanted { table, columns, schema } = scan.wanted;
        let table = schema.table(table).ok_or(Doubt("no such table"))?;
        let plan = Plan::of(table, columns)?;
        let leaves = btree::leaves(&self.file, table.root.ok_or(Doubt("a table without a page"))?)?;
        let followed = AtomicU32::new(0);
        // Buffers, and what was learnt of headers, go from part to part: there are as many as threads.
        let idle: Mutex<Vec<Reading<'_>>> = Mutex::default();
        let read = |leaves_of_part: &[u32], take: &T| {
            let waiting = idle.lock().ok().and_then(|mut idle| idle.pop());
            let mut reading = waiting.unwrap_or_else(|| Reading {
                buffer: Vec::new(),
                leaves: Leaves::new(&plan, Overflow::new(&self.file, &followed)),
            });
            let part = self.part(&mut reading, leaves_of_part, take, leaves.len() == 1);
            if let Ok(mut idle) = idle.lock() {
                idle.push(reading);
            }
            part
        };
        let size = (PART / self.file.header.page).max(1);
        let mut parts: Vec<T::Part> = Vec::new();
        let (mut rest, mut wave) = (leaves.as_slice(), 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(wave * size));
            let (done, take) = (parts.len(), &*scan.take);
            if now.len() <= size {
                parts.push(read(now, take)?);
            } else {
                let wave: Result<Vec<_>, Doubt> = now.par_chunks(size).map(|part| read(part, take)).collect();
                parts.append(&mut wave?);
            }
            scan.meter.advance((now.len() * self.file.header.page) as u64);
            scan.add(&mut parts, done).map_err(|stop| match stop {
                Stop::Name(_) => Doubt("a name cannot be read"),
                Stop::Memory(_) => Doubt("no memory is left for it"),
            })?;
            (rest, wave) = (later, WAVE);
        }
        Ok(parts)
    }
}

/// Splits leaves into stretches of at most `most` pages from first to last, in order and with few pages in between.
fn runs(leaves: &[u32], most: usize) -> impl Iterator<Item = &[u32]> {
    let mut rest = leaves;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        let joins =
            |pair: &[u32]| pair[1] > pair[0] && pair[1] - pair[0] <= GAP + 1 && ((pair[1] - first) as usize) < most;
        let length = 1 + rest.windows(2).take_while(|pair| joins(pair)).count();
        let (run, later) = rest.split_at(length);
        rest = later;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_of_neighbours_and_no_longer_than_allowed() {
        let of = |leaves: &[u32], most| runs(leaves, most).map(<[u32]>::to_vec).collect::<Vec<_>>();
        assert_eq!(of(&[], 4), Vec::<Vec<u32>>::new());
        assert_eq!(of(&[3, 4, 5, 6, 7], 4), [vec![3, 4, 5, 6], vec![7]]);
        assert_eq!(of(&[3, 5, 10, 16, 9], 100), [vec![3, 5, 10], vec![16], vec![9]]);
        assert_eq!(of(&[3, 4], 1), [vec![3], vec![4]]);
        assert_eq!(of(&[8, 7, 7], 100), [vec![8], vec![7], vec![7]]);
    }
}
