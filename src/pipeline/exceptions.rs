//! Known differences at work: which findings they cover, and which of them no longer hold.

use crate::check;
use crate::diag::Finding;
use crate::kernel::Identity;
use crate::outcome::{KnownOutcome, Place};
use crate::spec::{Case, KnownDifference};

/// A case's known differences, and how often each covered something.
pub(super) struct Exceptions<'c> {
    entries: Vec<Entry<'c>>,
}

struct Entry<'c> {
    known: &'c KnownDifference,
    expired: bool,
    covers: usize,
}

impl<'c> Exceptions<'c> {
    /// `today` as `YYYY-MM-DD`, which sorts as text.
    pub(super) fn new(case: &'c Case, today: Option<&str>) -> Self {
        let expired = |known: &KnownDifference| match (&known.until, today) {
            (Some(until), Some(today)) => until.value.as_str() < today,
            _ => false,
        };
        Self { entries: case.known.iter().map(|known| Entry { known, expired: expired(known), covers: 0 }).collect() }
    }

    /// The ones that still hold, with their index in the case.
    pub(super) fn active(&self) -> Vec<(usize, &'c KnownDifference)> {
        self.entries.iter().enumerate().filter(|(_, e)| !e.expired).map(|(i, e)| (i, e.known)).collect()
    }

    /// Counts the positions of the alignment that each covers.
    pub(super) fn count_positions(&mut self, known: &[Option<usize>]) {
        for &index in known.iter().flatten() {
            self.entries[index].covers += 1;
        }
    }

    /// The reason of the first entry that covers a finding as a whole.
    pub(super) fn cover(&mut self, finding: &Finding) -> Option<String> {
        let entry = self.entries.iter_mut().find(|e| !e.expired && covers(e.known, finding))?;
        entry.covers += 1;
        Some(entry.known.reason.value.clone())
    }

    /// Entries that expired or match nothing.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.entries
            .iter()
            .filter_map(|entry| match &entry.known.until {
                Some(until) if entry.expired => Some(check::expired(entry.known, &until.value)),
                _ if entry.covers == 0 => Some(check::stale(entry.known)),
                _ => None,
            })
            .collect()
    }

    pub(super) fn outcomes(&self) -> Vec<KnownOutcome> {
        self.entries
            .iter()
            .map(|entry| {
                let known = entry.known;
                let text = |value: &Option<crate::diag::Spanned<String>>| value.as_ref().map(|v| v.value.clone());
                KnownOutcome {
                    reason: known.reason.value.clone(),
                    impact: text(&known.impact),
                    owner: text(&known.owner),
                    until: text(&known.until),
                    link: text(&known.link),
                    covers: entry.covers,
                    place: Place::new(&known.loc, "declared here"),
                }
            })
            .collect()
    }
}

/// A finding is covered if its check and side are meant and every kernel it names is.
fn covers(known: &KnownDifference, finding: &Finding) -> bool {
    let check = known.checks.iter().any(|c| c.value == finding.code);
    let side = known.side.as_ref().is_none_or(|s| finding.side.is_none_or(|f| f == s.value));
    let kernel = |name: &String| {
        let name = Identity::new(name, "");
        known.kernels.iter().any(|p| p.matches(&name.function) || p.matches(&name.exact))
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
