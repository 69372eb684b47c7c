//! What one table level says, and how a more specific level overrides a less specific one: a case
//! over the top of its file, a file over the file it extends.

use super::model::{
    Case, Count, Each, KernelEntry, KnownDifference, Latency, LaunchCompare, Order, Others, ProcessFilter, RuleUse,
    SideSpec,
};
use super::release::Release;
use crate::diag::{Loc, Severity, Side, Spanned};
use crate::kernel::{Glob, Level};
use crate::limits::{KERNEL_FLOOR, KERNEL_TOLERANCE, TOLERANCE};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything that may stand at the top of a spec and in a case; absent values are inherited.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) mock: SideLayer,
    pub(super) e2e: SideLayer,
    pub(super) kernels: Vec<KernelEntry>,
    pub(super) others: Option<Spanned<Others>>,
    pub(super) order: Option<Spanned<Order>>,
    pub(super) identity: Option<Spanned<Level>>,
    pub(super) latency: LatencyLayer,
    pub(super) launch: Option<Spanned<LaunchCompare>>,
    pub(super) known: Vec<KnownDifference>,
    pub(super) checks: BTreeMap<String, Spanned<Option<Severity>>>,
    pub(super) rules: Vec<RuleUse>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct SideLayer {
    pub(super) trace: Option<Spanned<PathBuf>>,
    pub(super) ranks: Option<Spanned<u32>>,
    pub(super) framework: Option<Spanned<Release>>,
    pub(super) within: Option<Vec<Spanned<Glob>>>,
    pub(super) each: Option<Vec<Spanned<Each>>>,
    pub(super) warmup: Option<Spanned<u32>>,
    pub(super) repeats: Option<Spanned<u32>>,
    pub(super) process: Option<Spanned<ProcessFilter>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct LatencyLayer {
    pub(super) within: Option<Spanned<f64>>,
    pub(super) reason: Option<Spanned<String>>,
    pub(super) kernel_within: Option<Spanned<f64>>,
    pub(super) kernel_floor: Option<Spanned<f64>>,
    pub(super) own_spread: Option<Spanned<bool>>,
}

/// How often a listed kernel runs where its entry does not say.
pub(super) const COUNT: Count = Count { least: 1, most: Some(1) };

impl Layer {
    /// Lets `over` override: values replace, kernels and rules replace by name, exceptions add up.
    pub(super) fn overlay(&mut self, over: Layer) {
        self.mock.overlay(over.mock);
        self.e2e.overlay(over.e2e);
        overlay_by(&mut self.kernels, over.kernels, |entry| entry.name.value.clone());
        replace(&mut self.others, over.others);
        replace(&mut self.order, over.order);
        replace(&mut self.identity, over.identity);
        self.latency.overlay(over.latency);
        replace(&mut self.launch, over.launch);
        self.known.extend(over.known);
        self.checks.extend(over.checks);
        overlay_by(&mut self.rules, over.rules, |rule| rule.name.value.clone());
    }

    /// The finished case; `default` is where carets point for values that nothing sets.
    pub(super) fn into_case(self, name: Spanned<String>, default: &Loc) -> Case {
        fn or<T>(value: Option<Spanned<T>>, otherwise: T, loc: &Loc) -> Spanned<T> {
            value.unwrap_or_else(|| Spanned::new(otherwise, loc.clone()))
        }
        Case {
            name,
            mock: self.mock.into_side(Side::Mock),
            e2e: self.e2e.into_side(Side::E2e),
            kernels: self.kernels,
            others: or(self.others, Others::MustMatch, default),
            order: or(self.order, Order::Strict, default),
            identity: or(self.identity, Level::Normalised, default),
            latency: Latency {
                within: or(self.latency.within, TOLERANCE, default),
                reason: self.latency.reason,
                kernel_within: or(self.latency.kernel_within, KERNEL_TOLERANCE, default),
                kernel_floor: or(self.latency.kernel_floor, KERNEL_FLOOR, default),
                own_spread: self.latency.own_spread,
            },
            launch: or(self.launch, LaunchCompare::Same, default),
            known: self.known,
            checks: self.checks,
            rules: self.rules,
        }
    }
}

impl SideLayer {
    fn overlay(&mut self, over: SideLayer) {
        replace(&mut self.trace, over.trace);
        replace(&mut self.ranks, over.ranks);
        replace(&mut self.framework, over.framework);
        replace(&mut self.within, over.within);
        replace(&mut self.each, over.each);
        replace(&mut self.warmup, over.warmup);
        replace(&mut self.repeats, over.repeats);
        replace(&mut self.process, over.process);
    }

    fn into_side(self, side: Side) -> SideSpec {
        SideSpec {
            side,
            trace: self.trace,
            ranks: self.ranks,
            framework: self.framework,
            within: self.within.unwrap_or_default(),
            each: self.each.unwrap_or_default(),
            warmup: self.warmup,
            repeats: self.repeats,
            process: self.process,
        }
    }
}

impl LatencyLayer {
    fn overlay(&mut self, over: LatencyLayer) {
        // A reason speaks of the tolerance beside it and must not outlive it.
        if over.within.is_some() || over.own_spread.is_some() {
            self.reason = None;
        }
        replace(&mut self.within, over.within);
        replace(&mut self.reason, over.reason);
        replace(&mut self.kernel_within, over.kernel_within);
        replace(&mut self.kernel_floor, over.kernel_floor);
        replace(&mut self.own_spread, over.own_spread);
    }
}

fn replace<T>(under: &mut Option<T>, over: Option<T>) {
    if over.is_some() {
        *under = over;
    }
}

fn overlay_by<T>(under: &mut Vec<T>, over: Vec<T>, key: impl Fn(&T) -> String) {
    for item in over {
        match under.iter_mut().find(|old| key(old) == key(&item)) {
            Some(old) => *old = item,
            None => under.push(item),
        }
    }
}
