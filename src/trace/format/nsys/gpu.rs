//! Kernels, memory copies and memory sets.

use super::Reader;
use super::calls::CALLS;
use super::names::NameKey;
use super::source::{Cells, Take};
use super::strings::Strings;
use crate::diag::Problem;
use crate::trace::TraceBuilder;
use crate::trace::builder::{OpBatch, OpValues};
use crate::trace::dictionary::Dictionary;
use crate::trace::names::{COPY_KINDS, NameId, OpKind};
use crate::trace::ops::Shape;
use crate::trace::rows::{NO_CORRELATION, PROCESS_MASK};
use rusqlite::types::ValueRef;
use std::hash::Hash;

pub(super) const KERNELS: &str = "CUPTI_ACTIVITY_KIND_KERNEL";
pub(super) const COPIES: &str = "CUPTI_ACTIVITY_KIND_MEMCPY";
pub(super) const SETS: &str = "CUPTI_ACTIVITY_KIND_MEMSET";

/// The first columns of each table are those that every GPU operation has.
const KERNEL_COLUMNS: [&str; 19] = [
    "start",
    "end",
    "deviceId",
    "streamId",
    "correlationId",
    "globalPid",
    "graphNodeId",
    "demangledName",
    "shortName",
    "mangledName",
    "gridX",
    "gridY",
    "gridZ",
    "blockX",
    "blockY",
    "blockZ",
    "registersPerThread",
    "staticSharedMemory",
    "dynamicSharedMemory",
];
const MEMORY_COLUMNS: [&str; 9] =
    ["start", "end", "deviceId", "streamId", "correlationId", "globalPid", "graphNodeId", "bytes", "copyKind"];

pub(super) fn read(reader: &mut Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let mut take = Kernels { lone: lone_process(reader, KERNELS)? };
    let kernels = reader.scan(KERNELS, &KERNEL_COLUMNS, &mut take)?;
    let copies = memory(reader, COPIES, OpKind::Memcpy)?;
    let sets = memory(reader, SETS, OpKind::Memset)?;
    let skipped = skipped(&kernels) + skipped(&copies) + skipped(&sets);
    push_kernels(reader, builder, kernels)?;
    push_memory(builder, copies, OpKind::Memcpy);
    push_memory(builder, sets, OpKind::Memset);
    if skipped > 0 {
        builder.warnings.push(format!("{skipped} GPU operations without a start or an end were left out"));
    }
    Ok(())
}

/// Operations of one stretch; `K` is what names them.
#[derive(Debug)]
struct Part<K> {
    batch: OpBatch,
    names: Dictionary<K>,
    skipped: u64,
}

impl<K> Default for Part<K> {
    fn default() -> Self {
        Self { batch: OpBatch::default(), names: Dictionary::default(), skipped: 0 }
    }
}

/// Adds the operations of all other parts to the first: two copies of all would take twice the memory.
fn gather<K: Hash + Eq + Clone>(parts: &mut Vec<Part<K>>) {
    let mut rest = parts.drain(..);
    let Some(mut whole) = rest.next() else { return };
    let batches = rest.map(|part| {
        whole.skipped += part.skipped;
        let names = part.names.values().iter().map(|name| whole.names.number(name)).collect();
        (part.batch, names)
    });
    let batches = batches.collect();
    whole.batch.append(batches);
    parts.push(whole);
}

/// The columns that every GPU operation has; `None` without a start or an end. `lone` is the process of rows that
/// name none.
fn common<C: Cells>(row: &C, lone: i64) -> Option<OpValues> {
    Some(OpValues {
        start: row.integer(0)?,
        end: row.integer(1)?,
        device: u16::try_from(row.small(2)).unwrap_or(u16::MAX),
        stream: row.small(3),
        correlation: row.integer(4).unwrap_or(NO_CORRELATION),
        process: row.integer(5).unwrap_or(lone) as u64,
        node: row.integer(6).map(|id| id as u64).filter(|&id| id != 0),
    })
}

/// What names a kernel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum KernelKey {
    Ids { demangled: i64, short: i64 },
    Other { demangled: NameKey, short: NameKey, mangled: NameKey },
}

struct Kernels {
    lone: i64,
}

impl Take for Kernels {
    type Part = Part<KernelKey>;

    fn part(&self, rows: usize) -> Self::Part {
        Part { batch: OpBatch::with_room(rows), ..Part::default() }
    }

    fn gather(&self, parts: &mut Vec<Self::Part>) {
        gather(parts);
    }

