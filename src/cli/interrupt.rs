//! Ctrl-C, and a request to end: nothing half-written stays behind.

use crate::capture;
use crate::save;

/// As a shell says that a process was interrupted.
const INTERRUPTED: i32 = 130;

/// Ends the process, when asked to, without a file that is only half there.
pub(super) fn handle() {
    // Where it cannot be handled, the process ends as it would have.
    let _ = ctrlc::set_handler(|| {
        // A capture is ended first, and what it recorded is kept.
        if capture::interrupt() {
            return;
        }
        save::discard();
        std::process::exit(INTERRUPTED);
    });
}
