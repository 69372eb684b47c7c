//! `align new spec` on the golden traces: what it drafts passes where the sides agree, and fails on every wrong variant.

use crate::support::pairs;
use align::diag::{Problem, Verdict};
use align::infer::{Draft, Request, draft};
use align::pipeline::{Options, Overrides, Session};
use pairs::{ATTENTION, OTHERS, Pair, golden};
use std::collections::BTreeSet;
use std::path::Path;

/// Wrong variants of which hardly a kernel is left to compare: a draft would excuse all of them.
const REFUSED: &[&str] =
    &["other-dtype", "quantised-on-one-side", "gemm-shape-differs", "no-gpu-data", "graph-traced-as-whole"];

/// Pairs that are wrong for their spec's case only: the draft finds where in the model the mock belongs.
const ELSEWHERE: &[(&str, &str)] = &[
    ("hf_mock_attn_prefill_aligned", "hf_e2e_eager"),
    ("hf_mock_attn_decode_aligned", "hf_e2e_eager"),
    ("hf_mock_mlp_prefill_aligned", "hf_e2e_eager"),
];

/// Specs whose mocks measure one work, or works that [`request`] tells apart. Of a mock of several works a draft asks which
/// is meant; `tests/all/new_spec.rs` shows that.
const SPECS: [&str; 8] = [
    "specs/hf/attention.toml",
    "specs/attention.toml",
    "specs/hf/mlp.toml",
    "specs/hf/layer.toml",
    "specs/hf/moe.toml",
    "specs/moe.toml",
    "specs/gemm.toml",
    "tests/cases/q_proj.toml",
];

fn all() -> impl Iterator<Item = &'static Pair> {
    ATTENTION.iter().chain(OTHERS.iter()).filter(|pair| SPECS.contains(&pair.spec))
}

