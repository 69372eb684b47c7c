//! Runs at once wait for each other, for a while.

use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind};
use std::time::Duration;

/// Others hold the lock while they read, or write one line; who holds it longer has stopped.
pub(super) const ATTEMPTS: usize = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Takes a lock by one of the file's own ways to try it. It ends with the file.
///
/// # Errors
/// Another process holds it to the last attempt.
pub(super) fn lock(file: &File, attempts: usize, take: fn(&File) -> Result<(), TryLockError>) -> std::io::Result<()> {
    for _ in 0..attempts {
        match take(file) {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            // Not every file system has locks; a line is still written in one piece.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(Error::new(ErrorKind::WouldBlock, "another process holds it locked"))
}
