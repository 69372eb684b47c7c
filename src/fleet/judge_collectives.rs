//! Collectives of all ranks side by side: the same kernels, as often, in every step; and who waits for whom.

use super::collectives::{Collective, Collectives};
use super::merged::Ranks;
use crate::check::COLLECTIVES;
use crate::diag::{Evidence, Finding, Severity, Side, duration, percent, plural, plural_of, shorten, signed_percent};
use crate::limits::{COLLECTIVE_NAMES, COLLECTIVE_WAIT};
use crate::stats::median;
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a kernel's name.
const NAME: usize = 56;

/// `None` where no rank has any, or only one was compared.
pub(super) fn judge(ranks: &Ranks<'_>) -> Option<Vec<Finding>> {
    let slot = usize::from(ranks.side == Side::E2e);
    let compared: Vec<(usize, Option<&Collectives>)> = ranks
        .judged
        .iter()
        .filter_map(|(at, judged)| Some((*at, judged.measured.as_ref()?.collectives[slot].as_ref())))
        .collect();
    if compared.len() < 2 || compared.iter().all(|(_, found)| found.is_none()) {
        return None;
    }
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(steps(ranks, &compared));
    findings.extend(counts(ranks, &compared));
    if findings.is_empty() {
        let whole: Vec<(usize, &Collectives)> =
            compared.iter().filter_map(|(at, found)| Some((*at, (*found)?))).collect();
        findings.extend(waits(ranks, &whole));
    }
    Some(findings)
}

/// Values, each with the ranks that have it.
type Groups<V> = Vec<(V, Vec<usize>)>;

/// Values by how many ranks have them, the most common first.
fn by_value<V: Ord>(values: impl Iterator<Item = (usize, V)>) -> Groups<V> {
    let mut groups: BTreeMap<V, Vec<usize>> = BTreeMap::new();
    for (at, value) in values {
        groups.entry(value).or_default().push(at);
    }
    let mut groups: Groups<V> = groups.into_iter().collect();
    groups.sort_by_key(|(_, at)| (std::cmp::Reverse(at.len()), at.first().copied()));
    groups
}

fn steps(ranks: &Ranks<'_>, compared: &[(usize, Option<&Collectives>)]) -> Option<Finding> {
    let groups = by_value(compared.iter().filter_map(|(at, found)| Some((*at, (*found)?.steps))));
    if groups.len() < 2 {
        return None;
    }
    let side = ranks.side;
    let message = format!("ranks of the {side} were captured for different numbers of steps");
    let mut finding = Finding::new(COLLECTIVES, Severity::Error, message).side(side);
    for (steps, at) in groups.iter().take(COLLECTIVE_NAMES) {
        let text = format!("{}: {}", plural(*steps, "step"), ranks.numbering.names(at));
        finding = finding.evidence(Evidence::on(side, text));
    }
    Some(finding.help("capture the same steps on every rank, between the same two points of the program"))
}

/// One finding for all kernels that ranks launch differently often.
fn counts(ranks: &Ranks<'_>, compared: &[(usize, Option<&Collectives>)]) -> Option<Finding> {
    let names: BTreeSet<&str> = compared
        .iter()
        .filter_map(|(_, found)| *found)
        .flat_map(|found| found.kernels.keys().map(String::as_str))
        .collect();
    let of = |found: Option<&Collectives>, name: &str| {
        found.and_then(|found| found.kernels.get(name)).map_or(0, |k| k.count)
    };
    let others = by_value(compared.iter().map(|(at, found)| (*at, found.map_or(0, |found| found.others))));
    let differing: Vec<(&str, Groups<usize>)> = names
        .into_iter()
        .map(|name| (name, by_value(compared.iter().map(|(at, found)| (*at, of(*found, name))))))
        .chain([("collectives of other names", others)])
        .filter(|(_, groups)| groups.len() > 1)
        .collect();
    let (name, groups) = differing.first()?;
    let side = ranks.side;
    let (usual, few) = (groups[0].0, &groups[1]);
    let message = format!(
        "{} of the {side} {} {} {}, {} {usual}",
        ranks.numbering.names(&few.1),
        if few.1.len() == 1 { "launches" } else { "launch" },
        shorten(name, NAME),
        plural(few.0, "time"),
        if groups.len() > 2 { "most others" } else { "the others" },
    );
    let mut finding = Finding::new(COLLECTIVES, Severity::Error, message).side(side);
    for (name, groups) in differing.iter().take(COLLECTIVE_NAMES) {
        let each = groups.iter().take(4).map(|(count, at)| format!("{count} on {}", ranks.numbering.names(at)));
        let text = format!("{}: {}", shorten(name, NAME), each.collect::<Vec<_>>().join("; "));
        finding = finding.evidence(Evidence::on(side, text));
    }
    if let Some(text) = first_step(ranks, compared, name) {
        finding = finding.evidence(Evidence::on(side, text));
    }
    Some(
        finding.help(
            "a collective takes every rank of its group: else it hangs, or the captures do not cover the same work",
        ),
    )
}

