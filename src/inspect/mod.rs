//! `align inspect`: what a trace holds, and what it can answer.
//!
//! [`inspect`] reads a trace in a few passes over its columns, near-linear in the number of operations
//! and ranges, and returns plain values; [`human`] renders them for people, serde for programs.

mod answers;
mod graphs;
pub mod human;
mod model;
mod places;
mod scope;
mod structure;
mod summary;
mod synchronisations;
mod tables;
mod tree;
mod words;

pub use model::*;
pub use scope::Filter;

use crate::diag::Problem;
use crate::kernel::Families;
use crate::quality;
use crate::trace::Trace;

/// Says what a trace holds, or the part of it that the filter names.
///
/// # Errors
/// A process that the trace does not have (`unknown-process`), or ranges that hold no GPU work (`empty-scope`).
pub fn inspect(trace: &Trace, families: &Families, filter: &Filter) -> Result<Inspection, Problem> {
    let selected = scope::select(trace, filter)?;
    let places = places::places(trace, &selected);
    let graphs = graphs::graphs(trace, &selected.ops);
    let tables = tables::tables(trace, families, &selected.ops);
    let inspection = Inspection {
        format: FORMAT,
        trace: trace.path.clone(),
        provenance: trace.provenance.clone(),
        scope: Scope {
            within: filter.within.iter().map(|glob| glob.as_str().to_owned()).collect(),
            process: selected.process,
            operations_in_trace: trace.len() as u64,
        },
        capabilities: trace.capabilities.clone(),
        answers: answers::answers(trace, &places.totals, &graphs),
        warnings: trace.warnings.clone(),
        quality: quality::beyond_questions(trace),
        totals: places.totals,
        processes: places.processes,
        devices: places.devices,
        streams: places.streams,
        families: tables.families,
        kernels: tables.kernels,
        memory_operations: tables.memory,
        ranges: tree::tree(trace, &selected),
        graphs,
        structure: structure::structure(trace, &selected),
        synchronisations: synchronisations::synchronisations(trace, &selected, !filter.within.is_empty()),
    };
    Ok(match &trace.summary {
        Some(of) => summary::inspection(trace, of, families, inspection),
        None => inspection,
    })
}
