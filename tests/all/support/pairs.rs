//! Pairs of golden traces and what each must show.

use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A pair, the spec and case it is judged by, and what must come out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) spec: &'static str,
    pub(crate) case: &'static str,
    pub(crate) mock: &'static str,
    pub(crate) e2e: &'static str,
    /// The first diagnosis, or "PASS".
    pub(crate) must: &'static str,
    /// Another diagnosis that must stand below it.
    pub(crate) also: Option<&'static str>,
}

/// The tests of golden traces in a file, as pairs.
fn pairs(file: &str) -> Vec<Pair> {
    fn keep(text: &str) -> &'static str {
        Box::leak(text.to_owned().into_boxed_str())
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let session = Session::shipped().expect("the shipped files are right");
    let (specs, mistakes) = session.load_tests(&[root.join(file)]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let spec = &specs[0].spec;
    let under_test = root.join(file.replace(".test.toml", ".toml"));
    let under_test = keep(under_test.strip_prefix(root).unwrap().to_str().unwrap());
    let name = |path: &Option<align::diag::Spanned<PathBuf>>| {
        let path = &path.as_ref()?.value;
        (path.extension()? == "sqlite").then(|| keep(&path.file_stem().unwrap().to_string_lossy()))
    };
    let pair = |test: &align::spec::Test| {
        let mut reports = test.reports.iter().map(|name| keep(name));
        Some(Pair {
            spec: under_test,
            case: keep(&test.case.as_ref()?.value),
            mock: name(&test.mock)?,
            e2e: name(&test.e2e)?,
            must: reports.next().unwrap_or("PASS"),
            also: reports.next(),
        })
    };
    spec.tests.iter().filter_map(pair).collect()
}

/// Every wrong variant and every aligned pair of the golden traces, for the attention specs.
pub(crate) static ATTENTION: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    ["specs/hf/attention.test.toml", "specs/attention.test.toml"].into_iter().flat_map(pairs).collect()
});

/// The same for other shipped specs.
pub(crate) static OTHERS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let files = [
        "specs/hf/mlp.test.toml",
        "specs/hf/layer.test.toml",
        "specs/hf/moe.test.toml",
        "specs/moe.test.toml",
        "specs/gemm.test.toml",
        "tests/cases/q_proj.test.toml",
    ];
    files.into_iter().flat_map(pairs).collect()
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

/// "PASS", or the first diagnosis, or the verdict where there is none.
pub(crate) fn shown(outcome: &CaseOutcome) -> String {
    match outcome.diagnoses.first() {
        Some(first) if outcome.verdict == align::diag::Verdict::Fail => first.issue.clone(),
        _ => outcome.verdict.to_string(),
    }
}
