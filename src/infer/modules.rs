//! Globs for modules: short, for all layers and other models, and yet for no other module of the trace.

use super::marks::{Label, Labels};
use super::plan::{Each, Place, Plan};
use super::trial::Trials;
use crate::diag::Side;
use crate::kernel::Glob;

/// A glob that matches this module's paths and no other of the trace: what stands behind the last number
/// (`*.self_attn.attn`), or the whole path with its numbers as `*`.
pub(super) fn glob(labels: &Labels, label: &Label) -> String {
    let path = &label.glob;
    let (before, last) = match path.rsplit_once("*.") {
        Some((before, last)) => (before, last),
        // The path ends in a number: a layer, whose modules must not match.
        None => match path.strip_suffix(".*") {
            Some(layers) => {
                let name = layers.rsplit('.').next().unwrap_or(layers);
                let any = if name == layers { "" } else { "*." };
                return format!("{any}{name}.{{?,??,???}}");
            }
            None => return path.clone(),
        },
    };
    let short = if before.is_empty() { path.clone() } else { format!("*.{last}") };
    let matches = |glob: &str, of: &Label| {
        let example = of.glob.replace('*', "0");
        Glob::new(glob).is_ok_and(|g| g.matches(&example))
    };
    let own = |glob: &str| labels.iter().filter(|(_, l)| l.is_module && matches(glob, l)).count() == 1;
    if own(&short) { short } else { path.clone() }
}

/// The plan with this place, and, for a module from inside which another module of the model is called that the mock
/// lacks (a router from the experts), the plan without that one. Only if its name lies outside the module's: a part of
/// the module that the mock lacks is a difference.
pub(super) fn with_and_without(trials: &Trials<'_>, labels: &Labels, plan: &Plan, place: Place) -> Vec<Plan> {
    let whole = Plan { e2e: place.clone(), ..plan.clone() };
    let mut plans = vec![whole.clone()];
    let Some(Each::Module { path, .. }) = place.each.first() else { return plans };
    let Ok(trial) = trials.run(&whole) else { return plans };
    let comparison = &trial.comparison;
    let absent: Vec<u32> =
        comparison.only_on(Side::E2e).into_iter().filter_map(|i| comparison.op_at(Side::E2e, i)).collect();
    let Ok(outer) = Glob::new(path) else { return plans };
    let mut inner: Vec<usize> = Vec::new();
    for op in absent {
        let trace = trials.e2e;
        let context = if trace.from_graph(op) { trace.capture_context(op) } else { trace.launch_context(op) };
        let chain = labels.chain(trace, context);
        let module = |label: usize| labels.get(label).is_module;
        let Some(at) = chain.iter().position(|c| module(c.1) && outer.matches(&trace_path(trials, c.0))) else {
            continue;
        };
        // By their labels: a module that all layers share is named after the first, and is a part of each.
        let root = labels.get(chain[at].1).glob.as_str();
        for &(_, label) in &chain[at + 1..] {
            if module(label) && !labels.get(label).glob.starts_with(root) && !inner.contains(&label) {
                inner.push(label);
            }
        }
    }
    for label in inner {
        let without = vec![glob(labels, labels.get(label))];
        let mut place = place.clone();
        place.notes.push(format!(
            "`{}` is called from inside and the mock lacks it: left out. If the mock should have it, take `without` away.",
            without[0]
        ));
        if let Some(first) = place.each.first_mut() {
            *first = Each::Module { path: path.clone(), without };
        }
        plans.push(Plan { e2e: place, ..plan.clone() });
    }
    plans
}

fn trace_path(trials: &Trials<'_>, range: u32) -> String {
    let name = trials.e2e.names.range(trials.e2e.ranges.name(range));
    name.module.as_ref().map_or_else(|| name.text.clone(), |m| m.path.clone())
}
