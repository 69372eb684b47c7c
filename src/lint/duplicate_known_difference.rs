//! `duplicate-known-difference`: exceptions that an earlier one already makes.

use super::{Found, Lint, Material, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity, Spanned};
use crate::spec::KnownDifference;

pub(super) struct DuplicateKnownDifference;

impl Lint for DuplicateKnownDifference {
    fn meta(&self) -> Meta {
        meta("duplicate-known-difference", Severity::Warning, include_str!("duplicate_known_difference.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let mut found = Vec::new();
        for (spec, case) in material.specs.iter().flat_map(|spec| spec.cases().iter().map(move |case| (spec, case))) {
            for (at, later) in case.known.iter().enumerate().filter(|(_, known)| spec.is_own(&known.loc)) {
                let Some(earlier) = case.known[..at].iter().find(|earlier| covers(earlier, later)) else { continue };
                let problem = Problem::spec(
                    "duplicate-known-difference",
                    "a known difference covers nothing that an earlier one does not",
                )
                .label(&later.loc, "never covers anything")
                .label(&earlier.loc, "covers it first")
                .help("keep one of the two");
                found.push(Found::from(problem));
            }
        }
        found
    }
}

/// Whether `wide` holds wherever `narrow` does, by what is written: the same kernels and checks, and no narrower scope.
fn covers(wide: &KnownDifference, narrow: &KnownDifference) -> bool {
    fn values<T: PartialEq>(a: &[Spanned<T>], b: &[Spanned<T>]) -> bool {
        a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| x.value == y.value))
    }
    fn holds<T: PartialEq>(wide: &Option<Spanned<T>>, narrow: &Option<Spanned<T>>) -> bool {
        wide.as_ref().is_none_or(|wide| narrow.as_ref().is_some_and(|narrow| narrow.value == wide.value))
    }
    let cases = wide.cases.is_empty() || values(&wide.cases, &narrow.cases);
    let gpu = wide.gpu.is_empty() || values(&wide.gpu, &narrow.gpu);
    let side = holds(&wide.side, &narrow.side);
    let framework = holds(&wide.framework, &narrow.framework);
    // One that ends earlier leaves the rest to the other.
    let until = match (&wide.until, &narrow.until) {
        (None, _) => true,
        (Some(wide), Some(narrow)) => wide.value >= narrow.value,
        (Some(_), None) => false,
    };
    let most = match (&wide.at_most, &narrow.at_most) {
        (None, _) => true,
        (Some(wide), Some(narrow)) => wide.value >= narrow.value,
        (Some(_), None) => false,
    };
    let latency = match (&wide.latency, &narrow.latency) {
        (None, _) => true,
        (Some(wide), Some(narrow)) => wide.value.low <= narrow.value.low && wide.value.high >= narrow.value.high,
        (Some(_), None) => false,
    };
    let what = values(&wide.kernels, &narrow.kernels) && values(&wide.checks, &narrow.checks);
    what && most && latency && cases && gpu && side && framework && until
}
