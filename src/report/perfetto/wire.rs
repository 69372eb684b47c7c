//! The viewer's binary form as bytes: a message is its fields one after the other, each behind its number and kind.

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

/// Kinds of fields, as the form numbers them.
const VARINT: u32 = 0;
const EIGHT_BYTES: u32 = 1;
const LENGTH: u32 = 2;

impl Message {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn number(&mut self, field: u32, value: u64) {
        self.tag(field, VARINT);
        self.varint(value);
    }

    /// Negative ones as the form has them: ten bytes of the two's complement.
    pub(super) fn signed(&mut self, field: u32, value: i64) {
        self.number(field, value.cast_unsigned());
    }

    pub(super) fn fixed(&mut self, field: u32, value: u64) {
        self.tag(field, EIGHT_BYTES);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn text(&mut self, field: u32, text: &str) {
        self.block(field, text.as_bytes());
    }

    pub(super) fn message(&mut self, field: u32, message: &Message) {
        self.block(field, &message.bytes);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn block(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, LENGTH);
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn tag(&mut self, field: u32, kind: u32) {
        self.varint(u64::from(field << 3 | kind));
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_form_says() {
        let mut inner = Message::default();
        inner.text(2, "ab");
        let mut message = Message::default();
        message.number(8, 300);
        message.signed(12, -1);
        message.fixed(47, 1);
        message.message(60, &inner);
        let mut expected = vec![0x40, 0xac, 0x02, 0x60];
        expected.extend([0xff; 9].iter().chain(&[0x01]));
        expected.extend([0xf9, 0x02, 1, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([0xe2, 0x03, 4, 0x12, 2, b'a', b'b']);
        assert_eq!(message.into_bytes(), expected);
    }
}
