//! Pages of the file, read where they stand.

use super::Doubt;
use super::header::Header;
use std::fs::File;
use std::path::Path;

/// Bytes behind the last page in a buffer: an integer of any length is read as eight bytes.
pub(super) const PADDING: usize = 8;

#[derive(Debug)]
pub(super) struct PageFile {
    file: File,
    pub(super) header: Header,
}

impl PageFile {
    /// `head` are the first bytes of the file.
    pub(super) fn open(path: &Path, head: &[u8]) -> Result<Self, Doubt> {
        let file = File::open(path).map_err(|_| Doubt("the file cannot be opened"))?;
        let length = file.metadata().map_err(|_| Doubt("the file has no length"))?.len();
        Ok(Self { file, header: Header::parse(head, length)? })
    }

    /// Reads `count` pages from `first` on to the start of the buffer. Only as many bytes as the file has are asked for.
    pub(super) fn read<'b>(&self, first: u32, count: usize, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Doubt> {
        let length = count * self.header.page;
        if buffer.len() < length + PADDING {
            buffer.resize(length + PADDING, 0);
        }
        let read = buffer.get_mut(..length).ok_or(Doubt("no buffer"))?;
        read_exact_at(&self.file, read, u64::from(first - 1) * self.header.page as u64)
            .map_err(|_| Doubt("a page cannot be read"))?;
        Ok(buffer)
    }
}

fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, offset) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer = buffer.get_mut(read..).unwrap_or_default();
                offset += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Elsewhere SQLite reads everything.
#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> std::io::Result<usize> {
    Err(std::io::ErrorKind::Unsupported.into())
}
