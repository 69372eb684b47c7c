//! What `nsys stats` prints of `cuda_gpu_kern_sum`, `cuda_gpu_kern_gb_sum` and `cuda_gpu_trace`: tables of all eras, CSV, TSV
//! and JSON, with whatever else was printed around them.
//!
//! A list of operations is a trace without launches and ranges; a summary is no trace, and the model says so
//! ([`Summary`](crate::trace::Summary)). Of several reports in one file the one that says most is read.

mod build;
mod cells;
mod column;
mod json;
mod number;
mod row;
mod table;
mod whole;

use crate::diag::{Loc, Problem, SourceFile, escape};
use crate::limits::{STATS_BYTES, STATS_HEAD};
use crate::trace::Trace;
use row::Fault;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use table::Table;

/// Whether the file holds the header of such a report near its begin.
pub(super) fn may_be(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(STATS_HEAD).read_to_end(&mut head));
    read.is_ok() && !head.contains(&0) && table::has_header(&String::from_utf8_lossy(&head))
}

/// Whether a file that begins so may be JSON of such a report: also lists of events are JSON.
pub(super) fn may_be_json(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let titles = ["\"Time (%)\"", "\"Time(%)\"", "\"Start (", "\"Total Time ("];
    let first = text.strip_prefix('[').and_then(|text| text.trim_start().strip_prefix('{'));
    first.is_some_and(|first| titles.iter().any(|title| first.trim_start().starts_with(title)))
}

/// Reads the report at `path`.
pub(super) fn read(path: &Path, shown: &str) -> Result<Trace, Problem> {
    of_text(&SourceFile::new(shown, text(path, shown)?))
}

/// The trace that the text of a file holds.
fn of_text(file: &Arc<SourceFile>) -> Result<Trace, Problem> {
    let tables = table::tables(&file.text).map_err(|fault| malformed(file, &fault))?;
    let filled = tables.iter().filter(|table| !table.is_empty());
    let Some(richest) = filled.max_by_key(|table| table.report) else { return Err(empty(file, &tables)) };
    agree(file, &tables, richest)?;
    whole::check(file, richest)?;
    build::trace(file, richest, &tables)
}

fn text(path: &Path, shown: &str) -> Result<String, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::trace("trace-unreadable", format!("`{shown}` cannot be read")).note(escape(&error.to_string()))
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(STATS_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > STATS_BYTES {
        let most = STATS_BYTES >> 20;
        return Err(Problem::trace("stats-limit", format!("`{shown}` is longer than {most} MiB")).help(
            "give the export that the report was made from: nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(sound).filter(|&&byte| byte == b'\n').count() + 1;
        Problem::trace("stats-encoding", format!("`{shown}` is not UTF-8 in line {line}"))
            .help("make the report again, and let nsys write it: nsys stats --format csv --output NAME …")
    })
}

fn malformed(file: &Arc<SourceFile>, fault: &Fault) -> Problem {
    let Fault { what, at } = fault;
    Problem::trace("stats-malformed", format!("a report of `nsys stats` cannot be read: {what}"))
        .label(&Loc::new(file, at.clone()), "here")
        .help("make the report again; a run that was stopped leaves half of one")
}

fn empty(file: &Arc<SourceFile>, tables: &[Table]) -> Problem {
    let problem = Problem::trace("stats-empty", format!("`{}` holds a report without a row", file.name));
    let problem = problem.help("the profile it was made from has no GPU work: `nsys stats` says why");
    match tables.first() {
        Some(table) => problem.label(&Loc::new(file, table.at.clone()), "nothing below this header"),
        None => problem,
    }
}

/// Reports in one file must be of one capture: nothing else says which of them is meant.
fn agree(file: &Arc<SourceFile>, tables: &[Table], richest: &Table) -> Result<(), Problem> {
    let differs = |table: &&Table| !table.is_empty() && !build::is_of_same_capture(table, richest);
    let Some(other) = tables.iter().find(differs) else { return Ok(()) };
    let name = |table: &Table| format!("this `{}`", table.report.name());
    Err(Problem::trace("stats-several", format!("`{}` holds reports of different captures", file.name))
        .label(&Loc::new(file, other.at.clone()), format!("{} counts other kernels", name(other)))
        .label(&Loc::new(file, richest.at.clone()), format!("than {}", name(richest)))
        .help("keep one capture a file"))
}