/// The first step in which ranks launch a kernel differently often.
fn first_step(ranks: &Ranks<'_>, compared: &[(usize, Option<&Collectives>)], name: &str) -> Option<String> {
    let found = |found: Option<&Collectives>, step: usize| {
        found.and_then(|found| found.kernels.get(name)).and_then(|k| k.per_step.get(step)).copied().unwrap_or(0)
    };
    let longest =
        compared.iter().filter_map(|(_, c)| c.and_then(|c| c.kernels.get(name))).map(|k| k.per_step.len()).max()?;
    (0..longest).find_map(|step| {
        let groups = by_value(compared.iter().map(|(at, collectives)| (*at, found(*collectives, step))));
        let (count, at) = groups.get(1)?;
        Some(format!("first in step {step}: {count} on {}, {} on others", ranks.numbering.names(at), groups[0].0))
    })
}

/// The launches of all collectives, side by side.
struct Waits {
    /// The shortest time of each over ranks, in ns.
    transfers: Vec<f64>,
    /// What each rank takes longer in all of them, in ns.
    waited: Vec<(usize, u64)>,
    /// The share of the ranks' time in collectives.
    share: f64,
}

impl Waits {
    /// `None` of nothing.
    fn of(compared: &[(usize, &Collectives)]) -> Option<Self> {
        let mut waited: Vec<(usize, u64)> = compared.iter().map(|(at, _)| (*at, 0)).collect();
        let mut transfers: Vec<f64> = Vec::new();
        let mut transfer = 0u64;
        for name in compared.first()?.1.kernels.keys() {
            let each: Vec<&Collective> = compared.iter().filter_map(|(_, found)| found.kernels.get(name)).collect();
            for nth in 0..each.iter().map(|kernel| kernel.times_ns.len()).min().unwrap_or(0) {
                let least = each.iter().map(|kernel| kernel.times_ns[nth]).min().unwrap_or(0);
                transfer = transfer.saturating_add(least);
                transfers.push(least as f64);
                for (slot, kernel) in waited.iter_mut().zip(&each) {
                    slot.1 = slot.1.saturating_add(kernel.times_ns[nth] - least);
                }
            }
        }
        let sum = |all: u64, ns: u64| all.saturating_add(ns);
        let waiting = waited.iter().map(|(_, ns)| *ns).fold(0, sum);
        let total = waited.iter().map(|(_, ns)| ns.saturating_add(transfer)).fold(0, sum);
        let share = waiting as f64 / total.max(1) as f64;
        Some(Self { transfers, waited, share })
    }
}

/// A collective takes on every rank until the last one comes: its shortest time over ranks is the transfer, the rest waits.
fn waits(ranks: &Ranks<'_>, compared: &[(usize, &Collectives)]) -> Option<Finding> {
    let Waits { transfers, waited, share } = Waits::of(compared)?;
    if share < COLLECTIVE_WAIT {
        return None;
    }
    let (last, longest) = (waited.iter().min_by_key(|(_, ns)| *ns)?, waited.iter().rev().max_by_key(|(_, ns)| *ns)?);
    let (side, name) = (ranks.side, |at: usize| ranks.numbering.name(at));
    let each = |ns: u64| duration(ns as f64 / transfers.len().max(1) as f64);
    let message = format!(
        "{} of the time in the {side}'s collectives is waiting: {} comes last, {} waits longest",
        percent(share),
        name(last.0),
        name(longest.0)
    );
    let said = [
        Some(format!(
            "the transfer itself takes {}: the median, over {}, of the shortest time that a rank has",
            duration(median(&transfers).unwrap_or(0.0)),
            plural_of(transfers.len(), "launch", "launches")
        )),
        Some(format!(
            "{} waits {} a launch, {} waits {}",
            name(last.0),
            each(last.1),
            name(longest.0),
            each(longest.1)
        )),
        without_waiting(ranks, compared),
    ];
    let mut finding = Finding::new(COLLECTIVES, Severity::Note, message).side(side);
    for text in said.into_iter().flatten() {
        finding = finding.evidence(Evidence::on(side, text));
    }
    Some(
        finding
            .help("take the rank that waits least for the time of a collective, and look there for what makes it late"),
    )
}

/// An op that holds collectives, with the shortest time that any rank has for those of each instance.
fn without_waiting(ranks: &Ranks<'_>, compared: &[(usize, &Collectives)]) -> Option<String> {
    let kept = compared.iter().map(|(_, found)| found.instances_ns.len()).min().filter(|kept| *kept > 0)?;
    let shortest = |nth: usize| compared.iter().map(|(_, found)| found.instances_ns[nth].1).min().unwrap_or(0);
    let shortest: Vec<u64> = (0..kept).map(shortest).collect();
    let own = |(nth, &(all, waits)): (usize, &(u64, u64))| (all.saturating_sub(waits) + shortest[nth]) as f64;
    let times: Vec<f64> =
        compared.iter().flat_map(|(_, found)| found.instances_ns.iter().take(kept).enumerate().map(own)).collect();
    let ns = median(&times)?;
    let latency = ranks.shown.1.outcome.latency.as_ref()?;
    let other = match ranks.side {
        Side::Mock => latency.e2e_median_ns,
        Side::E2e => latency.mock_median_ns,
    };
    let ratio = if ranks.side == Side::Mock { ns / other } else { other / ns };
    Some(format!(
        "without waiting, with the transfers alone, an instance takes {} against the {}'s {} ({})",
        duration(ns),
        ranks.side.other(),
        duration(other),
        signed_percent(ratio)
    ))
}
