//! Sides, rows, latency, checks and causes of several ranks as those of one case.

use super::findings::grouped;
use super::numbering::Numbering;
use super::result::{RankJudged, RankResult};
use crate::diag::{Side, Verdict, escape};
use crate::limits::LEVEL;
use crate::outcome::{
    CaseOutcome, CheckOutcome, Diagnosis, LatencyOutcome, LeftOut, RankSpread, RanksOutcome, Row, RowMatch, SideOutcome,
};
use crate::stats::{Pooled, median, pooled_interval};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

/// The ranks of a case in order, and those that could be judged.
pub(super) struct Ranks<'r> {
    pub(super) all: &'r [RankResult],
    /// The side of which each rank has a trace of its own.
    pub(super) side: Side,
    pub(super) numbering: Numbering,
    pub(super) judged: Vec<(usize, &'r RankJudged)>,
    /// The judged rank that stands for all in what cannot be summed up.
    pub(super) shown: (usize, &'r RankJudged),
    pub(super) expected: Option<usize>,
}

impl Ranks<'_> {
    /// One outcome of all judged ranks; what is said across ranks is still missing.
    pub(super) fn merged(&self) -> CaseOutcome {
        let mut outcome = self.shown.1.outcome.clone();
        let others = || self.judged.iter().map(|(_, judged)| &judged.outcome);
        outcome.verdict = others().map(|other| other.verdict).max().unwrap_or(Verdict::Skipped);
        outcome.refused = others().any(|other| other.refused);
        outcome.findings = grouped(&self.judged, self.side, &self.numbering);
        outcome.checks = self.checks(&outcome);
        outcome.diagnoses = self.diagnoses();
        outcome.rows = self.rows();
        outcome.latency = self.latency();
        let many: Vec<&SideOutcome> = others().map(|other| side(other, self.side)).collect();
        let merged = self.side_of(&many);
        *(if self.side == Side::Mock { &mut outcome.mock } else { &mut outcome.e2e }) = merged;
        if self.has_own(self.side.other()) {
            let many: Vec<&SideOutcome> = others().map(|other| side(other, self.side.other())).collect();
            let mut merged = summed(side(&outcome, self.side.other()), &many);
            merged.trace = folder(self.all, self.side.other());
            *(if self.side == Side::Mock { &mut outcome.e2e } else { &mut outcome.mock }) = merged;
        }
        outcome
    }

    /// Whether each rank has a trace of its own on this side.
    pub(super) fn has_own(&self, side: Side) -> bool {
        self.all.windows(2).any(|pair| pair[0].trace(side).path != pair[1].trace(side).path)
    }

    /// A suffix that says on which ranks something holds, unless it does on all.
    fn on(&self, at: &[usize]) -> String {
        if at.len() == self.judged.len() { String::new() } else { format!(" ({})", self.numbering.names(at)) }
    }

    fn checks(&self, outcome: &CaseOutcome) -> Vec<CheckOutcome> {
        let mut names: Vec<&str> = Vec::new();
        for (_, judged) in std::iter::once(&self.shown).chain(&self.judged) {
            names.extend(judged.outcome.checks.iter().map(|check| check.name.as_str()));
            let mut seen = std::collections::BTreeSet::new();
            names.retain(|name| seen.insert(*name));
        }
        let check = |name: &str| {
            let found = self
                .judged
                .iter()
                .filter_map(|(at, judged)| Some((*at, judged.outcome.checks.iter().find(|check| check.name == name)?)));
            let found: Vec<(usize, &CheckOutcome)> = found.collect();
            let verdict = found.iter().map(|(_, check)| check.verdict).max().unwrap_or(Verdict::Skipped);
            let worst = found.iter().filter(|(_, check)| check.verdict == verdict);
            let at: Vec<usize> = worst.clone().map(|(at, _)| *at).collect();
            let reason = worst.clone().find_map(|(_, check)| check.reason.clone());
            let open = |code: &str| outcome.findings.iter().filter(|f| f.code == code && f.known.is_none()).count();
            let reason = reason.map(|reason| format!("{reason}{}", self.on(&at)));
            CheckOutcome { name: name.to_owned(), verdict, reason, findings: open(name) }
        };
        names.into_iter().map(check).collect()
    }

    /// Each cause once: what most ranks show first.
    fn diagnoses(&self) -> Vec<Diagnosis> {
        let mut by_issue: BTreeMap<&str, (usize, Vec<usize>, &Diagnosis)> = BTreeMap::new();
        for (at, judged) in &self.judged {
            for (place, diagnosis) in judged.outcome.diagnoses.iter().enumerate() {
                let slot = by_issue.entry(&diagnosis.issue).or_insert((place, Vec::new(), diagnosis));
                slot.0 = slot.0.min(place);
                slot.1.push(*at);
            }
        }
        let mut all: Vec<(usize, Vec<usize>, &Diagnosis)> = by_issue.into_values().collect();
        all.sort_by_key(|(place, at, _)| (Reverse(at.len()), *place));
        let one = |(_, at, diagnosis): (usize, Vec<usize>, &Diagnosis)| {
            let mut diagnosis = diagnosis.clone();
            if at.len() < self.judged.len() {
                diagnosis.evidence.push(format!("on {}", self.numbering.names(&at)));
            }
            diagnosis
        };
        all.into_iter().map(one).collect()
    }

    /// The shown rank's kernels, with the medians of all ranks that launch the same.
    fn rows(&self) -> Vec<Row> {
        let mut rows = self.shown.1.outcome.rows.clone();
        let key = |row: &Row| (row.exact.clone(), row.e2e_exact.clone(), row.mock_calls, row.e2e_calls);
        let alike = |other: &&CaseOutcome| other.rows.iter().map(key).eq(rows.iter().map(key));
        let alike: Vec<&CaseOutcome> = self.judged.iter().map(|(_, judged)| &judged.outcome).filter(alike).collect();
        for (at, row) in rows.iter_mut().enumerate() {
            let times = |of: fn(&Row) -> Option<f64>| {
                median(&alike.iter().filter_map(|other| of(&other.rows[at])).collect::<Vec<_>>())
            };
            row.mock_ns = times(|row| row.mock_ns);
            row.e2e_ns = times(|row| row.e2e_ns);
            let differs = |other: &CaseOutcome| other.rows[at].state == RowMatch::OtherShape;
            if row.state == RowMatch::Match && alike.iter().any(|other| differs(other)) {
                row.state = RowMatch::OtherShape;
            }
        }
        rows
    }

    /// Of the instances of all ranks together.
    fn latency(&self) -> Option<LatencyOutcome> {
        let shown = self.shown.1.outcome.latency.as_ref()?;
        let [mock, e2e] = Side::BOTH.map(|side| self.pooled(side));
        let latencies = || self.judged.iter().filter_map(|(_, judged)| judged.outcome.latency.as_ref());
        let middle = |of: fn(&LatencyOutcome) -> f64| median(&latencies().map(of).collect::<Vec<_>>()).unwrap_or(0.0);
        Some(LatencyOutcome {
            mock_median_ns: mock.quantile(0.5).unwrap_or(0.0),
            e2e_median_ns: e2e.quantile(0.5).unwrap_or(0.0),
            mock_busy_ns: middle(|latency| latency.mock_busy_ns),
            e2e_busy_ns: middle(|latency| latency.e2e_busy_ns),
            interval: pooled_interval(&mock, &e2e, LEVEL),
            tolerance: latencies().map(|latency| latency.tolerance).fold(shown.tolerance, f64::max),
            reason: shown.reason.clone(),
        })
    }

    /// A trace that all ranks share is counted once.
    fn pooled(&self, side: Side) -> Pooled {
        let slot = usize::from(side == Side::E2e);
        let shown = std::iter::once(&self.shown).filter(|_| !self.has_own(side));
        let each = self.judged.iter().filter(|_| self.has_own(side));
        Pooled::of(shown.chain(each).filter_map(|(_, judged)| Some(&judged.measured.as_ref()?.samples[slot])))
    }

    fn side_of(&self, many: &[&SideOutcome]) -> SideOutcome {
        let mut merged = summed(side(&self.shown.1.outcome, self.side), many);
        merged.trace = folder(self.all, self.side);
        let all: Vec<usize> = (0..self.all.len()).collect();
        let unreadable: Vec<usize> = all.iter().copied().filter(|at| self.all[*at].judged().is_none()).collect();
        merged.ranks = Some(RanksOutcome {
            given: self.all.len(),
            compared: self.judged.iter().filter(|(_, judged)| judged.measured.is_some()).count(),
            expected: self.expected,
            names: self.numbering.names(&all),
            identified: self.numbering.words.to_owned(),
            unreadable: (!unreadable.is_empty()).then(|| self.numbering.names(&unreadable)),
            spread: self.spread(),
            shown: self.numbering.name(self.shown.0),
        });
        merged
    }

    /// The ranks' medians of one instance, in ns, each with the rank's place.
    pub(super) fn medians(&self) -> Vec<(usize, f64)> {
        let of = |latency: &LatencyOutcome| match self.side {
            Side::Mock => latency.mock_median_ns,
            Side::E2e => latency.e2e_median_ns,
        };
        self.judged.iter().filter_map(|(at, judged)| Some((*at, of(judged.outcome.latency.as_ref()?)))).collect()
    }

    fn spread(&self) -> Option<RankSpread> {
        let medians = self.medians();
        // The first among equals.
        let slowest = medians.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let fastest = medians.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(RankSpread {
            fastest: self.numbering.name(fastest.0),
            fastest_ns: fastest.1,
            median_ns: median(&medians.iter().map(|(_, ns)| *ns).collect::<Vec<_>>())?,
            slowest: self.numbering.name(slowest.0),
            slowest_ns: slowest.1,
        })
    }
}

