//! Input formats: one entry here a format, recognised by content and never by name.

mod kineto;
mod nsys;
mod nsys_rep;
mod nsys_stats;
mod text;

pub use nsys_rep::{Exporting, export_report};

use super::{Reading, Trace};
use crate::diag::{Problem, escape, nearest_file, refuse_special};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a profiler export of any known format.
pub(super) fn read(path: &Path, reading: &Reading) -> Result<Trace, Problem> {
    let shown = escape(&path.display().to_string());
    let mut head = [0u8; 128];
    if let Err(what) = refuse_special(path) {
        return Err(Problem::trace("trace-unreadable", format!("`{shown}` is {what}"))
            .help("give the SQLite export itself, as a file on disk"));
    }
    let read = File::open(path).and_then(|mut file| {
        if file.metadata()?.is_dir() {
            return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory));
        }
        read_head(&mut file, &mut head)
    });
    let read = match read {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Problem::trace("trace-missing", format!("there is no trace at `{shown}`"))
                .help("check the path; in a spec it is relative to the spec file")
                .maybe_help(nearest_file(path)));
        }
        Err(error) if error.kind() == std::io::ErrorKind::IsADirectory && nsys::parquet::may_be(path) => {
            return nsys::parquet::read(path, &shown, &reading.meter);
        }
        Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
            return Err(Problem::trace("trace-unreadable", format!("`{shown}` is a directory"))
                .help("give one trace; a folder of one trace a rank is a side of `align check`"));
        }
        Err(error) => {
            return Err(Problem::trace("trace-unreadable", format!("`{shown}` cannot be read")).note(error.to_string()));
        }
    };
    recognise(path, &shown, &head[..read], reading)
}

/// How likely a file is a trace, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likely {
    /// It is none, or cannot be read.
    No,
    /// JSON and compressed files are also many other things.
    Maybe,
    Sure,
}

/// Whether a folder is one trace.
pub(super) fn is_trace(folder: &Path) -> bool {
    nsys::parquet::may_be(folder)
}

/// How likely a file is a trace of some format.
pub fn likely(path: &Path) -> Likely {
    let mut head = [0u8; 128];
    let opened = refuse_special(path).ok().and_then(|()| File::open(path).ok());
    let Some(read) = opened.and_then(|mut file| read_head(&mut file, &mut head).ok()) else { return Likely::No };
    match Kind::of(path, &head[..read]) {
        None => Likely::No,
        Some(Kind::Sqlite | Kind::Text) => Likely::Sure,
        Some(Kind::Report | Kind::Kineto | Kind::Stats) => Likely::Maybe,
    }
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Report,
    Text,
    Kineto,
    Stats,
}

impl Kind {
    /// By how the file begins, and for tables by more of it.
    fn of(path: &Path, head: &[u8]) -> Option<Self> {
        if head.is_empty() {
            None
        } else if head.starts_with(nsys::MAGIC) {
            Some(Self::Sqlite)
        } else if nsys_rep::may_be(head) {
            Some(Self::Report)
        } else if begins_with_word(head, text::MAGIC) {
            Some(Self::Text)
        } else if nsys_stats::may_be_json(head) {
            Some(Self::Stats)
        } else if kineto::may_be(head) {
            Some(Self::Kineto)
        } else {
            nsys_stats::may_be(path).then_some(Self::Stats)
        }
    }
}

fn read_head(file: &mut File, head: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < head.len() {
        match file.read(&mut head[read..])? {
            0 => break,
            n => read += n,
        }
    }
    Ok(read)
}

fn recognise(path: &Path, shown: &str, head: &[u8], reading: &Reading) -> Result<Trace, Problem> {
    if head.is_empty() {
        return Err(Problem::trace("trace-empty", format!("`{shown}` is empty"))
            .help("export again: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep"));
    }
    if head.starts_with(b"version https://git-lfs") {
        return Err(Problem::trace(
            "trace-lfs-pointer",
            format!("`{shown}` is a Git LFS pointer, not the trace itself"),
        )
        .help("fetch the file: git lfs pull"));
    }
    match Kind::of(path, head) {
        Some(Kind::Sqlite) => nsys::read(path, shown, head, reading),
        Some(Kind::Report) => nsys_rep::read(path, shown, head, reading),
        Some(Kind::Text) => text::read(path, shown),
        Some(Kind::Kineto) => kineto::read(path, shown, head, &reading.meter),
        Some(Kind::Stats) => nsys_stats::read(path, shown),
        None => {
            let message = format!("`{shown}` is not a profiler export that can be read");
            Err(Problem::trace("trace-unknown-format", message).help(what_it_may_be(head)))
        }
    }
}

/// Whether a text's first word is this one.
fn begins_with_word(head: &[u8], word: &[u8]) -> bool {
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
    head.strip_prefix(word).is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// The repair for what people hand over instead of an export.
fn what_it_may_be(head: &[u8]) -> &'static str {
    if head.starts_with(nsys::parquet::MAGIC) {
        "this is one table of an export: give the folder that `nsys export --type parquetdir` made"
    } else if nsys_rep::is_stream(head) {
        "this is a capture that was not made a report of: import it first, with `QdstrmImporter -i FILE.qdstrm`"
    } else if head.windows(text::MAGIC.len()).any(|part| part == text::MAGIC) {
        "a trace written as text begins with the line `align-trace 1`, before everything else"
    } else {
        "give an Nsight Systems export (nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep), `nsys stats` output of \
         cuda_gpu_kern_sum, cuda_gpu_kern_gb_sum or cuda_gpu_trace, or a PyTorch profiler's JSON"
    }
}
