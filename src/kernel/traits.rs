//! What a kernel's name alone says about it.

use super::identity::Identity;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The data type a kernel computes in, where its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    Bf16,
    Fp16,
    Fp8,
    Fp32,
}

/// Types that a name says outright.
static DTYPES: LazyLock<Vec<(Dtype, Regex)>> = LazyLock::new(|| {
    // fp8 first: an fp8 kernel also names its bf16 output.
    [
        (Dtype::Fp8, r"e4m3|e5m2|fp8|Float8|nvjet_(?:sm\d+_)?q"),
        (Dtype::Bf16, r"__nv_bfloat16|BFloat16|bfloat16_t|nvjet_(?:sm\d+_)?t[a-z]*_"),
        (Dtype::Fp16, r"__half|c10::Half|half_t|nvjet_(?:sm\d+_)?h[a-z]*_"),
        (Dtype::Fp32, r"f32f32_f32f32|sgemm|lambda\(float\)"),
    ]
    .into_iter()
    .filter_map(|(dtype, pattern)| Regex::new(pattern).ok().map(|regex| (dtype, regex)))
    .collect()
});

/// The data type in a name; `None` where the name does not say (cuDNN writes `f16` for both 16-bit
/// types, Triton nothing), says several that contradict, or converts one into another. Single precision beside a
/// narrower type is what the kernel adds up in.
pub fn dtype(name: &Identity) -> Option<Dtype> {
    // `(vllm::Fp8KVCacheDataType)0` names a type of setting, not of data.
    let text = name.exact.replace("Fp8KVCacheDataType", "");
    let said: Vec<Dtype> = DTYPES.iter().filter(|(_, r)| r.is_match(&text)).map(|(d, _)| *d).collect();
    match said.as_slice() {
        [Dtype::Fp32] if text.contains("copy_kernel") => None,
        [only] => Some(*only),
        [Dtype::Fp8, ..] => Some(Dtype::Fp8),
        [narrower, Dtype::Fp32] => Some(*narrower),
        _ => None,
    }
}

/// Whether a compiler chose this kernel's block size by itself (TorchInductor), so that its grid says
/// nothing about its inputs.
pub fn is_generated(name: &Identity) -> bool {
    name.function.starts_with("triton_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dtype_is_said_only_where_the_name_says_one() {
        let of = |n: &str| dtype(&Identity::new(n, ""));
        assert_eq!(of("nvjet_sm90_tst_64x8_64x16_4x1_v_bz_TNT"), Some(Dtype::Bf16));
        assert_eq!(of("nvjet_hsh_64x8_64x16_4x1_v_bz_TNT"), Some(Dtype::Fp16));
        assert_eq!(of("void f<cutlass::float_e4m3_t, cutlass::bfloat16_t>(int)"), Some(Dtype::Fp8));
        assert_eq!(of("void f<c10::BFloat16, c10::Half>(int)"), None);
        assert_eq!(of("triton_poi_fused_1"), None);
        assert_eq!(of("sm80_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize128x64x8_stage3"), Some(Dtype::Fp32));
        assert_eq!(
            of("void cutlass::Kernel2<cutlass_80_simt_sgemm_128x32_8x5_tn_align1>(T1::Params)"),
            Some(Dtype::Fp32)
        );
        assert_eq!(of("void at::native::silu_kernel::[lambda(float) (instance 1)](int)"), Some(Dtype::Fp32));
        assert_eq!(of("void f<c10::BFloat16, g::[lambda(float) (instance 1)]>(int)"), Some(Dtype::Bf16));
        assert_eq!(of("void at::native::bfloat16_copy_kernel_cuda::[lambda(float) (instance 1)](int)"), None);
        assert_eq!(of("void f<float, float>(int)"), None);
        assert_eq!(of("void at::native::float8_copy_kernel_cuda::[lambda(c10::BFloat16)](int)"), Some(Dtype::Bf16));
        assert_eq!(
            of(
                "void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16, __nv_bfloat16, (vllm::Fp8KVCacheDataType)0>(T1)"
            ),
            Some(Dtype::Bf16)
        );
    }
}
