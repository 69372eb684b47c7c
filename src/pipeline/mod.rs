//! The straight line: specs and traces to one outcome.
//!
//! ```no_run
//! use align::pipeline::{Options, Overrides, Session};
//! let session = Session::shipped().expect("the shipped files are right");
//! let specs = session.load(&["specs/attention.toml".into()]).expect("the spec is right");
//! let run = session.check(&specs, &Overrides::default(), &Options::default());
//! println!("{}", run.outcome.verdict);
//! ```

mod case;
mod embedded;
mod exceptions;
mod rows;
mod traces;

use crate::check::{self, Check, Meta};
use crate::diag::{Problem, ProblemClass, Severity, Verdict};
use crate::diagnose::{Issues, parse_issues};
use crate::kernel::Families;
use crate::outcome::{CaseOutcome, FORMAT, Outcome, ProblemOutcome};
use crate::spec::{self, Case, Library, Project, Spec, Vocabulary};
use case::Job;
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use traces::Traces;

/// What a run decides by, beyond the specs.
#[derive(Debug, Clone)]
pub struct Options {
    /// The least severity of a finding that fails a case.
    pub fail_on: Severity,
    /// `YYYY-MM-DD`: known differences that ended before are expired. `None`: none is.
    pub today: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { fail_on: Severity::Error, today: None }
    }
}

/// What the command line selects and replaces.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub case: Option<String>,
    pub mock: Option<PathBuf>,
    pub e2e: Option<PathBuf>,
}

/// What a run gives: its outcome, and the problems that kept cases from being judged.
#[derive(Debug)]
pub struct Run {
    pub outcome: Outcome,
    pub problems: Vec<Problem>,
}

/// Everything known before the first spec is read: checks, families, common issues, shipped specs.
pub struct Session {
    pub(crate) checks: Vec<Box<dyn Check>>,
    pub(crate) families: Arc<Families>,
    pub(crate) issues: Issues,
    library: Library,
    vocabulary: Vocabulary,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({} checks, {} issues)", self.checks.len(), self.issues.iter().count())
    }
}

impl Session {
    /// With what the binary carries.
    ///
    /// # Errors
    /// None in a release: a test reads every embedded file.
    pub fn shipped() -> Result<Self, Vec<Problem>> {
        Self::new(&[], &[])
    }

    /// With a project's own families and issues in front of the shipped ones.
    ///
    /// # Errors
    /// All mistakes in the project's files.
    pub fn for_project(project: &Project) -> Result<Self, Vec<Problem>> {
        let paths = |list: &[crate::diag::Spanned<PathBuf>]| list.iter().map(|p| p.value.clone()).collect::<Vec<_>>();
        Self::new(&paths(&project.families), &paths(&project.issues))
    }

