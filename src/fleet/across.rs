//! What is said across ranks: ranks that are missing or stand twice, ranks that are slow, collectives that differ.

use super::judge_collectives;
use super::merged::Ranks;
use super::numbers::{gaps, numbers as numbers_in_words, stretches};
use crate::check::{self, COLLECTIVES, RANK_SET, RANK_SKEW};
use crate::diag::{Evidence, Finding, Loc, Severity, duration, plural, signed_percent};
use crate::limits::RANK_SKEW as SKEW;
use crate::stats::median;

/// So many ranks are named one by one.
const NAMED: usize = 8;

/// What one of these checks says.
#[derive(Debug, Clone)]
pub struct Across {
    pub check: &'static str,
    pub findings: Vec<Finding>,
}

/// In the order of reports. Whether ranks are missing can only be said of all that there are (`complete`).
pub(super) fn across(ranks: &Ranks<'_>, expected: Option<&Loc>, complete: bool) -> Vec<Across> {
    let mut set = twice(ranks);
    if complete {
        set.extend(missing(ranks, expected));
    }
    let mut said = vec![Across { check: RANK_SET, findings: set }];
    if let Some(findings) = judge_collectives::judge(ranks) {
        said.push(Across { check: COLLECTIVES, findings });
    }
    said.push(Across { check: RANK_SKEW, findings: skew(ranks).into_iter().collect() });
    said
}

/// Ranks that are not there.
#[derive(Default)]
struct Absent {
    what: String,
    missing: String,
    /// Numbers that are greater than any there may be.
    beyond: String,
}

/// The finding of a case of which fewer traces were given than it says, or whose numbers have gaps.
fn missing(ranks: &Ranks<'_>, expected: Option<&Loc>) -> Option<Finding> {
    let (given, side) = (ranks.all.len(), ranks.side);
    let absent = match (ranks.expected, sorted(ranks).as_slice()) {
        (None, []) => return None,
        (None, numbers) => between(numbers)?,
        (Some(expected), []) if given == expected => return None,
        (Some(expected), []) => {
            Absent { what: format!("{given} of {expected} ranks have a trace"), ..Absent::default() }
        }
        (Some(expected), numbers) => of_all(numbers, expected as u64)?,
    };
    let all: Vec<usize> = (0..given).collect();
    let mut finding = Finding::new(RANK_SET, Severity::Error, absent.what)
        .side(side)
        .evidence(Evidence::on(side, format!("given: {}", ranks.numbering.names(&all))));
    for (word, which) in [("missing", absent.missing), ("beyond", absent.beyond)] {
        if !which.is_empty() {
            finding = finding.evidence(Evidence::on(side, format!("{word}: {which}")));
        }
    }
    if let Some(loc) = expected {
        finding = finding.at(loc, "how many there must be");
    }
    Some(finding.help("collect the traces that are missing: a rank that was not compared has not passed"))
}

/// Of so many ranks in all.
fn of_all(numbers: &[u64], expected: u64) -> Option<Absent> {
    // Some count ranks from 1.
    let from = u64::from(numbers.first() == Some(&1) && numbers.last() == Some(&expected));
    let to = (from + expected).saturating_sub(1);
    let gaps = gaps(numbers, from, to);
    let beyond: Vec<u64> = numbers.iter().copied().filter(|number| *number > to).collect();
    if gaps.is_empty() && beyond.is_empty() {
        return None;
    }
    let (missing, beyond) = (stretches(&gaps), numbers_in_words(&beyond));
    let what = match gaps.is_empty() {
        true => format!("more than the {expected} ranks of the spec have a trace: {beyond}"),
        false if count(&gaps) == 1 => format!("1 of {expected} ranks is missing: {missing}"),
        false => format!("{} of {expected} ranks are missing: {missing}", count(&gaps)),
    };
    Some(Absent { what, missing, beyond })
}

/// Numbers that begin at 1 most likely lack the first rank; those of one node of several begin anywhere.
fn between(numbers: &[u64]) -> Option<Absent> {
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let gaps = gaps(numbers, if first == 1 { 0 } else { first }, last);
    let missing = stretches(&gaps);
    let what = format!("{} missing between the others: {missing}", is_missing(&gaps));
    (!gaps.is_empty()).then(|| Absent { what, missing, ..Absent::default() })
}

fn is_missing(gaps: &[(u64, u64)]) -> String {
    let count = usize::try_from(count(gaps)).unwrap_or(usize::MAX);
    format!("{} {}", plural(count, "rank"), if count == 1 { "is" } else { "are" })
}

fn count(gaps: &[(u64, u64)]) -> u64 {
    gaps.iter().fold(0, |sum: u64, (first, last)| sum.saturating_add(last - first).saturating_add(1))
}

