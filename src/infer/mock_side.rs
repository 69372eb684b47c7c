//! Where the mock's instances are: by flags, by the layout that the base specs describe, else by what repeats.

use super::marks::{Chains, Labels};
use super::plan::{Each, Place};
use super::request::Request;
use crate::diag::{Problem, escape};
use crate::limits::ITERATIONS_LEAST;
use crate::trace::Trace;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The range around what is measured, by the convention of the base specs.
pub(super) const MEASURED: &str = "measured";

/// The ranges around one iteration, by the convention of the base specs, in their order.
pub(super) const ITERATIONS: [&str; 2] = ["replay", "iter"];

/// The mock's place, and whether a base spec says the same of `each`.
///
/// # Errors
/// The mock measures several works, and no flag says which.
pub(super) fn place(trace: &Trace, request: &Request) -> Result<(Place, bool), Problem> {
    let labels = Labels::new(trace);
    let survey = Survey::new(trace, &labels, &request.mock_within);
    let mut place = Place { within: request.mock_within.clone(), ..Place::default() };
    if survey.measured {
        if request.mock_within.is_empty() && survey.around.len() > 1 {
            return Err(several(&survey));
        }
        if !place.within.iter().any(|w| w == MEASURED) {
            place.within.push(MEASURED.to_owned());
        }
    }
    if let Some(range) = &request.mock_range {
        place.each = vec![Each::Range(range.clone())];
        return Ok((place, false));
    }
    let known: Vec<&str> =
        ITERATIONS.into_iter().filter(|name| survey.repeated.iter().any(|r| r.glob == *name)).collect();
    place.each = match known.as_slice() {
        [] => survey.repeated.iter().take(1).map(|r| Each::Range(r.glob.clone())).collect(),
        known => known.iter().map(|name| Each::Range((*name).to_owned())).collect(),
    };
    let others: Vec<String> = survey
        .repeated
        .iter()
        .filter(|r| !place.each.contains(&Each::Range(r.glob.clone())))
        .map(|r| r.glob.clone())
        .collect();
    if known.is_empty() && !others.is_empty() {
        place.notes.push(format!(
            "Other ranges that repeat: {}; `--mock-range` picks one.",
            others.iter().take(4).map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")
        ));
    }
    if survey.replayed {
        place.each.push(Each::GraphLaunch);
    }
    place.each.push(Each::Period);
    Ok((place, !known.is_empty()))
}

fn several(survey: &Survey) -> Problem {
    let names: Vec<&String> = survey.around.keys().collect();
    let first = names.first().map_or("", |n| n.as_str());
    let mut problem =
        Problem::spec("ambiguous-op", format!("the mock measures {} works, and a spec is about one", names.len()));
    for (name, operations) in &survey.around {
        problem = problem.note(format!("`{}` holds {operations} GPU operations", escape(name)));
    }
    problem.help(format!("say which one: --mock-within '{}'", escape(first)))
}

/// A range of the mock that repeats.
struct Repeated {
    glob: String,
    replayed: bool,
    time: i64,
}

/// What the mock's ranges hold.
struct Survey {
    measured: bool,
    /// The ranges right around `measured`, with their GPU operations.
    around: BTreeMap<String, usize>,
    /// Those inside what is measured, the best candidate for one iteration first.
    repeated: Vec<Repeated>,
    replayed: bool,
}

impl Survey {
    fn new(trace: &Trace, labels: &Labels, within: &[String]) -> Self {
        let measured = labels.find(MEASURED);
        let asked: Vec<Option<usize>> = within.iter().map(|glob| labels.find(glob)).collect();
        let mut chains = Chains::new(trace, labels);
        let mut around: BTreeMap<String, usize> = BTreeMap::new();
        let mut inside: FxHashMap<usize, (FxHashSet<u32>, i64, i64)> = FxHashMap::default();
        let (mut any_measured, mut all): (bool, Vec<u32>) = (false, Vec::new());
        for op in 0..trace.len() as u32 {
            let chain = chains.of(trace.launch_context(op));
            if asked.iter().flatten().any(|label| !chain.iter().any(|c| c.1 == *label)) {
                continue;
            }
            all.push(op);
            if let Some(at) = measured.and_then(|m| chain.iter().position(|c| c.1 == m)) {
                any_measured = true;
                let name = at.checked_sub(1).map_or("", |outer| labels.get(chain[outer].1).glob.as_str());
                *around.entry(name.to_owned()).or_default() += 1;
            }
        }
        let mut replayed_any = false;
        for op in all {
            let chain = chains.of(trace.launch_context(op)).to_vec();
            let start = match measured.filter(|_| any_measured) {
                Some(m) => match chain.iter().position(|c| c.1 == m) {
                    Some(at) => at + 1,
                    None => continue,
                },
                None => asked
                    .iter()
                    .flatten()
                    .filter_map(|l| chain.iter().position(|c| c.1 == *l))
                    .max()
                    .map_or(0, |at| at + 1),
            };
            let (time, replayed) = (trace.ops.duration(op), trace.from_graph(op));
            replayed_any |= replayed;
            for &(range, label) in &chain[start..] {
                let (occurrences, sum, from_graph) = inside.entry(label).or_default();
                occurrences.insert(range);
                *sum = sum.saturating_add(time);
                *from_graph = from_graph.saturating_add(if replayed { time } else { 0 });
            }
        }
        let mut repeated: Vec<Repeated> = inside
            .into_iter()
            .filter(|(_, (occurrences, ..))| occurrences.len() >= ITERATIONS_LEAST)
            .map(|(label, (_, time, from_graph))| Repeated {
                glob: labels.get(label).glob.clone(),
                replayed: from_graph.saturating_mul(2) > time,
                time,
            })
            .collect();
        repeated.sort_by(|a, b| (b.replayed, b.time).cmp(&(a.replayed, a.time)).then_with(|| a.glob.cmp(&b.glob)));
        Self { measured: any_measured, around, repeated, replayed: replayed_any }
    }
}
