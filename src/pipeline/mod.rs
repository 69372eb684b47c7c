//! The straight line: specs and traces to one outcome.
//!
//! ```no_run
//! use align::pipeline::{Options, Overrides, Session};
//! let session = Session::shipped().expect("the shipped files are right");
//! let (specs, problems) = session.load(&["specs/attention.toml".into()]);
//! assert!(problems.is_empty(), "the spec is right");
//! let run = session.check(&specs, &Overrides::default(), &Options::default());
//! println!("{}", run.outcome.verdict);
//! ```

mod case;
mod distributions;
mod embedded;
mod exceptions;
mod jobs;
mod lifetimes;
mod pages;
mod partial;
mod ranks;
mod rows;
mod run;
mod scope;
mod specs;
mod timeline;
mod traces;

pub use run::{Run, exit_code};

use crate::check::{self, Check, Meta};
use crate::diag::{Problem, Severity, SourceFile, Verdict, unique};
use crate::diagnose::{Issues, parse_issues};
use crate::fleet::Fold;
use crate::kernel::Families;
use crate::outcome::{CaseOutcome, Outcome, ProblemOutcome};
use crate::script::{self, RuleDoc, Rules};
use crate::spec::{self, Case, Layered, Library, Project, Spec, Vocabulary};
use crate::trace::{Reading, Trace, open_with};
use ranks::Keep;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
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

/// One run among several: what to judge, and by what.
#[derive(Debug, Clone)]
pub struct Request<'s> {
    pub specs: &'s [Loaded],
    pub overrides: Overrides,
    pub options: Options,
}

/// A spec with the rules of each of its cases, compiled.
pub struct Loaded {
    pub spec: Spec,
    /// In step with the spec's cases.
    rules: Vec<Vec<Box<dyn Check>>>,
}

