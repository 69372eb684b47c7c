//! What was pushed becomes one trace: sorted, and joined by correlation ids, nodes and time.

use super::TraceBuilder;
use crate::trace::capability::{GraphTracing, Presence};
use crate::trace::correlation::Wanted;
use crate::trace::launches::Api;
use crate::trace::ops::{NONE, Ops};
use crate::trace::ranges::{ContextId, Ranges};
use crate::trace::rows::NodeRow;
use crate::trace::sweep::{Moment, sweep};
use crate::trace::{GraphNodes, Trace};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

impl TraceBuilder {
    /// Joins everything. Ranges never closed end with the trace.
    pub fn finish(mut self) -> Trace {
        self.join_launches();
        let mut ranges = self.sorted_ranges();
        let (mut nodes, captures) = self.resolve_nodes();
        self.attribute(&mut ranges, &mut nodes, &captures);
        self.sort_syncs();
        if self.processes_left_out {
            self.warnings.push("more than 65,535 processes: those after are taken for one".to_owned());
        }
        self.capabilities.graph_launches = self.graph_calls[0].max(self.graph_calls[1]);
        self.capabilities.graph_tracing = self.graph_tracing();
        Trace {
            path: self.path,
            names: self.names,
            ops: self.ops,
            launches: self.launches,
            syncs: self.syncs,
            ranges,
            nodes,
            processes: self.processes,
            threads: self.threads,
            provenance: self.provenance,
            capabilities: self.capabilities,
            warnings: self.warnings,
            summary: self.summary,
            shapes: self.shapes,
        }
    }

    fn join_launches(&mut self) {
        let Ops { launch, process, correlation, .. } = &mut self.ops;
        let ids = process.par_iter().zip(correlation.par_iter());
        launch.par_iter_mut().zip(ids).for_each(|(launch, (&process, &correlation))| {
            if let Wanted::Has(found) = self.correlations[usize::from(process)].get(correlation) {
                *launch = found;
            }
        });
        self.correlations.clear();
    }

    fn sorted_ranges(&mut self) -> Ranges {
        let last = self.ops.end.iter().copied().max().max(self.last_call_end);
        let last = self.ranges.iter().map(|r| if r.2 == i64::MAX { r.1 } else { r.2 }).chain(last).max().unwrap_or(0);
        // Equal start: the longer one is the outer one; equal both: the one recorded later was pushed first
        // only if it ended first, which the export does not say, so its order is kept.
        self.ranges.sort_by_key(|&(thread, start, end, ..)| (thread, start, std::cmp::Reverse(end)));
        let mut ranges = Ranges { domains: std::mem::take(&mut self.domains), ..Ranges::default() };
        ranges.reserve(self.ranges.len());
        for (thread, start, end, name, kind, domain) in std::mem::take(&mut self.ranges) {
            ranges.start.push(start);
            ranges.end.push(if end == i64::MAX { last.max(start) } else { end });
            ranges.thread.push(thread);
            ranges.name.push(name);
            ranges.kind.push(kind as u8);
            ranges.domain.push(domain);
        }
        ranges
    }

    /// The root of every used node, numbered from 0, and where the root was captured.
    fn resolve_nodes(&mut self) -> (GraphNodes, Vec<Option<NodeRow>>) {
        let mut roots: FxHashMap<(u16, u64), u32> = FxHashMap::default();
        let mut nodes = GraphNodes::default();
        let mut captures = Vec::with_capacity(self.nodes.len());
        for &(process, id) in &self.nodes {
            let (root, row) = self.root_of(process, id);
            let next = roots.len() as u32;
            nodes.root.push(*roots.entry((process, root)).or_insert(next));
            captures.push(row);
        }
        nodes.capture = vec![ContextId::NONE; captures.len()];
        (nodes, captures)
    }

    fn root_of(&self, process: u16, id: u64) -> (u64, Option<NodeRow>) {
        let mut at = id;
        let mut row = None;
        // An export may be made by hand: a chain longer than this is a cycle.
        for _ in 0..64 {
            let Some(found) = self.creations.get(&(process, at)) else { break };
            row = Some(*found);
            match found.original {
                Some(original) if original != at && original != 0 => at = original,
                _ => break,
            }
        }
        (at, row)
    }

    fn attribute(&mut self, ranges: &mut Ranges, nodes: &mut GraphNodes, captures: &[Option<NodeRow>]) {
        let launches = self.launches.len() as u32;
        let order = self.launches.by_time();
        let launched = order.iter().map(|&slot| Moment {
            thread: self.launches.thread[slot as usize],
            at: self.launches.start[slot as usize],
            slot,
        });
        let mut captured: Vec<Moment> = captures
            .iter()
            .enumerate()
            .filter_map(|(i, row)| {
                row.map(|row| Moment { thread: row.thread.0, at: row.at, slot: launches + i as u32 })
            })
            .collect();
        captured.sort_unstable();
        let mut contexts = vec![ContextId::NONE.0; launches as usize];
        let followed =
            sweep(ranges, merged(launched, captured), |slot, context| match contexts.get_mut(slot as usize) {
                Some(launch) => *launch = context.0,
                None => nodes.capture[(slot - launches) as usize] = context,
            });
        let context = |&launch: &u32| contexts.get(launch as usize).copied().unwrap_or(ContextId::NONE.0);
        self.ops.context = self.ops.launch.par_iter().map(context).collect::<Vec<u32>>().into();
        if !followed {
            self.warnings.push(
                "too many NVTX ranges cross each other: some are taken to end with those opened later".to_owned(),
            );
        }
    }

    fn sort_syncs(&mut self) {
        let mut order: Vec<usize> = (0..self.syncs.start.len()).collect();
        order.sort_by_key(|&i| (self.syncs.start[i], self.syncs.end[i]));
        self.syncs.start = order.iter().map(|&i| self.syncs.start[i]).collect();
        self.syncs.end = order.iter().map(|&i| self.syncs.end[i]).collect();
        self.syncs.thread = order.iter().map(|&i| self.syncs.thread[i]).collect();
        self.syncs.name = order.iter().map(|&i| self.syncs.name[i]).collect();
    }

    fn graph_tracing(&self) -> GraphTracing {
        let replayed = self.ops.node.iter().any(|&n| n != NONE)
            || self.ops.launch.iter().any(|&l| l != NONE && self.launches.api(l) == Api::GraphLaunch);
        if replayed {
            GraphTracing::Node
        } else if self.capabilities.whole_graph_rows > 0
            // Without a table of kernels nobody knows how their graphs were traced.
            || (self.capabilities.graph_launches > 0 && self.capabilities.kernels != Presence::Missing)
        {
            GraphTracing::Whole
        } else {
            GraphTracing::None
        }
    }
}

/// Two lists in order as one.
fn merged(many: impl Iterator<Item = Moment>, few: Vec<Moment>) -> impl Iterator<Item = Moment> {
    let (mut many, mut few) = (many.peekable(), few.into_iter().peekable());
    std::iter::from_fn(move || match (many.peek(), few.peek()) {
        (Some(a), Some(b)) if a > b => few.next(),
        (Some(_), _) => many.next(),
        (None, _) => few.next(),
    })
}