    fn new(families: &[PathBuf], issues: &[PathBuf]) -> Result<Self, Vec<Problem>> {
        let checks = check::builtin();
        let mut problems = Vec::new();
        let mut table = Families::new(spec::parse_families(&embedded::families())?);
        for path in families.iter().rev() {
            match spec::read_file(path).map_err(|p| vec![p]).and_then(|file| spec::parse_families(&file)) {
                Ok(rows) => table.prepend(rows),
                Err(found) => problems.extend(found),
            }
        }
        let names = check_names(&checks);
        let mut known = parse_issues(&embedded::issues(), &names)?;
        for path in issues.iter().rev() {
            match spec::read_file(path).map_err(|p| vec![p]).and_then(|file| parse_issues(&file, &names)) {
                Ok(rows) => known.prepend(rows),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let vocabulary = Vocabulary { checks: names, rules: Vec::new(), families: table.clone() };
        Ok(Self { checks, families: Arc::new(table), issues: known, library: embedded::library(), vocabulary })
    }

    /// Reads specs; folders are searched.
    ///
    /// # Errors
    /// All mistakes of all files; class `Nothing` if there is no spec.
    pub fn load(&self, paths: &[PathBuf]) -> Result<Vec<Spec>, Vec<Problem>> {
        let files = spec::discover(paths)?;
        let mut specs = Vec::new();
        let mut problems = Vec::new();
        for file in files {
            match spec::load(&file, &self.vocabulary, &self.library) {
                Ok(spec) => specs.push(spec),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(specs) } else { Err(problems) }
    }

    /// Judges every selected case of the specs. Traces are read once; results keep the order of the specs.
    pub fn check(&self, specs: &[Spec], overrides: &Overrides, options: &Options) -> Run {
        let jobs = match jobs(specs, overrides) {
            Ok(jobs) => jobs,
            Err(problems) => return Run { outcome: Outcome::of_problems(&problems), problems },
        };
        let traces = Traces::read(jobs.iter().flat_map(|job| [job.mock.as_path(), job.e2e.as_path()]));
        let judged: Vec<Result<case::Judged, Vec<Problem>>> =
            jobs.par_iter().map(|job| case::judge(self, job, &traces, options)).collect();
        let mut problems: Vec<Problem> = Vec::new();
        let mut cases = Vec::new();
        for result in judged {
            match result {
                Ok(judged) => {
                    problems.extend(judged.problems);
                    cases.push(judged.outcome);
                }
                Err(found) => problems.extend(found),
            }
        }
        let mut unique: Vec<Problem> = Vec::new();
        for problem in problems {
            if !unique.contains(&problem) {
                unique.push(problem);
            }
        }
        Run { outcome: outcome(cases, &unique, specs), problems: unique }
    }

    /// Names, severities and documentation of every built-in check.
    pub fn metas(&self) -> Vec<Meta> {
        self.checks.iter().map(|c| c.meta().clone()).chain(check::around()).collect()
    }

    pub fn issues(&self) -> &Issues {
        &self.issues
    }

    pub fn families(&self) -> &Arc<Families> {
        &self.families
    }
}

fn check_names(checks: &[Box<dyn Check>]) -> Vec<String> {
    checks.iter().map(|c| c.meta().name.clone()).chain(check::around().into_iter().map(|m| m.name)).collect()
}

fn outcome(cases: Vec<CaseOutcome>, problems: &[Problem], specs: &[Spec]) -> Outcome {
    let verdict = cases.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Skipped);
    let mut sources = Vec::new();
    for spec in specs {
        case::add_sources(spec, &mut sources);
    }
    let problems = problems.iter().map(ProblemOutcome::from).collect();
    Outcome { format: FORMAT, verdict, cases, problems, sources }
}

/// The cases to judge, with the traces they are judged on.
fn jobs<'s>(specs: &'s [Spec], overrides: &Overrides) -> Result<Vec<Job<'s>>, Vec<Problem>> {
    let wanted = |case: &Case| overrides.case.as_ref().is_none_or(|name| *name == case.name.value);
    let selected: Vec<(&Spec, &Case)> =
        specs.iter().flat_map(|s| s.cases.iter().map(move |c| (s, c))).filter(|(_, c)| wanted(c)).collect();
    if let Some(name) = overrides.case.as_ref().filter(|_| selected.is_empty()) {
        let names: Vec<&str> = specs.iter().flat_map(|s| &s.cases).map(|c| c.name.value.as_str()).collect();
        return Err(vec![
            Problem::spec("unknown-case", format!("there is no case `{name}`"))
                .maybe_help(crate::diag::did_you_mean(name, names)),
        ]);
    }
    let replaced = overrides.mock.is_some() || overrides.e2e.is_some();
    if replaced && selected.len() > 1 {
        let names: Vec<String> = selected.iter().map(|(_, c)| format!("`{}`", c.name.value)).collect();
        return Err(vec![
            Problem::spec("ambiguous-override", "--mock and --e2e fit several cases: a trace belongs to one")
                .note(format!("cases: {}", names.join(", ")))
                .help("say which one with --case NAME"),
        ]);
    }
    let mut problems = Vec::new();
    let jobs = selected.into_iter().filter_map(|(spec, case)| {
        let path = |given: &Option<PathBuf>, side: &crate::spec::SideSpec| {
            given.clone().or_else(|| side.trace.as_ref().map(|t| t.value.clone()))
        };
        match (path(&overrides.mock, &case.mock), path(&overrides.e2e, &case.e2e)) {
            (Some(mock), Some(e2e)) => Some(Job { spec, case, mock, e2e }),
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

/// Exit codes: public API, documented in the README.
pub fn exit_code(run: &Run, fail_on: Severity, allow_inconclusive: bool) -> u8 {
    let class = |class: ProblemClass| run.problems.iter().any(|p| p.class == class);
    let cases = &run.outcome.cases;
    if class(ProblemClass::Spec) {
        2
    } else if class(ProblemClass::Trace) || cases.iter().any(|c| c.refused) {
        3
    } else if cases.iter().any(|c| c.verdict == Verdict::Fail || c.worst() >= Some(fail_on))
        || (!allow_inconclusive && cases.iter().any(|c| c.verdict == Verdict::Inconclusive))
    {
        1
    } else if class(ProblemClass::Nothing) || cases.iter().all(|c| c.verdict == Verdict::Skipped) {
        4
    } else {
        0
    }
}
