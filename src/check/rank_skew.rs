//! `rank-skew`: several processes or devices run the op at different speeds.

use super::ranks::RANK_SKEW;
use super::{Check, Context, Judgement, Meta, Need, meta};
use crate::diag::{Evidence, Finding, Severity, Side, duration};
use crate::limits::RANK_SKEW as SKEW;
use crate::select::Rank;

#[derive(Debug)]
pub(super) struct RankSkew(Meta);

impl RankSkew {
    pub(super) fn new() -> Self {
        Self(meta_of())
    }
}

pub(super) fn meta_of() -> Meta {
    meta(RANK_SKEW, Severity::Warning, include_str!("rank_skew.md"))
}

impl Check for RankSkew {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::Operations]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        Judgement::of(Side::BOTH.into_iter().filter_map(|side| self.of(context, side)).collect())
    }
}

impl RankSkew {
    fn of(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let trace = context.comparison.trace(side);
        let ranks = &context.comparison.selection(side).ranks;
        let slow = ranks.iter().max_by(|a, b| a.median_ns.total_cmp(&b.median_ns))?;
        let fast = ranks.iter().min_by(|a, b| a.median_ns.total_cmp(&b.median_ns))?;
        if ranks.len() < 2 || slow.median_ns <= fast.median_ns * (1.0 + SKEW) {
            return None;
        }
        let pid = |rank: &Rank| trace.processes.get(usize::from(rank.process.0)).map_or(0, |p| p.pid);
        let mut finding = Finding::new(
            &self.0.name,
            self.0.severity,
            format!("{} ranks of the {side} run the op at speeds that differ by {:.0} %", ranks.len(), (slow.median_ns / fast.median_ns - 1.0) * 100.0),
        )
        .side(side)
        .help("compare with the rank that the mock stands for: `process = { index = N }`; a collective absorbs its peers' wait");
        for rank in ranks.iter().take(8) {
            let text = format!("process {} device {}: {}", pid(rank), rank.device, duration(rank.median_ns));
            finding = finding.evidence(Evidence::on(side, text));
        }
        Some(finding)
    }
}