    fn take<C: Cells>(&self, row: &C, part: &mut Self::Part) {
        let Some(op) = common(row, self.lone) else {
            part.skipped += 1;
            return;
        };
        let key = match (row.value(7), row.value(8)) {
            (ValueRef::Integer(demangled), ValueRef::Integer(short)) => KernelKey::Ids { demangled, short },
            (demangled, short) => KernelKey::Other {
                demangled: NameKey::of(demangled),
                short: NameKey::of(short),
                mangled: NameKey::of(row.value(9)),
            },
        };
        let shape = Shape {
            grid: [row.small(10), row.small(11), row.small(12)],
            block: [row.small(13), row.small(14), row.small(15)],
            registers: row.small(16),
            static_shared: row.small(17),
            dynamic_shared: row.small(18),
            bytes: 0,
        };
        let name = part.names.number(&key);
        part.batch.push(op, name, &shape);
    }
}

fn skipped<K>(parts: &[Part<K>]) -> u64 {
    parts.iter().map(|part| part.skipped).sum()
}

fn push_kernels(
    reader: &mut Reader<'_>,
    builder: &mut TraceBuilder,
    parts: Vec<Part<KernelKey>>,
) -> Result<(), Problem> {
    for part in parts {
        let mut names = Vec::new();
        for key in part.names.values() {
            names.push(kernel_name(key, &mut reader.strings, builder).map_err(|e| reader.broken_strings(&e))?);
        }
        builder.push_ops(part.batch, &names);
    }
    Ok(())
}

fn kernel_name(key: &KernelKey, strings: &mut Strings<'_>, builder: &mut TraceBuilder) -> rusqlite::Result<NameId> {
    let (demangled, short, mangled) = match key {
        KernelKey::Ids { demangled, short } => (&NameKey::Id(*demangled), &NameKey::Id(*short), &NameKey::Nothing),
        KernelKey::Other { demangled, short, mangled } => (demangled, short, mangled),
    };
    let short = strings.resolve(short)?.unwrap_or_default();
    let demangled = match strings.resolve(demangled)? {
        Some(name) => name,
        None if !short.is_empty() => short.clone(),
        None => strings.resolve(mangled)?.unwrap_or_else(|| "[kernel without a name]".to_owned()),
    };
    Ok(builder.kernel_name(&demangled, &short))
}

struct Memory {
    lone: i64,
    kind: OpKind,
}

impl Take for Memory {
    /// Named by the direction of the copy.
    type Part = Part<Option<i64>>;

    fn gather(&self, parts: &mut Vec<Self::Part>) {
        gather(parts);
    }

    fn take<C: Cells>(&self, row: &C, part: &mut Self::Part) {
        let Some(op) = common(row, self.lone) else {
            part.skipped += 1;
            return;
        };
        let direction = if self.kind == OpKind::Memcpy { row.integer(8) } else { None };
        let bytes = row.integer(7).and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        let name = part.names.number(&direction);
        part.batch.push(op, name, &Shape { bytes, ..Shape::default() });
    }
}

fn memory(reader: &mut Reader<'_>, table: &'static str, kind: OpKind) -> Result<Vec<Part<Option<i64>>>, Problem> {
    let mut take = Memory { lone: lone_process(reader, table)?, kind };
    reader.scan(table, &MEMORY_COLUMNS, &mut take)
}

fn push_memory(builder: &mut TraceBuilder, parts: Vec<Part<Option<i64>>>, kind: OpKind) {
    for part in parts {
        let mut names = Vec::new();
        for &direction in part.names.values() {
            let name = match kind {
                OpKind::Memset => "[CUDA memset]".to_owned(),
                _ => format!("[CUDA memcpy {}]", copy_kind(direction)),
            };
            names.push(builder.names.intern(&name, &name, kind));
        }
        builder.push_ops(part.batch, &names);
    }
}

/// The direction of a copy as the profiler names it.
fn copy_kind(kind: Option<i64>) -> &'static str {
    let index = kind.and_then(|kind| usize::try_from(kind.checked_sub(1)?).ok());
    index.and_then(|index| COPY_KINDS.get(index)).copied().unwrap_or("Unknown")
}

/// The processes of a stretch of API calls, as far as it takes to see whether there are several.
#[derive(Debug, Default)]
struct Processes {
    first: Option<u64>,
    several: bool,
}

impl Processes {
    fn add(&mut self, process: Option<u64>) {
        self.several |= process.is_some() && self.first.is_some() && process != self.first;
        self.first = self.first.or(process);
    }
}

struct Callers;

impl Take for Callers {
    type Part = Processes;

    fn take<C: Cells>(&self, row: &C, part: &mut Processes) {
        part.add(row.integer(0).map(|thread| thread as u64 & PROCESS_MASK));
    }
}

/// The process that made all API calls, for a derived export whose operations name none; 0 if there are several.
fn lone_process(reader: &mut Reader<'_>, table: &str) -> Result<i64, Problem> {
    if reader.schema.has_column(table, "globalPid") || !reader.schema.has_column(CALLS, "globalTid") {
        return Ok(0);
    }
    let mut all = Processes::default();
    for part in reader.scan(CALLS, &["globalTid"], &mut Callers)? {
        all.add(part.first);
        all.several |= part.several;
    }
    Ok(all.first.filter(|_| !all.several).map_or(0, |process| process as i64))
}
