//! Names as people say them: of kernels from their family, of the op from its kernels.

use crate::trace::framework::Phase;

/// What kernels of a family are called in a spec; families of a project go by their own name.
pub(super) fn title(family: &str) -> String {
    let known = match family {
        "comm" => "collective",
        "comm_fused" => "fused collective",
        "moe_a2a" => "expert dispatch",
        "kv_write" => "KV-cache write",
        "attn_plan" => "attention plan",
        "attn_combine" => "split-KV combine",
        "attention" => "attention forward",
        "linear_attn" => "linear attention",
        "moe_gemm" => "expert GEMM",
        "moe_route" => "expert routing",
        "moe_finalize" => "weighted sum",
        "activation" => "activation",
        "norm" => "norm",
        "rotary" => "rotary embedding",
        "quant" => "quantisation",
        "gemm_splitk" => "split-K reduction",
        "gemm" => "GEMM",
        "softmax" => "softmax",
        "memcpy" => "memory copy",
        "memset" => "memory set",
        "copy_cat" => "copy",
        "fill" => "fill",
        "sort_scan" => "sort",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

/// What an op with kernels of these families is, as specs name it.
pub(super) fn op(families: &[&str], phase: Option<Phase>) -> Option<&'static str> {
    let has = |name: &str| families.contains(&name);
    let gemm = has("gemm") || has("gemm_splitk");
    if has("moe_gemm") {
        return Some("moe");
    }
    if has("attention") && gemm && has("activation") {
        return Some("decoder_layer");
    }
    if has("attention") {
        return Some(match phase {
            Some(Phase::Decode) => "generation_attention",
            Some(Phase::Prefill) => "context_attention",
            _ => "attention",
        });
    }
    [("linear_attn", "linear_attention"), ("comm", "all_reduce"), ("comm_fused", "all_reduce")]
        .into_iter()
        .find(|(family, _)| has(family))
        .map(|(_, op)| op)
        .or(match (gemm, has("activation")) {
            (true, true) => Some("gated_mlp"),
            (true, false) => Some("gemm"),
            _ => None,
        })
        .or_else(|| ["norm", "rotary", "activation", "quant"].into_iter().find(|f| has(f)))
}
