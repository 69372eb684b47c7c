//! The header of the file: how large pages are, and how many there are.

use super::super::MAGIC;
use super::Doubt;

/// The page with the byte that SQLite locks holds nothing.
const LOCKED_BYTE: u64 = 1 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// In bytes.
    pub(super) page: usize,
    /// Bytes of a page without what is reserved at its end.
    pub(super) usable: usize,
    /// Pages are numbered from 1 to this.
    pub(super) pages: u32,
    /// Whether the file also holds a map of who refers to which page.
    pub(super) is_mapped: bool,
}

impl Header {
    /// From the first bytes of a file of this length.
    pub(super) fn parse(head: &[u8], length: u64) -> Result<Self, Doubt> {
        let head: &[u8; 100] = head.first_chunk().ok_or(Doubt("no whole header"))?;
        let long = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let page = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 1 << 16,
            size => usize::from(size),
        };
        if !head.starts_with(MAGIC) || !page.is_power_of_two() || page < 512 {
            return Err(Doubt("no page size"));
        }
        let known_versions = (1..=2).contains(&head[18]) && (1..=2).contains(&head[19]);
        if !known_versions || head[21..24] != [64, 32, 32] {
            return Err(Doubt("another version of the format"));
        }
        if long(56) != 1 {
            return Err(Doubt("texts are not in UTF-8"));
        }
        let usable = page - usize::from(head[20]);
        if usable < 480 {
            return Err(Doubt("too many bytes are reserved"));
        }
        let whole = u32::try_from(length / page as u64).map_err(|_| Doubt("too many pages"))?;
        // The header's count holds if the last change was made by a version that keeps it.
        let counted = if head[24..28] == head[92..96] && long(28) > 0 { long(28) } else { whole };
        if counted > whole {
            return Err(Doubt("fewer pages than the header says"));
        }
        Ok(Self { page, usable, pages: counted, is_mapped: long(52) != 0 })
    }

    /// A number that was found in the file, as that of a page below the first.
    pub(super) fn check(&self, page: u32) -> Result<u32, Doubt> {
        let locked = LOCKED_BYTE / self.page as u64 + 1;
        if page < 2 || page > self.pages || u64::from(page) == locked {
            return Err(Doubt("no such page"));
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(page: u16) -> Vec<u8> {
        let mut head = vec![0; 100];
        head[..16].copy_from_slice(MAGIC);
        head[16..18].copy_from_slice(&page.to_be_bytes());
        head[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
        head[31] = 3;
        head[59] = 1;
        head
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(Header::parse(&head(512), 1536), Ok(Header { page: 512, usable: 512, pages: 3, is_mapped: false }));
        assert_eq!(
            Header::parse(&head(1), 200_000),
            Ok(Header { page: 65_536, usable: 65_536, pages: 3, is_mapped: false })
        );
        let mut reserved = head(512);
        reserved[20] = 32;
        assert_eq!(Header::parse(&reserved, 1536), Ok(Header { page: 512, usable: 480, pages: 3, is_mapped: false }));
        let mut mapped = head(512);
        mapped[55] = 3;
        assert!(Header::parse(&mapped, 1536).is_ok_and(|header| header.is_mapped));
        let mut count_is_stale = head(512);
        count_is_stale[27] = 1;
        assert_eq!(Header::parse(&count_is_stale, 5120).map(|header| header.pages), Ok(10));
    }

    #[test]
    fn what_is_odd_is_left_alone() {
        assert!(Header::parse(&head(512), 1024).is_err(), "cut off");
        assert!(Header::parse(&head(512)[..99], 1536).is_err());
        for (at, value) in [(0, b's'), (16, 3), (18, 3), (19, 0), (20, 33), (21, 65), (59, 2), (59, 3), (59, 0)] {
            let mut odd = head(512);
            odd[at] = value;
            assert!(Header::parse(&odd, 1 << 20).is_err(), "{at} {value}");
        }
    }

    #[test]
    fn pages_that_no_table_has_are_refused() {
        let header = Header { page: 4096, usable: 4096, pages: 300_000, is_mapped: false };
        assert_eq!(header.check(2), Ok(2));
        assert_eq!(header.check(300_000), Ok(300_000));
        for page in [0, 1, 300_001, u32::MAX, (1 << 18) + 1] {
            assert!(header.check(page).is_err(), "{page}");
        }
    }
}
