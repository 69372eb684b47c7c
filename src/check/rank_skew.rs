//! `rank-skew`: several processes or devices run the op at different speeds.

use super::{Check, Context, Judgement, Meta, meta};
use crate::diag::{Evidence, Finding, Severity, Side, duration};
use crate::limits::RANK_SKEW;
use crate::stats::median;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct RankSkew(Meta);

impl RankSkew {
    pub(super) fn new() -> Self {
        Self(meta("rank-skew", Severity::Warning, include_str!("rank_skew.md")))
    }
}

impl Check for RankSkew {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        Judgement::of(Side::BOTH.into_iter().filter_map(|side| self.of(context, side)).collect())
    }
}

impl RankSkew {
    fn of(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let trace = context.comparison.trace(side);
        let mut ranks: BTreeMap<(u16, u16), Vec<f64>> = BTreeMap::new();
        for instance in &context.comparison.selection(side).ranks {
            let Some(&first) = instance.ops.first() else { continue };
            let op = trace.op(first);
            let time: i64 = instance.ops.iter().map(|&op| trace.ops.duration(op)).sum();
            ranks.entry((op.process.0, op.device)).or_default().push(time as f64);
        }
        let medians: Vec<((u16, u16), f64)> = ranks.iter().filter_map(|(k, v)| Some((*k, median(v)?))).collect();
        let slow = medians.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let fast = medians.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        if medians.len() < 2 || slow.1 <= fast.1 * (1.0 + RANK_SKEW) {
            return None;
        }
        let pid = |process: u16| trace.processes.get(usize::from(process)).map_or(0, |p| p.pid);
        let mut finding = Finding::new(
            &self.0.name,
            self.0.severity,
            format!("{} ranks of the {side} run the op at speeds that differ by {:.0} %", medians.len(), (slow.1 / fast.1 - 1.0) * 100.0),
        )
        .side(side)
        .help("compare with the rank that the mock stands for: `process = { index = N }`; a collective absorbs its peers' wait");
        for ((process, device), time) in medians.iter().take(8) {
            let text = format!("process {} device {device}: {}", pid(*process), duration(*time));
            finding = finding.evidence(Evidence::on(side, text));
        }
        Some(finding)
    }
}
