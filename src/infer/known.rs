//! Known differences for what already differs, each to be explained by the spec's owner.

use super::pattern::pattern;
use super::toml::{Row, array, one_or_many, quote, table};
use crate::compare::{Comparison, Position};
use crate::diag::{Severity, Side, escape};
use crate::kernel::{Identity, TextPattern};
use crate::outcome::{CaseOutcome, FindingOutcome};
use crate::spec::{Changes, UNEXPLAINED};

/// One `[[known_difference]]` of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known {
    pub(super) kernels: Vec<String>,
    pub(super) checks: Vec<String>,
    pub(super) side: Option<Side>,
    /// As many kernels of an instance as there are.
    pub(super) at_most: Option<usize>,
    /// Around the latency that was measured.
    pub(super) latency: Option<String>,
    /// What was seen: the comment above it.
    pub(super) seen: String,
    /// What it costs, where that is known.
    pub(super) impact: Option<String>,
}

/// The entry as it is written.
pub(super) fn render(known: &Known) -> String {
    let mut rows = Vec::new();
    if !known.kernels.is_empty() {
        rows.push(Row::new("kernels", one_or_many(&known.kernels)));
    }
    if !known.checks.is_empty() {
        rows.push(Row::new("checks", array(&known.checks)));
    }
    rows.extend(known.side.map(|side| Row::new("side", quote(&side.to_string()))));
    rows.extend(known.at_most.map(|most| Row::new("at-most", most.to_string())));
    rows.extend(known.latency.as_ref().map(|latency| Row::new("latency", quote(latency))));
    rows.push(Row::new("reason", quote(UNEXPLAINED)));
    rows.extend(known.impact.as_ref().map(|impact| Row::new("impact", quote(impact))));
    format!("{}[[known_difference]]\n{}", super::toml::comment(&known.seen), table(&rows))
}

/// For kernels that stand on one side only, elsewhere in the order, or in the place of another.
pub(super) fn of_kernels(comparison: &Comparison) -> Vec<Known> {
    let mut found = Vec::new();
    let (extra, missing) = (one_sided(comparison, Side::Mock), one_sided(comparison, Side::E2e));
    found.extend(sided(comparison, &extra, Side::Mock));
    found.extend(sided(comparison, &missing, Side::E2e));
    let other: Vec<&Position> =
        comparison.positions.iter().filter(|p| p.mock.is_some() && p.e2e.is_some() && !p.same()).collect();
    if !other.is_empty() {
        let kernels = |side| globs(comparison, side, other.iter().filter_map(|p| p.on(side)));
        let (mock, e2e) = (kernels(Side::Mock), kernels(Side::E2e));
        let seen = format!(
            "{} of another name in the mock: {} where the E2E has {}.",
            crate::diag::plural(other.len(), "kernel"),
            list(&names(comparison, Side::Mock, other.iter().filter_map(|p| p.mock))),
            list(&names(comparison, Side::E2e, other.iter().filter_map(|p| p.e2e))),
        );
        let mut kernels = mock;
        kernels.extend(e2e.into_iter().filter(|k| !kernels.contains(k)).collect::<Vec<_>>());
        let at_most = Some(other.len());
        found.push(Known { kernels, checks: reporting(comparison, &other), at_most, seen, ..Known::default() });
    }
    let moved: Vec<&Position> = comparison.positions.iter().filter(|p| p.moved && p.mock.is_some()).collect();
    if !moved.is_empty() {
        let indices = || moved.iter().filter_map(|p| p.mock);
        let seen = format!("Elsewhere in the mock's order: {}.", list(&names(comparison, Side::Mock, indices())));
        let kernels = globs(comparison, Side::Mock, indices());
        found.push(Known { kernels, checks: reporting(comparison, &moved), seen, ..Known::default() });
    }
    found
}

/// The checks that report these positions: the same kernels may still not differ in any other way.
fn reporting(comparison: &Comparison, positions: &[&Position]) -> Vec<String> {
    let mut checks: Vec<String> = Vec::new();
    for check in positions.iter().flat_map(|position| comparison.reported_by(position)) {
        if !checks.iter().any(|known| known == check) {
            checks.push((*check).to_owned());
        }
    }
    checks
}

fn one_sided(comparison: &Comparison, side: Side) -> Vec<&Position> {
    let only = |p: &&Position| p.on(side).is_some() && p.on(side.other()).is_none() && !p.moved;
    comparison.positions.iter().filter(only).collect()
}

