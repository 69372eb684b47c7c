//! Pairs of golden traces and what each must show.

use align::diag::{Severity, Spanned};
use align::outcome::{CaseOutcome, Outcome};
use align::pipeline::{Loaded, Options, Overrides, Request, Session};
use align::spec::{Case, Test};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A pair, the spec and case it is judged by, and what must come out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) spec: &'static str,
    pub(crate) case: &'static str,
    pub(crate) mock: &'static str,
    pub(crate) e2e: &'static str,
    /// The first diagnosis, or "PASS", or "FAIL" where any may stand first.
    pub(crate) must: &'static str,
    /// Another diagnosis below it, or a finding.
    pub(crate) also: Option<&'static str>,
}

impl Pair {
    fn same(&self, other: &Pair) -> bool {
        (self.spec, self.case, self.mock, self.e2e) == (other.spec, other.case, other.mock, other.e2e)
    }

    pub(crate) fn title(&self) -> String {
        format!("{}/{} {} {}", self.spec, self.case, self.mock, self.e2e)
    }

    /// The path of a golden trace from the root of the repository.
    fn overrides(&self) -> Overrides {
        let trace = |name: &str| Some(PathBuf::from(format!("snapshots/traces/{name}.sqlite")));
        Overrides { case: Some(self.case.to_owned()), mock: trace(self.mock), e2e: trace(self.e2e) }
    }
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// The name of a golden trace; nothing for one that is written as text.
fn name(path: &Option<Spanned<PathBuf>>) -> Option<&'static str> {
    let path = &path.as_ref()?.value;
    (path.extension()? == "sqlite").then(|| keep(&path.file_stem().unwrap().to_string_lossy()))
}

/// What a file of tests says of golden pairs, and the aligned pairs of the spec itself.
fn pairs(session: &Session, file: &str) -> Vec<Pair> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (specs, mistakes) = session.load_tests(&[root.join(file)]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let spec = &specs[0].spec;
    let under_test = keep(&file.replace(".test.toml", ".toml"));
    let mut pairs: Vec<Pair> = Vec::new();
    let tested = spec.tests.iter().filter_map(|test| tested(session, under_test, &spec.cases, test));
    for pair in tested.chain(spec.cases.iter().filter_map(|case| aligned(under_test, case))) {
        if !pairs.iter().any(|known| known.same(&pair)) {
            pairs.push(pair);
        }
    }
    pairs
}

fn tested(session: &Session, spec: &'static str, cases: &[Case], test: &Test) -> Option<Pair> {
    let case = cases.iter().find(|case| test.case.as_ref().is_some_and(|name| name.value == case.name.value))?;
    let is_issue = |name: &&Spanned<String>| session.issues().iter().any(|issue| issue.id == name.value);
    let (issues, findings): (Vec<_>, Vec<_>) = test.reports.iter().partition(is_issue);
    let mut named = issues.into_iter().map(|name| keep(&name.value));
    let fails =
        !test.reports.is_empty() || test.verdict.as_ref().is_some_and(|v| v.value == align::diag::Verdict::Fail);
    Some(Pair {
        spec,
        case: keep(&case.name.value),
        mock: name(if test.mock.is_some() { &test.mock } else { &case.mock.trace })?,
        e2e: name(if test.e2e.is_some() { &test.e2e } else { &case.e2e.trace })?,
        must: named.next().unwrap_or(if fails { "FAIL" } else { "PASS" }),
        also: named.chain(findings.into_iter().map(|name| keep(&name.value))).next(),
    })
}

fn aligned(spec: &'static str, case: &Case) -> Option<Pair> {
    let (mock, e2e) = (name(&case.mock.trace)?, name(&case.e2e.trace)?);
    Some(Pair { spec, case: keep(&case.name.value), mock, e2e, must: "PASS", also: None })
}

fn all(files: &[&str]) -> Vec<Pair> {
    let session = Session::shipped().expect("the shipped files are right");
    files.iter().flat_map(|file| pairs(&session, file)).collect()
}

/// Every wrong variant and every aligned pair of the golden traces, for the attention specs.
pub(crate) static ATTENTION: LazyLock<Vec<Pair>> =
    LazyLock::new(|| all(&["specs/hf/attention.test.toml", "specs/attention.test.toml"]));

/// The same for every other shipped spec, and for one of the tests' own.
pub(crate) static OTHERS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> = ["specs/hf", "specs"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap().map(move |entry| (folder, entry.unwrap())))
        .map(|(folder, entry)| format!("{folder}/{}", entry.file_name().to_string_lossy()))
        .filter(|file| file.ends_with(".test.toml") && !file.ends_with("attention.test.toml"))
        .collect();
    files.sort();
    files.push("tests/cases/q_proj.test.toml".to_owned());
    all(&files.iter().map(String::as_str).collect::<Vec<_>>())
});

/// The run of every pair, as from the root of the repository: judged once, whatever is then looked at.
pub(crate) static RUNS: LazyLock<Vec<(Pair, Outcome)>> = LazyLock::new(|| {
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).expect("the repository is there");
    let session = Session::shipped().expect("the shipped files are right");
    let pairs: Vec<Pair> = ATTENTION.iter().chain(OTHERS.iter()).copied().collect();
    let mut files: Vec<&str> = pairs.iter().map(|pair| pair.spec).collect();
    files.dedup();
    let load = |file: &&str| {
        let (specs, mistakes) = session.load(&[PathBuf::from(file)]);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        specs
    };
    let specs: Vec<Vec<Loaded>> = files.iter().map(load).collect();
    let of = |pair: &Pair| specs[files.iter().position(|file| *file == pair.spec).unwrap()].as_slice();
    let request = |pair: &Pair| Request { specs: of(pair), overrides: pair.overrides(), options: Options::default() };
    let requests: Vec<Request<'_>> = pairs.iter().map(request).collect();
    let decided = |mut run: align::pipeline::Run| {
        run.decide(Severity::Error, false);
        run.outcome
    };
    pairs.iter().copied().zip(session.check_each(&requests).into_iter().map(decided)).collect()
});

pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces").join(format!("{name}.sqlite"))
}

/// Judges a pair, on other files than the golden ones where given.
pub(crate) fn judge(session: &Session, pair: &Pair, mock: &Path, e2e: &Path) -> CaseOutcome {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join(pair.spec);
    let (specs, mistakes) = session.load(&[spec]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let overrides =
        Overrides { case: Some(pair.case.to_owned()), mock: Some(mock.to_owned()), e2e: Some(e2e.to_owned()) };
    let mut run = session.check(&specs, &overrides, &Options::default());
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    run.outcome.cases.remove(0)
}

/// Whether the pair shows what it must first.
pub(crate) fn holds(outcome: &CaseOutcome, pair: &Pair) -> bool {
    match pair.must {
        "FAIL" => outcome.verdict == align::diag::Verdict::Fail,
        must => shown(outcome) == must,
    }
}

/// Whether a second diagnosis, or a finding, is there as well.
pub(crate) fn also(outcome: &CaseOutcome, pair: &Pair) -> bool {
    pair.also.is_none_or(|also| {
        outcome.diagnoses.iter().skip(1).any(|d| d.issue == also) || outcome.findings.iter().any(|f| f.code == also)
    })
}

/// "PASS", or the first diagnosis, or the verdict where there is none.
pub(crate) fn shown(outcome: &CaseOutcome) -> String {
    match outcome.diagnoses.first() {
        Some(first) if outcome.verdict == align::diag::Verdict::Fail => first.issue.clone(),
        _ => outcome.verdict.to_string(),
    }
}
