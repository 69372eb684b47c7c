//! Kernels, memory copies and memory sets.

use super::Reader;
use super::calls::CALLS;
use super::rows::each_row;
use super::schema::{integer, small};
use crate::diag::Problem;
use crate::trace::TraceBuilder;
use crate::trace::names::{COPY_KINDS, NameId, OpKind};
use crate::trace::ops::Shape;
use crate::trace::rows::{NO_CORRELATION, OpRow, PROCESS_MASK};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use rustc_hash::FxHashMap;

pub(super) const KERNELS: &str = "CUPTI_ACTIVITY_KIND_KERNEL";
pub(super) const COPIES: &str = "CUPTI_ACTIVITY_KIND_MEMCPY";
pub(super) const SETS: &str = "CUPTI_ACTIVITY_KIND_MEMSET";

/// What every GPU operation has, in the order of the first columns of each query.
const COMMON: [&str; 8] =
    ["start", "end", "deviceId", "streamId", "correlationId", "globalPid", "graphNodeId", "contextId"];

pub(super) fn read(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let mut skipped = 0;
    skipped += kernels(reader, builder)?;
    skipped += memory(reader, builder, COPIES)?;
    skipped += memory(reader, builder, SETS)?;
    if skipped > 0 {
        builder.warnings.push(format!("{skipped} GPU operations without a start or an end were left out"));
    }
    Ok(())
}

fn kernels(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<u64, Problem> {
    let mut columns = COMMON.to_vec();
    columns.extend([
        "demangledName",
        "shortName",
        "mangledName",
        "gridX",
        "gridY",
        "gridZ",
        "blockX",
        "blockY",
        "blockZ",
    ]);
    columns.extend(["registersPerThread", "staticSharedMemory", "dynamicSharedMemory"]);
    let mut names: FxHashMap<(i64, i64), NameId> = FxHashMap::default();
    let lone = lone_process(reader, KERNELS)?;
    let Reader { db, shown, schema, strings } = reader;
    each_row(db, shown, KERNELS, schema.has(KERNELS), &schema.select(KERNELS, &columns), |row| {
        let Some(mut op) = common(row, builder, lone)? else { return Ok(false) };
        let key = match (row.get_ref(8)?, row.get_ref(9)?) {
            (ValueRef::Integer(d), ValueRef::Integer(s)) => Some((d, s)),
            _ => None,
        };
        op.name = match key.and_then(|k| names.get(&k)) {
            Some(&known) => known,
            None => {
                let short = strings.resolve(row.get_ref(9)?)?.unwrap_or_default();
                let mangled = row.get_ref(10)?;
                let demangled = match strings.resolve(row.get_ref(8)?)? {
                    Some(name) => name,
                    None if !short.is_empty() => short.clone(),
                    None => strings.resolve(mangled)?.unwrap_or_else(|| "[kernel without a name]".to_owned()),
                };
                let id = builder.kernel_name(&demangled, &short);
                if let Some(key) = key {
                    names.insert(key, id);
                }
                id
            }
        };
        op.shape = Shape {
            grid: [small(row, 11)?, small(row, 12)?, small(row, 13)?],
            block: [small(row, 14)?, small(row, 15)?, small(row, 16)?],
            registers: small(row, 17)?,
            static_shared: small(row, 18)?,
            dynamic_shared: small(row, 19)?,
            bytes: 0,
        };
        builder.push_op(op);
        Ok(true)
    })
}

fn memory(reader: &mut Reader<'_>, builder: &mut TraceBuilder, table: &str) -> Result<u64, Problem> {
    let mut columns = COMMON.to_vec();
    columns.extend(["bytes", "copyKind"]);
    let kind = if table == COPIES { OpKind::Memcpy } else { OpKind::Memset };
    let lone = lone_process(reader, table)?;
    let Reader { db, shown, schema, .. } = reader;
    each_row(db, shown, table, schema.has(table), &schema.select(table, &columns), |row| {
        let Some(mut op) = common(row, builder, lone)? else { return Ok(false) };
        let name = match kind {
            OpKind::Memset => "[CUDA memset]".to_owned(),
            _ => format!("[CUDA memcpy {}]", copy_kind(integer(row, 9)?)),
        };
        op.name = builder.names.intern(&name, &name, kind);
        op.shape =
            Shape { bytes: integer(row, 8)?.and_then(|b| u64::try_from(b).ok()).unwrap_or(0), ..Shape::default() };
        builder.push_op(op);
        Ok(true)
    })
}

/// The process that made all API calls, for a derived export whose operations name none; 0 if there are several.
fn lone_process(reader: &Reader<'_>, table: &str) -> Result<i64, Problem> {
    let Reader { db, shown, schema, .. } = reader;
    if schema.has_column(table, "globalPid") || !schema.has_column(CALLS, "globalTid") {
        return Ok(0);
    }
    let mut found: Option<u64> = None;
    let mut several = false;
    each_row(db, shown, CALLS, true, &schema.select(CALLS, &["globalTid"]), |row| {
        let process = integer(row, 0)?.map(|thread| thread as u64 & PROCESS_MASK);
        several |= process.is_some() && found.is_some() && process != found;
        found = found.or(process);
        Ok(true)
    })?;
    Ok(found.filter(|_| !several).map_or(0, |process| process as i64))
}

/// The direction of a copy as the profiler names it.
fn copy_kind(kind: Option<i64>) -> &'static str {
    let index = kind.and_then(|kind| usize::try_from(kind.checked_sub(1)?).ok());
    index.and_then(|index| COPY_KINDS.get(index)).copied().unwrap_or("Unknown")
}

/// The columns that every GPU operation has; `None` without a start or an end. `lone` is the process of rows that
/// name none.
fn common(row: &Row<'_>, builder: &mut TraceBuilder, lone: i64) -> rusqlite::Result<Option<OpRow>> {
    let (Some(start), Some(end)) = (integer(row, 0)?, integer(row, 1)?) else { return Ok(None) };
    let process = builder.process(integer(row, 5)?.unwrap_or(lone) as u64);
    Ok(Some(OpRow {
        start,
        end,
        process,
        device: u16::try_from(small(row, 2)?).unwrap_or(u16::MAX),
        stream: small(row, 3)?,
        correlation: integer(row, 4)?.unwrap_or(NO_CORRELATION),
        name: NameId(0),
        shape: Shape::default(),
        node: integer(row, 6)?.map(|id| id as u64).filter(|&id| id != 0),
    }))
}
