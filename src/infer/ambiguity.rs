//! Why no place of the op could be settled on, and which flag would settle it.

use super::trial::{Trial, Trials};
use crate::diag::{Problem, ProblemClass, Side, duration, escape, plural};
use crate::limits::PERIOD_REPEATS;
use crate::select::{NotFound, Stretches};
use crate::stats::median;
use crate::trace::Trace;
use std::collections::{BTreeMap, HashMap};

/// Several modules do the same work.
pub(super) fn several_modules(flags: Vec<String>) -> Problem {
    let mut problem = Problem::spec(
        "ambiguous-op",
        format!("{} works of the E2E fit the mock equally well: same kernels, same launch shapes", flags.len()),
    );
    let first = flags.first().cloned().unwrap_or_default();
    for flag in flags.iter().take(8) {
        problem = problem.note(escape(flag));
    }
    problem.help(format!("say which one is meant, for example: {}", escape(&first)))
}

/// The mock's sequence stands in surroundings that take different times.
pub(super) fn surroundings(trial: &Trial) -> Option<Problem> {
    let comparison = &trial.comparison;
    let (trace, selection) = (&comparison.e2e, comparison.selection(Side::E2e));
    let before = predecessors(trace, &selection.scope);
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for instance in &selection.instances {
        let Some(previous) = instance.ops.first().and_then(|op| before.get(op)) else { continue };
        let identity = trace.names.identity(trace.ops.name(*previous));
        let pattern = match comparison.families.name_of(identity) {
            Some(family) => format!("family:{family}"),
            None => identity.function.clone(),
        };
        let time: i64 = instance.ops.iter().map(|&op| trace.ops.duration(op)).sum();
        groups.entry(pattern).or_default().push(time as f64);
    }
    groups.retain(|_, times| times.len() >= PERIOD_REPEATS);
    let first = groups.keys().next()?.clone();
    let mut problem = Problem::spec(
        "ambiguous-op",
        format!("the mock's kernels occur in {} places of the E2E's layers", groups.len()),
    );
    for (pattern, times) in &groups {
        let text = format!(
            "--after '{}': {}, {} each",
            escape(pattern),
            plural(times.len(), "instance"),
            duration(median(times).unwrap_or(0.0))
        );
        problem = problem.note(text);
    }
    Some(
        problem.help(format!(
            "say after which kernel the op stands in the model, for example: --after '{}'",
            escape(&first)
        )),
    )
}

/// The operation before each, on its stream.
fn predecessors(trace: &Trace, scope: &Stretches) -> HashMap<u32, u32> {
    let mut last: HashMap<(u16, u16, u32), u32> = HashMap::new();
    let mut before = HashMap::new();
    for op in scope.iter() {
        let view = trace.op(op);
        if let Some(previous) = last.insert((view.process.0, view.device, view.stream), op) {
            before.insert(op, previous);
        }
    }
    before
}

/// The op was not found on a side.
pub(super) fn not_found(why: Option<&NotFound>, trials: &Trials<'_>) -> Problem {
    let Some(why) = why else { return Problem::trace("empty-selection", "the op was not found") };
    let (side, trace) = match why.side {
        Side::Mock => ("mock", trials.mock),
        Side::E2e => ("E2E", trials.e2e),
    };
    let asked = match why.side {
        Side::Mock => trials.asked[0],
        Side::E2e => trials.asked[1],
    };
    // A flag that names nothing is a wrong argument; an op that is not there is a wrong trace.
    let class = if asked { ProblemClass::Spec } else { ProblemClass::Trace };
    let mut problem = Problem::new(
        class,
        "empty-selection",
        format!("no instance of the op was found in the {side} trace, {}", trace.path),
    );
    for (how, outcome) in &why.tried {
        problem = problem.note(format!("by {}: {outcome}", escape(how)));
    }
    let flags = match why.side {
        Side::Mock => "--mock-within and --mock-range",
        Side::E2e => "--e2e-within and --e2e-module",
    };
    problem.help(match why.candidates.as_slice() {
        [] => format!("`align inspect {}` shows what the trace holds; {flags} say where the op is", trace.path),
        offers => {
            let offers: Vec<String> = offers.iter().map(|o| format!("`{o}`")).collect();
            format!("the trace offers {}; {flags} say where the op is", offers.join(", "))
        }
    })
}
