//! Reports as the profiler wrote them (`.nsys-rep`): a format of its own, which `nsys` alone can read. It exports them to
//! SQLite, once, into a folder where exports stand under the hash of what they were made from.
//!
//! Nothing is ever written beside the report: `nsys` sees it through a link in a folder of ours.

mod failure;
mod folder;

use crate::diag::Problem;
use crate::trace::format::{nsys, read_head};
use crate::trace::{Reading, Trace};
use failure::Failure;
use folder::{Exports, Working};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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
        export(path, &place, with).map_err(|failure| failure.into_problem(shown, head))?;
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

fn unkept(shown: &str, error: &std::io::Error) -> Problem {
    Problem::trace("nsys-export", format!("there is no place to export `{shown}` to"))
        .note(crate::diag::escape(&error.to_string()))
        .help("export it yourself: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep")
}

/// Has `nsys` export the report, and puts the whole export in its place.
fn export(report: &Path, place: &Path, with: &Exporting) -> Result<(), Failure> {
    // It is run in another folder than the one that a path was given in.
    let is_name = |nsys: &Path| nsys.parent().is_none_or(|folder| folder.as_os_str().is_empty());
    let nsys = match &with.nsys {
        Some(nsys) if !is_name(nsys) => std::path::absolute(nsys).map_err(Failure::Folder)?,
        Some(nsys) => nsys.clone(),
        None => PathBuf::from("nsys"),
    };
    let working = Working::beside(place).map_err(Failure::Folder)?;
    let link = working.link_to(report).map_err(Failure::Folder)?;
    let out = working.path().join("export.sqlite");
    let mut command = Command::new(&nsys);
    command.arg("export").args(["--type", "sqlite", "--output"]).arg(&out).arg(&link);
    let output = command.current_dir(working.path()).stdin(Stdio::null()).output();
    let output = output.map_err(|error| Failure::NotRun { nsys: nsys.clone(), given: with.nsys.is_some(), error })?;
    if !output.status.success() || !folder::is_export(&out) {
        return Err(Failure::Ended { version: version(&nsys), output });
    }
    working.put(&out, place).map_err(Failure::Folder)
}

/// What `nsys` says that it is.
fn version(nsys: &Path) -> Option<String> {
    let output = Command::new(nsys).arg("--version").stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
