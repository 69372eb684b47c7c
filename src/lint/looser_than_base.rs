//! `looser-than-base`: what a spec asks less strictly than the file that it extends.

use super::{Found, Lint, Material, Spec, meta};
use crate::check::Meta;
use crate::diag::{Loc, Problem, Severity, Spanned, percent};
use crate::spec::{Case, LaunchCompare, Order, Others};

pub(super) struct LooserThanBase;

impl Lint for LooserThanBase {
    fn meta(&self) -> Meta {
        meta("looser-than-base", Severity::Warning, include_str!("looser_than_base.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let cases = material.specs.iter().flat_map(|spec| spec.over_base().map(move |(case, base)| (spec, case, base)));
        cases.flat_map(|(spec, case, base)| in_case(spec, case, base)).map(Found::from).collect()
    }
}

/// Both values are said, the base's not by default.
struct Said<'s> {
    spec: &'s Spec,
}

impl Said<'_> {
    fn looser(&self, what: &str, own: &Loc, base: &Loc, values: (String, String)) -> Option<Problem> {
        // A default stands at the spec's name.
        let is_default =
            base.span == self.spec.layered.spec.name.loc.span && base.file == self.spec.layered.spec.name.loc.file;
        if is_default || !self.spec.is_own(own) {
            return None;
        }
        let (own_value, base_value) = values;
        Some(
            Problem::spec(
                "looser-than-base",
                format!("{what} is looser than in the file it extends: {own_value}, there {base_value}"),
            )
            .label(own, format!("{own_value} here"))
            .label(base, format!("{base_value} there"))
            .help("say why: a `reason` beside the tolerance, or `# align: allow(looser-than-base): why` above it"),
        )
    }

    fn tolerance(&self, what: &str, own: &Spanned<f64>, base: &Spanned<f64>) -> Option<Problem> {
        let looser = own.value > base.value;
        looser.then(|| self.looser(what, &own.loc, &base.loc, (percent(own.value), percent(base.value))))?
    }

    fn choice<T: Copy>(
        &self,
        what: &str,
        own: &Spanned<T>,
        base: &Spanned<T>,
        rank: fn(T) -> (u8, &'static str),
    ) -> Option<Problem> {
        let ((own_rank, own_word), (base_rank, base_word)) = (rank(own.value), rank(base.value));
        let words = (format!("`{own_word}`"), format!("`{base_word}`"));
        (own_rank < base_rank).then(|| self.looser(what, &own.loc, &base.loc, words))?
    }
}

fn in_case(spec: &Spec, case: &Case, base: &Case) -> Vec<Problem> {
    let said = Said { spec };
    let (own, below) = (&case.latency, &base.latency);
    // A reason speaks of the tolerance beside it; what stands in the same file excuses the kernels' too.
    let reasoned = own.reason.as_ref().is_some_and(|reason| spec.is_own(&reason.loc));
    let latency = [
        said.tolerance("the tolerance of latency", &own.within, &below.within),
        said.tolerance("the tolerance of a kernel's latency", &own.kernel_within, &below.kernel_within),
        said.tolerance("the floor of a kernel's latency", &own.kernel_floor, &below.kernel_floor),
    ];
    let entries = case.kernels.iter().filter_map(|entry| {
        let theirs = base.kernels.iter().find(|k| k.name.value == entry.name.value)?;
        let below = theirs.within.as_ref().unwrap_or(&base.latency.kernel_within);
        said.tolerance(&format!("the tolerance of `{}`", entry.name.value), entry.within.as_ref()?, below)
    });
    let modes = [
        said.choice("what is asked of other kernels", &case.others, &base.others, others),
        said.choice("what is asked of the order", &case.order, &base.order, order),
        said.choice("what is asked of names", &case.identity, &base.identity, |level| match level {
            crate::kernel::Level::Family => (0, "family"),
            crate::kernel::Level::Base => (1, "base"),
            _ => (2, "normalised"),
        }),
        said.choice("what is asked of launches", &case.launch, &base.launch, launch),
    ];
    let checks = case.checks.iter().filter_map(|(name, severity)| {
        let below = base.checks.get(name).filter(|below| severity.value < below.value)?;
        let word = |severity: Option<Severity>| severity.map_or("off".to_owned(), |s| s.to_string());
        said.looser(&format!("`{name}`"), &severity.loc, &below.loc, (word(severity.value), word(below.value)))
    });
    let latency = latency.into_iter().flatten().filter(|_| !reasoned);
    latency.chain(entries.filter(|_| !reasoned)).chain(modes.into_iter().flatten()).chain(checks).collect()
}

fn others(others: Others) -> (u8, &'static str) {
    match others {
        Others::Ignore => (0, "ignore"),
        Others::MustMatch => (1, "must-match"),
        Others::Forbid => (2, "forbid"),
    }
}

fn order(order: Order) -> (u8, &'static str) {
    match order {
        Order::Set => (0, "set"),
        Order::Strict => (1, "strict"),
    }
}

fn launch(launch: LaunchCompare) -> (u8, &'static str) {
    match launch {
        LaunchCompare::Ignore => (0, "ignore"),
        LaunchCompare::Same => (1, "same"),
    }
}
