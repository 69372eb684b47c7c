//! Input that tells a meter how far it is read, and ends in an error where no memory is left.

use crate::meter::Meter;
use std::io::{Error, ErrorKind, Read};

/// Bytes between two questions whether there is room.
const STRETCH: u64 = 4 << 20;

pub(super) struct Metered<'m, R> {
    input: R,
    meter: &'m Meter,
    /// Until the next question.
    left: u64,
}

impl<'m, R> Metered<'m, R> {
    pub(super) fn new(input: R, meter: &'m Meter) -> Self {
        Self { input, meter, left: STRETCH }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.meter.advance(read as u64);
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.meter.room(0).map_err(|exceeded| Error::new(ErrorKind::OutOfMemory, exceeded.to_string()))?;
                self.left = STRETCH;
            }
        }
        Ok(read)
    }
}
