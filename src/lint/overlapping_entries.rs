//! `overlapping-entries`: two entries that match the same real name.

use super::{Found, Lint, Material, Spec, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity, shorten};
use crate::kernel::{Families, Identity, KernelPattern, Language};
use crate::spec::KernelEntry;

/// Kernel names as a profiler printed them, from engines and libraries of several versions.
const NAMES: &str = include_str!("../../tests/data/kernel-names.txt");
/// Characters of a name in a message.
const SHOWN: usize = 80;

pub(super) struct OverlappingEntries;

impl Lint for OverlappingEntries {
    fn meta(&self) -> Meta {
        meta("overlapping-entries", Severity::Warning, include_str!("overlapping_entries.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let names = names();
        material.specs.iter().flat_map(|spec| in_spec(spec, &names, &material.families)).map(Found::from).collect()
    }
}

pub(super) fn names() -> Vec<Identity> {
    NAMES.lines().filter(|name| !name.is_empty()).map(|name| Identity::new(name, "")).collect()
}

fn in_spec(spec: &Spec, names: &[Identity], families: &Families) -> Vec<Problem> {
    let mut problems = Vec::new();
    for case in spec.cases() {
        for (at, later) in case.kernels.iter().enumerate().filter(|(_, entry)| spec.is_own(&entry.name.loc)) {
            for earlier in &case.kernels[..at] {
                if let Some(name) = names.iter().find(|name| overlap(earlier, later, name, families)) {
                    problems.push(problem(earlier, later, name));
                }
            }
        }
    }
    problems
}

/// Whether both entries match the name, and by no two patterns of which one is the wider: first the narrow entry and then
/// the wide one means all the rest, and the other way round the narrow one is dead, which `dead-pattern` says.
fn overlap(earlier: &KernelEntry, later: &KernelEntry, name: &Identity, families: &Families) -> bool {
    let of = |entry: &'_ KernelEntry| -> Vec<KernelPattern> {
        let matching = entry.patterns.iter().filter(|pattern| pattern.matches(name, families));
        matching.map(|pattern| pattern.value.clone()).collect()
    };
    let (first, second) = (of(earlier), of(later));
    let nested = || first.iter().any(|a| second.iter().any(|b| is_nested(a, b)));
    !first.is_empty() && !second.is_empty() && !nested()
}

/// A family that comes second stands for a rest.
fn is_nested(first: &KernelPattern, second: &KernelPattern) -> bool {
    match (first, second) {
        (_, KernelPattern::Family(..)) => true,
        (KernelPattern::Text(first), KernelPattern::Text(second)) => {
            let (Some(a), Some(b)) = (Language::of(first), Language::of(second)) else { return false };
            a.includes(&b) == Some(true) || b.includes(&a) == Some(true)
        }
        (KernelPattern::Family(..), KernelPattern::Text(_)) => false,
    }
}

fn problem(earlier: &KernelEntry, later: &KernelEntry, name: &Identity) -> Problem {
    let (first, second) = (&earlier.name.value, &later.name.value);
    let at = |entry: &KernelEntry| entry.patterns.first().map_or(&entry.name.loc, |p| &p.loc).clone();
    Problem::spec(
        "overlapping-entries",
        format!("`{first}` and `{second}` match the same kernels, and `{first}` takes them"),
    )
    .label(&at(later), "also matches, and comes second")
    .label(&at(earlier), "comes first")
    .note(format!("for example {}", shorten(&name.exact, SHOWN)))
    .help("narrow one of the two, so that the order of entries decides nothing")
}
