//! Known differences: where they hold, for how long, and what every report says of them.
use align::diag::{Severity, Verdict};
use align::outcome::{CaseOutcome, KnownState, Outcome};
use align::pipeline::{Options, Overrides, Session};
use align::report::{Format, Style, render};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Two cases: `decode`, whose mock launches two kernels too many, and `prefill`, which is aligned. The entry stands at
/// the top; `with` are its further keys, `framework` what the E2E's side says of itself.
fn spec(folder: &Path, with: &str, framework: &str) -> PathBuf {
    let kernels = r"kernels = ['*elementwise*', '*reduce_kernel*', '\[CUDA memcpy*']";
    let with = if with.contains("kernels = '*No") { with.to_owned() } else { format!("{kernels}\n{with}") };
    let path = folder.join("attention.toml");
    let text = format!(
        r#"align = 1
[spec]
name    = "two-cases"
op      = "attention"
extends = "{ROOT}/specs/hf/attention.toml"

[[known_difference]]
checks = ["extra-kernel", "memory-operation"]
side   = "mock"
reason = "the harness checks its output"
owner  = "collector team"
{with}

[e2e]
{framework}

[[case]]
name       = "decode"
mock.trace = "{ROOT}/snapshots/traces/hf_mock_attn_decode_extra_kernels.sqlite"
"#
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn run(spec: &Path, cases: &[&str], today: Option<&str>) -> Outcome {
    let session = Session::shipped().unwrap();
    let (specs, mistakes) = session.load(&[spec.to_owned()]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let options = Options { today: today.map(str::to_owned), ..Options::default() };
    let case = match cases {
        [one] => Some((*one).to_owned()),
        _ => None,
    };
    let run = session.check(&specs, &Overrides { case, ..Overrides::default() }, &options);
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    run.outcome
}

fn of<'o>(outcome: &'o Outcome, case: &str) -> &'o CaseOutcome {
    outcome.cases.iter().find(|c| c.case == case).unwrap()
}

/// What is said of the entries themselves, with the case it is said in.
fn about(outcome: &Outcome) -> Vec<(String, Severity, String)> {
    let said = outcome.cases.iter().flat_map(|c| c.findings.iter().map(move |f| (c, f)));
    let about = said.filter(|(_, f)| f.code == "known-difference");
    about.map(|(c, f)| (c.case.clone(), f.severity, f.message.clone())).collect()
}

fn state(outcome: &Outcome, case: &str) -> KnownState {
    of(outcome, case).known[0].state
}

const ALL: &[&str] = &[];

#[test]
fn what_only_one_case_needs_is_not_stale_in_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), "", "");
    for cases in [ALL, &["prefill"], &["decode"]] {
        let outcome = run(&spec, cases, None);
        assert_eq!(about(&outcome), [], "{cases:?}");
    }
    let outcome = run(&spec, ALL, None);
    assert_eq!(of(&outcome, "decode").verdict, Verdict::Pass);
    assert_eq!([state(&outcome, "decode"), state(&outcome, "prefill")], [KnownState::Covers, KnownState::Unused]);
}

#[test]
fn what_no_case_needs_is_stale_and_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), "kernels = '*NoSuchKernel*'", "");
    let outcome = run(&spec, ALL, None);
    let said = about(&outcome);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!((said[0].1, outcome.counts.known_differences.stale), (Severity::Warning, 1));
    assert!(said[0].2.contains("matches nothing") && said[0].2.contains("collector team"), "{said:?}");
    // Of one case alone it cannot be said, since another may need it.
    assert_eq!(about(&run(&spec, &["prefill"], None)), []);
}

#[test]
fn what_is_for_one_case_is_judged_by_that_case() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), "cases = ['pre*']", "");
    let outcome = run(&spec, ALL, None);
    assert_eq!(of(&outcome, "decode").verdict, Verdict::Fail, "the entry is not about this case");
    assert_eq!([state(&outcome, "decode"), state(&outcome, "prefill")], [KnownState::OutOfScope, KnownState::Stale]);
    assert_eq!(about(&run(&spec, &["prefill"], None)).len(), 1, "no other case can need it");
    assert_eq!(about(&run(&spec, &["decode"], None)), []);
}

