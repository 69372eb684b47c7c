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
        let asked: Vec<usize> = within.iter().filter_map(|glob| labels.find(glob)).collect();
        let mut chains = Chains::new(trace, labels);
        let position = |chain: &[(u32, usize)], label: usize| chain.iter().position(|c| c.1 == label);
        let mut around: BTreeMap<String, usize> = BTreeMap::new();
        let mut scope: Vec<u32> = Vec::new();
        let measured = labels.find(MEASURED);
        for op in 0..trace.len() as u32 {
            let chain = chains.of(trace.launch_context(op));
            if asked.iter().any(|&label| position(chain, label).is_none()) {
                continue;
            }
            scope.push(op);
            if let Some(at) = measured.and_then(|m| position(chain, m)) {
                let name = at.checked_sub(1).map_or("", |outer| labels.get(chain[outer].1).glob.as_str());
                *around.entry(name.to_owned()).or_default() += 1;
            }
        }
        let measured = measured.filter(|_| !around.is_empty());
        let mut works: FxHashMap<usize, Work> = FxHashMap::default();
        let mut any_replayed = false;
        for op in scope {
            let chain = chains.of(trace.launch_context(op));
            let start = match measured {
                Some(m) => position(chain, m).map(|at| at + 1),
                None => Some(asked.iter().filter_map(|&l| position(chain, l)).max().map_or(0, |at| at + 1)),
            };
            let Some(start) = start else { continue };
            any_replayed |= trace.from_graph(op);
            for &(range, label) in &chain[start..] {
                works.entry(label).or_default().add(trace, range, op);
            }
        }
        Self { measured: measured.is_some(), around, repeated: repeated(works, labels), replayed: any_replayed }
    }
}

/// What the ranges of one label hold; times in ns.
#[derive(Default)]
struct Work {
    occurrences: FxHashSet<u32>,
    time: i64,
    replayed: i64,
}

impl Work {
    fn add(&mut self, trace: &Trace, range: u32, op: u32) {
        let time = trace.ops.duration(op);
        self.occurrences.insert(range);
        self.time = self.time.saturating_add(time);
        self.replayed = self.replayed.saturating_add(if trace.from_graph(op) { time } else { 0 });
    }
}

/// Labels that occur often enough to be iterations: those that replay graphs first, then by GPU time.
fn repeated(works: FxHashMap<usize, Work>, labels: &Labels) -> Vec<Repeated> {
    let mut repeated: Vec<Repeated> = works
        .into_iter()
        .filter(|(_, work)| work.occurrences.len() >= ITERATIONS_LEAST)
        .map(|(label, work)| Repeated {
            glob: labels.get(label).glob.clone(),
            replayed: work.replayed.saturating_mul(2) > work.time,
            time: work.time,
        })
        .collect();
    repeated.sort_by(|a, b| (b.replayed, b.time).cmp(&(a.replayed, a.time)).then_with(|| a.glob.cmp(&b.glob)));
    repeated
}
