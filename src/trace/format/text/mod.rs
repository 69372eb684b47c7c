//! Traces written as text: small ones that a test of a spec or rule brings along and that a reviewer reads at a glance.
//!
//! One thing a line, nesting by indentation, names last on their line. Such a trace is carried out like a program: lines
//! take their time one after the other, and what they do is recorded as a profiler would have recorded it. The result is
//! a [`Trace`] like any other. `docs/text-traces.md` is the reference.
//!
//! ```text
//! align-trace 1
//! gpu     NVIDIA H100 80GB HBM3
//! repeat 10
//!   range iter
//!     kernel 2.4us 8/128  void vllm::reshape_and_cache_flash_kernel<…>(…)
//! ```

mod check;
mod lines;
mod mistakes;
mod parse;
mod play;
mod read_line;
mod recording;
mod statement;
mod values;

use crate::diag::{Problem, SourceFile};
use crate::limits::TEXT_TRACE_BYTES;
use crate::trace::Trace;
use mistakes::Mistakes;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The word that the first line starts with.
pub(super) const MAGIC: &[u8] = b"align-trace";

/// Reads the trace at `path`.
pub(super) fn read(path: &Path, shown: &str) -> Result<Trace, Problem> {
    let text = text(path, shown)?;
    of_text(&SourceFile::new(shown, text))
}

/// The trace that a text writes down.
fn of_text(file: &Arc<SourceFile>) -> Result<Trace, Problem> {
    let mut mistakes = Mistakes::default();
    let script = parse::parse(&file.text, &mut mistakes);
    check::check(&script, &mut mistakes);
    match mistakes.into_problem(file) {
        Some(problem) => Err(problem),
        None => Ok(play::play(&script, &file.name)),
    }
}

fn text(path: &Path, shown: &str) -> Result<String, Problem> {
    let unreadable =
        |e: std::io::Error| Problem::trace("trace-unreadable", format!("`{shown}` cannot be read")).note(e.to_string());
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(TEXT_TRACE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > TEXT_TRACE_BYTES {
        let most = TEXT_TRACE_BYTES >> 10;
        return Err(Problem::trace("text-trace-limit", format!("`{shown}` is longer than {most} KiB"))
            .help("a trace written as text is for reading: use `repeat`, or give the profiler's export"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(sound).filter(|&&byte| byte == b'\n').count() + 1;
        Problem::trace("text-trace-encoding", format!("`{shown}` is not UTF-8 in line {line}"))
            .help("save the file as UTF-8")
    })
}
