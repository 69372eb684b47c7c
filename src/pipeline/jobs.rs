//! Which cases are judged, on which traces: what the specs say, and what the command line selects and replaces.

use super::{Loaded, Overrides};
use crate::check::Check;
use crate::diag::{Problem, Side, did_you_mean, escape};
use crate::fleet::RankId;
use crate::spec::{Case, SideSpec, Spec};
use crate::trace::sources;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Stands for all cases where one is named.
const EVERY_CASE: &str = "*";

/// A case and the traces it is judged on.
pub(super) struct Job<'s> {
    pub(super) spec: &'s Spec,
    pub(super) case: &'s Case,
    /// The case's rules, compiled.
    pub(super) rules: &'s [Box<dyn Check>],
    /// One, or one a rank.
    pub(super) pairs: Vec<Pair>,
    /// What keeps ranks, or all, from being paired.
    pub(super) problems: Vec<Problem>,
}

/// The traces of one rank.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) mock: PathBuf,
    pub(super) e2e: PathBuf,
}

impl Job<'_> {
    /// Whether the case is one of ranks, or may become so.
    pub(super) fn is_ranked(&self) -> bool {
        self.pairs.len() > 1 || self.case.mock.ranks.is_some() || self.case.e2e.ranks.is_some()
    }

    /// `vllm/attention` or `vllm/attention/decode`.
    pub(super) fn title(&self) -> String {
        let (spec, case) = (&self.spec.name.value, &self.case.name.value);
        if case.is_empty() { spec.clone() } else { format!("{spec}/{case}") }
    }

    /// The trace of a side, where all pairs have the same.
    pub(super) fn shared(&self, side: Side) -> Option<&Path> {
        let of = |pair| path(pair, side);
        let first = self.pairs.first().map(of)?;
        self.pairs.iter().all(|pair| of(pair) == first).then_some(first)
    }
}

pub(super) fn path(pair: &Pair, side: Side) -> &Path {
    match side {
        Side::Mock => &pair.mock,
        Side::E2e => &pair.e2e,
    }
}

/// The cases to judge, with the traces they are judged on.
pub(super) fn jobs<'s>(specs: &'s [Loaded], overrides: &Overrides) -> Result<Vec<Job<'s>>, Vec<Problem>> {
    let every = overrides.case.as_deref() == Some(EVERY_CASE);
    let wanted = |case: &Case| every || overrides.case.as_ref().is_none_or(|name| *name == case.name.value);
    let all = specs.iter().flat_map(|loaded| loaded.cases());
    let selected: Vec<_> = all.filter(|(_, case, _)| wanted(case)).collect();
    if let Some(name) = overrides.case.as_ref().filter(|_| selected.is_empty()) {
        let names = specs.iter().flat_map(|l| &l.spec.cases).map(|c| c.name.value.as_str()).filter(|n| !n.is_empty());
        let unnamed = || Some("the case has no name: leave --case out".to_owned());
        return Err(vec![
            Problem::spec("unknown-case", format!("there is no case `{name}`"))
                .maybe_help(did_you_mean(name, names).or_else(unnamed)),
        ]);
    }
    // A model's trace may show every op; a mock shows one.
    let replaced = overrides.mock.is_some() || (overrides.e2e.is_some() && !every);
    if replaced && selected.len() > 1 {
        let names: Vec<String> = selected.iter().map(|(_, c, _)| format!("`{}`", c.name.value)).collect();
        return Err(vec![
            Problem::spec("ambiguous-override", "--mock and --e2e fit several cases: a trace belongs to one")
                .note(format!("cases: {}", names.join(", ")))
                .help("say which one with --case NAME, or give an E2E trace to every case with --case '*'"),
        ]);
    }
    let mut problems = Vec::new();
    let jobs = selected.into_iter().filter_map(|(spec, case, rules)| {
        let path = |given: &Option<PathBuf>, side: &SideSpec| {
            given.clone().or_else(|| side.trace.as_ref().map(|t| t.value.clone()))
        };
        match (path(&overrides.mock, &case.mock), path(&overrides.e2e, &case.e2e)) {
            (Some(mock), Some(e2e)) => {
                let (pairs, problems) = pairs(case, &mock, &e2e);
                Some(Job { spec, case, rules, pairs, problems })
            }
            (mock, _) => {
                let (side, key) = if mock.is_none() { ("mock", "mock.trace") } else { ("E2E", "e2e.trace") };
                problems.push(
                    Problem::spec("no-trace", format!("no {side} trace is given"))
                        .label(&case.name.loc, format!("this case has no `{key}`"))
                        .help(format!("set `{key}`, or give --{}", side.to_lowercase())),
                );
                None
            }
        }
    });
    let jobs: Vec<Job<'s>> = jobs.collect();
    if problems.is_empty() { Ok(jobs) } else { Err(problems) }
}

