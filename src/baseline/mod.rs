//! `align check --write-known`: declares today's findings as known differences, so that a project with findings can
//! adopt the tool, and is told of what is new. Nothing else of a spec file changes by a byte.

mod edit;
mod entry;
mod patterns;
mod propose;
mod replace;

use crate::diag::{Loc, Problem};
use crate::outcome::{CaseOutcome, Outcome};
use crate::pipeline::{Loaded, Options, Overrides, Session};
use crate::spec::Spec;
pub use entry::Entry;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is excused may uncover other findings (times are compared once the kernels agree), these no more than latency
/// and its kernels: the second round finds them, the third nothing.
const ROUNDS: usize = 4;

/// What was appended to a file.
#[derive(Debug)]
pub struct Written {
    pub file: String,
    pub entries: Vec<Entry>,
}

/// Appends known differences for all findings that fail the run and that none covers yet, each with `until` as its last
/// day if given. Without such findings nothing is written. After it, the same run reports none of them.
///
/// # Errors
/// Whatever keeps the run from being judged, findings that cannot be excused, and files that cannot be written; then
/// no file is changed, unless writing itself failed half-way through several.
pub fn write_known(
    session: &Session,
    specs: &[Loaded],
    overrides: &Overrides,
    options: &Options,
    until: Option<&str>,
) -> Result<Vec<Written>, Vec<Problem>> {
    let mut entries: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut edited: Vec<Loaded> = Vec::new();
    for _ in 0..ROUNDS {
        let now = if edited.is_empty() { specs } else { &edited };
        let run = session.check(now, overrides, options);
        if !run.problems.is_empty() {
            return Err(run.problems);
        }
        if open(&run.outcome, options).next().is_none() {
            return replace_all(specs, &texts, entries);
        }
        for loaded in specs {
            let spec = &loaded.spec;
            let found = propose::entries(spec, &run.outcome, options, until)?;
            if found.is_empty() {
                continue;
            }
            let all = entries.entry(spec.file.name.clone()).or_default();
            entry::merge(all, found);
            texts.insert(spec.file.name.clone(), edit::append(&spec.file, all)?);
        }
        let text = |loaded: &Loaded| texts.get(&loaded.spec.file.name).unwrap_or(&loaded.spec.file.text).clone();
        edited =
            specs.iter().map(|loaded| session.load_edited(&loaded.spec, text(loaded))).collect::<Result<_, _>>()?;
    }
    Err(vec![
        Problem::spec("cannot-excuse", "findings are left that no known difference covers")
            .help("look at them with `align check`, and declare or fix them by hand"),
    ])
}

/// The cases with findings that fail them and that nothing covers.
fn open<'o>(outcome: &'o Outcome, options: &Options) -> impl Iterator<Item = &'o CaseOutcome> {
    let fail_on = options.fail_on;
    outcome.cases.iter().filter(move |case| case.refused || case.worst() >= Some(fail_on))
}

fn replace_all(
    specs: &[Loaded],
    texts: &BTreeMap<String, String>,
    mut entries: BTreeMap<String, Vec<Entry>>,
) -> Result<Vec<Written>, Vec<Problem>> {
    let changed: Vec<(&Spec, &String)> =
        specs.iter().filter_map(|loaded| Some((&loaded.spec, texts.get(&loaded.spec.file.name)?))).collect();
    let path = |spec: &Spec| PathBuf::from(&spec.file.name);
    let problems: Vec<Problem> =
        changed.iter().filter_map(|(spec, _)| replace::unchanged(&path(spec), &spec.file.text).err()).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut written = Vec::new();
    for (spec, text) in changed {
        replace::replace(&path(spec), &spec.file.text, text).map_err(|problem| vec![problem])?;
        let entries = entries.remove(&spec.file.name).unwrap_or_default();
        written.push(Written { file: spec.file.name.clone(), entries });
    }
    Ok(written)
}

/// The place of a case, for what is said of it as a whole.
fn place<'s>(spec: &'s Spec, case: &CaseOutcome) -> &'s Loc {
    let named = spec.cases.iter().find(|c| c.name.value == case.case);
    named.map_or(&spec.name.loc, |c| &c.name.loc)
}