#[test]
fn a_gpu_that_is_not_meant_is_out_of_scope_and_no_sign_of_staleness() {
    let folder = tempfile::tempdir().unwrap();
    let on = |gpu: &str| run(&spec(folder.path(), &format!("gpu = {gpu}"), ""), ALL, None);
    assert_eq!(state(&on("'*H100*'"), "decode"), KnownState::Covers);
    assert_eq!(state(&on("['*A100*', '*H100*']"), "decode"), KnownState::Covers);
    let outcome = on("'*A100*'");
    assert_eq!((state(&outcome, "decode"), of(&outcome, "decode").verdict), (KnownState::OutOfScope, Verdict::Fail));
    assert_eq!(about(&outcome), []);
}

#[test]
fn a_version_decides_where_a_side_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let asked = "framework = 'transformers >=5.10, <6'";
    let with = |said: &str| run(&spec(folder.path(), asked, &format!("framework = '{said}'")), ALL, None);
    for inside in ["transformers 5.17", "Transformers 5.17.0+cu129", "transformers 5.17.0.dev1", "transformers 6.0rc1"]
    {
        assert_eq!(state(&with(inside), "decode"), KnownState::Covers, "{inside}");
    }
    for outside in ["transformers 5.9", "transformers 6.0.0"] {
        let outcome = with(outside);
        assert_eq!((state(&outcome, "decode"), about(&outcome)), (KnownState::OutOfScope, vec![]), "{outside}");
    }
}

#[test]
fn a_version_that_no_side_says_is_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let asked = "framework = 'transformers >=5.10'";
    for said in ["", "framework = 'vllm 0.24.0'", "framework = 'transformers'"] {
        let outcome = run(&spec(folder.path(), asked, said), &["decode"], None);
        assert_eq!((state(&outcome, "decode"), of(&outcome, "decode").verdict), (KnownState::Undecided, Verdict::Fail));
        let finding = of(&outcome, "decode").findings.iter().find(|f| f.code == "known-difference").unwrap();
        assert!(finding.message.contains("is not applied: the"), "{}", finding.message);
        let side = if said.contains("vllm") { "mock.framework" } else { "e2e.framework" };
        assert!(finding.help.as_ref().unwrap().contains(side), "{said}: {:?}", finding.help);
    }
}

#[test]
fn after_its_last_day_its_findings_count_again() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), "until = 2026-06-30", "");
    let decode = |today: &str| run(&spec, &["decode"], Some(today));
    assert_eq!(of(&decode("2026-05-01"), "decode").verdict, Verdict::Pass);
    assert_eq!(about(&decode("2026-05-30")), []);
    let notice = about(&decode("2026-05-31"));
    assert_eq!((notice.len(), notice[0].1), (1, Severity::Note));
    assert!(notice[0].2.contains("ends in 30 days"), "{notice:?}");
    assert!(about(&decode("2026-06-30"))[0].2.contains("ends today"));
    let ended = decode("2026-07-01");
    assert_eq!((of(&ended, "decode").verdict, state(&ended, "decode")), (Verdict::Fail, KnownState::Expired));
    let said = about(&ended);
    let whole = "a known difference ended on 2026-06-30, and 2 findings count again: the harness checks its output \
                 (owner: collector team)";
    assert_eq!(said, [("decode".to_owned(), Severity::Warning, whole.to_owned())]);
    // Said where it mattered, not in every case that shares the entry.
    assert_eq!(about(&run(&spec, ALL, Some("2026-07-01"))), said);
}

#[test]
fn every_report_counts_them_apart_from_findings() {
    let folder = tempfile::tempdir().unwrap();
    let more = "until = 2026-12-31\n[[known_difference]]\nkernels = '*Gone*'\nreason = \"gone\"\n\
                [[known_difference]]\nchecks = ['launch-gap']\nreason = \"old\"\nuntil = 2026-01-01";
    let outcome = run(&spec(folder.path(), more, ""), ALL, Some("2026-07-01"));
    let known = outcome.counts.known_differences;
    assert_eq!((known.declared, known.used, known.covers, known.expired, known.stale), (3, 1, 2, 1, 1));
    assert_eq!((outcome.counts.errors, outcome.counts.warnings), (0, 2));
    let human = render(&outcome, Format::Human, &Style::default());
    let last = human.lines().last().unwrap_or_default();
    assert_eq!(last, "3 passed; 2 warnings; 1 known difference covers 2 findings, 1 expired, 1 stale");
    let concise = render(&outcome, Format::Concise, &Style::default());
    assert!(
        concise.lines().any(|l| l.contains("PASS") && l.contains(", 1 known difference covers 2 findings")),
        "{concise}"
    );
    let json: serde_json::Value = serde_json::from_str(&render(&outcome, Format::Json, &Style::default())).unwrap();
    assert_eq!(json["counts"]["known_differences"]["covers"], 2);
    assert_eq!(json["cases"][1]["known"][0]["state"], "covers");
}

