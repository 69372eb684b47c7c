//! `align pack`: shrinks an export to a small file without secrets that can stand beside a spec.
//!
//! Kept is what decides alignment: GPU operations and the calls that launched them, the NVTX ranges around them, how
//! graph nodes came to be, and which GPU and which versions it was. Tables and columns keep their names, and missing
//! tables stay missing, so that every reader of the original, the profiler's own reports among them, reads the packed
//! file and says the same. Equal content gives equal bytes.

mod keep;
mod patterns;
mod processes;
mod row;
mod scope;
mod secrets;
mod source;
mod strings;
mod tables;
mod write;

pub use patterns::SecretKind;
pub use secrets::{Secret, secrets};

use crate::diag::Problem;
use crate::kernel::Glob;
use keep::Keep;
use row::Packer;
use rusqlite::types::Value;
use scope::Scope;
use source::Source;
use std::path::Path;
use strings::Strings;
use tables::PLANS;
use write::Target;

/// Which part of a trace to keep; by default all of it.
///
/// A part is smaller, but loses the facts that lie outside: a first execution, or the ranges open when a graph was
/// captured stay only where what they belong to stays.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only GPU operations that overlap this time: from and to in ns on the trace's clock.
    pub window: Option<(i64, i64)>,
    /// Only GPU operations launched inside an NVTX range with such a name.
    pub ranges: Vec<Glob>,
}

/// What packing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub tables: Vec<Kept>,
    pub bytes_before: u64,
    pub bytes_after: u64,
    /// Texts out of which a secret was taken.
    pub redacted: u64,
}

/// How much of one table was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub table: String,
    pub rows: u64,
    pub of: u64,
}

/// Packs the export at `source` into a new file at `destination`.
///
/// The source is never written to. The destination appears complete or not at all, and is never overwritten. Fails with
/// a [`Problem`] if the source cannot be read or is no trace, if nothing lies in the part chosen, or if the destination
/// exists or cannot be written.
pub fn pack(source: &Path, destination: &Path, options: &Options) -> Result<Summary, Problem> {
    let bytes_before = size(source);
    let export = Source::open(source)?;
    if !PLANS.iter().any(|plan| export.table(plan.table).is_some()) {
        return Err(Problem::trace("not-a-trace", format!("`{}` has none of a trace's tables", source.display()))
            .help("give an Nsight Systems export (`nsys export --type sqlite`)"));
    }
    let scope = Scope::new(&export, options)?;
    let keep = Keep::new(&export, &scope)?;
    let target = Target::new(destination)?;
    let mut strings = Strings::new(&export, &secrets::learn(&export)?)?;
    let mut tables = Vec::new();
    for plan in PLANS {
        let Some(table) = export.table(plan.table) else { continue };
        let mut kept = Kept { table: table.name.clone(), rows: 0, of: 0 };
        let mut filter = keep.filter(plan, table);
        let packer = Packer::new(plan, table, export.table("StringIds").is_some());
        target.create(table)?;
        export.rows(table, |row| {
            kept.of += 1;
            if filter(row)? {
                kept.rows += 1;
                target.insert(table, &packer.pack(row, &mut strings)?)?;
            }
            Ok(())
        })?;
        tables.push(kept);
    }
    let redacted = strings.redacted;
    tables.extend(write_strings(&export, &target, strings)?);
    let bytes_after = complete(target, source)?;
    Ok(Summary { tables, bytes_before, bytes_after, redacted })
}

fn write_strings(export: &Source, target: &Target, strings: Strings<'_>) -> Result<Option<Kept>, Problem> {
    let Some(table) = export.table("StringIds") else { return Ok(None) };
    let mut kept = Kept { table: table.name.clone(), rows: 0, of: 0 };
    export.rows(table, |_| {
        kept.of += 1;
        Ok(())
    })?;
    target.create(table)?;
    let (id, value) = (table.position("id"), table.position("value"));
    for (number, text) in strings.into_sorted() {
        let cell = |position| match position {
            p if Some(p) == id => Value::Integer(number),
            p if Some(p) == value => Value::Text(text.clone()),
            _ => Value::Null,
        };
        let row: Vec<Value> = (0..table.columns.len()).map(cell).collect();
        target.insert(table, &row)?;
        kept.rows += 1;
    }
    Ok(Some(kept))
}

/// Publishes the file once it is proven to hold no secret; its size in bytes.
fn complete(mut target: Target, source: &Path) -> Result<u64, Problem> {
    let path = target.finish()?;
    let left = secrets(path)?;
    if let Some(first) = left.first() {
        let message = format!("`{}` cannot be packed without a secret left in it", source.display());
        return Err(Problem::trace("secret-left", message)
            .note(format!("{} in {}.{}: {}", first.kind.name(), first.table, first.column, first.around))
            .help("capture the trace again without it, or remove the rows that hold it from a copy"));
    }
    let bytes = size(path);
    target.publish()?;
    Ok(bytes)
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}
