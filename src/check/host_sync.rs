//! `host-sync`: API calls that wait for the GPU inside an instance.

use super::{Check, Context, Judgement, Meta, Need, meta};
use crate::diag::{Evidence, Finding, Severity, Side, duration, escape};
use crate::select::Instance;
use crate::trace::Trace;
use rayon::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct HostSync(Meta);

impl HostSync {
    pub(super) fn new() -> Self {
        Self(meta("host-sync", Severity::Warning, include_str!("host_sync.md")))
    }
}

impl Check for HostSync {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::ApiCalls]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let findings = Side::BOTH.into_iter().filter_map(|side| self.of(context, side));
        Judgement::of(findings.collect())
    }
}

impl HostSync {
    fn of(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let trace = context.comparison.trace(side);
        let instances = &context.comparison.selection(side).instances;
        if trace.syncs.start.is_empty() {
            return None;
        }
        let Waits { affected, calls } = instances
            .par_iter()
            .fold(Waits::default, |waits, instance| waits.with(trace, instance))
            .reduce(Waits::default, Waits::and);
        if affected == 0 {
            return None;
        }
        // A wait in a few instances is the harness's, between blocks of iterations.
        let severity = if affected * 2 >= instances.len() as u64 { self.0.severity } else { Severity::Note };
        let mut finding = Finding::new(
            &self.0.name,
            severity,
            format!("the host waits for the GPU inside {affected} of {} instances of the {side}", instances.len()),
        )
        .side(side)
        .help("the GPU runs dry while the host waits: remove `.item()`, `.cpu()`, synchronising copies from the op");
        for (name, (count, time)) in calls {
            let text = format!("{} {count} times, {} in all", escape(name), duration(time as f64));
            finding = finding.evidence(Evidence::on(side, text));
        }
        Some(finding)
    }
}

/// The waits inside instances.
#[derive(Default)]
struct Waits<'t> {
    /// Instances that hold any.
    affected: u64,
    /// By API: how many, and their time in ns.
    calls: BTreeMap<&'t str, (u64, i64)>,
}

impl<'t> Waits<'t> {
    /// Only those between launches: waiting after the last one is how an instance is timed.
    fn with(mut self, trace: &'t Trace, instance: &Instance) -> Self {
        let launches = instance.ops.iter().filter_map(|&op| trace.ops.launch(op));
        let starts = launches.map(|l| (trace.launches.start(l), l));
        let (Some(first), Some(last)) = (starts.clone().min(), starts.max()) else { return self };
        let mut any = false;
        for (start, end, name) in trace.syncs.between(trace.launches.thread(first.1), first.0, last.0) {
            self.add(name, (1, end - start));
            any = true;
        }
        self.affected += u64::from(any);
        self
    }

    fn and(mut self, more: Self) -> Self {
        self.affected += more.affected;
        more.calls.into_iter().for_each(|(name, waited)| self.add(name, waited));
        self
    }

    fn add(&mut self, name: &'t str, (count, time): (u64, i64)) {
        let waited = self.calls.entry(name).or_default();
        *waited = (waited.0 + count, waited.1 + time);
    }
}