/// Every rank's traces, and what is wrong with what was given for them. A trace that stands alone goes with each of the
/// other side's.
fn pairs(case: &Case, mock: &Path, e2e: &Path) -> (Vec<Pair>, Vec<Problem>) {
    let (mocks, e2es) = match (sources(mock), sources(e2e)) {
        (Ok(mocks), Ok(e2es)) => (mocks, e2es),
        (mocks, e2es) => {
            let mock = mocks.err().map(|problem| named(problem, &case.mock, mock));
            let e2e = e2es.err().map(|problem| named(problem, &case.e2e, e2e));
            return (Vec::new(), [mock, e2e].into_iter().flatten().collect());
        }
    };
    let mut problems = [mocks.problems, e2es.problems].concat();
    let pairs = match (mocks.traces.as_slice(), e2es.traces.as_slice()) {
        ([mock], e2es) => e2es.iter().map(|e2e| Pair { mock: mock.clone(), e2e: e2e.clone() }).collect(),
        (mocks, [e2e]) => mocks.iter().map(|mock| Pair { mock: mock.clone(), e2e: e2e.clone() }).collect(),
        (mocks, e2es) => {
            let (pairs, unpaired) = by_rank(mocks, e2es);
            problems.extend(unpaired);
            pairs
        }
    };
    (pairs, problems)
}

/// A problem of a trace, with the place that names it, if the spec does.
pub(super) fn named(problem: Problem, side: &SideSpec, path: &Path) -> Problem {
    match side.trace.as_ref().filter(|trace| trace.value == *path) {
        Some(trace) => problem.label(&trace.loc, "named here"),
        None => problem,
    }
}

/// Ranks of both sides by their numbers, or by their names where these have none.
fn by_rank(mocks: &[PathBuf], e2es: &[PathBuf]) -> (Vec<Pair>, Vec<Problem>) {
    let key = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        RankId::of(path, None).number.map_or((None, name), |number| (Some(number), None))
    };
    let mut left: BTreeMap<_, Vec<&PathBuf>> = BTreeMap::new();
    mocks.iter().for_each(|path| left.entry(key(path)).or_default().push(path));
    let (mut pairs, mut problems) = (Vec::new(), Vec::new());
    for e2e in e2es {
        match left.get(&key(e2e)).map(Vec::as_slice) {
            Some([mock]) => pairs.push(Pair { mock: (*mock).clone(), e2e: e2e.clone() }),
            found => problems.push(unpaired(e2e, "mock", found.map_or(0, <[_]>::len))),
        }
    }
    let paired =
        |path: &&PathBuf| pairs.iter().any(|pair| pair.mock == **path) || e2es.iter().any(|e| key(e) == key(path));
    problems.extend(mocks.iter().filter(|path| !paired(path)).map(|path| unpaired(path, "E2E", 0)));
    (pairs, problems)
}

fn unpaired(path: &Path, other: &str, found: usize) -> Problem {
    let shown = escape(&path.display().to_string());
    let what = if found == 0 { "no trace".to_owned() } else { format!("{found} traces") };
    Problem::trace("unpaired-rank", format!("`{shown}`: {what} of the {other} is of the same rank"))
        .help("name the traces of both sides by rank, one each (`rank3`), or give a single mock for all ranks")
}
