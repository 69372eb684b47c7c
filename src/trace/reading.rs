//! Opening a trace: from the cache, or by whichever format reads it.

use super::cache::Cache;
use super::format::Exporting;
use super::{Trace, format};
use crate::diag::{Problem, escape};
use crate::meter::{Exceeded, Meter};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Who reads the large tables of a SQLite export. The trace is the same either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Via {
    /// The pages of the file are read directly; where they are odd in any way, SQLite reads the table.
    #[default]
    Either,
    /// SQLite alone, some ten times slower: what direct reading is held to.
    Sqlite,
    /// No table may need SQLite.
    Pages,
}

/// How traces are read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub via: Via,
    /// Where what was read is kept; none, if it is not.
    pub cache: Option<Cache>,
    /// How reports are made into exports.
    pub exporting: Exporting,
    /// What is told how far reading has come, and says when it must stop.
    pub meter: Meter,
    /// A trace that is not read, and why: whoever tried did not come back.
    pub lost: Option<(PathBuf, String)>,
}

/// Bytes that selecting and comparing take for an operation.
const JUDGED_OPERATION: u64 = 24;

impl Reading {
    /// Whether a trace that was read may be judged.
    ///
    /// # Errors
    /// That takes more memory than is left.
    pub fn room_to_judge(&self, trace: &Trace) -> Result<(), Problem> {
        let room = self.meter.room(trace.len() as u64 * JUDGED_OPERATION);
        room.map_err(|exceeded| over_limit(&trace.path, exceeded))
    }
}

/// Opens a profiler export of any known format, without a cache.
///
/// # Errors
/// A [`Problem`] of class `Trace`: the file is missing, empty, of no known format, or broken.
pub fn open(path: &Path) -> Result<Arc<Trace>, Problem> {
    open_with(path, &Reading::default())
}

/// Opens a profiler export.
///
/// # Errors
/// As [`open`]; with [`Via::Pages`] also where a table is left to SQLite; and where the memory limit is met.
pub fn open_with(path: &Path, reading: &Reading) -> Result<Arc<Trace>, Problem> {
    let shown = escape(&path.display().to_string());
    if let Some((_, why)) = reading.lost.as_ref().filter(|(lost, _)| lost == path) {
        return Err(Problem::trace("trace-lost", format!("`{shown}` was not judged: its task left no result"))
            .note(escape(why))
            .help("run its task again, with more memory or time, and merge anew"));
    }
    let size = path.metadata().map_or(0, |meta| meta.len());
    let _under_way = reading.meter.begin(format!("reading {shown}"), size);
    let place = reading.cache.as_ref().filter(|_| reading.via == Via::Either).and_then(|cache| cache.place(path));
    // What is in the cache is about as large as the export.
    let room = || reading.meter.room(0).map_err(|exceeded| over_limit(&shown, exceeded));
    if let Some(trace) = place.as_ref().and_then(|place| place.find(&shown)) {
        reading.meter.advance(size);
        room()?;
        return Ok(Arc::new(trace));
    }
    let trace = Arc::new(format::read(path, reading)?);
    possible_times(&trace)?;
    room()?;
    // A summary is small, and no columns.
    if let Some(place) = place.filter(|_| trace.summary.is_none()) {
        place.keep(&trace);
    }
    Ok(trace)
}

/// No capture runs for longer, nor do all kernels of one together, in ns: 73 years. Sums of times stay far from the end of
/// numbers.
const LONGEST: i128 = i64::MAX as i128 / 4;

/// Refuses times that no capture has.
fn possible_times(trace: &Trace) -> Result<(), Problem> {
    let ops = 0..trace.len() as u32;
    let times = |op: u32| (trace.ops.start(op), trace.ops.end(op));
    let whole = |(start, end): (i64, i64)| (start, end, i128::from(end) - i128::from(start));
    let both = |a: (i64, i64, i128), b: (i64, i64, i128)| (a.0.min(b.0), a.1.max(b.1), a.2 + b.2);
    let Some((first, last, sum)) = ops.into_par_iter().map(|op| whole(times(op))).reduce_with(both) else {
        return Ok(());
    };
    if (i128::from(last) - i128::from(first)).max(sum) <= LONGEST {
        return Ok(());
    }
    Err(Problem::trace("trace-times", format!("`{}` holds times that no capture has", trace.path))
        .note(format!("GPU work from {first} to {last} ns, {sum} ns in all"))
        .help("export the report again; a time was damaged or written by hand"))
}

/// The process takes more memory than it may.
pub(super) fn over_limit(shown: &str, exceeded: Exceeded) -> Problem {
    Problem::trace("memory-limit", format!("`{shown}` takes more memory than --memory-limit allows"))
        .note(exceeded.to_string())
        .help("give a higher --memory-limit, or a smaller trace: `align pack`, or a capture of fewer steps")
}