impl Loaded {
    fn cases(&self) -> impl Iterator<Item = (&Spec, &Case, &[Box<dyn Check>])> {
        self.spec.cases.iter().zip(&self.rules).map(|(case, rules)| (&self.spec, case, rules.as_slice()))
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// Everything known before the first spec is read: checks, families, common issues, shipped specs.
pub struct Session {
    pub(crate) checks: Vec<Box<dyn Check>>,
    pub(crate) families: Arc<Families>,
    pub(crate) issues: Issues,
    /// Ids of the project's own common issues.
    own_issues: Vec<String>,
    library: Library,
    vocabulary: Vocabulary,
    rules: Rules,
    reading: Reading,
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
        Self::new(&[], &[], Rules::default())
    }

    /// With a project's own families, issues and rules in front of the shipped ones.
    ///
    /// # Errors
    /// All mistakes in the project's files.
    pub fn for_project(project: &Project) -> Result<Self, Vec<Problem>> {
        let paths = |list: &[crate::diag::Spanned<PathBuf>]| list.iter().map(|p| p.value.clone()).collect::<Vec<_>>();
        Self::new(&paths(&project.families), &paths(&project.issues), Rules::new(paths(&project.rules)))
    }

    fn new(families: &[PathBuf], issues: &[PathBuf], rules: Rules) -> Result<Self, Vec<Problem>> {
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
        let judgements: Vec<String> = names.iter().cloned().chain(rules.names()).collect();
        let mut known = parse_issues(&embedded::issues(), &judgements)?;
        let mut own_issues = Vec::new();
        for path in issues.iter().rev() {
            match spec::read_file(path).map_err(|p| vec![p]).and_then(|file| parse_issues(&file, &judgements)) {
                Ok(rows) => {
                    own_issues.splice(0..0, rows.iter().map(|issue| issue.id.clone()));
                    known.prepend(rows);
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        // A trace or a selection that cannot be judged is an error at any severity.
        let settable = |name: &String| !matches!(name.as_str(), "no-gpu-data" | "empty-selection");
        let (names, fixed): (Vec<String>, Vec<String>) = names.into_iter().partition(settable);
        let vocabulary = Vocabulary {
            checks: names,
            rules: rules.names(),
            rule_folders: rules.folders().to_vec(),
            families: table.clone(),
            causes: fixed.into_iter().chain(known.iter().map(|issue| issue.id.clone())).collect(),
        };
        Ok(Self {
            checks,
            families: Arc::new(table),
            issues: known,
            own_issues,
            library: embedded::library(),
            vocabulary,
            rules,
            reading: Reading::default(),
        })
    }

    /// How it is to read traces, from now on.
    #[must_use]
    pub fn read_with(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// Opens a trace as the session reads traces.
    ///
    /// # Errors
    /// As [`open_with`].
    pub fn open(&self, path: &Path) -> Result<Arc<Trace>, Problem> {
        open_with(path, &self.reading)
    }

    /// Opens one of many traces, of which nothing is to be kept.
    fn open_once(&self, path: &Path) -> Result<Arc<Trace>, Problem> {
        open_with(path, &Reading { cache: None, ..self.reading.clone() })
    }

    /// Reads specs and compiles their rules; folders are searched. What is right is returned beside all mistakes of
    /// all files (class `Nothing` if there is no spec), so that one bad spec does not keep the others from being
    /// checked.
    pub fn load(&self, paths: &[PathBuf]) -> (Vec<Loaded>, Vec<Problem>) {
        match spec::discover(paths) {
            Ok(files) => self.load_files(&files),
            Err(problems) => (Vec::new(), problems),
        }
    }

    /// As [`load`](Self::load), with files that hold only tests.
    pub fn load_tests(&self, paths: &[PathBuf]) -> (Vec<Loaded>, Vec<Problem>) {
        match spec::discover_tests(paths) {
            Ok(files) => self.load_files(&files),
            Err(problems) => (Vec::new(), problems),
        }
    }

    /// Reads one spec with what it is built on, also one that is only there to be extended, and compiles its rules.
    ///
    /// # Errors
    /// All mistakes of the file, of the files it extends, and of its rules.
    pub fn load_layered(&self, file: &Path) -> Result<Layered, Vec<Problem>> {
        let layered = spec::load_layered(file, &self.vocabulary, &self.library)?;
        self.compile(layered.spec.clone())?;
        Ok(layered)
    }

    fn load_files(&self, files: &[PathBuf]) -> (Vec<Loaded>, Vec<Problem>) {
        let mut loaded = Vec::new();
        let mut problems = Vec::new();
        for file in files {
            match self.load_one(file) {
                Ok(spec) => loaded.push(spec),
                Err(found) => problems.extend(found),
            }
        }
        // Specs share rules and bases.
        (loaded, unique(problems))
    }

    /// A loaded spec as if its file held another text.
    ///
    /// # Errors
    /// All mistakes of that text.
    pub fn load_edited(&self, spec: &Spec, text: String) -> Result<Loaded, Vec<Problem>> {
        let file = SourceFile::new(spec.file.name.as_str(), text);
        let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
        self.load_text(&file, folder)
    }

    /// Reads a spec that is in memory and compiles its rules; its relative paths start at `folder`.
    ///
    /// # Errors
    /// All its mistakes.
    pub fn load_text(&self, file: &Arc<SourceFile>, folder: &Path) -> Result<Loaded, Vec<Problem>> {
        self.compile(spec::load_text(file, folder, &self.vocabulary, &self.library)?)
    }

    fn load_one(&self, file: &Path) -> Result<Loaded, Vec<Problem>> {
        self.compile(spec::load(file, &self.vocabulary, &self.library)?)
    }

    fn compile(&self, spec: Spec) -> Result<Loaded, Vec<Problem>> {
        let mut problems: Vec<Problem> = Vec::new();
        let mut rules = Vec::new();
        for case in &spec.cases {
            match script::load(&self.rules, &case.rules) {
                Ok(compiled) => rules.push(compiled),
                Err(found) => problems.extend(found),
            }
        }
        // Cases share rules.
        if problems.is_empty() { Ok(Loaded { spec, rules }) } else { Err(unique(problems)) }
    }

    /// Judges every selected case of the specs. Traces are read once; results keep the order of the specs.
    pub fn check(&self, specs: &[Loaded], overrides: &Overrides, options: &Options) -> Run {
        let mut runs = self.check_each(&[Request { specs, overrides: overrides.clone(), options: options.clone() }]);
        runs.pop().unwrap_or_else(|| failed(Vec::new()))
    }

    /// Judges several selections, each on its own, in parallel; a trace that several name is read once. Results are in
    /// the order of the requests.
    pub fn check_each(&self, requests: &[Request<'_>]) -> Vec<Run> {
        let jobs: Vec<_> = requests.iter().map(|request| jobs::jobs(request.specs, &request.overrides)).collect();
        let traces = Traces::read(jobs.iter().flatten().flatten().flat_map(ranks::shared), &[], self);
        let run = |(jobs, request): (Result<Vec<jobs::Job<'_>>, Vec<Problem>>, &Request<'_>)| match jobs {
            Ok(jobs) => self.judge_all(&jobs, request.specs, &traces, &request.options),
            Err(problems) => failed(problems),
        };
        jobs.into_par_iter().zip(requests).map(run).collect()
    }

    /// As [`Session::check`] on all cases, with traces that are open already, each beside its path.
    pub fn check_open(&self, specs: &[Loaded], options: &Options, open: &[(&Path, &Arc<Trace>)]) -> Run {
        match jobs::jobs(specs, &Overrides::default()) {
            Ok(jobs) => {
                let traces = Traces::read(jobs.iter().flat_map(ranks::shared), open, self);
                self.judge_all(&jobs, specs, &traces, options)
            }
            Err(problems) => failed(problems),
        }
    }

    fn judge_all(&self, jobs: &[jobs::Job<'_>], specs: &[Loaded], traces: &Traces, options: &Options) -> Run {
        let folds = ranks::judge(self, jobs, traces, Keep::default(), options);
        self.finish(jobs, folds, specs, true, options)
    }

    /// The run that ranks' results make. `complete`: there are no others.
    fn finish(
        &self,
        jobs: &[jobs::Job<'_>],
        folds: Vec<Fold>,
        specs: &[Loaded],
        complete: bool,
        options: &Options,
    ) -> Run {
        let conclude = |(job, fold)| ranks::conclude(self, job, fold, complete, options);
        let mut judged: Vec<Result<case::Judged<'_>, Vec<Problem>>> = jobs.iter().zip(folds).map(conclude).collect();
        lifetimes::settle(jobs, &mut judged, complete, options);
        let mut problems: Vec<Problem> = Vec::new();
        let mut cases = Vec::new();
        let mut printed = Vec::new();
        for result in judged {
            match result {
                Ok(judged) => {
                    problems.extend(judged.problems);
                    printed.extend(judged.printed);
                    cases.push(judged.outcome);
                }
                Err(found) => problems.extend(found),
            }
        }
        let problems = unique(problems);
        let mut outcome = outcome(cases, &problems, specs);
        outcome.pages = pages::of_findings(self, specs, &outcome.cases);
        Run { outcome, problems, printed }
    }

    /// The ids of the project's own common issues, in the order of its tables.
    pub fn own_issues(&self) -> &[String] {
        &self.own_issues
    }

    /// The names of the built-in checks, in the order of reports.
    pub fn check_names(&self) -> Vec<String> {
        check_names(&self.checks)
    }

    /// Where rules come from.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Names, severities and documentation of every built-in check and every rule.
    ///
    /// # Errors
    /// Mistakes in a rule's header.
    pub fn metas(&self) -> Result<Vec<Meta>, Vec<Problem>> {
        let mut metas: Vec<Meta> = self.checks.iter().map(|c| c.meta().clone()).chain(check::around()).collect();
        for name in self.rules.names() {
            metas.push(RuleDoc::read(&self.rules, &name)?.meta);
        }
        Ok(metas)
    }

    pub fn issues(&self) -> &Issues {
        &self.issues
    }

    pub fn families(&self) -> &Arc<Families> {
        &self.families
    }
}

/// A run that came to no case.
fn failed(problems: Vec<Problem>) -> Run {
    Run { outcome: Outcome::of_problems(&problems), problems, printed: Vec::new() }
}

fn check_names(checks: &[Box<dyn Check>]) -> Vec<String> {
    checks.iter().map(|c| c.meta().name.clone()).chain(check::around().into_iter().map(|m| m.name)).collect()
}

fn outcome(cases: Vec<CaseOutcome>, problems: &[Problem], specs: &[Loaded]) -> Outcome {
    let mut outcome = Outcome::of_cases(cases);
    if !problems.is_empty() {
        outcome.verdict = Verdict::Fail;
    }
    for loaded in specs {
        case::add_sources(&loaded.spec, &mut outcome.sources);
    }
    outcome.problems = problems.iter().map(ProblemOutcome::from).collect();
    outcome
}
