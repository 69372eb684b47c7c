//! Pairs of golden traces and what each must show.

#![allow(dead_code, reason = "every test file takes what it needs")]

use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use std::path::{Path, PathBuf};

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

const fn pair(
    spec: &'static str,
    case: &'static str,
    mock: &'static str,
    e2e: &'static str,
    must: &'static str,
) -> Pair {
    Pair { spec, case, mock, e2e, must, also: None }
}

impl Pair {
    const fn also(self, issue: &'static str) -> Self {
        Self { also: Some(issue), ..self }
    }
}

const HF: &str = "specs/hf/attention.toml";
/// The full model of the second capture: batch 2, 512 tokens.
const E2E: &str = "hf_e2e_eager_b2_s512";
const VLLM: &str = "specs/attention.toml";

/// Every wrong variant and every aligned pair of the golden traces, for the attention specs.
pub(crate) const ATTENTION: &[Pair] = &[
    pair(HF, "prefill", "hf_mock_attn_prefill_aligned", "hf_e2e_eager", "PASS"),
    pair(HF, "prefill", "hf_mock_attn_prefill_wrong_shape", "hf_e2e_eager", "inputs-differ"),
    pair(HF, "prefill", "hf_mock_attn_prefill_wrong_backend", "hf_e2e_eager", "other-backend"),
    pair(HF, "decode", "hf_mock_attn_decode_aligned", "hf_e2e_eager", "PASS"),
    pair(HF, "decode", "hf_mock_attn_decode_wrong_shape", "hf_e2e_eager", "inputs-differ"),
    pair(HF, "decode", "hf_mock_attn_decode_extra_kernels", "hf_e2e_eager", "debug-kernels"),
    pair(HF, "decode", "hf_mock_attn_decode_missing_rotary", "hf_e2e_eager", "module-missing"),
    pair(HF, "decode", "hf_mock_attn_decode_missing_kv", "hf_e2e_eager", "module-missing"),
    pair(HF, "decode", "hf_mock_attn_decode_wrong_dtype", E2E, "other-dtype"),
    pair(HF, "decode", "hf_mock_attn_decode_missing_rotary_extra", E2E, "debug-kernels").also("module-missing"),
    pair(HF, "decode", "hf_mock_mlp_decode_two_streams", E2E, "another-operation"),
    pair(HF, "decode", "hf_mock_attn_decode_no_nvtx", "hf_e2e_no_nvtx", "PASS"),
    pair(HF, "decode", "hf_two_processes", "hf_two_processes", "PASS"),
    pair(HF, "decode", "hf_mock_attn_decode_aligned", "hf_e2e_graph_level_trace", "graph-traced-as-whole"),
    pair(HF, "decode", "hf_mock_attn_decode_aligned", "hf_no_gpu_client", "no-gpu-data"),
    pair(HF, "decode", "hf_mock_attn_decode_aligned", "hf_no_gpu_cpu_only", "no-gpu-data"),
    pair(HF, "decode-graph", "hf_mock_attn_decode_graph", "hf_e2e_graph", "PASS"),
    pair(HF, "decode-graph", "hf_mock_attn_decode_graph", "hf_e2e_graph_capture_range", "PASS"),
    pair(HF, "decode-graph", "hf_mock_attn_decode_static_no_graph", "hf_e2e_graph", "no-cuda-graph"),
    pair(HF, "decode-graph", "hf_mock_attn_decode_aligned", "hf_e2e_graph", "other-implementation"),
    pair(VLLM, "prefill", "vllm_mock_attn_prefill_aligned", "vllm_e2e_eager", "PASS"),
    pair(VLLM, "prefill", "vllm_mock_attn_prefill_aligned", "vllm_e2e_graph", "PASS"),
    pair(VLLM, "prefill", "vllm_mock_attn_prefill_wrong_shape", "vllm_e2e_eager", "hidden-inputs-differ"),
    pair(VLLM, "prefill", "vllm_mock_attn_prefill_wrong_shape", "vllm_e2e_graph", "hidden-inputs-differ"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_eager", "PASS"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_eager_v2", "PASS"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_eager_mp", "PASS"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_graph_piecewise", "PASS"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_aligned", "vllm_e2e_eager", "cache-warm"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_cold_l2", "vllm_e2e_eager", "hidden-inputs-differ"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_wrong_shape", "vllm_e2e_eager", "inputs-differ"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_wrong_heads", "vllm_e2e_eager", "hidden-inputs-differ"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_extra_kernels", "vllm_e2e_eager", "debug-kernels"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_missing_kv", "vllm_e2e_eager", "module-missing"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_wrong_backend", "vllm_e2e_eager", "other-backend"),
    pair(VLLM, "decode", "vllm_mock_attn_decode_block16_cold_l2", "vllm_no_gpu_data_mp_fork", "no-gpu-data"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_graph", "PASS"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_graph_whole", "PASS"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_block16_cold_l2", "vllm_e2e_graph_mp", "PASS"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_aligned", "vllm_e2e_graph", "cache-warm"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_cold_l2", "vllm_e2e_graph", "hidden-inputs-differ"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_wrong_shape", "vllm_e2e_graph", "inputs-differ"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_wrong_heads", "vllm_e2e_graph", "hidden-inputs-differ"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_extra_kernels", "vllm_e2e_graph", "debug-kernels"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_missing_kv", "vllm_e2e_graph", "module-missing"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_wrong_backend", "vllm_e2e_graph", "other-backend"),
    pair(VLLM, "decode-graph", "vllm_mock_attn_decode_no_graph", "vllm_e2e_graph", "no-cuda-graph"),
];

/// The same for the other shipped specs.
pub(crate) const OTHERS: &[Pair] = &[
    pair("specs/hf/mlp.toml", "prefill", "hf_mock_mlp_prefill_aligned", "hf_e2e_eager", "PASS"),
    pair("specs/hf/mlp.toml", "decode", "hf_mock_mlp_decode_aligned", "hf_e2e_eager", "PASS"),
    pair("specs/hf/mlp.toml", "decode", "hf_mock_mlp_decode_aligned", "hf_e2e_graph", "no-cuda-graph"),
    pair("specs/hf/layer.toml", "decode", "hf_mock_layer_decode_aligned", "hf_e2e_eager", "PASS"),
    pair("specs/hf/layer.toml", "decode-graph", "hf_mock_layer_decode_graph", "hf_e2e_graph", "PASS"),
    pair("specs/hf/mlp.toml", "decode", "hf_mock_mlp_decode_two_streams", E2E, "parallel-on-one-side"),
    pair("specs/hf/mlp.toml", "decode", "hf_mock_mlp_decode_fp8", E2E, "quantised-on-one-side"),
    pair("specs/hf/mlp.toml", "decode", "hf_mock_attn_decode_wrong_dtype", E2E, "another-operation"),
    pair("specs/hf/layer.toml", "decode", "hf_mock_layer_decode_wrong_batch", E2E, "inputs-differ"),
    pair("specs/hf/layer.toml", "decode", "hf_mock_layer_decode_fused_norm", E2E, "fused-in-mock"),
    pair("specs/hf/layer.toml", "decode", "hf_mock_layer_decode_missing_rotary_no_nvtx", E2E, "module-missing"),
    pair("tests/specs_for_pairs/gemm.toml", "decode", "hf_mock_q_proj_decode_warm_l2", E2E, "cache-warm"),
    pair(HF, "decode", "hf_mock_attn_prefill_aligned", "hf_e2e_eager", "other-phase"),
    pair(HF, "prefill", "hf_mock_attn_decode_aligned", "hf_e2e_eager", "other-phase"),
    pair("specs/hf/mlp.toml", "decode", "hf_mock_mlp_prefill_aligned", "hf_e2e_eager", "inputs-differ"),
    pair("specs/hf/moe.toml", "decode", "hf_mock_moe_decode_aligned", "hf_moe_e2e_eager", "PASS"),
    pair("specs/moe.toml", "decode", "vllm_mock_moe_decode_aligned", "vllm_moe_e2e_eager", "PASS"),
    pair("specs/gemm.toml", "qkv-proj", "vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", "PASS"),
    pair("specs/gemm.toml", "o-proj", "vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", "PASS"),
    pair("specs/gemm.toml", "gate-up-proj", "vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", "PASS"),
    pair("specs/gemm.toml", "down-proj", "vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", "PASS"),
    pair("specs/gemm.toml", "qkv-proj", "vllm_mock_gemm_decode_wrong_shape", "vllm_e2e_graph", "gemm-shape-differs"),
    pair("specs/gemm.toml", "o-proj", "vllm_mock_gemm_decode_wrong_shape", "vllm_e2e_graph", "gemm-shape-differs"),
    pair(
        "specs/gemm.toml",
        "gate-up-proj",
        "vllm_mock_gemm_decode_wrong_shape",
        "vllm_e2e_graph",
        "gemm-shape-differs",
    ),
    pair("specs/gemm.toml", "down-proj", "vllm_mock_gemm_decode_wrong_shape", "vllm_e2e_graph", "gemm-shape-differs"),
];

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
