//! Which tests the files hold.
//!
//! A spec's cases must pass on their own traces; its `[[test]]` tables say what must come out on others. A file in a
//! rule's folder `cases/` is a spec whose name says whether the rule must report something (`fail-…`) or nothing
//! (`pass-…`).

use super::recorded::EXTENSION;
use crate::diag::{Loc, Problem, Severity, SourceFile, Spanned, Verdict, argument, escape};
use crate::pipeline::{Loaded, Options, Overrides, Request};
use crate::spec::{Case, Spec, TEST_SUFFIX, Test};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A verdict that a test asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    NoPass,
    This(Verdict),
}

/// What must come out.
#[derive(Debug, Clone)]
pub(super) struct Expectation {
    pub(super) verdict: Wanted,
    /// Where the verdict is asked for, or the test named.
    pub(super) at: Loc,
    pub(super) reports: Vec<Spanned<String>>,
    pub(super) silent: Vec<Spanned<String>>,
    /// Only this rule's findings count and are recorded.
    pub(super) rule: Option<String>,
}

/// One test before it is run.
#[derive(Debug)]
pub(super) struct Planned<'s> {
    loaded: &'s Loaded,
    overrides: Overrides,
    today: Option<String>,
    pub(super) title: String,
    pub(super) expectation: Expectation,
    /// Where what it says is recorded, and under which heading; nothing of a whole case that must pass.
    pub(super) recorded_in: Option<PathBuf>,
    pub(super) section: String,
}

impl<'s> Planned<'s> {
    pub(super) fn file(&self) -> &Arc<SourceFile> {
        &self.loaded.spec.file
    }

    pub(super) fn is_about(&self, text: &str) -> bool {
        self.title.contains(text) || self.file().name.contains(text)
    }

    pub(super) fn request(&self, fail_on: Severity) -> Request<'s> {
        Request {
            specs: std::slice::from_ref(self.loaded),
            overrides: self.overrides.clone(),
            options: Options { fail_on, today: self.today.clone() },
        }
    }

    /// The command that shows the whole report.
    pub(super) fn command(&self) -> String {
        let shown = |path: &Path| argument(&path.display().to_string());
        let mut command = format!("align check {}", argument(&self.file().name));
        let Overrides { case, mock, e2e } = &self.overrides;
        for (flag, value) in [
            ("--case", case.as_deref().map(argument)),
            ("--mock", mock.as_deref().map(shown)),
            ("--e2e", e2e.as_deref().map(shown)),
        ] {
            if let Some(value) = value {
                command += &format!(" {flag} {value}");
            }
        }
        command
    }

    fn new(loaded: &'s Loaded, case: &Case, title: String, expectation: Expectation) -> Self {
        let name = Some(case.name.value.clone()).filter(|name| !name.is_empty());
        Self {
            loaded,
            overrides: Overrides { case: name, ..Overrides::default() },
            today: None,
            section: String::new(),
            recorded_in: None,
            title,
            expectation,
        }
    }
}

/// The tests of all files, in their order, and files that hold none although they should.
pub(super) fn plan(specs: &[Loaded]) -> (Vec<Planned<'_>>, Vec<Problem>) {
    let mut planned = Vec::new();
    let mut problems = Vec::new();
    for loaded in specs {
        match rule_of(&loaded.spec) {
            Ok(Some((rule, fails))) => planned.extend(rule_tests(loaded, &rule, fails)),
            Ok(None) => planned.extend(own_cases(loaded)),
            Err(problem) => problems.push(problem),
        }
        planned.extend(loaded.spec.tests.iter().filter_map(|test| spec_test(loaded, test)));
    }
    (planned, problems)
}

