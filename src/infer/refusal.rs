//! When no spec is drafted: the traces cannot show the op, or the two sides are not the same op.

use super::marks::Labels;
use super::mock_side::ITERATIONS;
use super::trial::compared_share;
use crate::check;
use crate::compare::Comparison;
use crate::diag::{Evidence, Finding, Problem, ProblemClass, Severity, Side, escape};
use crate::limits::INFER_COMPARED;
use crate::outcome::CaseOutcome;
use crate::trace::Trace;
use std::sync::Arc;

/// A trace that holds no GPU data cannot show anything.
pub(super) fn unfit(mock: &Trace, e2e: &Trace) -> Vec<Problem> {
    let sides = [(Side::Mock, mock), (Side::E2e, e2e)];
    sides
        .into_iter()
        .filter_map(|(side, trace)| check::unfit(side, trace))
        .map(|(finding, _)| of_finding(finding))
        .collect()
}

fn of_finding(finding: Finding) -> Problem {
    let mut problem = Problem::trace("no-gpu-data", finding.message);
    for Evidence { text, .. } in finding.evidence {
        problem = problem.note(text);
    }
    problem.maybe_help(finding.help)
}

/// Both sides are the same executions of one trace.
pub(super) fn same_instances(comparison: &Comparison) -> Option<Problem> {
    (Arc::ptr_eq(&comparison.mock, &comparison.e2e) && overlap(comparison)).then(|| {
        Problem::spec("same-instances", "both sides are the same executions of one trace: that agrees with anything")
            .help("give the mock's trace as --mock and the model's as --e2e")
    })
}

/// The two sides have so little in common that a spec which excuses the rest would compare hardly anything. `outcome` is
/// what the checks say with nothing excused.
pub(super) fn too_different(comparison: &Comparison, outcome: &CaseOutcome) -> Option<Problem> {
    let share = compared_share(comparison);
    if share >= INFER_COMPARED {
        return None;
    }
    let cause = outcome.diagnoses.first();
    let title = cause.map_or("the two sides are not the same op", |d| d.title.as_str());
    let mut problem = Problem::spec(
        "too-different",
        format!(
            "{}: kernels that are the same on both sides take only {:.0} % of the time",
            escape(title),
            share * 100.0
        ),
    );
    for side in Side::BOTH {
        let name = if side == Side::Mock { "mock" } else { "E2E" };
        let how = &comparison.selection(side).how;
        problem = problem.note(format!("{name}, by {}: {}", escape(how), kernels(comparison, side)));
    }
    for text in cause.iter().flat_map(|d| &d.evidence) {
        problem = problem.note(escape(text));
    }
    Some(
        problem.help(match cause {
            Some(cause) if cause.issue != "another-operation" => {
                format!("put the mock right first: {}", escape(&cause.fix))
            }
            _ => "say where the op is in the E2E with --e2e-module and --e2e-within; `align inspect TRACE` shows what \
              there is"
                .to_owned(),
        }),
    )
}

/// The distinct kernels of an instance, at most eight.
fn kernels(comparison: &Comparison, side: Side) -> String {
    let sequence = &comparison.selection(side).sequence;
    let mut distinct: Vec<String> = Vec::new();
    for name in sequence.iter().map(|&s| super::entries::last_word(comparison.identity(s))) {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    let more = distinct.len().saturating_sub(8);
    distinct.truncate(8);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    escape(&format!("{}{more}", distinct.join(", ")))
}

/// The mock's trace marks a model's modules, the E2E's a mock's iterations.
pub(super) fn swapped(mock: &Trace, e2e: &Trace) -> Option<Problem> {
    let layers = |trace: &Trace| Labels::new(trace).iter().any(|(_, l)| l.is_module && l.glob.contains('.'));
    let iterations = |trace: &Trace| Labels::new(trace).iter().any(|(_, l)| ITERATIONS.contains(&l.glob.as_str()));
    (layers(mock) && !layers(e2e) && iterations(e2e)).then(|| {
        Problem::spec("swapped-traces", "the two traces are swapped: the one given as the mock marks a model's modules, the one given as the E2E a mock's iterations")
            .help("give the benchmark's trace as --mock and the model's as --e2e")
    })
}

fn overlap(comparison: &Comparison) -> bool {
    let ops = |side| comparison.selection(side).instances.iter().flat_map(|i| i.ops.iter().copied());
    let mock: std::collections::BTreeSet<u32> = ops(Side::Mock).collect();
    ops(Side::E2e).any(|op| mock.contains(&op))
}

/// What the checks say that no known difference can excuse.
pub(super) fn of_outcome(outcome: &CaseOutcome) -> Vec<Problem> {
    let fatal = |code: &str| matches!(code, "no-gpu-data" | "empty-selection" | "selection");
    outcome
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error && fatal(&f.code))
        .map(|f| {
            let class = if f.code == "selection" { ProblemClass::Spec } else { ProblemClass::Trace };
            let mut problem = Problem::new(class, "selection", f.message.clone());
            for evidence in &f.evidence {
                problem = problem.note(evidence.text.clone());
            }
            problem.help(
                "say where the op is: --mock-within, --mock-range, --e2e-within, --e2e-module, --after or --before",
            )
        })
        .collect()
}
