//! Colours of kernel families: the same family has the same colour in all of a report.

use super::text::line;
use crate::outcome::{CaseOutcome, Timeline};
use serde::Serialize;
use std::collections::BTreeMap;

/// Colours in the style sheet; the last one is everything else's.
const COLOURS: usize = 8;

/// Families by the time they take in the report, most first.
#[derive(Debug, Default)]
pub(super) struct Families(Vec<String>);

/// One entry of a legend.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct LegendEntry {
    pub(super) colour: usize,
    pub(super) name: String,
}

impl Families {
    pub(super) fn of(cases: &[CaseOutcome]) -> Self {
        let mut times: BTreeMap<&str, i64> = BTreeMap::new();
        for timeline in cases.iter().filter_map(|case| case.timeline.as_ref()) {
            for op in timeline.mock.ops.iter().chain(&timeline.e2e.ops) {
                if let Some(family) = timeline.kernels.get(op.kernel).and_then(|kernel| kernel.family.as_deref()) {
                    let time = times.entry(family).or_default();
                    *time = time.saturating_add(op.duration_ns);
                }
            }
        }
        let mut order: Vec<(&str, i64)> = times.into_iter().collect();
        order.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        Self(order.into_iter().take(COLOURS - 1).map(|(name, _)| name.to_owned()).collect())
    }

    pub(super) fn colour(&self, family: Option<&str>) -> usize {
        let found = family.and_then(|family| self.0.iter().position(|known| known == family));
        found.unwrap_or(COLOURS - 1)
    }

    /// The families of one timeline, in the order of their colours.
    pub(super) fn legend(&self, timeline: &Timeline) -> Vec<LegendEntry> {
        let families = || timeline.kernels.iter().map(|kernel| kernel.family.as_deref());
        let coloured = self.0.iter().enumerate().filter(|(_, name)| families().any(|f| f == Some(name.as_str())));
        let mut legend: Vec<LegendEntry> =
            coloured.map(|(colour, name)| LegendEntry { colour, name: line(name) }).collect();
        if families().any(|family| self.colour(family) == COLOURS - 1) {
            legend.push(LegendEntry { colour: COLOURS - 1, name: "other".to_owned() });
        }
        legend
    }
}