/// The rule whose `cases/` folder the spec lies in, and whether it must report something.
fn rule_of(spec: &Spec) -> Result<Option<(Spanned<String>, bool)>, Problem> {
    let path = Path::new(&spec.file.name);
    let folder = path.parent().filter(|folder| folder.ends_with("cases")).and_then(Path::parent);
    let Some(folder) = folder.filter(|folder| folder.join("rule.rhai").is_file()) else { return Ok(None) };
    let start = Loc::new(&spec.file, 0..0);
    let used = spec.cases.iter().flat_map(|case| &case.rules).find(|used| is_in(folder, &used.name.value));
    let Some(used) = used else {
        return Err(Problem::spec("case-of-no-rule", "the case does not use the rule in whose folder it lies")
            .label(&start, "no such `[[rule]]` here")
            .help("add `[[rule]]` with `use = \"…\"`, the rule's folder below the rules folder"));
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let fails = match stem.split_once('-').map(|(start, _)| start) {
        Some("pass") => false,
        Some("fail") => true,
        _ => {
            return Err(Problem::spec(
                "case-without-outcome",
                format!("`{}` does not say what it shows", escape(&stem)),
            )
            .label(&start, "a case of a rule")
            .help("name it `pass-….toml` if the rule must stay silent, `fail-….toml` if it must report something"));
        }
    };
    Ok(Some((used.name.clone(), fails)))
}

fn is_in(folder: &Path, rule: &str) -> bool {
    // The current folder may be inside the rules folder.
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).ends_with(rule)
}

fn rule_tests<'s>(loaded: &'s Loaded, rule: &Spanned<String>, fails: bool) -> Vec<Planned<'s>> {
    let path = Path::new(&loaded.spec.file.name);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let planned = |case: &Case| {
        let (reports, silent) = if fails { (vec![rule.clone()], Vec::new()) } else { (Vec::new(), vec![rule.clone()]) };
        let expectation =
            Expectation { verdict: Wanted::Any, at: rule.loc.clone(), reports, silent, rule: Some(rule.value.clone()) };
        let of = if loaded.spec.cases.len() > 1 { format!("{stem}/{}", case.name.value) } else { stem.clone() };
        let mut test = Planned::new(loaded, case, format!("{}: {of}", rule.value), expectation);
        test.recorded_in = Some(path.with_extension(EXTENSION));
        test.section = of;
        test
    };
    loaded.spec.cases.iter().map(planned).collect()
}

/// The cases that `align check` would judge; a file of tests has none of its own, and a case without traces waits for
/// them.
fn own_cases(loaded: &Loaded) -> Vec<Planned<'_>> {
    if loaded.spec.file.name.ends_with(TEST_SUFFIX) {
        return Vec::new();
    }
    let complete = |case: &&Case| case.mock.trace.is_some() && case.e2e.trace.is_some();
    let planned = |case: &Case| {
        let expectation = Expectation {
            verdict: Wanted::This(Verdict::Pass),
            at: case.name.loc.clone(),
            reports: Vec::new(),
            silent: Vec::new(),
            rule: None,
        };
        Planned::new(loaded, case, title(&loaded.spec, case), expectation)
    };
    loaded.spec.cases.iter().filter(complete).map(planned).collect()
}

fn title(spec: &Spec, case: &Case) -> String {
    if case.name.value.is_empty() {
        spec.name.value.clone()
    } else {
        format!("{}/{}", spec.name.value, case.name.value)
    }
}

fn spec_test<'s>(loaded: &'s Loaded, test: &Test) -> Option<Planned<'s>> {
    let spec = &loaded.spec;
    // A name that no case has was refused when the file was read.
    let case = match &test.case {
        Some(name) => spec.cases.iter().find(|case| case.name.value == name.value),
        None => spec.cases.first(),
    }?;
    let (verdict, at) = match &test.verdict {
        Some(verdict) => (Wanted::This(verdict.value), &verdict.loc),
        None if test.reports.is_empty() => (Wanted::Any, &test.name.loc),
        None => (Wanted::NoPass, &test.name.loc),
    };
    let expectation =
        Expectation { verdict, at: at.clone(), reports: test.reports.clone(), silent: test.silent.clone(), rule: None };
    let says_something = !test.reports.is_empty() || !matches!(verdict, Wanted::Any | Wanted::This(Verdict::Pass));
    let mut planned = Planned::new(loaded, case, format!("{}: {}", title(spec, case), test.name.value), expectation);
    let path = |path: &Option<Spanned<PathBuf>>| path.as_ref().map(|path| path.value.clone());
    planned.overrides.mock = path(&test.mock);
    planned.overrides.e2e = path(&test.e2e);
    planned.today = test.today.as_ref().map(|day| day.value.clone());
    planned.recorded_in = says_something.then(|| Path::new(&spec.file.name).with_extension(EXTENSION));
    planned.section = test.name.value.clone();
    Some(planned)
}
