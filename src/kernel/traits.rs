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
        (Dtype::Bf16, r"__nv_bfloat16|BFloat16|bfloat16_t|nvjet_(?:sm\d+_)?t[a-z]*_|ncclDevKernel_\w+_bf16"),
        (Dtype::Fp16, r"__half|c10::Half|half_t|nvjet_(?:sm\d+_)?h[a-z]*_|ncclDevKernel_\w+_f16"),
        (Dtype::Fp32, r"f32f32_f32f32|sgemm|lambda\(float\)|ncclDevKernel_\w+_f32"),
    ]
    .into_iter()
    .filter_map(|(dtype, pattern)| Regex::new(pattern).ok().map(|regex| (dtype, regex)))
    .collect()
});

/// Conversions to a type, which names write in words.
static CONVERSIONS: [(Dtype, &str); 2] =
    [(Dtype::Bf16, ":bfloat16_copy_kernel"), (Dtype::Fp16, ":float16_copy_kernel")];

/// All data types that a name mentions, the one that it converts to among them.
pub fn dtypes(name: &Identity) -> Vec<Dtype> {
    let text = without_settings(name);
    let said = DTYPES.iter().filter(|(_, regex)| regex.is_match(&text)).map(|(dtype, _)| *dtype);
    said.chain(CONVERSIONS.iter().filter(|(_, what)| text.contains(what)).map(|(dtype, _)| *dtype)).collect()
}

/// `(vllm::Fp8KVCacheDataType)0` names a type of setting, not of data.
fn without_settings(name: &Identity) -> String {
    name.exact.replace("Fp8KVCacheDataType", "")
}

/// The data type in a name; `None` where the name does not say (cuDNN writes `f16` for both 16-bit
/// types, Triton nothing), says several that contradict, or converts one into another. Single precision beside a
/// narrower type is what the kernel adds up in.
pub fn dtype(name: &Identity) -> Option<Dtype> {
    let text = without_settings(name);
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
    fn a_conversion_mentions_what_it_converts_to() {
        let of = |n: &str| dtypes(&Identity::new(n, ""));
        assert_eq!(of("void at::native::bfloat16_copy_kernel_cuda::[lambda(float)](int)"), [Dtype::Fp32, Dtype::Bf16]);
        assert_eq!(of("void at::native::float16_copy_kernel_cuda::[lambda(float)](int)"), [Dtype::Fp32, Dtype::Fp16]);
        assert_eq!(of("triton_poi_fused_1"), []);
    }

    #[test]
    fn a_dtype_is_said_only_where_the_name_says_one() {
        let of = |n: &str| dtype(&Identity::new(n, ""));
        assert_eq!(of("nvjet_sm90_tst_64x8_64x16_4x1_v_bz_TNT"), Some(Dtype::Bf16));
        assert_eq!(of("nvjet_hsh_64x8_64x16_4x1_v_bz_TNT"), Some(Dtype::Fp16));
        assert_eq!(of("void f<cutlass::float_e4m3_t, cutlass::bfloat16_t>(int)"), Some(Dtype::Fp8));
        assert_eq!(of("void f<c10::BFloat16, c10::Half>(int)"), None);
        assert_eq!(of("triton_poi_fused_1"), None);
        assert_eq!(of("ncclDevKernel_AllReduce_Sum_f16_RING_LL(ncclDevKernelArgsStorage<4096ul>)"), Some(Dtype::Fp16));
        assert_eq!(of("ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<4096ul>)"), Some(Dtype::Bf16));
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
