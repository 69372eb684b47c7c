//! Ways to a pass that is none: each was one once.

use crate::support::pairs;
use align::diag::Verdict;
use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use pairs::golden;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

const MOCK: &str = "vllm_mock_attn_decode_block16_cold_l2";

/// A copy of a golden trace, changed by SQL.
fn changed(folder: &Path, name: &str, sql: &str) -> PathBuf {
    let path = folder.join(format!("{name}.sqlite"));
    std::fs::copy(golden(name), &path).unwrap();
    Connection::open(&path).unwrap().execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    path
}

/// Judges by the text of a spec; `extends` and traces are absolute.
fn judge(spec: &str, case: &str, mock: &Path, e2e: &Path) -> CaseOutcome {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spec.toml");
    std::fs::write(&file, spec).unwrap();
    let session = Session::shipped().expect("the shipped files are right");
    let (specs, mistakes) = session.load(&[file]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let overrides = Overrides { case: Some(case.to_owned()), mock: Some(mock.to_owned()), e2e: Some(e2e.to_owned()) };
    let mut run = session.check(&specs, &overrides, &Options::default());
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    run.outcome.cases.remove(0)
}

fn vllm(more: &str) -> String {
    format!("align = 1\n[spec]\nname = \"a\"\nop = \"attention\"\nextends = \"builtin:attention\"\n{more}")
}

/// The sentence of a finding that begins so, or a panic with all of them.
fn said<'o>(outcome: &'o CaseOutcome, code: &str) -> &'o str {
    let found = outcome.findings.iter().find(|f| f.code == code);
    found.map_or_else(|| panic!("no `{code}` among {:#?}", outcome.findings), |f| f.message.as_str())
}

/// Deletes a kernel from all but every n-th execution of the E2E.
fn without_most(name: &str, keep: u32) -> String {
    format!(
        "DELETE FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE rowid IN (
            SELECT id FROM (SELECT k.rowid AS id, row_number() OVER (ORDER BY k.start) AS n
                FROM CUPTI_ACTIVITY_KIND_KERNEL k JOIN StringIds s ON s.id = k.demangledName
                WHERE s.value LIKE '%{name}%') WHERE n % {keep} <> 0)"
    )
}

#[test]
fn a_minority_of_the_layers_is_not_the_op() {
    let folder = tempfile::tempdir().unwrap();
    let most = without_most("FlashAttnFwdCombine", 8);
    for (case, e2e) in [("decode", "vllm_e2e_eager"), ("decode-graph", "vllm_e2e_graph")] {
        let outcome = judge(&vllm(""), case, &golden(MOCK), &changed(folder.path(), e2e, &most));
        assert_ne!(outcome.verdict, Verdict::Pass, "{case}: {:#?}", outcome.findings);
    }
}

#[test]
fn layers_without_the_critical_kernel_do_not_vanish() {
    let folder = tempfile::tempdir().unwrap();
    let e2e = changed(folder.path(), "vllm_e2e_graph", &without_most("reshape_and_cache", 8));
    let outcome = judge(&vllm(""), "decode-graph", &golden(MOCK), &e2e);
    assert_ne!(outcome.verdict, Verdict::Pass, "{:#?}", outcome.e2e.left_out);
    assert!(outcome.e2e.left_out.iter().any(|l| l.unlike), "{:#?}", outcome.e2e.left_out);
}

#[test]
fn an_optional_kernel_must_be_on_both_sides_or_on_none() {
    let folder = tempfile::tempdir().unwrap();
    let mock = changed(folder.path(), MOCK, &without_most("FlashAttnFwdCombine", 1_000_000));
    for (case, e2e) in [("decode", "vllm_e2e_eager"), ("decode-graph", "vllm_e2e_graph")] {
        let outcome = judge(&vllm(""), case, &mock, &golden(e2e));
        assert_eq!(outcome.verdict, Verdict::Fail, "{case}: {:#?}", outcome.findings);
    }
}

#[test]
fn the_same_executions_on_both_sides_prove_nothing() {
    let outcome = judge(&vllm("[e2e]\nwithin = [\"measured\"]\n"), "decode", &golden(MOCK), &golden(MOCK));
    assert_eq!(outcome.verdict, Verdict::Fail, "{:#?}", outcome.findings);
}

#[test]
fn a_misspelt_range_or_an_absent_process_selects_nothing() {
    for wrong in ["within = [\"mesured\"]", "within = [\"measured\", \"step:*:decde\"]", "process = { index = 9 }"] {
        let spec = vllm(&format!("[[case]]\nname = \"decode\"\n[case.e2e]\n{wrong}\n"));
        let outcome = judge(&spec, "decode", &golden(MOCK), &golden("vllm_e2e_eager"));
        assert_eq!(outcome.verdict, Verdict::Fail, "{wrong}");
        said(&outcome, "empty-selection");
    }
}

