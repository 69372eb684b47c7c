//! What stays open where reports add launches up or cut names off: neither a pass nor a failure may rest on a guess.

use super::{Check, Context, Judgement, names};
use crate::compare::Position;
use crate::diag::{Finding, Severity, Side, Verdict, escape, plural, shorten};
use crate::kernel::{Level, is_cut_off};
use crate::spec::Others;
use crate::trace::Trace;

const WHOLE: &str = "`--format csv` keeps them whole";

/// The judgement of a check, as far as the traces bear it.
pub fn held_open(context: &Context<'_>, check: &dyn Check, judgement: Judgement) -> Judgement {
    let doubt = context.comparison.summed.as_ref().and_then(|summed| summed.doubt(&check.meta().name));
    match doubt {
        Some(doubt) if doubt.either => open(judgement, |_| true, &doubt.reason),
        // What a summary leaves open is no pass.
        Some(doubt) if judgement.verdict == Verdict::Pass => open(judgement, |_| false, &doubt.reason),
        _ => by_names(context, check, judgement),
    }
}

/// Why an op that was not found may be there all the same: patterns and sequences look at whole names.
pub fn unfound_by_names(traces: &[&Trace]) -> Option<String> {
    let names = |trace: &Trace| trace.names.ids().map(|id| trace.names.identity(id).exact.clone()).collect::<Vec<_>>();
    let cut_off = traces.iter().copied().flat_map(names).find(|name| is_cut_off(name))?;
    let first = shorten(&escape(&cut_off), names::NAME);
    Some(format!("names were cut off, `{first}` among them: whether the op is there cannot be told ({WHOLE})"))
}

/// Without findings that are guesses; what is left is no pass.
fn open(mut judgement: Judgement, is_guess: impl Fn(&Finding) -> bool, reason: &str) -> Judgement {
    judgement.findings.retain(|finding| finding.severity == Severity::Note || !is_guess(finding));
    if judgement.problem.is_some() || judgement.verdict > Verdict::Pass {
        return judgement;
    }
    Judgement { verdict: Verdict::Inconclusive, reason: Some(reason.to_owned()), ..judgement }
}

/// Where names were cut off: what they would have to say for a check to judge.
fn by_names(context: &Context<'_>, check: &dyn Check, judgement: Judgement) -> Judgement {
    let cut = Side::BOTH.map(|side| cut_off(context, side));
    let ([Some(first), _] | [None, Some(first)]) = cut else { return judgement };
    let fails = |is_guess: &dyn Fn(&Finding) -> bool| {
        judgement.findings.iter().any(|finding| finding.severity > Severity::Note && is_guess(finding))
    };
    let whole_names = |what: &str| format!("names were cut off, `{first}` among them: {what} ({WHOLE})");
    if check.asks_for_names() {
        if !fails(&|_| true) {
            return judgement;
        }
        return open(judgement, |_| true, &whole_names("whether the rule means them cannot be told"));
    }
    match check.meta().name.as_str() {
        "kernel-name" => match as_far_as_names_go(context) {
            Some(reason) if !fails(&|_| true) => open(judgement, |_| false, &reason),
            _ => judgement,
        },
        "missing-critical-kernel" | "kernel-count" | "extra-kernel" => {
            let is_guess = |finding: &Finding| asks_the_spec(context, finding);
            if !fails(&is_guess) {
                return judgement;
            }
            open(judgement, is_guess, &whole_names("whether the spec means them cannot be told"))
        }
        _ => judgement,
    }
}

/// The first kernel of a side's instance whose name was cut off.
fn cut_off(context: &Context<'_>, side: Side) -> Option<String> {
    let comparison = context.comparison;
    let sequence = &comparison.selection(side).sequence;
    let at = (0..sequence.len()).find(|&at| comparison.selected.lexicon.cut_off(sequence[at]).is_some())?;
    Some(names::short(context, side, at))
}

/// Whether a finding rests on what a pattern of the spec does not match: it may match what was cut away.
fn asks_the_spec(context: &Context<'_>, finding: &Finding) -> bool {
    let all_cut_off = finding.kernels.iter().all(|name| is_cut_off(name));
    let excused = !context.case.known.is_empty() || context.case.others.value == Others::Forbid;
    finding.kernels.is_empty() || (all_cut_off && excused)
}

/// Kernels that stand against each other, of which a name was cut off before it said enough for the spec.
fn as_far_as_names_go(context: &Context<'_>) -> Option<String> {
    let comparison = context.comparison;
    let coarse = context.case.identity.value <= Level::Base;
    let is_open = |position: &&Position| {
        let (Some(m), Some(_), true) = (position.mock, position.e2e, position.same()) else { return false };
        let cut_off = comparison.selected.lexicon.cut_off(comparison.symbol_at(Side::Mock, m));
        context.judged(Side::Mock, m)
            && cut_off.is_some_and(|cut_off| !(coarse && cut_off.whole == 1 && cut_off.keeps_base))
    };
    let mut open: Vec<String> = comparison
        .positions
        .iter()
        .filter(is_open)
        .filter_map(|position| Some(names::short(context, Side::Mock, position.mock?)))
        .collect();
    let first = open.first()?.clone();
    open.dedup();
    let others = match open.len() - 1 {
        0 => String::new(),
        more => format!(" and {} more", plural(more, "kernel")),
    };
    Some(format!("names were cut off: `{first}`{others} agree only as far as they go ({WHOLE})"))
}