fn side(outcome: &CaseOutcome, side: Side) -> &SideOutcome {
    match side {
        Side::Mock => &outcome.mock,
        Side::E2e => &outcome.e2e,
    }
}

/// A side of several traces: instances are counted together, what is doubtful on one is.
fn summed(shown: &SideOutcome, many: &[&SideOutcome]) -> SideOutcome {
    let mut merged = shown.clone();
    merged.instances = many.iter().map(|side| side.instances).fold(0, usize::saturating_add);
    merged.confidence = many.iter().map(|side| side.confidence).fold(shown.confidence, f64::min);
    let mut left_out: Vec<LeftOut> = Vec::new();
    for left in many.iter().flat_map(|side| &side.left_out) {
        match left_out.iter_mut().find(|known| known.reason == left.reason && known.unlike == left.unlike) {
            Some(known) => known.count = known.count.saturating_add(left.count),
            None => left_out.push(left.clone()),
        }
    }
    merged.left_out = left_out;
    let mut gpus: Vec<String> = many.iter().flat_map(|side| side.provenance.gpus.clone()).collect();
    gpus.sort();
    gpus.dedup();
    merged.provenance.gpus = gpus;
    merged
}

/// The folder that holds the traces of all ranks, and how many these are.
fn folder(all: &[RankResult], side: Side) -> String {
    let mut folders = all.iter().map(|result| Path::new(&result.trace(side).path).parent().unwrap_or(Path::new("")));
    let first = folders.next().unwrap_or(Path::new("")).to_path_buf();
    let shared = folders.fold(first, |shared, folder| {
        shared.components().zip(folder.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    let name = if shared.as_os_str().is_empty() { ".".to_owned() } else { escape(&shared.to_string_lossy()) };
    format!("{name} ({} traces)", all.len())
}
