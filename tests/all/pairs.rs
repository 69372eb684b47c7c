//! The honesty of the shipped specs: every aligned pair passes, every wrong variant fails with its own cause first.

use crate::support::pairs;
use align::pipeline::Session;
use align::report::{Format, Style, render};
use pairs::{RUNS, also, holds, shown};

#[test]
fn every_pair_shows_what_it_must() {
    let mut wrong = Vec::new();
    for (pair, run) in RUNS.iter() {
        let outcome = &run.cases[0];
        if !holds(outcome, pair) || !also(outcome, pair) {
            let shown = shown(outcome);
            let messages: Vec<&str> = outcome.findings.iter().map(|f| f.message.as_str()).collect();
            wrong.push(format!("{}: {shown}, must be {} ({:?}): {messages:#?}", pair.title(), pair.must, pair.also));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Golden traces that no pair needs: other tests show with them how traces are read and specs drafted, and what rules say.
const ELSEWHERE: [&str; 3] =
    ["vllm_mock_gemm_prefill_aligned", "vllm_mock_layer_graph", "vllm_mock_moe_prefill_aligned"];

#[test]
fn every_golden_trace_is_in_a_pair() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(root.join("snapshots/traces")).expect("the traces are there");
    let names =
        files.map(|file| file.expect("a file").path()).filter(|path| path.extension().is_some_and(|e| e == "sqlite"));
    let used =
        |name: &str| ELSEWHERE.contains(&name) || RUNS.iter().any(|(pair, _)| pair.mock == name || pair.e2e == name);
    let unused: Vec<String> = names
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|n| !used(n))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// The whole report of every pair, as people see it.
#[test]
fn reports_of_every_pair() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (pair, outcome) in RUNS.iter() {
        let report = render(outcome, Format::Human, &Style::default());
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
