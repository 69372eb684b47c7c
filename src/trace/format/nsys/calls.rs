//! API calls: launches of kept operations, graph launches, synchronising calls.

use super::names::{NameKey, NameKeys};
use super::source::{Cells, Take};
use super::sqlite::each_row;
use super::strings::{Strings, text};
use super::{Reader, broken};
use crate::diag::Problem;
use crate::trace::TraceBuilder;
use crate::trace::builder::WantedCalls;
use crate::trace::dictionary::Dictionary;
use crate::trace::launches::Api;
use crate::trace::process::ThreadId;
use crate::trace::rows::{CallRow, NO_CORRELATION};
use rusqlite::types::ValueRef;
use rustc_hash::FxHashMap;

pub(super) const CALLS: &str = "CUPTI_ACTIVITY_KIND_RUNTIME";
const WHOLE_GRAPHS: &str = "CUPTI_ACTIVITY_KIND_GRAPH_TRACE";

pub(super) fn read(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let columns = ["start", "end", "globalTid", "correlationId", "nameId"];
    // A derived export without thread ids can still be joined if there is one process.
    let lone = (builder.process_count() == 1).then(|| builder.process_key(0));
    let shown = reader.shown;
    let mut take = Calls { wanted: builder.wanted_calls(), lone, apis: FxHashMap::default(), shown };
    let parts = reader.scan(CALLS, &columns, &mut take)?;
    builder.expect_calls(parts.iter().map(|part| part.calls.len()).sum());
    for part in parts {
        let mut names = Vec::new();
        for (name, &rows) in part.names.keys().iter().zip(&part.rows) {
            let name = reader.strings.resolve(name).map_err(|e| reader.broken_strings(&e))?.unwrap_or_default();
            let api = Api::of(&name);
            builder.count_calls(api, &name, rows);
            names.push((api, name));
        }
        let threads: Vec<ThreadId> = part.threads.values().iter().map(|&global| builder.thread(global)).collect();
        for call in part.calls {
            let (api, name) = &names[call.name as usize];
            let Call { start, end, correlation, .. } = call;
            builder
                .keep_call(CallRow { start, end, thread: threads[call.thread as usize], correlation, api: *api }, name);
        }
    }
    if reader.schema.has(WHOLE_GRAPHS) {
        each_row(&reader.sqlite, WHOLE_GRAPHS, &reader.schema.select(WHOLE_GRAPHS, &["start"]), |_| {
            builder.capabilities.whole_graph_rows += 1;
            Ok(())
        })?;
    }
    Ok(())
}

/// Keeps the calls that matter, or that may do so as long as their name is not known.
struct Calls<'a> {
    wanted: WantedCalls<'a>,
    /// The process of calls that name no thread.
    lone: Option<u64>,
    /// Of the ids of names seen so far.
    apis: FxHashMap<i64, Api>,
    shown: &'a str,
}

#[derive(Debug, Clone, Copy)]
struct Call {
    start: i64,
    end: i64,
    correlation: i64,
    thread: u32,
    name: u32,
}

#[derive(Debug, Default)]
struct Part {
    calls: Vec<Call>,
    threads: Dictionary<u64>,
    /// The process of each thread, if operations have it.
    processes: Vec<Option<u16>>,
    names: NameKeys,
    /// What each name's calls do, where it is known.
    apis: Vec<Option<Api>>,
    /// The calls of each name, kept or not.
    rows: Vec<u64>,
}

impl Take for Calls<'_> {
    type Part = Part;

    fn part(&self, rows: usize) -> Part {
        Part { calls: Vec::with_capacity(rows), ..Part::default() }
    }

    fn take<C: Cells>(&self, row: &C, part: &mut Part) {
        let Some(start) = row.integer(0) else { return };
        let Some(thread) = row.integer(2).map(|thread| thread as u64).or(self.lone) else { return };
        let (thread, process) = self.thread(thread, part);
        let (name, api) = self.name(row.value(4), part);
        part.rows[name as usize] += 1;
        let correlation = row.integer(3).unwrap_or(NO_CORRELATION);
        if self.wanted.wants(process, correlation) || api.is_none_or(|api| api == Api::Synchronise) {
            let end = row.integer(1).unwrap_or(start);
            part.calls.push(Call { start, end, correlation, thread, name });
        }
    }

    /// Learns what the names met for the first time do, and drops the calls that turn out not to matter.
    fn learn(&mut self, parts: &mut [Part], strings: &mut Strings<'_>) -> Result<(), Problem> {
        for part in parts {
            let mut learnt = false;
            for (key, api) in part.names.keys().iter().zip(&mut part.apis).filter(|(_, api)| api.is_none()) {
                let name = strings.resolve(key).map_err(|e| broken(self.shown, "StringIds", 0, &e))?;
                let of_name = Api::of(&name.unwrap_or_default());
                *api = Some(of_name);
                if let NameKey::Id(id) = key {
                    self.apis.insert(*id, of_name);
                }
                learnt = true;
            }
            if learnt {
                let Part { calls, processes, apis, .. } = part;
                calls.retain(|call| {
                    self.wanted.wants(processes[call.thread as usize], call.correlation)
                        || apis[call.name as usize] == Some(Api::Synchronise)
                });
            }
        }
        Ok(())
    }
}

impl Calls<'_> {
    /// The part's number of a thread, and its process.
    fn thread(&self, global: u64, part: &mut Part) -> (u32, Option<u16>) {
        let number = part.threads.number(&global);
        if number as usize == part.processes.len() {
            part.processes.push(self.wanted.process(global));
        }
        (number, part.processes[number as usize])
    }

    /// The part's number of a name, and what its calls do, where it is known.
    fn name(&self, value: ValueRef<'_>, part: &mut Part) -> (u32, Option<Api>) {
        let number = part.names.number(value);
        if number as usize == part.apis.len() {
            part.rows.push(0);
            part.apis.push(match value {
                ValueRef::Integer(id) => self.apis.get(&id).copied(),
                ValueRef::Text(_) | ValueRef::Blob(_) => Some(Api::of(&text(value))),
                ValueRef::Null | ValueRef::Real(_) => Some(Api::Other),
            });
        }
        (number, part.apis[number as usize])
    }
}