#[test]
fn a_known_difference_of_a_kernel_does_not_excuse_the_time() {
    let spec = vllm("[[known_difference]]\nkernels = \"*FlashAttnFwdSm90*\"\nreason = \"its own\"\n");
    let outcome = judge(&spec, "decode", &golden("vllm_mock_attn_decode_wrong_heads"), &golden("vllm_e2e_eager"));
    assert_eq!(outcome.verdict, Verdict::Fail);
    said(&outcome, "latency-ratio");
}

#[test]
fn with_every_judging_check_off_nothing_was_checked() {
    let session = Session::shipped().expect("the shipped files are right");
    let errors = session.metas().expect("right").into_iter().filter(|m| m.severity == align::diag::Severity::Error);
    let settable = errors.filter(|m| !["no-gpu-data", "empty-selection"].contains(&m.name.as_str()));
    let off: String = settable.filter(|m| !m.name.contains('/')).map(|m| format!("{} = \"off\"\n", m.name)).collect();
    let spec = vllm(&format!("[checks]\n{off}"));
    let outcome = judge(&spec, "decode", &golden("vllm_mock_attn_decode_wrong_heads"), &golden("vllm_e2e_eager"));
    assert_eq!(outcome.verdict, Verdict::Skipped);
    assert!(outcome.checks.iter().any(|c| c.reason.as_deref() == Some("turned off in the spec")));
}

#[test]
fn another_kernel_is_no_match_because_its_family_is_accepted() {
    let spec = vllm("[kernels]\nidentity = \"family\"\n");
    let outcome = judge(&spec, "decode", &golden("vllm_mock_attn_decode_wrong_backend"), &golden("vllm_e2e_eager"));
    assert_eq!(outcome.verdict, Verdict::Fail, "the critical kernel is named, not its family");
}

#[test]
fn a_third_of_the_executions_at_three_times_the_time_is_no_pass() {
    let folder = tempfile::tempdir().unwrap();
    let slow = "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET \"end\" = \"end\" + 2 * (\"end\" - start) WHERE rowid IN (
            SELECT id FROM (SELECT k.rowid AS id, row_number() OVER (ORDER BY k.start) AS n
                FROM CUPTI_ACTIVITY_KIND_KERNEL k JOIN StringIds s ON s.id = k.demangledName
                WHERE s.value LIKE '%FlashAttnFwdSm90%') WHERE n % 3 = 0)";
    let e2e = changed(folder.path(), "vllm_e2e_eager", slow);
    let outcome = judge(&vllm(""), "decode", &golden(MOCK), &e2e);
    assert_ne!(outcome.verdict, Verdict::Pass, "{:#?}", outcome.checks);
}

#[test]
fn a_critical_kernel_must_run_as_often_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let twice = "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT * FROM CUPTI_ACTIVITY_KIND_KERNEL WHERE rowid IN (
            SELECT k.rowid FROM CUPTI_ACTIVITY_KIND_KERNEL k JOIN StringIds s ON s.id = k.demangledName
                WHERE s.value LIKE '%reshape_and_cache%')";
    let e2e = changed(folder.path(), "vllm_e2e_eager", twice);
    let outcome = judge(&vllm(""), "decode", &golden(MOCK), &e2e);
    assert_eq!(outcome.verdict, Verdict::Fail, "{:#?}", outcome.findings);
}

/// Judges two selections, given as TOML, of small traces written as text.
fn judge_text(mock: (&str, &str), e2e: (&str, &str)) -> CaseOutcome {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("align-trace 1\n{text}")).unwrap();
        path
    };
    let (mock_trace, e2e_trace) = (file("mock.trace", mock.0), file("e2e.trace", e2e.0));
    let spec = format!(
        "align = 1\n[spec]\nname = \"a\"\nop = \"x\"\n[[case]]\nname = \"c\"\nmock.each = {}\ne2e.each = {}\n",
        mock.1, e2e.1
    );
    judge(&spec, "c", &mock_trace, &e2e_trace)
}

const LAYERS: &str = "
repeat 12
  range layer
    range half
      kernel  5us  8/256  norm(int)
    kernel  20us  8/256  gemm(int)
";

#[test]
fn another_cut_of_the_same_executions_is_no_mock() {
    let outcome = judge_text((LAYERS, "{ range = \"half\" }"), (LAYERS, "{ range = \"layer\" }"));
    assert_eq!(said(&outcome, "trace-provenance"), "both sides are the same executions of the same trace");
}

#[test]
fn small_traces_that_begin_alike_are_two() {
    let mock = LAYERS.replace("range layer", "range iter").replace("gemm", "other_gemm");
    let outcome = judge_text((&mock, "{ range = \"iter\" }"), (LAYERS, "{ range = \"layer\" }"));
    assert!(outcome.findings.iter().all(|f| f.code != "trace-provenance"), "{:#?}", outcome.findings);
}
