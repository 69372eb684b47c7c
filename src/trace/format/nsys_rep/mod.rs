//! Reports as the profiler wrote them (`.nsys-rep`): a format of its own, which `nsys` alone can read. It exports them to
//! SQLite, once, into a folder where exports stand under the hash of what they were made from.
//!
//! Nothing is ever written beside the report: `nsys` sees it through a link in a folder of ours.

mod export;
mod failure;
mod folder;

use crate::diag::Problem;
use crate::save::Partial;
use crate::trace::format::{nsys, read_head};
use crate::trace::{Reading, Trace};
use export::{Exporter, Heard, Working};
use failure::Failure;
use folder::Exports;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How reports are exported.
#[derive(Debug, Clone, Default)]
pub struct Exporting {
    /// The `nsys` to export with; the one on the PATH, if none is given.
    pub nsys: Option<PathBuf>,
    /// Where exports are kept; none is, if there is no folder for them.
    pub folder: Option<PathBuf>,
}

/// Whether a file that begins so is a report.
pub(super) fn may_be(head: &[u8]) -> bool {
    head.starts_with(b"NVIDIA ") && head.get(..64).unwrap_or(head).windows(6).any(|part| part == b"Report")
}

/// Whether a file that begins so is what is left of a capture on a machine that could not make a report of it.
pub(super) fn is_stream(head: &[u8]) -> bool {
    head.starts_with(b"QDSTRM") || head.windows(22).any(|part| part == b"Nsight Systems Stream ")
}

/// Reads the report at `path`; `head` are its first bytes.
pub(super) fn read(path: &Path, shown: &str, head: &[u8], reading: &Reading) -> Result<Trace, Problem> {
    let with = &reading.exporting;
    let exports = Exports::new(with.folder.as_deref()).map_err(|error| unkept(shown, &error))?;
    let place = exports.place_of(path).map_err(|error| {
        Problem::trace("trace-unreadable", format!("`{shown}` cannot be read")).note(error.to_string())
    })?;
    if folder::is_export(&place) {
        // What is used is kept longest. Where it may not be touched, it only goes sooner.
        let _ = File::open(&place).and_then(|file| file.set_modified(SystemTime::now()));
    } else {
        let _under_way = reading.meter.begin(format!("exporting {shown} (this is done once)"), 0);
        keep(path, &place, with).map_err(|failure| failure.into_problem(shown, head))?;
    }
    let mut head = [0u8; 128];
    let read = File::open(&place).and_then(|mut file| read_head(&mut file, &mut head)).unwrap_or(0);
    let trace = nsys::read(&place, shown, head.get(..read).unwrap_or_default(), reading);
    // Only now, since an export may be larger than all that may be kept.
    if let Some(cache) = &reading.cache {
        cache.keep_bounds();
    }
    trace
}

/// Exports a report into a place of ours.
fn keep(report: &Path, place: &Path, with: &Exporting) -> Result<(), Failure> {
    let working = Working::beside(place).map_err(Failure::Folder)?;
    let made = Exporter::of(with)?.export(report, &working, Heard::Kept)?;
    folder::put(&made, place).map_err(Failure::Folder)
}

/// Exports a report to a file of the user's: whole or not at all, in place of an old file if that is to be replaced. What the
/// profiler prints goes to stderr.
///
/// # Errors
/// The profiler cannot be run or does not export the report, or the file cannot be put in its place.
pub fn export_report(nsys: &Path, report: &Path, to: &Path, replace: bool) -> Result<(), Problem> {
    let shown = crate::diag::escape(&report.display().to_string());
    let mut head = [0u8; 128];
    let read = File::open(report).and_then(|mut file| read_head(&mut file, &mut head)).unwrap_or(0);
    let with = Exporting { nsys: Some(nsys.to_owned()), folder: None };
    let failed = |failure: Failure| failure.into_problem(&shown, head.get(..read).unwrap_or_default());
    let unwritable = |error: io::Error| {
        let to = crate::diag::escape(&to.display().to_string());
        Problem::spec("unwritable-file", format!("`{to}` cannot be written")).note(error.to_string())
    };
    let working = Working::beside(to).map_err(unwritable)?;
    let exporter = Exporter::of(&with).map_err(failed)?;
    let made = exporter.export(report, &working, Heard::Shown).map_err(failed)?;
    let placed = Partial::beside(to).and_then(|partial| {
        fs::rename(made, partial.path())?;
        if replace { partial.place(to) } else { partial.place_new(to) }
    });
    placed.map_err(unwritable)
}

fn unkept(shown: &str, error: &std::io::Error) -> Problem {
    Problem::trace("nsys-export", format!("there is no place to export `{shown}` to"))
        .note(crate::diag::escape(&error.to_string()))
        .help("export it yourself: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep")
}
