//! `known-difference`: declared exceptions that no longer hold.

use super::{Meta, meta as make};
use crate::diag::{Finding, Severity, Side, signed_percent};
use crate::spec::KnownDifference;

/// The check's name.
pub const KNOWN_DIFFERENCE: &str = "known-difference";

pub(super) fn meta() -> Meta {
    make(KNOWN_DIFFERENCE, Severity::Warning, include_str!("known_difference.md"))
}

/// It matched nothing: the difference is gone, or its pattern is wrong.
pub fn stale(known: &KnownDifference) -> Finding {
    let loc = known.kernels.first().map(|k| &k.loc).unwrap_or(&known.loc);
    about(known, Severity::Warning, "matches nothing".to_owned())
        .at(loc, "matches no difference")
        .help("remove the entry, or correct its pattern, side or scope")
}

/// It may cover fewer kernels of an instance than there are: it covers none.
pub fn too_many(known: &KnownDifference, kernels: usize) -> Finding {
    let most = known.at_most.as_ref().map_or(0, |most| most.value);
    about(
        known,
        Severity::Warning,
        format!("is exceeded: {kernels} kernels of an instance, at most {most} are excused"),
    )
    .at(known.at_most.as_ref().map_or(&known.loc, |most| &most.loc), "the most it covers")
    .help("the difference has grown: find out why, or raise the bound with a reason that still holds")
}

/// The latency differs more, or the other way, than it may: it does not cover the finding.
pub fn too_far(known: &KnownDifference, ratio: f64) -> Finding {
    let allowed = known.latency.as_ref().map(|latency| latency.value.to_string()).unwrap_or_default();
    let what = format!("is exceeded: latency {}, {allowed} is excused", signed_percent(ratio));
    about(known, Severity::Warning, what)
        .at(known.latency.as_ref().map_or(&known.loc, |latency| &latency.loc), "the latencies it covers")
        .help("the difference is another one now: find out why, or change the range with a reason that still holds")
}

/// Its last day has passed: it covers nothing any more, and `covered` findings count again.
pub fn expired(known: &KnownDifference, until: &str, covered: usize) -> Finding {
    let again = match covered {
        0 => String::new(),
        1 => ", and 1 finding counts again".to_owned(),
        n => format!(", and {n} findings count again"),
    };
    about(known, Severity::Warning, format!("ended on {until}{again}"))
        .at(known.until.as_ref().map_or(&known.loc, |u| &u.loc), "its last day")
        .help("fix the difference, or renew the entry with a reason that still holds")
}

/// It still holds, for so many days.
pub fn ending(known: &KnownDifference, days: i64) -> Finding {
    let when = match days {
        0 => "ends today".to_owned(),
        1 => "ends tomorrow".to_owned(),
        n => format!("ends in {n} days"),
    };
    about(known, Severity::Note, when)
        .at(known.until.as_ref().map_or(&known.loc, |u| &u.loc), "its last day")
        .help("from the day after, its findings count again")
}

/// It asks for a framework, and this side does not say what it was captured with.
pub fn without_framework(known: &KnownDifference, side: Side) -> Finding {
    let asked = known.framework.as_ref().map(|f| f.value.to_string()).unwrap_or_default();
    let name = known.framework.as_ref().map_or("vllm", |f| f.value.name.as_str());
    about(known, Severity::Warning, format!("is not applied: the {side} does not say whether it is `{asked}`"))
        .at(known.framework.as_ref().map_or(&known.loc, |f| &f.loc), "asked for here")
        .side(side)
        .help(format!("say what the trace was captured with, for example: `{side}.framework = \"{name} 1.2.3\"`"))
}

/// It asks for a GPU, and this side's trace does not name its own.
pub fn without_gpu(known: &KnownDifference, side: Side) -> Finding {
    about(known, Severity::Warning, format!("is not applied: the {side} trace does not name its GPU"))
        .at(known.gpu.first().map_or(&known.loc, |g| &g.loc), "asked for here")
        .side(side)
        .help("capture again with a profiler that records the GPU, or drop `gpu`")
}

/// A finding about an entry: what it does, why it is there, whose it is.
fn about(known: &KnownDifference, severity: Severity, what: String) -> Finding {
    let owner = known.owner.as_ref().map_or(String::new(), |o| format!(" (owner: {})", o.value));
    let message = format!("a known difference {what}: {}{owner}", known.reason.value);
    Finding::new(KNOWN_DIFFERENCE, severity, message)
}
