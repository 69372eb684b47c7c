//! Findings that ranks have in common, said once.

use super::numbering::Numbering;
use super::result::RankJudged;
use crate::diag::{Evidence, Severity, Side, signed_percent};
use crate::outcome::FindingOutcome;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What makes findings of two ranks the same one: all but measured figures.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'f> {
    severity: Reverse<Severity>,
    /// Where the check that said it stands in the order of checks.
    check: usize,
    code: &'f str,
    side: Option<Side>,
    known: Option<&'f str>,
    kernels: &'f [String],
    place: Option<(&'f str, usize)>,
    message: String,
    /// How many of the same key the rank has before it.
    nth: usize,
}

/// Each finding once, with the ranks that have it, by severity and then in the order of checks. `ranks`: what was judged,
/// each with its place in the numbering.
pub(super) fn grouped(ranks: &[(usize, &RankJudged)], side: Side, numbering: &Numbering) -> Vec<FindingOutcome> {
    let mut groups: BTreeMap<Key<'_>, Vec<(usize, &FindingOutcome)>> = BTreeMap::new();
    for (at, judged) in ranks {
        let order = |code: &str| judged.outcome.checks.iter().position(|check| check.name == code);
        for finding in &judged.outcome.findings {
            let mut key = Key {
                severity: Reverse(finding.severity),
                check: order(&finding.code).unwrap_or(0),
                code: &finding.code,
                side: finding.side,
                known: finding.known.as_deref(),
                kernels: &finding.kernels,
                place: finding.place.as_ref().map(|place| (place.file.as_str(), place.start)),
                message: masked(&finding.message),
                nth: 0,
            };
            while groups.get(&key).is_some_and(|group| group.last().is_some_and(|(last, _)| last == at)) {
                key.nth += 1;
            }
            groups.entry(key).or_default().push((*at, finding));
        }
    }
    let mut groups: Vec<(Key<'_>, Vec<(usize, &FindingOutcome)>)> = groups.into_iter().collect();
    groups.sort_by_key(|(key, group)| (key.severity, key.check, Reverse(group.len())));
    groups.into_iter().map(|(_, group)| one(&group, ranks.len(), side, numbering)).collect()
}

/// A message without its figures: words with a digit, and the units behind them.
fn masked(message: &str) -> String {
    let masked = |word: &str| {
        let figure = word.contains(|c: char| c.is_ascii_digit());
        let unit = matches!(word.trim_matches([',', ';', ')', '(']), "ns" | "us" | "ms" | "s");
        if figure || unit { "#".to_owned() } else { word.to_owned() }
    };
    message.split_whitespace().map(masked).collect::<Vec<_>>().join(" ")
}

/// The finding of the rank in which it goes farthest, and which ranks have it.
fn one(group: &[(usize, &FindingOutcome)], judged: usize, side: Side, numbering: &Numbering) -> FindingOutcome {
    let far =
        |finding: &FindingOutcome| finding.ratio.filter(|ratio| *ratio > 0.0).map_or(0.0, |ratio| ratio.ln().abs());
    let mut shown = group[0];
    for &next in group {
        if far(next.1) > far(shown.1) {
            shown = next;
        }
    }
    let at: Vec<usize> = group.iter().map(|(at, _)| *at).collect();
    let names = numbering.names(&at);
    let all = at.len() == judged;
    let which = if all && judged > 1 { format!("all {judged} ranks") } else { names.clone() };
    let mut text =
        if all { format!("on all ranks: {names}") } else { format!("on {} of {judged} ranks: {names}", at.len()) };
    if at.len() > 1 {
        text += &range(group, numbering);
        text += &format!("; what follows is of {}", numbering.name(shown.0));
    }
    let mut finding = shown.1.clone();
    finding.message = format!("{} ({which})", finding.message);
    finding.evidence.insert(0, Evidence::on(side, text));
    finding
}

/// From which ratio to which, where the finding is about one.
fn range(group: &[(usize, &FindingOutcome)], numbering: &Numbering) -> String {
    let ratios = || group.iter().filter_map(|(at, finding)| Some((finding.ratio?, *at)));
    let least = ratios().min_by(|a, b| a.0.total_cmp(&b.0));
    let most = ratios().max_by(|a, b| a.0.total_cmp(&b.0));
    let end = |(ratio, at): (f64, usize)| format!("{} on {}", signed_percent(ratio), numbering.name(at));
    match (least, most) {
        (Some(least), Some(most)) if signed_percent(least.0) != signed_percent(most.0) => {
            format!("; from {} to {}", end(least), end(most))
        }
        _ => String::new(),
    }
}
