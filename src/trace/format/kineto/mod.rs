//! Chrome traces of PyTorch's profiler (Kineto), plain or compressed with gzip.
//!
//! Kernels, copies and sets are joined to their launches by correlation id; `record_function` ranges and module calls
//! stand for NVTX ranges. The file is read once, an event at a time: memory grows with what is kept, not with the file.

mod event;
mod head;
mod json;
mod metered;
mod recording;
mod time;

use crate::diag::Problem;
use crate::meter::Meter;
use crate::trace::Trace;
use crate::trace::reading::over_limit;
use event::Event;
use flate2::read::MultiGzDecoder;
use json::{At, Fault, Json, Kind};
use metered::Metered;
use recording::Recording;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Whether a file that begins so may be such a trace: an object or a list of objects, plain or compressed.
pub(super) fn may_be(head: &[u8]) -> bool {
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
    let inside = |open: u8, starts: [u8; 2]| {
        let rest = text.strip_prefix(&[open]).map(<[u8]>::trim_ascii_start);
        rest.is_some_and(|rest| rest.first().is_none_or(|first| starts.contains(first)))
    };
    head.starts_with(&GZIP) || inside(b'{', *b"\"}") || inside(b'[', *b"{]")
}

/// Reads the trace at `path`; `head` are its first bytes.
pub(super) fn read(path: &Path, shown: &str, head: &[u8], meter: &Meter) -> Result<Trace, Problem> {
    let file = File::open(path).map_err(|error| of_fault(shown, Fault::Unreadable(error)))?;
    let file = Metered::new(file, meter);
    let packed = head.starts_with(&GZIP);
    let input: Box<dyn Read> =
        if packed { Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file))) } else { Box::new(file) };
    let mut recording = Recording::new(shown);
    let read = events(input, &mut recording);
    meter.room(0).map_err(|exceeded| over_limit(shown, exceeded))?;
    match read {
        Ok(true) => Ok(recording.finish()),
        Ok(false) => Err(Problem::trace(
            "trace-no-events",
            format!("`{shown}` is JSON, but no trace: it has no `traceEvents`"),
        )
        .help(
            "give the file that `torch.profiler` exports (`export_chrome_trace`), or an Nsight Systems SQLite export",
        )),
        Err(Fault::Malformed { at: At { byte: 0, .. }, .. }) if packed => Err(Problem::trace(
            "trace-unknown-format",
            format!("`{shown}` is compressed, and not a trace of PyTorch's profiler"),
        )
        .help("unpack it first: gunzip")),
        Err(fault) => Err(of_fault(shown, fault)),
    }
}

/// Reads every event; whether there was a list of them.
fn events<R: Read>(input: R, recording: &mut Recording) -> Result<bool, Fault> {
    let mut json = Json::new(input);
    json.skip_mark()?;
    let mut found = false;
    match json.kind()? {
        Kind::Array => {
            list(&mut json, recording)?;
            found = true;
        }
        Kind::Object => {
            json.enter()?;
            let (mut first, mut key) = (true, String::new());
            while json.key(&mut first, &mut key)? {
                if key == "traceEvents" && json.kind()? == Kind::Array {
                    list(&mut json, recording)?;
                    found = true;
                } else {
                    head::read(&mut json, &key, recording.provenance())?;
                }
            }
        }
        _ => return Err(json.malformed("a trace is an object or a list")),
    }
    json.end()?;
    Ok(found)
}

fn list<R: Read>(json: &mut Json<R>, recording: &mut Recording) -> Result<(), Fault> {
    json.enter()?;
    let (mut first, mut key, mut event) = (true, String::new(), Event::default());
    while json.element(&mut first)? {
        event.read(json, &mut key)?;
        recording.take(&event);
    }
    Ok(())
}

fn of_fault(shown: &str, fault: Fault) -> Problem {
    let place = |at: At| format!("line {}, column {} (byte {})", at.line, at.column, at.byte);
    let again = "export the trace again; a run that was killed leaves half a file";
    match fault {
        Fault::Unreadable(error) => Problem::trace("trace-unreadable", format!("`{shown}` cannot be read"))
            .note(crate::diag::escape(&error.to_string())),
        Fault::CutOff { at } => {
            Problem::trace("trace-truncated", format!("`{shown}` is cut off: it ends at {}", place(at))).help(again)
        }
        Fault::Malformed { what, at } => {
            Problem::trace("trace-malformed", format!("`{shown}` is no trace in JSON: {}: {what}", place(at)))
                .help(again)
        }
    }
}
