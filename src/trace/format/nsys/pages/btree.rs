//! The leaf pages of a table, in the order of its row ids.

use super::Doubt;
use super::file::PageFile;
use super::varint;

/// First byte of the pages of a table; the rows of one without row ids stand in other ones.
pub(super) const LEAF: u8 = 0x0d;
const INTERIOR: u8 = 0x05;

/// As deep as SQLite itself goes. The smallest pages reach 2^32 rows in 17 levels.
const LEVELS: usize = 20;

/// All leaves have the same depth in a table that SQLite wrote, so that only the pages above them are read here.
/// Whoever reads the leaves sees whether they are some.
pub(super) fn leaves(file: &PageFile, root: u32) -> Result<Vec<u32>, Doubt> {
    let mut level = vec![file.header.check(root)?];
    let mut seen = level.clone();
    let mut buffer = Vec::new();
    for _ in 0..LEVELS {
        let mut below = Vec::new();
        for (i, &page) in level.iter().enumerate() {
            let bytes = file.read(page, 1, &mut buffer)?;
            match bytes.first() {
                Some(&LEAF) if i == 0 => {
                    each_once(seen)?;
                    return Ok(level);
                }
                Some(&INTERIOR) => children(file, bytes, &mut below)?,
                _ => return Err(Doubt("a page is neither leaf nor interior")),
            }
            if below.len() > file.header.pages as usize {
                return Err(Doubt("more pages than there are"));
            }
        }
        seen.extend_from_slice(&below);
        level = below;
    }
    Err(Doubt("too many levels"))
}

/// The pages that an interior page names.
fn children(file: &PageFile, bytes: &[u8], below: &mut Vec<u32>) -> Result<(), Doubt> {
    let usable = file.header.usable;
    let cells = short(bytes, 3)?;
    if cells == 0 || cells > (file.header.page - 8) / 6 {
        return Err(Doubt("an impossible number of children"));
    }
    let first = 12 + 2 * cells;
    for i in 0..cells {
        let at = short(bytes, 12 + 2 * i)?;
        let end = varint::skip(bytes, at + 4).ok_or(Doubt("a child is cut off"))?;
        if at < first || end > usable {
            return Err(Doubt("a child lies outside its page"));
        }
        below.push(file.header.check(long(bytes, at)?)?);
    }
    below.push(file.header.check(long(bytes, 8)?)?);
    Ok(())
}

/// A page that is named twice is part of a circle, or holds rows of two places.
fn each_once(mut pages: Vec<u32>) -> Result<(), Doubt> {
    pages.sort_unstable();
    let twice = pages.windows(2).any(|pair| pair[0] == pair[1]);
    if twice { Err(Doubt("a page is named twice")) } else { Ok(()) }
}

/// Two bytes as a number.
#[inline]
pub(super) fn short(bytes: &[u8], at: usize) -> Result<usize, Doubt> {
    let bytes: &[u8; 2] = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Doubt("a number is cut off"))?;
    Ok(usize::from(u16::from_be_bytes(*bytes)))
}

/// Four bytes as a number.
pub(super) fn long(bytes: &[u8], at: usize) -> Result<u32, Doubt> {
    let bytes: &[u8; 4] = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(Doubt("a number is cut off"))?;
    Ok(u32::from_be_bytes(*bytes))
}
