//! The honesty of the shipped specs: every aligned pair passes, every wrong variant fails with its own cause first.

use crate::support::pairs;
use align::pipeline::{Options, Overrides, Session};
use align::report::{Format, Style, render};
use pairs::{ATTENTION, OTHERS, golden, judge, shown};

#[test]
fn every_pair_shows_what_it_must() {
    let session = Session::shipped().expect("the shipped files are right");
    let mut wrong = Vec::new();
    for pair in ATTENTION.iter().chain(OTHERS.iter()) {
        let outcome = judge(&session, pair, &golden(pair.mock), &golden(pair.e2e));
        let shown = shown(&outcome);
        let also = pair.also.is_none_or(|also| outcome.diagnoses.iter().skip(1).any(|d| d.issue == also));
        if shown != pair.must || !also {
            let messages: Vec<&str> = outcome.findings.iter().map(|f| f.message.as_str()).collect();
            wrong.push(format!(
                "{} | {} by {}/{}: {shown}, must be {}: {messages:#?}",
                pair.mock, pair.e2e, pair.spec, pair.case, pair.must
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The whole report of every pair, as people see it.
#[test]
fn reports_of_every_pair() {
    let session = Session::shipped().expect("the shipped files are right");
    for pair in ATTENTION.iter().chain(OTHERS.iter()) {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        std::env::set_current_dir(root).expect("the repository is there");
        let trace = |name: &str| std::path::PathBuf::from(format!("snapshots/traces/{name}.sqlite"));
        let (specs, mistakes) = session.load(&[pair.spec.into()]);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let overrides =
            Overrides { case: Some(pair.case.to_owned()), mock: Some(trace(pair.mock)), e2e: Some(trace(pair.e2e)) };
        let run = session.check(&specs, &overrides, &Options::default());
        let report = render(&run.outcome, Format::Human, &Style::default());
        let op = pair.spec.trim_start_matches("specs/").trim_end_matches(".toml").replace('/', "_");
        let short = |name: &str| name.replace("_mock", "").replace("vllm_", "").replace("hf_", "");
        let name = format!("{op}-{}-{}-{}", pair.case, short(pair.mock), short(pair.e2e));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(root.join("snapshots/pairs"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, report));
    }
}

/// The limits of the shipped specs are honest: wider than the default only for a written reason, and nothing
/// critical is accepted by its family.
#[test]
fn shipped_specs_widen_nothing_without_a_reason() {
    let session = Session::shipped().expect("the shipped files are right");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (specs, mistakes) = session.load(&[root.join("specs")]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert!(specs.len() >= 7, "the shipped specs are found");
    for case in specs.iter().flat_map(|loaded| &loaded.spec.cases) {
        let place = format!("{} {}", case.name.loc.file.name, case.name.value);
        let latency = &case.latency;
        assert!(latency.within.value <= 0.10 || latency.reason.is_some(), "{place}: wider than 10 % without a reason");
        assert!(latency.within.value <= 0.15, "{place}: nothing shipped needs more than 15 %");
        assert!(latency.kernel_within.value <= 0.25 && latency.kernel_floor.value <= 0.05, "{place}");
        assert!(case.known.is_empty(), "{place}: a shipped spec declares no exception");
        assert!(case.kernels.iter().any(|k| k.critical), "{place}: something makes the op what it is");
        for kernel in case.kernels.iter().filter(|k| k.critical) {
            assert!(kernel.patterns.iter().all(|p| !p.is_family()), "{place}: `{}`", kernel.name.value);
        }
    }
}
