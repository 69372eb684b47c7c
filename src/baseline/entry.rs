//! A proposed known difference.

use crate::diag::Side;
use crate::spec::Changes;

/// One proposed entry, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Globs; empty for a finding that is about no kernel.
    pub kernels: Vec<String>,
    pub check: String,
    pub side: Option<Side>,
    /// As many kernels of an instance as there are.
    pub at_most: Option<u32>,
    /// Around the latency that was measured.
    pub latency: Option<Changes>,
    /// Empty where the spec has but one case.
    pub cases: Vec<String>,
    /// What was measured.
    pub impact: Option<String>,
    /// `YYYY-MM-DD`.
    pub until: Option<String>,
}

impl Entry {
    /// One line: `decode: extra-kernel, mock: *FillFunctor*`.
    pub fn line(&self) -> String {
        let cases = if self.cases.is_empty() { String::new() } else { format!("{}: ", self.cases.join(", ")) };
        let side = self.side.map(|side| format!(", {side}")).unwrap_or_default();
        let kernels = match self.kernels.as_slice() {
            [] => String::new(),
            [first] => format!(": {first}"),
            [first, rest @ ..] => format!(": {first} and {} more", rest.len()),
        };
        format!("{cases}{}{side}{kernels}", self.check)
    }
}

/// Adds entries; the same difference in several cases becomes one entry.
pub(super) fn merge(all: &mut Vec<Entry>, found: Vec<Entry>) {
    for entry in found {
        let same = |e: &&mut Entry| (&e.kernels, &e.check, e.side) == (&entry.kernels, &entry.check, entry.side);
        match all.iter_mut().find(same) {
            Some(known) => {
                known.at_most = known.at_most.max(entry.at_most);
                known.latency = match (known.latency, entry.latency) {
                    (Some(a), Some(b)) => Some(a.and(b)),
                    (a, b) => a.or(b),
                };
                let new: Vec<String> = entry.cases.into_iter().filter(|case| !known.cases.contains(case)).collect();
                let impacts = [known.impact.take(), entry.impact.filter(|_| !new.is_empty())];
                known.impact =
                    Some(impacts.into_iter().flatten().collect::<Vec<_>>().join("; ")).filter(|i| !i.is_empty());
                known.cases.extend(new);
            }
            None => all.push(entry),
        }
    }
}