/// What the traces cannot tell: which of the mock's works is meant, and which of the E2E's that share a name.
fn request(pair: &Pair) -> Request {
    let (within, after) = match pair.case {
        "qkv-proj" => ("gemm:qkv_proj", "family:norm"),
        "o-proj" => ("gemm:o_proj", "family:attn_combine"),
        "gate-up-proj" => ("gemm:gate_up_proj", "family:norm"),
        "down-proj" => ("gemm:down_proj", "family:activation"),
        _ => ("", ""),
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Request {
        mock: golden(pair.mock),
        e2e: golden(pair.e2e),
        mock_within: given(within).into_iter().collect(),
        after: given(after),
        ..Request::default()
    }
}

fn drafted(session: &Session, pair: &Pair) -> Result<Draft, Vec<Problem>> {
    draft(session, &request(pair))
}

fn shown(outcome: &align::outcome::CaseOutcome) -> Vec<String> {
    outcome.findings.iter().filter(|f| f.known.is_none()).map(|f| format!("{}: {}", f.code, f.message)).collect()
}

#[test]
fn aligned_pairs_need_no_exception_and_their_wrong_variants_do_not_pass() {
    let session = Session::shipped().expect("the shipped files are right");
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    for (number, pair) in all().filter(|p| p.must == "PASS").enumerate() {
        let place = format!("{} | {}", pair.mock, pair.e2e);
        let path = folder.path().join(format!("{number}.toml"));
        let asked = Request { output: Some(path.clone()), ..request(pair) };
        let draft = draft(&session, &asked).unwrap_or_else(|problems| panic!("{place}: {problems:?}"));
        if draft.outcome.verdict != Verdict::Pass || draft.known > 0 || draft.critical == 0 {
            wrong.push(format!("{place}: {:#?}\n{}", shown(&draft.outcome), draft.text));
            continue;
        }
        std::fs::write(&path, &draft.text).expect("written");
        let (specs, mistakes) = session.load(&[path]);
        assert!(mistakes.is_empty(), "{place}: {mistakes:?}");
        let judged = session.check(&specs, &Overrides::default(), &Options::default());
        assert_eq!(judged.outcome.verdict, Verdict::Pass, "{place}, from its file: {:?}", judged.problems);
        for variant in all().filter(|v| (v.spec, v.case) == (pair.spec, pair.case) && v.must != "PASS") {
            // The E2E of another capture holds another op's size.
            let overrides = Overrides { case: None, mock: Some(golden(variant.mock)), e2e: Some(golden(variant.e2e)) };
            let run = session.check(&specs, &overrides, &Options::default());
            if run.outcome.verdict == Verdict::Pass {
                wrong.push(format!("drafted from {place}, {} | {} passes", variant.mock, variant.e2e));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrong_pairs_pass_with_differences_to_explain_or_are_refused() {
    let session = Session::shipped().expect("the shipped files are right");
    let mut wrong = Vec::new();
    for pair in all().filter(|p| p.must != "PASS") {
        let place = format!("{} | {} ({})", pair.mock, pair.e2e, pair.must);
        let refused = REFUSED.contains(&pair.must)
            || (pair.must == "other-backend" && pair.mock.starts_with("vllm"))
            || pair.mock == "hf_mock_attn_decode_wrong_dtype";
        match drafted(&session, pair) {
            Err(problems) if refused => {
                assert!(matches!(problems[0].code, "too-different" | "no-gpu-data"), "{place}: {problems:?}");
                assert!(problems[0].help.is_some(), "{place}: says what to do");
            }
            Err(problems) => wrong.push(format!("{place}: {problems:?}")),
            Ok(draft) if refused => wrong.push(format!("{place}: not refused\n{}", draft.text)),
            Ok(draft) => {
                let elsewhere = ELSEWHERE.contains(&(pair.mock, pair.e2e));
                let stale = draft.outcome.known.iter().any(|k| k.covers == 0);
                let todo = draft.text.matches("TODO: why is this so?\"").count();
                if draft.outcome.verdict != Verdict::Pass || stale || todo != draft.known || (todo > 0) == elsewhere {
                    wrong.push(format!("{place}: {:#?}\n{}", shown(&draft.outcome), draft.text));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_pattern_matches_kernels_of_the_op_and_every_entry_is_counted() {
    let session = Session::shipped().expect("the shipped files are right");
    for pair in all().filter(|p| p.must == "PASS") {
        let draft = drafted(&session, pair).unwrap_or_else(|problems| panic!("{problems:?}"));
        let entries: BTreeSet<&str> = draft.outcome.rows.iter().filter_map(|r| r.entry.as_deref()).collect();
        assert_eq!(entries.len(), draft.kernels, "{} | {}: {entries:?}\n{}", pair.mock, pair.e2e, draft.text);
        // An entry is one kind of work, and its pattern outlives a build.
        for entry in &entries {
            let of_entry = draft.outcome.rows.iter().filter(|r| r.entry.as_deref() == Some(entry));
            let families: BTreeSet<_> = of_entry.map(|r| &r.family).collect();
            assert_eq!(families.len(), 1, "{} | {}: `{entry}` is {families:?}", pair.mock, pair.e2e);
        }
        for line in draft.text.lines().filter(|l| l.starts_with("match ")) {
            let built = ["lambda()", "instance", "(int)", "TNT", "64x", "<unnamed>"];
            assert!(line.len() < 90 && !built.iter().any(|b| line.contains(b)), "{line}");
        }
        for row in draft.outcome.rows.iter().filter(|r| r.critical) {
            let family = row.family.as_deref().unwrap_or_default();
            let families = session.families();
            let glue = families.id(family).and_then(|id| families.get(id)).is_none_or(|f| f.glue || f.around);
            assert!(!glue, "{} | {}: {} is glue and critical", pair.mock, pair.e2e, row.kernel);
        }
    }
}

#[test]
fn the_same_traces_give_the_same_draft() {
    let session = Session::shipped().expect("the shipped files are right");
    for pair in all().filter(|p| p.must == "PASS").take(6) {
        let text = || drafted(&session, pair).map(|d| d.text).unwrap_or_default();
        assert_eq!(text(), text());
    }
}

#[test]
fn what_is_said_by_a_flag_is_not_inferred() {
    let session = Session::shipped().expect("the shipped files are right");
    let asked = Request {
        mock: golden("hf_mock_attn_decode_aligned"),
        e2e: golden("hf_e2e_eager"),
        name: Some("a/b".to_owned()),
        op: Some("c".to_owned()),
        owner: Some("d \"team\"".to_owned()),
        mock_range: Some("iter".to_owned()),
        e2e_within: vec!["forward:decode:*".to_owned()],
        e2e_module: Some("layers.*.self_attn".to_owned()),
        ..Request::default()
    };
    let made = draft(&session, &asked).unwrap_or_else(|problems| panic!("{problems:?}"));
    for line in [
        "name  = \"a/b\"",
        "owner = 'd \"team\"'",
        "within = [\"forward:decode:*\"]",
        "each   = [{ module = \"layers.*.self_attn\" }]",
        "each   = [{ range = \"iter\" }]",
    ] {
        assert!(made.text.contains(line), "{line}\n{}", made.text);
    }
    assert!(made.text.contains("op    = \"c\"\n"), "{}", made.text);
    assert_eq!(made.outcome.verdict, Verdict::Pass);
}

/// vLLM's rotary embedding is one module that all layers share, named after the first: it is a part of each.
#[test]
fn a_shared_module_that_the_mock_lacks_is_a_difference() {
    let session = Session::shipped().expect("the shipped files are right");
    let asked = Request {
        mock: golden("vllm_mock_layer_decode_missing_rotary"),
        e2e: golden("vllm_e2e_eager"),
        ..Request::default()
    };
    let made = draft(&session, &asked).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(!made.text.contains("without"), "{}", made.text);
    assert!(made.known > 0 && made.text.contains("kernels = \"rotary_embedding_kernel\""), "{}", made.text);
}

#[test]
fn another_module_than_the_mocks_is_refused() {
    let session = Session::shipped().expect("the shipped files are right");
    let asked = Request {
        mock: golden("hf_mock_mlp_decode_two_streams"),
        e2e: golden("hf_e2e_eager_b2_s512"),
        e2e_module: Some("*.self_attn".to_owned()),
        ..Request::default()
    };
    let problems = draft(&session, &asked).expect_err("attention is no MLP");
    assert_eq!(problems[0].code, "too-different", "{problems:?}");
}

/// Whole drafts, as their owners would first see them.
#[test]
fn drafts_read_like_written_by_hand() {
    let session = Session::shipped().expect("the shipped files are right");
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the repository is there");
    for (name, mock, e2e, within, after) in [
        ("vllm-attention-decode", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_eager", "", ""),
        ("vllm-attention-decode-graph", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_graph", "", ""),
        ("vllm-attention-prefill", "vllm_mock_attn_prefill_aligned", "vllm_e2e_eager", "", ""),
        ("vllm-attention-cache-warm", "vllm_mock_attn_decode_aligned", "vllm_e2e_eager", "", ""),
        ("vllm-moe", "vllm_mock_moe_decode_aligned", "vllm_moe_e2e_eager", "", ""),
        ("vllm-gemm", "vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", "gemm:o_proj", "family:attn_combine"),
        ("hf-attention-graph", "hf_mock_attn_decode_graph", "hf_e2e_graph", "", ""),
        ("hf-attention-no-nvtx", "hf_mock_attn_decode_no_nvtx", "hf_e2e_no_nvtx", "", ""),
        ("hf-attention-missing-rotary", "hf_mock_attn_decode_missing_rotary", "hf_e2e_eager", "", ""),
        ("hf-attention-other-cache", "hf_mock_attn_decode_aligned", "hf_e2e_graph", "", ""),
        ("hf-mlp", "hf_mock_mlp_decode_aligned", "hf_e2e_eager", "", ""),
        ("hf-layer", "hf_mock_layer_decode_aligned", "hf_e2e_eager", "", ""),
    ] {
        let trace = |name: &str| format!("snapshots/traces/{name}.sqlite").into();
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let asked = Request {
            mock: trace(mock),
            e2e: trace(e2e),
            mock_within: given(within).into_iter().collect(),
            after: given(after),
            ..Request::default()
        };
        let draft = draft(&session, &asked).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/infer"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, draft.text));
    }
}