fn sided(comparison: &Comparison, positions: &[&Position], side: Side) -> Option<Known> {
    if positions.is_empty() {
        return None;
    }
    let indices = || positions.iter().filter_map(|p| p.on(side));
    let which = if side == Side::Mock { "mock" } else { "E2E" };
    let seen = format!(
        "{} that only the {which} launches: {}.",
        crate::diag::plural(positions.len(), "kernel"),
        list(&names(comparison, side, indices()))
    );
    let kernels = globs(comparison, side, indices());
    let checks = reporting(comparison, positions);
    let at_most = Some(positions.len());
    Some(Known { kernels, checks, side: Some(side), at_most, seen, ..Known::default() })
}

/// A difference of exactly this kind excuses it: patterns are globs here, so that a family's or a group's kernels are
/// not taken along.
fn globs(comparison: &Comparison, side: Side, indices: impl Iterator<Item = usize>) -> Vec<String> {
    let mut globs: Vec<String> = Vec::new();
    for index in indices {
        let identity = comparison.identity(comparison.symbol_at(side, index));
        let text = glob(comparison, identity);
        if !globs.contains(&text) {
            globs.push(text);
        }
    }
    globs
}

fn glob(comparison: &Comparison, identity: &Identity) -> String {
    let op: Vec<&Identity> = Side::BOTH
        .into_iter()
        .flat_map(|side| &comparison.selection(side).sequence)
        .map(|&s| comparison.identity(s))
        .collect();
    pattern(identity, &op, &comparison.families)
}

fn names(comparison: &Comparison, side: Side, indices: impl Iterator<Item = usize>) -> Vec<String> {
    indices.map(|i| super::entries::last_word(comparison.identity(comparison.symbol_at(side, i)))).collect()
}

/// Distinct names with how often, at most six.
fn list(names: &[String]) -> String {
    let mut counted: Vec<(&String, usize)> = Vec::new();
    for name in names {
        match counted.iter_mut().find(|(n, _)| *n == name) {
            Some((_, n)) => *n += 1,
            None => counted.push((name, 1)),
        }
    }
    let more = counted.len().saturating_sub(6);
    let shown: Vec<String> = counted
        .iter()
        .take(6)
        .map(|(name, n)| if *n == 1 { format!("`{name}`") } else { format!("`{name}` x{n}") })
        .collect();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// For an error that a check still reports; `None` where no exception can cover it.
pub(super) fn of_finding(finding: &FindingOutcome, outcome: &CaseOutcome, comparison: &Comparison) -> Option<Known> {
    // Where the traces themselves cannot be compared, no reason makes what was compared true.
    let fatal = matches!(finding.code.as_str(), "selection" | "trace-provenance");
    if finding.severity < Severity::Error || finding.known.is_some() || fatal {
        return None;
    }
    let of_instance = finding.code == "latency-ratio" || finding.kernels.is_empty();
    let kernels = if of_instance { Vec::new() } else { of_names(&finding.kernels, comparison) };
    let impact = (finding.code == "latency-ratio").then(|| impact(outcome)).flatten();
    Some(Known {
        kernels,
        checks: vec![finding.code.clone()],
        side: finding.side,
        at_most: None,
        latency: finding.ratio.map(|ratio| Changes::around(ratio).to_string()),
        seen: escape(&capitalised(&finding.message)) + ".",
        impact,
    })
}

fn of_names(exact: &[String], comparison: &Comparison) -> Vec<String> {
    let mut globs: Vec<String> = Vec::new();
    for name in exact {
        let identity = Identity::new(name, "");
        let covered = |glob: &String| TextPattern::new(glob).is_ok_and(|p| p.names(&identity));
        if !globs.iter().any(covered) {
            globs.push(glob(comparison, &identity));
        }
    }
    globs
}

fn impact(outcome: &CaseOutcome) -> Option<String> {
    let interval = outcome.latency.as_ref()?.interval.as_ref()?;
    let direction = if interval.ratio > 1.0 { "slower" } else { "faster" };
    let by = crate::diag::signed_percent(interval.ratio);
    Some(format!("the mock is {direction} than the E2E by {}", by.trim_start_matches(['+', '-'])))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Drops entries that cover nothing; whether any was dropped.
pub(super) fn drop_stale(known: &mut Vec<Known>, outcome: &CaseOutcome) -> bool {
    let before = known.len();
    let mut covers = outcome.known.iter().map(|k| k.covers);
    known.retain(|_| covers.next().is_none_or(|covers| covers > 0));
    known.len() < before
}
