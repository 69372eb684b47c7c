//! Where a known difference holds: in which cases, on which GPUs, with which framework.

use crate::diag::{Side, Spanned};
use crate::fleet::{Scope, Unsaid};
use crate::kernel::Glob;
use crate::spec::{Case, KnownDifference, Release, Requirement};
use crate::trace::Trace;

/// Whether an entry holds in a case on two traces.
pub(super) fn of(known: &KnownDifference, case: &Case, mock: &Trace, e2e: &Trace) -> Scope {
    if !names_case(known, case) {
        return Scope::Outside;
    }
    let framework = known.framework.as_ref().map_or(Scope::Inside, |asked| by_framework(asked, case));
    let gpu = by_gpu(&known.gpu, [(Side::Mock, mock), (Side::E2e, e2e)]);
    match (framework, gpu) {
        (Scope::Outside, _) | (_, Scope::Outside) => Scope::Outside,
        (Scope::Unsaid(what), _) | (_, Scope::Unsaid(what)) => Scope::Unsaid(what),
        (Scope::Inside, Scope::Inside) => Scope::Inside,
    }
}

/// Whether an entry may hold in a case of which no trace was read.
pub(super) fn is_possible(known: &KnownDifference, case: &Case) -> bool {
    let framework = || known.framework.as_ref().is_none_or(|asked| by_framework(asked, case) != Scope::Outside);
    names_case(known, case) && framework()
}

fn names_case(known: &KnownDifference, case: &Case) -> bool {
    known.cases.is_empty() || known.cases.iter().any(|glob| glob.matches(&case.name.value))
}

/// By what the sides say they were captured with: a mock need not use the framework that the model runs in, so one side
/// that names it decides; of two that name it, both must fit.
fn by_framework(asked: &Spanned<Requirement>, case: &Case) -> Scope {
    let said: Vec<(Side, Option<&Release>)> =
        [(Side::Mock, &case.mock), (Side::E2e, &case.e2e)].map(|(s, spec)| (s, spec.framework.as_deref())).to_vec();
    let named: Vec<(Side, &Release)> = said
        .iter()
        .filter_map(|(side, release)| Some((*side, (*release)?)))
        .filter(|(_, r)| r.name == asked.name)
        .collect();
    let fits = |release: &Release| asked.is_any() || release.version.as_ref().is_some_and(|v| asked.allows(v));
    let vague = named.iter().find(|(_, release)| !asked.is_any() && release.version.is_none());
    if named.iter().any(|(_, release)| release.version.is_some() && !fits(release)) {
        return Scope::Outside;
    }
    match (vague, said.iter().rev().find(|(_, release)| release.is_none())) {
        (Some((side, _)), _) => Scope::Unsaid(Unsaid::Framework(*side)),
        (None, _) if !named.is_empty() => Scope::Inside,
        (None, Some((side, _))) => Scope::Unsaid(Unsaid::Framework(*side)),
        (None, None) => Scope::Outside,
    }
}

fn by_gpu(globs: &[Spanned<Glob>], sides: [(Side, &Trace); 2]) -> Scope {
    if globs.is_empty() {
        return Scope::Inside;
    }
    let mut unsaid = None;
    for (side, trace) in sides {
        let gpus = &trace.provenance.gpus;
        if gpus.is_empty() {
            unsaid = unsaid.or(Some(Scope::Unsaid(Unsaid::Gpu(side))));
        } else if !gpus.iter().any(|gpu| globs.iter().any(|glob| glob.matches(gpu))) {
            return Scope::Outside;
        }
    }
    unsaid.unwrap_or(Scope::Inside)
}
