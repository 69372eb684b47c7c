//! `dead-pattern`: patterns that can never be reached.

use super::{Found, Lint, Material, Spec, Table, meta};
use crate::check::Meta;
use crate::diag::{Loc, Problem, Severity};
use crate::kernel::{Families, KernelPattern, Language, TextPattern};
use crate::spec::Case;
use std::cell::OnceCell;
use std::collections::BTreeMap;

pub(super) struct DeadPattern;

impl Lint for DeadPattern {
    fn meta(&self) -> Meta {
        meta("dead-pattern", Severity::Warning, include_str!("dead_pattern.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let specs = material.specs.iter().flat_map(|spec| in_spec(spec, &material.families));
        specs.chain(material.tables.iter().flat_map(in_table)).map(Found::from).collect()
    }
}

/// A pattern with its place and its set of texts, which is worked out once.
struct Placed<'p> {
    pattern: &'p KernelPattern,
    text: Option<&'p TextPattern>,
    loc: &'p Loc,
    owner: &'p str,
    language: OnceCell<Option<Language>>,
}

impl<'p> Placed<'p> {
    fn language(&self) -> Option<&Language> {
        self.language.get_or_init(|| self.text.and_then(Language::of)).as_ref()
    }

    /// Whether every name that `other` matches is one of these. A pattern is tried on the function's own name and then on
    /// the demangled name: where one set of texts lies in the other, both trials of `other` are also this one's.
    fn covers(&self, other: &Self, families: &Families) -> bool {
        match (self.text, other.text) {
            (Some(a), Some(b)) if a.as_str() == b.as_str() => true,
            (Some(_), Some(_)) => {
                let (Some(a), Some(b)) = (self.language(), other.language()) else { return false };
                a.includes(b) == Some(true)
            }
            (None, None) => self.pattern == other.pattern,
            // A family's names match one of its patterns; that they are tried on the demangled name alone, and that
            // earlier families take some, only makes them fewer.
            (Some(_), None) => {
                let KernelPattern::Family(id, _) = other.pattern else { return false };
                let Some(family) = families.get(*id) else { return false };
                let within = |p: &TextPattern| {
                    let (Some(a), Some(b)) = (self.language(), Language::of(p)) else { return false };
                    a.includes(&b) == Some(true)
                };
                !family.patterns.is_empty() && family.patterns.iter().all(within)
            }
            (None, Some(_)) => false,
        }
    }
}

/// Patterns of a case's entries, in the order in which they are tried.
fn placed(case: &Case) -> Vec<Placed<'_>> {
    let patterns = case.kernels.iter().flat_map(|entry| entry.patterns.iter().map(move |p| (entry, p)));
    patterns
        .map(|(entry, pattern)| Placed {
            pattern: &pattern.value,
            text: match &pattern.value {
                KernelPattern::Text(text) => Some(text),
                KernelPattern::Family(..) => None,
            },
            loc: &pattern.loc,
            owner: &entry.name.value,
            language: OnceCell::new(),
        })
        .collect()
}

/// A pattern that is dead in one case and reached in another is not dead.
fn in_spec(spec: &Spec, families: &Families) -> Vec<Problem> {
    // By place; `None` once a case reaches it.
    let mut dead: BTreeMap<usize, Option<Problem>> = BTreeMap::new();
    for case in spec.cases() {
        let patterns = placed(case);
        for (at, pattern) in patterns.iter().enumerate().filter(|(_, p)| spec.is_own(p.loc)) {
            let earlier = patterns[..at].iter().find(|earlier| earlier.covers(pattern, families));
            let found = earlier.map(|earlier| problem(pattern.pattern.as_str(), pattern, earlier));
            let slot = dead.entry(pattern.loc.span.start).or_insert_with(|| found.clone());
            if found.is_none() {
                *slot = None;
            }
        }
    }
    dead.into_values().flatten().collect()
}

fn problem(text: &str, dead: &Placed<'_>, by: &Placed<'_>) -> Problem {
    let same = dead.owner == by.owner;
    let owner = if same { "of the same entry".to_owned() } else { format!("of `{}`", by.owner) };
    Problem::spec(
        "dead-pattern",
        format!("`{text}` is never reached: `{}` {owner} matches all that it matches", by.pattern.as_str()),
    )
    .label(dead.loc, "never reached")
    .label(by.loc, "matches it first")
    .help(if same { "drop it" } else { "drop it, or put the narrower entry first" })
}

/// Families are tried in order, on the demangled name.
fn in_table(table: &Table) -> Vec<Problem> {
    let patterns: Vec<(&str, &TextPattern, &Loc, Option<Language>)> = table
        .rows
        .iter()
        .flat_map(|row| row.family.patterns.iter().zip(&row.patterns).map(move |(p, loc)| (row, p, loc)))
        .map(|(row, pattern, loc)| (row.family.name.as_str(), pattern, loc, Language::of(pattern)))
        .collect();
    let mut problems = Vec::new();
    for (at, (family, pattern, loc, language)) in patterns.iter().enumerate() {
        let covers = |earlier: &&(&str, &TextPattern, &Loc, Option<Language>)| {
            let both = earlier.3.as_ref().zip(language.as_ref());
            earlier.1 == *pattern || both.is_some_and(|(a, b)| a.includes(b) == Some(true))
        };
        let Some((by, earlier, first, _)) = patterns[..at].iter().find(covers) else { continue };
        let owner = if by == family { "of the same family".to_owned() } else { format!("of `{by}`") };
        let what = format!(
            "`{}` is never reached: `{}` {owner} matches all that it matches",
            pattern.as_str(),
            earlier.as_str()
        );
        problems.push(
            Problem::spec("dead-pattern", what)
                .label(loc, "never reached")
                .label(first, "matches it first")
                .help("drop it, or put the narrower family first"),
        );
    }
    problems
}
