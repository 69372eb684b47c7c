//! `--write-known`: after it the same run passes, and nothing else in the spec has changed.

use crate::support::pairs;
use align::baseline::{Written, write_known};
use align::diag::{Problem, Severity, Verdict};
use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use pairs::{ATTENTION, OTHERS, Pair, golden};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// A copy of a pair's spec in a folder of its own.
fn copy(pair: &Pair, folder: &Path) -> PathBuf {
    let path = folder.join("spec.toml");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(pair.spec), &path).unwrap();
    path
}

fn overrides(pair: &Pair) -> Overrides {
    Overrides { case: Some(pair.case.to_owned()), mock: Some(golden(pair.mock)), e2e: Some(golden(pair.e2e)) }
}

fn write(session: &Session, spec: &Path, pair: &Pair) -> Result<Vec<Written>, Vec<Problem>> {
    let (specs, mistakes) = session.load(&[spec.to_owned()]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    write_known(session, &specs, &overrides(pair), &Options::default(), None)
}

fn judge(session: &Session, spec: &Path, pair: &Pair) -> CaseOutcome {
    let (specs, mistakes) = session.load(&[spec.to_owned()]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut run = session.check(&specs, &overrides(pair), &Options::default());
    run.outcome.cases.remove(0)
}

/// "refused", or the verdict after the entries were written.
fn adopted(session: &Session, pair: &Pair) -> String {
    let folder = tempfile::tempdir().unwrap();
    let spec = copy(pair, folder.path());
    let before = std::fs::read_to_string(&spec).unwrap();
    let name = format!("{} {} {}", pair.spec, pair.case, pair.mock);
    let written = match write(session, &spec, pair) {
        Ok(written) => written,
        Err(problems) => {
            assert!(problems.iter().all(|p| p.code == "cannot-excuse"), "{name}: {problems:?}");
            assert_eq!(std::fs::read_to_string(&spec).unwrap(), before, "{name}: refused, and still written");
            return format!("refused: {}", problems[0].message);
        }
    };
    let after = std::fs::read_to_string(&spec).unwrap();
    let entries = after.strip_prefix(&before).unwrap_or_else(|| panic!("{name}: more than the end has changed"));
    assert_eq!(entries.matches("[[known_difference]]").count(), written[0].entries.len(), "{name}");
    assert!(entries.matches("TODO: why is this so?").count() == written[0].entries.len() && !entries.contains("until"));
    let outcome = judge(session, &spec, pair);
    let left: Vec<&str> = outcome.findings.iter().filter(|f| f.known.is_none()).map(|f| f.message.as_str()).collect();
    assert_ne!(outcome.verdict, Verdict::Fail, "{name}: {left:?}\n{entries}");
    assert!(write(session, &spec, pair).is_ok_and(|again| again.is_empty()), "{name}: written twice");
    assert_eq!(std::fs::read_to_string(&spec).unwrap(), after, "{name}: changed the second time");
    aligned_pair_passes(session, pair, &spec);
    match outcome.verdict {
        Verdict::Inconclusive => {
            let why = outcome.checks.iter().find(|c| c.verdict == Verdict::Inconclusive).and_then(|c| c.reason.clone());
            format!("INCONCLUSIVE: {}", why.unwrap_or_default())
        }
        verdict => verdict.to_string(),
    }
}

/// The entries excuse nothing where nothing differs, and are said to be stale.
fn aligned_pair_passes(session: &Session, pair: &Pair, spec: &Path) {
    let right = |p: &&Pair| p.must == "PASS" && (p.spec, p.case) == (pair.spec, pair.case);
    let Some(right) = ATTENTION.iter().chain(OTHERS.iter()).find(right) else { return };
    let outcome = judge(session, spec, right);
    assert_eq!(outcome.verdict, Verdict::Pass, "{} {}: {:?}", pair.spec, pair.case, outcome.findings);
    let stale = outcome.findings.iter().filter(|f| f.code == "known-difference" && f.severity == Severity::Warning);
    assert_eq!(stale.count(), outcome.known.len(), "{} {} {}", pair.spec, pair.case, pair.mock);
}

#[test]
fn every_wrong_pair_passes_with_its_entries_or_is_refused() {
    let session = Session::shipped().unwrap();
    let wrong: Vec<&Pair> = ATTENTION.iter().chain(OTHERS.iter()).filter(|pair| pair.must != "PASS").collect();
    let lines: Vec<String> = wrong
        .par_iter()
        .map(|pair| format!("{} {} {} {}: {}\n", pair.spec, pair.case, pair.mock, pair.e2e, adopted(&session, pair)))
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/baseline"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("every_wrong_pair", lines.concat()));
}
