//! API calls: launches of kept operations, graph launches, synchronising calls.

use super::Reader;
use super::rows::each_row;
use super::schema::integer;
use crate::diag::Problem;
use crate::trace::TraceBuilder;
use crate::trace::launches::Api;
use crate::trace::rows::{CallRow, NO_CORRELATION};
use rusqlite::types::ValueRef;
use rustc_hash::FxHashMap;

pub(super) const CALLS: &str = "CUPTI_ACTIVITY_KIND_RUNTIME";
const WHOLE_GRAPHS: &str = "CUPTI_ACTIVITY_KIND_GRAPH_TRACE";

pub(super) fn read(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let mut names: FxHashMap<i64, (Api, String)> = FxHashMap::default();
    let Reader { db, shown, schema, strings } = reader;
    let query = schema.select(CALLS, &["start", "end", "globalTid", "correlationId", "nameId"]);
    // A derived export without thread ids can still be joined if there is one process.
    let lone = (builder.process_count() == 1).then(|| builder.process_key(0));
    each_row(db, shown, CALLS, schema.has(CALLS), &query, |row| {
        let Some(start) = integer(row, 0)? else { return Ok(false) };
        let Some(thread) = integer(row, 2)?.map(|t| t as u64).or(lone) else { return Ok(false) };
        let end = integer(row, 1)?.unwrap_or(start);
        let correlation = integer(row, 3)?.unwrap_or(NO_CORRELATION);
        let name = row.get_ref(4)?;
        let key = match name {
            ValueRef::Integer(id) => id,
            _ => i64::MIN,
        };
        if key == i64::MIN || !names.contains_key(&key) {
            let text = strings.resolve(name)?.unwrap_or_default();
            names.insert(key, (Api::of(&text), text));
        }
        if let Some((api, name)) = names.get(&key) {
            let thread = builder.thread(thread);
            builder.push_call(CallRow { start, end, thread, correlation, api: *api }, name);
        }
        Ok(true)
    })?;
    if schema.has(WHOLE_GRAPHS) {
        each_row(db, shown, WHOLE_GRAPHS, true, &schema.select(WHOLE_GRAPHS, &["start"]), |_| {
            builder.capabilities.whole_graph_rows += 1;
            Ok(true)
        })?;
    }
    Ok(())
}
