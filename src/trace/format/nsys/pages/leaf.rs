//! The rows of one leaf page.

use super::super::source::Take;
use super::btree::{LEAF, long, short};
use super::overflow::{Overflow, local};
use super::record::{Decoder, Plan};
use super::{Doubt, varint};

/// Reads leaves one after the other.
#[derive(Debug)]
pub(super) struct Leaves<'f> {
    decoder: Decoder<'f>,
    overflow: Overflow<'f>,
}

impl<'f> Leaves<'f> {
    pub(super) fn new(plan: &'f Plan, overflow: Overflow<'f>) -> Self {
        Self { decoder: Decoder::new(plan), overflow }
    }

    /// Takes the rows of the page that `bytes` begin with; more bytes follow it.
    pub(super) fn take<T: Take>(&mut self, bytes: &[u8], take: &T, part: &mut T::Part) -> Result<(), Doubt> {
        let header = self.overflow.file.header;
        let cells = checked_rows(bytes, header.page)?;
        let first = 8 + 2 * cells;
        for i in 0..cells {
            let at = short(bytes, 8 + 2 * i)?;
            if at < first || at > header.usable - 4 {
                return Err(Doubt("a row lies outside its page"));
            }
            let (payload, at) = varint::read(bytes, at).ok_or(Doubt("a row is cut off"))?;
            let at = varint::skip(bytes, at).ok_or(Doubt("a row is cut off"))?;
            let payload = usize::try_from(payload).ok().filter(|&payload| payload <= 1 << 30);
            let payload = payload.ok_or(Doubt("a row of gigabytes"))?;
            let local = local(&header, payload);
            let after = if local < payload { 4 } else { 0 };
            if at + local + after > header.usable {
                return Err(Doubt("a row lies outside its page"));
            }
            let record = bytes.get(at..at + local).ok_or(Doubt("a row is cut off"))?;
            let found = self.decoder.find(record, payload)?;
            if found.needed <= local {
                take.take(&self.decoder.row(found, bytes, at), part);
            } else {
                let row = self.overflow.assemble(record, long(bytes, at + local)?, found.needed)?;
                take.take(&self.decoder.row(found, row, 0), part);
            }
        }
        Ok(())
    }
}

/// How many rows a leaf says it has. Whether it may have none is for the caller to say.
pub(super) fn rows(bytes: &[u8]) -> usize {
    short(bytes, 3).unwrap_or(0)
}

fn checked_rows(bytes: &[u8], page: usize) -> Result<usize, Doubt> {
    if bytes.first() != Some(&LEAF) {
        return Err(Doubt("a page is no leaf"));
    }
    let rows = short(bytes, 3)?;
    if rows > (page - 8) / 6 { Err(Doubt("an impossible number of rows")) } else { Ok(rows) }
}
