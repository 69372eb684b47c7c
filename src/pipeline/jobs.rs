//! Which cases are judged, on which traces: what the specs say, and what the command line selects and replaces.

use super::{Loaded, Overrides};
use crate::check::Check;
use crate::diag::{Problem, did_you_mean};
use crate::spec::{Case, SideSpec, Spec};
use std::path::PathBuf;

/// A case and the traces it is judged on.
pub(super) struct Job<'s> {
    pub(super) spec: &'s Spec,
    pub(super) case: &'s Case,
    /// The case's rules, compiled.
    pub(super) rules: &'s [Box<dyn Check>],
    pub(super) mock: PathBuf,
    pub(super) e2e: PathBuf,
}

/// The cases to judge, with the traces they are judged on.
pub(super) fn jobs<'s>(specs: &'s [Loaded], overrides: &Overrides) -> Result<Vec<Job<'s>>, Vec<Problem>> {
    let wanted = |case: &Case| overrides.case.as_ref().is_none_or(|name| *name == case.name.value);
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
    let replaced = overrides.mock.is_some() || overrides.e2e.is_some();
    if replaced && selected.len() > 1 {
        let names: Vec<String> = selected.iter().map(|(_, c, _)| format!("`{}`", c.name.value)).collect();
        return Err(vec![
            Problem::spec("ambiguous-override", "--mock and --e2e fit several cases: a trace belongs to one")
                .note(format!("cases: {}", names.join(", ")))
                .help("say which one with --case NAME"),
        ]);
    }
    let mut problems = Vec::new();
    let jobs = selected.into_iter().filter_map(|(spec, case, rules)| {
        let path = |given: &Option<PathBuf>, side: &SideSpec| {
            given.clone().or_else(|| side.trace.as_ref().map(|t| t.value.clone()))
        };
        match (path(&overrides.mock, &case.mock), path(&overrides.e2e, &case.e2e)) {
            (Some(mock), Some(e2e)) => Some(Job { spec, case, rules, mock, e2e }),
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
