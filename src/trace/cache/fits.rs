//! Whether the columns of a cached trace fit together: sums say that a file is as it was written, not by whom.

use crate::trace::Trace;
use crate::trace::column::Column;
use crate::trace::ops::NONE;
use rayon::prelude::*;

/// Values that one thread looks through at a time.
const STRETCH: usize = 1 << 16;

/// The greatest of what the numbers become; 0 of none. Whole stretches at once, as the machine compares quickest.
fn greatest(column: &Column<u32>, of: impl Fn(u32) -> u32 + Sync) -> usize {
    let stretch = |part: &[u32]| part.iter().fold(0, |most, &number| of(number).max(most));
    column.par_chunks(STRETCH).map(stretch).max().unwrap_or(0) as usize
}

/// Whether columns of one table are equally long, and every number of something is one of what there is.
pub(super) fn fits(trace: &Trace) -> bool {
    are_equally_long(trace) && columns_know_what_they_name(trace) && others_know_what_they_name(trace)
}

fn are_equally_long(trace: &Trace) -> bool {
    let Trace { ops, launches, syncs, ranges, nodes, .. } = trace;
    let (rows, calls, waits, spans) = (ops.start.len(), launches.start.len(), syncs.start.len(), ranges.start.len());
    let lengths = [
        (rows, ops.end.len()),
        (rows, ops.correlation.len()),
        (rows, ops.stream.len()),
        (rows, ops.name.len()),
        (rows, ops.shape.len()),
        (rows, ops.launch.len()),
        (rows, ops.context.len()),
        (rows, ops.process.len()),
        (rows, ops.device.len()),
        (calls, launches.thread.len()),
        (calls, launches.api.len()),
        (waits, syncs.end.len()),
        (waits, syncs.thread.len()),
        (waits, syncs.name.len()),
        (spans, ranges.end.len()),
        (spans, ranges.thread.len()),
        (spans, ranges.name.len()),
        (spans, ranges.kind.len()),
        (spans, ranges.domain.len()),
        (ranges.chains.innermost.len(), ranges.chains.around.len()),
        (nodes.root.len(), nodes.capture.len()),
    ];
    lengths.iter().all(|(one, other)| one == other) && (ops.node.is_empty() || ops.node.len() == rows)
}

fn columns_know_what_they_name(trace: &Trace) -> bool {
    let Trace { names, ops, launches, ranges, nodes, threads, shapes, .. } = trace;
    let always = [
        (&ops.name, names.ids().count()),
        (&ops.shape, shapes.len()),
        (&launches.thread, threads.len()),
        (&ranges.thread, threads.len()),
        (&ranges.name, names.ranges().len()),
        (&ranges.chains.innermost, ranges.len()),
    ];
    let mostly = [(&ops.launch, launches.len()), (&ops.context, ranges.context_count()), (&ops.node, nodes.root.len())];
    // The number that stands for none becomes 0.
    always.into_iter().all(|(column, count)| column.is_empty() || greatest(column, |number| number) < count)
        && mostly.into_iter().all(|(column, count)| greatest(column, |number| number.wrapping_add(1)) <= count)
}

fn others_know_what_they_name(trace: &Trace) -> bool {
    let Trace { ops, syncs, ranges, nodes, processes, threads, .. } = trace;
    // A chain is made after the one around it.
    let inside = |(chain, &around): (usize, &u32)| around == NONE || (around as usize) < chain;
    let known = |part: &[u16]| part.iter().all(|&process| usize::from(process) < processes.len());
    ranges.chains.around.iter().enumerate().all(inside)
        && ops.process.par_chunks(STRETCH).all(known)
        && threads.iter().all(|thread| usize::from(thread.process.0) < processes.len())
        && syncs.name.iter().all(|&name| usize::from(name) < syncs.names.len())
        && nodes.capture.iter().all(|context| context.0 == NONE || (context.0 as usize) < ranges.context_count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::open;
    use std::path::Path;
    use std::sync::Arc;

    type Forge = fn(&mut Trace);

    fn golden() -> Option<Trace> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces/hf_e2e_graph.sqlite");
        Arc::into_inner(open(&path).ok()?)
    }

    #[test]
    fn what_does_not_fit_together_is_no_trace() {
        let forged: [(&str, Forge); 16] = [
            ("a start too many", |t| t.ops.start.push(0)),
            ("no ends", |t| t.ops.end.own().clear()),
            ("no correlations", |t| t.ops.correlation.own().clear()),
            ("no streams", |t| t.ops.stream.own().clear()),
            ("an unknown name", |t| t.ops.name.own()[3] = u32::MAX),
            ("an unknown shape", |t| t.ops.shape.own()[3] = 1 << 20),
            ("an unknown launch", |t| t.ops.launch.own()[3] = 1 << 30),
            ("an unknown chain", |t| t.ops.context.own()[3] = 1 << 30),
            ("an unknown node", |t| t.ops.node.own()[3] = 1 << 30),
            ("an unknown process", |t| t.ops.process.own()[3] = 99),
            ("no device", |t| t.ops.device.own().clear()),
            ("an unknown thread", |t| t.launches.thread.own()[0] = 9999),
            ("an unknown range", |t| t.ranges.name.own()[0] = u32::MAX),
            ("a chain of nothing", |t| t.ranges.chains.innermost.own()[0] = u32::MAX),
            ("a chain in itself", |t| t.ranges.chains.around.own()[1] = 1),
            ("no shapes", |t| t.shapes.clear()),
        ];
        assert!(golden().as_ref().is_some_and(fits));
        for (what, forge) in forged {
            let mut trace = golden();
            trace.iter_mut().for_each(forge);
            assert!(trace.is_some_and(|trace| !fits(&trace)), "{what}");
        }
    }
}
