//! NVTX ranges and the creation of graph nodes.

use super::Reader;
use super::rows::each_row;
use super::schema::{Schema, integer};
use crate::diag::Problem;
use crate::trace::TraceBuilder;
use crate::trace::ranges::RangeKind;
use crate::trace::rows::{NodeRow, RangeRow};
use rustc_hash::FxHashMap;

pub(super) const RANGES: &str = "NVTX_EVENTS";
/// The lower 24 bits of a global id are the thread.
const PROCESS_SHIFT: u32 = 24;

pub(super) fn read(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let domains = domains(reader)?;
    ranges(reader, builder, &domains)?;
    nodes(reader, builder)
}

/// Domain names, by process and domain id.
fn domains(reader: &mut Reader<'_>) -> Result<FxHashMap<(i64, i64), String>, Problem> {
    let mut domains = FxHashMap::default();
    let Reader { db, shown, schema, strings } = reader;
    if !schema.has_column(RANGES, "eventType") {
        return Ok(domains);
    }
    let query = schema.select(RANGES, &["globalTid", "domainId", "text", "textId"]) + " WHERE eventType = 75";
    each_row(db, shown, RANGES, true, &query, |row| {
        let name = strings.either(row.get_ref(2)?, row.get_ref(3)?)?;
        let process = integer(row, 0)?.unwrap_or(0) >> PROCESS_SHIFT;
        domains.insert((process, integer(row, 1)?.unwrap_or(0)), name);
        Ok(true)
    })?;
    Ok(domains)
}

fn ranges(
    reader: &mut Reader<'_>,
    builder: &mut TraceBuilder,
    domains: &FxHashMap<(i64, i64), String>,
) -> Result<(), Problem> {
    let Reader { db, shown, schema, strings } = reader;
    let query = schema.select(RANGES, &["start", "end", "eventType", "globalTid", "domainId", "text", "textId"]);
    let mut unclosed = 0u64;
    each_row(db, shown, RANGES, schema.has(RANGES), &query, |row| {
        // A derived export may lack the type: then every row with a name and a start is a range.
        let kind = match integer(row, 2)? {
            Some(59 | 70) | None => RangeKind::PushPop,
            Some(60 | 71) => RangeKind::StartEnd,
            Some(_) => return Ok(false),
        };
        let Some(start) = integer(row, 0)? else { return Ok(false) };
        let name = strings.either(row.get_ref(5)?, row.get_ref(6)?)?;
        let thread = integer(row, 3)?.unwrap_or(0);
        let domain = domains.get(&(thread >> PROCESS_SHIFT, integer(row, 4)?.unwrap_or(0)));
        let end = integer(row, 1)?;
        unclosed += u64::from(end.is_none());
        let thread = builder.thread(thread as u64);
        builder.push_range(RangeRow {
            start,
            end,
            thread,
            text: &name,
            kind,
            domain: domain.map_or("", String::as_str),
        });
        Ok(true)
    })?;
    if unclosed > 0 {
        builder.warnings.push(format!("{unclosed} NVTX ranges were never closed: they are taken to run to the end"));
    }
    Ok(())
}

/// The table of node creation: under its own name, or under the one that later came to mean graphs.
pub(super) fn node_table(schema: &Schema) -> Option<&'static str> {
    ["CUDA_GRAPH_NODE_EVENTS", "CUDA_GRAPH_EVENTS"].into_iter().find(|t| schema.has_column(t, "graphNodeId"))
}

fn nodes(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let Reader { db, shown, schema, .. } = reader;
    let Some(table) = node_table(schema) else { return Ok(()) };
    let query = schema.select(table, &["start", "globalTid", "graphNodeId", "originalGraphNodeId"]);
    each_row(db, shown, table, true, &query, |row| {
        let (Some(at), Some(thread), Some(id)) = (integer(row, 0)?, integer(row, 1)?, integer(row, 2)?) else {
            return Ok(false);
        };
        let thread = builder.thread(thread as u64);
        let original = integer(row, 3)?.map(|o| o as u64).filter(|&o| o != 0);
        builder.push_node(NodeRow { id: id as u64, original, at, thread });
        Ok(true)
    })?;
    Ok(())
}
