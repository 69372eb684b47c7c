//! `known-difference-without-reason`: exceptions of which nobody has said why.

use super::{Found, Lint, Material, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity};
use crate::spec::KnownDifference;

pub(super) struct KnownDifferenceWithoutReason;

/// What is written where something has to stand.
const PLACEHOLDERS: &[&str] =
    &["todo", "fixme", "tbd", "xxx", "wip", "none", "n/a", "na", "reason", "unknown", "because", "known", "fix later"];

impl Lint for KnownDifferenceWithoutReason {
    fn meta(&self) -> Meta {
        let doc = include_str!("known_difference_without_reason.md");
        meta("known-difference-without-reason", Severity::Warning, doc)
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let cases = material.specs.iter().flat_map(|spec| spec.cases().iter().map(move |case| (spec, case)));
        let known = cases.flat_map(|(spec, case)| case.known.iter().filter(move |known| spec.is_own(&known.loc)));
        known.flat_map(|known| [reason(known), nobody(known)]).flatten().collect()
    }
}

/// Whether a text says nothing: a placeholder, or no letters at all.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let begins = ["todo", "fixme", "tbd", "xxx"]
        .iter()
        .any(|word| bare.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
    bare.chars().count() < 2 || begins || PLACEHOLDERS.contains(&bare)
}

fn reason(known: &KnownDifference) -> Option<Found> {
    is_placeholder(&known.reason.value).then(|| {
        let problem =
            Problem::spec("known-difference-without-reason", "a known difference does not say why it is there")
                .label(&known.reason.loc, "says nothing yet")
                .help("say what makes the two sides differ here, and why it is not mended");
        Found::from(problem)
    })
}

/// Nobody has to look at it again.
fn nobody(known: &KnownDifference) -> Option<Found> {
    if known.owner.is_some() || known.until.is_some() {
        return None;
    }
    let problem =
        Problem::spec("known-difference-without-reason", "a known difference has neither an owner nor a last day")
            .label(&known.loc, "nobody will look at it again")
            .help("say who removes it (`owner`), or the last day on which it holds (`until`)");
    Some(Found { problem, severity: Some(Severity::Note) })
}