fn sorted(ranks: &Ranks<'_>) -> Vec<u64> {
    let mut numbers: Vec<u64> = ranks.numbering.numbers.iter().copied().flatten().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Several traces of one rank.
fn twice(ranks: &Ranks<'_>) -> Vec<Finding> {
    let mut all: Vec<(u64, usize)> =
        ranks.numbering.numbers.iter().enumerate().filter_map(|(at, number)| Some(((*number)?, at))).collect();
    all.sort_unstable();
    let groups: Vec<&[(u64, usize)]> = all.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1).collect();
    let again = given_again(ranks);
    if groups.is_empty() {
        return again.into_iter().collect();
    }
    let (some, side) = (plural(groups.len(), "rank"), ranks.side);
    let which = numbers_in_words(&groups.iter().map(|group| group[0].0).collect::<Vec<_>>());
    let message = format!("{some} {} several traces: {which}", if groups.len() == 1 { "has" } else { "have" });
    let mut finding = Finding::new(RANK_SET, Severity::Error, message).side(side);
    for group in groups.iter().take(NAMED) {
        let paths = group.iter().take(NAMED).map(|(_, at)| ranks.all[*at].trace(side).path.as_str());
        let text = format!("rank {}: {}", group[0].0, paths.collect::<Vec<_>>().join(", "));
        finding = finding.evidence(Evidence::on(side, text));
    }
    std::iter::once(finding.help("give the traces of one run alone: one a rank")).chain(again).collect()
}

/// Results that were merged twice are counted once: a task that ran again changes nothing.
fn given_again(ranks: &Ranks<'_>) -> Option<Finding> {
    let again: Vec<usize> = (0..ranks.all.len()).filter(|at| ranks.all[*at].times > 1).collect();
    if again.is_empty() {
        return None;
    }
    let side = ranks.side;
    let what = format!("{} given more than once with the same result, and counted once", was(again.len()));
    let which = Evidence::on(side, format!("again: {}", ranks.numbering.names(&again)));
    Some(Finding::new(RANK_SET, Severity::Warning, what).side(side).evidence(which).help("merge each result once"))
}

fn was(count: usize) -> String {
    format!("{} {}", plural(count, "rank"), if count == 1 { "was" } else { "were" })
}

/// Ranks that run the op at different speeds.
fn skew(ranks: &Ranks<'_>) -> Option<Finding> {
    let medians = ranks.medians();
    let middle = median(&medians.iter().map(|(_, ns)| *ns).collect::<Vec<_>>())?;
    let slowest = medians.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let fastest = medians.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    if slowest.1 <= fastest.1 * (1.0 + SKEW) {
        return None;
    }
    let side = ranks.side;
    let name = |at: usize| ranks.numbering.name(at);
    let message = format!(
        "{} ranks of the {side} run the op at speeds that differ by {:.0} %: {} is slowest, {} fastest",
        medians.len(),
        (slowest.1 / fastest.1 - 1.0) * 100.0,
        name(slowest.0),
        name(fastest.0)
    );
    let mut finding = Finding::new(RANK_SKEW, Severity::Warning, message).side(side).evidence(Evidence::on(
        side,
        format!(
            "an instance takes {} to {}, {} on the median rank",
            duration(fastest.1),
            duration(slowest.1),
            duration(middle)
        ),
    ));
    let mut apart: Vec<&(usize, f64)> =
        medians.iter().filter(|(_, ns)| (ns / middle).ln().abs() > SKEW.ln_1p()).collect();
    apart.sort_by(|a, b| (b.1 / middle).ln().abs().total_cmp(&(a.1 / middle).ln().abs()).then(a.0.cmp(&b.0)));
    for (at, ns) in apart.iter().take(NAMED) {
        let text = format!("{}: {}, {} of the median rank", name(*at), duration(*ns), signed_percent(ns / middle));
        finding = finding.evidence(Evidence::on(side, text));
    }
    if apart.len() > NAMED {
        let more: Vec<usize> = apart.iter().skip(NAMED).map(|(at, _)| *at).collect();
        finding = finding.evidence(Evidence::on(side, format!("as far apart: {}", ranks.numbering.names(&more))));
    }
    let waits = ranks.judged.iter().any(|(_, judged)| {
        let slot = usize::from(side == crate::diag::Side::E2e);
        judged.measured.as_ref().and_then(|m| m.collectives[slot].as_ref()).is_some_and(|c| !c.instances_ns.is_empty())
    });
    let help = if waits {
        "an instance holds collectives, which wait for the rank that comes last: the one that takes least time in them"
    } else {
        "look at clocks, cooling and placement of the slow ranks, or at the work they were given"
    };
    Some(finding.help(help))
}

/// What a check across ranks weighs where the spec does not say otherwise.
pub fn weight(name: &str) -> Severity {
    check::across().into_iter().find(|meta| meta.name == name).map_or(Severity::Warning, |meta| meta.severity)
}
