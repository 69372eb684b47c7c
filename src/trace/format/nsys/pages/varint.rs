//! SQLite's integers of variable length: seven bits a byte, the most significant first; a ninth byte has eight.

/// The integer at `at`, and where it ends.
#[inline]
pub(super) fn read(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let first = *bytes.get(at)?;
    if first < 0x80 { Some((u64::from(first), at + 1)) } else { longer(bytes, at) }
}

fn longer(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for (i, &byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if i == 8 {
            return Some((value << 8 | u64::from(byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, at + i + 1));
        }
    }
    None
}

/// Where the integer at `at` ends.
#[inline]
pub(super) fn skip(bytes: &[u8], at: usize) -> Option<usize> {
    read(bytes, at).map(|(_, end)| end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As SQLite writes it.
    fn written(value: u64) -> Vec<u8> {
        if value >= 1 << 56 {
            let mut bytes: Vec<u8> = (0..8).map(|i| (value >> (8 + 7 * (7 - i))) as u8 | 0x80).collect();
            bytes.push(value as u8);
            return bytes;
        }
        let mut bytes = vec![(value & 0x7f) as u8];
        let mut rest = value >> 7;
        while rest > 0 {
            bytes.insert(0, (rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value: u64, shift in 0u32..64, before in 0usize..4) {
            let value = value >> shift;
            let mut bytes = vec![0xff; before];
            bytes.extend(written(value));
            let end = bytes.len();
            prop_assert_eq!(read(&bytes, before), Some((value, end)));
            bytes.push(7);
            prop_assert_eq!(read(&bytes, before), Some((value, end)));
            prop_assert_eq!(skip(&bytes, before), Some(end));
            prop_assert_eq!(read(&bytes[..end - 1], before), None, "cut off");
        }
    }
}
