//! NVTX ranges and the creation of graph nodes.

use super::Reader;
use super::names::NameKeys;
use super::schema::Schema;
use super::source::{Cells, Take};
use crate::diag::Problem;
use crate::trace::TraceBuilder;
use crate::trace::dictionary::Dictionary;
use crate::trace::names::RangeNameId;
use crate::trace::process::ThreadId;
use crate::trace::ranges::RangeKind;
use crate::trace::rows::{NodeRow, RangeSpan};
use rustc_hash::FxHashMap;

pub(super) const RANGES: &str = "NVTX_EVENTS";
/// The lower 24 bits of a global id are the thread.
const PROCESS_SHIFT: u32 = 24;

pub(super) fn read(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    ranges(reader, builder)?;
    nodes(reader, builder)
}

/// Ranges and domains of one stretch of the table.
#[derive(Debug, Default)]
struct Part {
    ranges: Vec<Range>,
    domains: Vec<Domain>,
    threads: Dictionary<i64>,
    names: NameKeys,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    start: i64,
    end: Option<i64>,
    domain: i64,
    thread: u32,
    name: u32,
    kind: RangeKind,
}

/// A domain of a process, and its name.
#[derive(Debug, Clone, Copy)]
struct Domain {
    process: i64,
    id: i64,
    name: u32,
}

struct Events;

impl Take for Events {
    type Part = Part;

    fn part(&self, rows: usize) -> Part {
        Part { ranges: Vec::with_capacity(rows), ..Part::default() }
    }

    fn take<C: Cells>(&self, row: &C, part: &mut Part) {
        // A derived export may lack the type: then every row with a name and a start is a range.
        let kind = match row.integer(2) {
            Some(59 | 70) | None => RangeKind::PushPop,
            Some(60 | 71) => RangeKind::StartEnd,
            Some(75) => {
                let name = part.names.either(row.value(5), row.value(6));
                let process = row.integer(3).unwrap_or(0) >> PROCESS_SHIFT;
                part.domains.push(Domain { process, id: row.integer(4).unwrap_or(0), name });
                return;
            }
            Some(_) => return,
        };
        let Some(start) = row.integer(0) else { return };
        let name = part.names.either(row.value(5), row.value(6));
        let thread = part.threads.number(&row.integer(3).unwrap_or(0));
        let (end, domain) = (row.integer(1), row.integer(4).unwrap_or(0));
        part.ranges.push(Range { start, end, domain, thread, name, kind });
    }
}

fn ranges(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let columns = ["start", "end", "eventType", "globalTid", "domainId", "text", "textId"];
    let parts = reader.scan(RANGES, &columns, &mut Events)?;
    let mut domains = domains(reader, &parts)?;
    builder.expect_ranges(parts.iter().map(|part| part.ranges.len()).sum());
    let mut unclosed = 0u64;
    for part in parts {
        let threads: Vec<(ThreadId, i64)> = part
            .threads
            .values()
            .iter()
            .map(|&global| (builder.thread(global as u64), global >> PROCESS_SHIFT))
            .collect();
        // Names of domains are no names of ranges: a name is made when a range has it.
        let mut names: Vec<Option<RangeNameId>> = vec![None; part.names.keys().len()];
        for range in part.ranges {
            let slot = &mut names[range.name as usize];
            let name = match *slot {
                Some(name) => name,
                None => {
                    let key = &part.names.keys()[range.name as usize];
                    let text = reader.strings.resolve(key).map_err(|e| reader.broken_strings(&e))?;
                    *slot.insert(builder.range_name(&text.unwrap_or_default()))
                }
            };
            let (thread, process) = threads[range.thread as usize];
            let domain = match domains.get_mut(&(process, range.domain)) {
                Some(domain) => domain.number(builder),
                None => 0,
            };
            unclosed += u64::from(range.end.is_none());
            let Range { start, end, kind, .. } = range;
            builder.push_span(RangeSpan { start, end, thread, name, kind, domain });
        }
    }
    if unclosed > 0 {
        builder.warnings.push(format!("{unclosed} NVTX ranges were never closed: they are taken to run to the end"));
    }
    Ok(())
}

/// A domain's name, and its number once a range has it.
#[derive(Debug)]
struct NamedDomain {
    name: String,
    number: Option<u16>,
}

impl NamedDomain {
    fn number(&mut self, builder: &mut TraceBuilder) -> u16 {
        *self.number.get_or_insert_with(|| builder.domain(&self.name))
    }
}

/// The domains by process and id. The last row of a domain names it.
fn domains(reader: &mut Reader<'_>, parts: &[Part]) -> Result<FxHashMap<(i64, i64), NamedDomain>, Problem> {
    let mut domains = FxHashMap::default();
    for part in parts {
        for domain in &part.domains {
            let key = &part.names.keys()[domain.name as usize];
            let name = reader.strings.resolve(key).map_err(|e| reader.broken_strings(&e))?.unwrap_or_default();
            domains.insert((domain.process, domain.id), NamedDomain { name, number: None });
        }
    }
    Ok(domains)
}

/// The table of node creation: under its own name, or under the one that later came to mean graphs.
pub(super) fn node_table(schema: &Schema) -> Option<&'static str> {
    ["CUDA_GRAPH_NODE_EVENTS", "CUDA_GRAPH_EVENTS"].into_iter().find(|t| schema.has_column(t, "graphNodeId"))
}

/// Creation of one node on the thread with this global id.
#[derive(Debug, Clone, Copy)]
struct Creation {
    at: i64,
    thread: u64,
    id: u64,
    original: Option<u64>,
}

struct Creations;

impl Take for Creations {
    type Part = Vec<Creation>;

    fn take<C: Cells>(&self, row: &C, part: &mut Vec<Creation>) {
        let (Some(at), Some(thread), Some(id)) = (row.integer(0), row.integer(1), row.integer(2)) else { return };
        let original = row.integer(3).map(|original| original as u64).filter(|&original| original != 0);
        part.push(Creation { at, thread: thread as u64, id: id as u64, original });
    }
}

fn nodes(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let Some(table) = node_table(&reader.schema) else { return Ok(()) };
    let columns = ["start", "globalTid", "graphNodeId", "originalGraphNodeId"];
    for Creation { at, thread, id, original } in reader.scan(table, &columns, &mut Creations)?.into_iter().flatten() {
        let thread = builder.thread(thread);
        builder.push_node(NodeRow { id, original, at, thread });
    }
    Ok(())
}
