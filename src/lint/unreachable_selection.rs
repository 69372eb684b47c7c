//! `unreachable-selection`: ways to find instances that can never be tried to effect.

use super::{Found, Lint, Material, Spec, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity, Spanned};
use crate::kernel::{Glob, KernelPattern, Language};
use crate::spec::{Each, SideSpec};

pub(super) struct UnreachableSelection;

impl Lint for UnreachableSelection {
    fn meta(&self) -> Meta {
        meta("unreachable-selection", Severity::Warning, include_str!("unreachable_selection.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let sides = material.specs.iter().flat_map(|s| s.cases().iter().flat_map(move |c| [(s, &c.mock), (s, &c.e2e)]));
        sides
            .flat_map(|(spec, side)| [alternatives(spec, side), ranges(spec, side)].concat())
            .map(Found::from)
            .collect()
    }
}

/// Alternatives are tried in order: one that finds nothing where an earlier one found nothing is never of use.
fn alternatives(spec: &Spec, side: &SideSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, later) in side.each.iter().enumerate().filter(|(_, each)| spec.is_own(&each.loc)) {
        let Some(earlier) = side.each[..at].iter().find(|earlier| holds_where(&earlier.value, &later.value)) else {
            continue;
        };
        let same = earlier.value == later.value;
        let what = if same { "stands twice" } else { "is never used: an earlier one finds all that it finds" };
        problems.push(
            Problem::spec("unreachable-selection", format!("an alternative of `{}.each` {what}", side.side))
                .label(&later.loc, if same { "again" } else { "never used" })
                .label(&earlier.loc, "tried first")
                .help(if same { "drop it" } else { "drop it, or put the narrower alternative first" }),
        );
    }
    problems
}

/// Whether `earlier` finds something wherever `later` does. What is left out of an instance does not decide whether there
/// is one, unless nothing else remains: only alternatives that leave out the same are compared.
fn holds_where(earlier: &Each, later: &Each) -> bool {
    match (earlier, later) {
        (Each::Range { name: wide, without: a }, Each::Range { name: narrow, without: b })
        | (Each::Module { path: wide, without: a }, Each::Module { path: narrow, without: b }) => {
            (a.is_empty() || a == b) && includes(wide, narrow)
        }
        (Each::Anchor { kernel: wide }, Each::Anchor { kernel: narrow }) => match (wide, narrow) {
            (KernelPattern::Text(wide), KernelPattern::Text(narrow)) => {
                let both = Language::of(wide).zip(Language::of(narrow));
                wide == narrow || both.is_some_and(|(wide, narrow)| wide.includes(&narrow) == Some(true))
            }
            _ => wide == narrow,
        },
        _ => earlier == later,
    }
}

fn includes(wide: &Glob, narrow: &Glob) -> bool {
    let both = Language::of_glob(wide).zip(Language::of_glob(narrow));
    wide == narrow || both.is_some_and(|(wide, narrow)| wide.includes(&narrow) == Some(true))
}

/// A range within itself asks for two of the same name, one inside the other.
fn ranges(spec: &Spec, side: &SideSpec) -> Vec<Problem> {
    let twice = |pair: &&[Spanned<Glob>]| pair[0].value == pair[1].value && spec.is_own(&pair[1].loc);
    let pairs = side.within.windows(2).filter(twice);
    pairs
        .map(|pair| {
            let range = pair[1].value.as_str();
            let what = format!("`{}.within` asks for `{range}` inside another `{range}`", side.side);
            Problem::spec("unreachable-selection", what)
                .label(&pair[1].loc, "again")
                .label(&pair[0].loc, "first")
                .help("name each range once, outermost first")
        })
        .collect()
}
