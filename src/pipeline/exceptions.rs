//! Known differences at work in one case: which hold there, and which findings they cover.

use super::scope;
use crate::compare::Comparison;
use crate::diag::Finding;
use crate::fleet::{Beyond, KnownUse, Scope};
use crate::kernel::Identity;
use crate::outcome::{KnownOutcome, KnownState, Place};
use crate::spec::{Case, KnownDifference};
use crate::trace::Trace;

/// A case's known differences, and how often each covered something.
pub(super) struct Exceptions<'c> {
    pub(super) entries: Vec<Entry<'c>>,
}

/// One of them in this case, and what it did there.
pub(super) struct Entry<'c> {
    pub(super) known: &'c KnownDifference,
    pub(super) used: KnownUse,
}

impl Entry<'_> {
    /// It holds here and today.
    fn is_active(&self) -> bool {
        self.used.scope == Scope::Inside && !self.used.expired
    }

    fn state(&self) -> KnownState {
        match &self.used.scope {
            Scope::Outside => KnownState::OutOfScope,
            Scope::Unsaid(_) => KnownState::Undecided,
            Scope::Inside if self.used.expired => KnownState::Expired,
            Scope::Inside if self.used.beyond.is_some() => KnownState::Exceeded,
            Scope::Inside if self.used.covers > 0 => KnownState::Covers,
            Scope::Inside => KnownState::Unused,
        }
    }
}

impl<'c> Exceptions<'c> {
    /// `today` as `YYYY-MM-DD`, which sorts as text.
    pub(super) fn new(case: &'c Case, today: Option<&str>, mock: &Trace, e2e: &Trace) -> Self {
        let used = |known: &KnownDifference| KnownUse {
            scope: scope::of(known, case, mock, e2e),
            expired: known.until.as_ref().zip(today).is_some_and(|(until, today)| until.value.as_str() < today),
            covers: 0,
            beyond: None,
        };
        Self { entries: case.known.iter().map(|known| Entry { known, used: used(known) }).collect() }
    }

    /// As they were used before.
    pub(super) fn used(case: &'c Case, used: Vec<KnownUse>) -> Self {
        Self { entries: case.known.iter().zip(used).map(|(known, used)| Entry { known, used }).collect() }
    }

    /// The ones that hold, with their index in the case.
    pub(super) fn active(&self) -> Vec<(usize, &'c KnownDifference)> {
        self.entries.iter().enumerate().filter(|(_, e)| e.is_active()).map(|(i, e)| (i, e.known)).collect()
    }

    /// Counts what each keeps from being reported: one finding a check, however many kernels it would name.
    pub(super) fn count_excused(&mut self, comparison: &Comparison) {
        for (index, _) in comparison.excused() {
            self.entries[index].used.covers += 1;
        }
        for &(index, kernels) in &comparison.exceeded {
            self.entries[index].used.beyond = Some(Beyond::Kernels(kernels));
        }
    }

    /// The reason of the first entry that covers a finding as a whole. Of an expired one it is counted alone that it
    /// would.
    pub(super) fn cover(&mut self, finding: &Finding) -> Option<String> {
        let mut meant = |active: bool| {
            // What has grown over its bound as positions is not excused as a finding instead.
            let grown = |e: &Entry<'_>| matches!(e.used.beyond, Some(Beyond::Kernels(_)));
            let meant = |e: &&mut Entry<'_>| {
                e.used.scope == Scope::Inside && e.used.expired != active && !grown(e) && covers(e.known, finding)
            };
            for entry in self.entries.iter_mut().filter(meant) {
                if let Some(ratio) = outside(entry.known, finding) {
                    entry.used.beyond = Some(Beyond::Latency(ratio));
                    continue;
                }
                entry.used.covers += 1;
                return active.then(|| entry.known.reason.value.clone());
            }
            None
        };
        meant(true).or_else(|| meant(false))
    }

    pub(super) fn outcomes(&self) -> Vec<KnownOutcome> {
        self.entries
            .iter()
            .map(|entry| {
                let known = entry.known;
                let text = |value: &Option<crate::diag::Spanned<String>>| value.as_ref().map(|v| v.value.clone());
                let state = entry.state();
                KnownOutcome {
                    reason: known.reason.value.clone(),
                    impact: text(&known.impact),
                    owner: text(&known.owner),
                    until: text(&known.until),
                    link: text(&known.link),
                    state,
                    covers: if state == KnownState::Covers { entry.used.covers } else { 0 },
                    place: Place::new(&known.loc, "declared here"),
                }
            })
            .collect()
    }
}

/// The latency of a finding that lies outside of what an entry allows.
fn outside(known: &KnownDifference, finding: &Finding) -> Option<f64> {
    let allowed = known.latency.as_ref().filter(|_| finding.code == "latency-ratio")?;
    finding.ratio.filter(|ratio| !allowed.holds(*ratio))
}

/// A finding is covered if its check and side are meant and every kernel it names is.
fn covers(known: &KnownDifference, finding: &Finding) -> bool {
    let check = known.checks.iter().any(|c| c.value == finding.code);
    let side = known.side.as_ref().is_none_or(|s| finding.side.is_none_or(|f| f == s.value));
    let kernel = |name: &String| {
        let name = Identity::new(name, "");
        known.kernels.iter().any(|p| p.names(&name))
    };
    let kernels = !finding.kernels.is_empty() && finding.kernels.iter().all(kernel);
    match (known.checks.is_empty(), known.kernels.is_empty()) {
        (false, true) => check && side,
        (false, false) => check && side && kernels,
        // The instance's time is about more than the kernels that carry its difference.
        (true, false) => side && kernels && finding.code != "latency-ratio",
        // Without a check or a kernel it would cover everything.
        (true, true) => false,
    }
}
