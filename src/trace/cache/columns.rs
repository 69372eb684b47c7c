//! A trace as columns of plain numbers and the few texts beside them, and back.

use super::fits;
use super::map::Columns;
use crate::trace::capability::Capabilities;
use crate::trace::launches::{Launches, SyncCalls};
use crate::trace::names::{NameId, Names, OpKind};
use crate::trace::ops::{Ops, Shape};
use crate::trace::process::{Process, ProcessId, Thread, ThreadId};
use crate::trace::provenance::Provenance;
use crate::trace::ranges::{Chains, ContextId, Ranges};
use crate::trace::{GraphNodes, Trace};
use bytemuck::{Pod, cast_slice};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What does not grow with the length of a capture.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Texts {
    /// As the profiler wrote them: demangled, short, kind.
    kernels: Vec<(String, String, OpKind)>,
    ranges: Vec<String>,
    domains: Vec<String>,
    syncs: Vec<String>,
    shapes: Vec<Shape>,
    processes: Vec<Process>,
    /// The process and the number of each.
    threads: Vec<(u16, u32)>,
    provenance: Provenance,
    capabilities: Capabilities,
    warnings: Vec<String>,
}

/// The parts of a trace, columns as bytes. [`join`] takes the columns in the same order.
pub(super) fn split(trace: &Trace) -> (Texts, Vec<Cow<'_, [u8]>>) {
    let Trace { path: _, names, ops, launches, syncs, ranges, nodes, processes, threads, .. } = trace;
    let texts = Texts {
        kernels: names.ids().map(|id| kernel(names, id)).collect(),
        ranges: names.ranges().iter().map(|range| range.text.clone()).collect(),
        domains: ranges.domains.clone(),
        syncs: syncs.names.clone(),
        shapes: trace.shapes.clone(),
        processes: processes.clone(),
        threads: threads.iter().map(|thread| (thread.process.0, thread.tid)).collect(),
        provenance: trace.provenance.clone(),
        capabilities: trace.capabilities.clone(),
        warnings: trace.warnings.clone(),
    };
    let columns = vec![
        bytes(&ops.start),
        bytes(&ops.end),
        bytes(&ops.correlation),
        bytes(&ops.stream),
        bytes(&ops.name),
        bytes(&ops.shape),
        bytes(&ops.node),
        bytes(&ops.launch),
        bytes(&ops.context),
        bytes(&ops.process),
        bytes(&ops.device),
        bytes(&launches.start),
        bytes(&launches.thread),
        bytes(&launches.api),
        bytes(&syncs.start),
        bytes(&syncs.end),
        copied(syncs.thread.iter().map(|thread| thread.0)),
        bytes(&syncs.name),
        bytes(&ranges.start),
        bytes(&ranges.end),
        bytes(&ranges.thread),
        bytes(&ranges.name),
        bytes(&ranges.kind),
        bytes(&ranges.domain),
        bytes(&ranges.chains.innermost),
        bytes(&ranges.chains.around),
        bytes(&nodes.root),
        copied(nodes.capture.iter().map(|context| context.0)),
    ];
    (texts, columns)
}

/// The trace whose parts these are, under the path it is opened by; `None` if they are not what [`split`] gives.
pub(super) fn join(texts: Texts, mut columns: Columns, path: &str) -> Option<Trace> {
    let ops = Ops {
        start: columns.next()?,
        end: columns.next()?,
        correlation: columns.next()?,
        stream: columns.next()?,
        name: columns.next()?,
        shape: columns.next()?,
        node: columns.next()?,
        launch: columns.next()?,
        context: columns.next()?,
        process: columns.next()?,
        device: columns.next()?,
    };
    let launches =
        Launches { start: columns.next()?, thread: columns.next()?, api: columns.next()?, graphs: OnceLock::new() };
    let syncs = SyncCalls {
        start: columns.next::<i64>()?.to_vec(),
        end: columns.next::<i64>()?.to_vec(),
        thread: columns.next::<u32>()?.iter().copied().map(ThreadId).collect(),
        name: columns.next::<u16>()?.to_vec(),
        names: texts.syncs,
    };
    let ranges = Ranges {
        start: columns.next()?,
        end: columns.next()?,
        thread: columns.next()?,
        name: columns.next()?,
        kind: columns.next()?,
        domain: columns.next()?,
        domains: texts.domains,
        chains: Chains { innermost: columns.next()?, around: columns.next()? },
    };
    let nodes = GraphNodes {
        root: columns.next::<u32>()?.to_vec(),
        capture: columns.next::<u32>()?.iter().copied().map(ContextId).collect(),
    };
    let threads = texts.threads.into_iter().map(|(process, tid)| Thread { process: ProcessId(process), tid });
    let trace = columns.end().then(|| Trace {
        path: path.to_owned(),
        names: names(&texts.kernels, &texts.ranges),
        ops,
        launches,
        syncs,
        ranges,
        nodes,
        processes: texts.processes,
        threads: threads.collect(),
        provenance: texts.provenance,
        capabilities: texts.capabilities,
        warnings: texts.warnings,
        summary: None,
        shapes: texts.shapes,
    })?;
    fits::fits(&trace).then_some(trace)
}

fn kernel(names: &Names, id: NameId) -> (String, String, OpKind) {
    (names.identity(id).exact.clone(), names.short(id).to_owned(), names.kind(id))
}

/// What names mean is found again: it may be read otherwise by another version.
fn names(kernels: &[(String, String, OpKind)], ranges: &[String]) -> Names {
    let mut names = Names::default();
    for (demangled, short, kind) in kernels {
        names.intern(demangled, short, *kind);
    }
    for text in ranges {
        names.intern_range(text);
    }
    names
}

fn bytes<T: Pod>(values: &[T]) -> Cow<'_, [u8]> {
    Cow::Borrowed(cast_slice(values))
}

fn copied<T: Pod>(values: impl Iterator<Item = T>) -> Cow<'static, [u8]> {
    Cow::Owned(cast_slice(&values.collect::<Vec<T>>()).to_vec())
}