/// The verdict of a spec on two small traces of one kernel each, with an entry about the kernels of another name.
fn replaced(mock: &str, entry: &str) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let trace = |range: &str, kernel: &str| {
        format!(
            "align-trace 1\n\nrepeat 12\n  range {range}\n    kernel  9.0,9.1us  8/256  {kernel}\n    kernel  50us  132/384  gemm(…)\n"
        )
    };
    write("mock.trace", trace("iter", mock));
    write("e2e.trace", trace("layer", "rms_norm_kernel<float>(…)"));
    let text = format!(
        "align = 1\n[spec]\nname = \"a\"\nop = \"norm\"\n[mock]\ntrace = \"mock.trace\"\neach = {{ range = \"iter\" }}\n\
         [e2e]\ntrace = \"e2e.trace\"\neach = {{ range = \"layer\" }}\n[[known_difference]]\nreason = \"an older build\"\n{entry}\n"
    );
    write("spec.toml", text);
    run(&folder.path().join("spec.toml"), ALL, None).verdict
}

#[test]
fn one_kernel_for_another_is_excused_by_both_names() {
    let entry = "checks = ['kernel-name']\nkernels = ['*rms_norm_kernel<float>*', '*rms_norm_kernel<half>*']";
    assert_eq!(replaced("rms_norm_kernel<half>(…)", entry), Verdict::Pass);
    assert_eq!(replaced("rms_norm_kernel<double>(…)", entry), Verdict::Fail, "a third kernel is another difference");
}

/// The verdict of the shipped decode case, with an entry, on golden traces; and what is said of the entry.
fn bounded(mock: &str, entry: &str) -> (Verdict, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "align = 1\n[spec]\nname = \"a\"\nop = \"attention\"\nextends = \"builtin:attention\"\n[[known_difference]]\n\
         reason = \"measured once\"\n{entry}\n[[case]]\nname = \"decode\"\n\
         mock.trace = \"{ROOT}/snapshots/traces/{mock}.sqlite\"\n\
         e2e.trace = \"{ROOT}/snapshots/traces/vllm_e2e_eager.sqlite\"\n"
    );
    let path = folder.path().join("spec.toml");
    std::fs::write(&path, text).unwrap();
    let outcome = run(&path, &["decode"], None);
    let said = about(&outcome).into_iter().map(|(.., message)| message).collect();
    (of(&outcome, "decode").verdict, said)
}

#[test]
fn a_latency_is_excused_as_far_as_the_entry_says_and_in_its_direction() {
    let aligned = "vllm_mock_attn_decode_aligned"; // 30 % faster: its working set stays in the cache.
    let excused = |latency: &str| bounded(aligned, &format!("checks = ['latency-ratio']\nlatency = '{latency}'"));
    assert_eq!(excused("-35%..=-25%"), (Verdict::Pass, Vec::new()));
    for latency in ["+25%..=+35%", "-25%..=-15%", "-40%..=-35%"] {
        let (verdict, said) = excused(latency);
        assert_eq!(verdict, Verdict::Fail, "{latency}");
        assert!(said.len() == 1 && said[0].contains("is exceeded: latency -30.2%"), "{latency}: {said:?}");
    }
    let shape = "vllm_mock_attn_decode_wrong_shape";
    let (verdict, _) = bounded(shape, "checks = ['latency-ratio', 'launch-shape']\nlatency = '-35%..=-25%'");
    assert_eq!(verdict, Verdict::Fail, "slower is another difference than faster");
}

#[test]
fn more_kernels_than_the_entry_says_are_not_excused() {
    let extra = "vllm_mock_attn_decode_extra_kernels";
    let kernels = r"kernels = ['*elementwise*', '*reduce_kernel*', '*FillFunctor*', '\[CUDA mem*']
checks = ['extra-kernel', 'memory-operation']";
    let covered = |most: u32| bounded(extra, &format!("{kernels}\nside = 'mock'\nat-most = {most}"));
    let enough = (1..20).find(|most| !covered(*most).1.iter().any(|said| said.contains("is exceeded"))).unwrap();
    let (verdict, said) = covered(enough - 1);
    assert_eq!(verdict, Verdict::Fail);
    assert!(
        said[0].contains(&format!("{enough} kernels of an instance, at most {} are excused", enough - 1)),
        "{said:?}"
    );
    assert!(enough > 1 && covered(enough).1.is_empty());
}
