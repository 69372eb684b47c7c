//! A thread of its own for each script: depth limits hold whatever the caller's stack is, and a failure
//! inside the engine stays there.

use super::limits::STACK_BYTES;
use std::panic::resume_unwind;
use std::thread;

/// Runs `work` on a thread with the stack that the limits were chosen for.
///
/// # Errors
/// In words: the thread could not be started, or the engine failed.
pub(super) fn isolated<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("rule".to_owned()).stack_size(STACK_BYTES).spawn_scoped(scope, work);
        match thread {
            Ok(thread) => thread.join().or_else(|payload| match text(&*payload) {
                Some(text) => Err(format!("the script engine failed: {text}")),
                None => resume_unwind(payload),
            }),
            Err(error) => Err(format!("no thread could be started: {error}")),
        }
    })
}

fn text(payload: &(dyn std::any::Any + Send)) -> Option<String> {
    payload.downcast_ref::<String>().cloned().or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()))
}
