//! The shipped families against real kernel names.

use crate::support;
use align::kernel::Identity;
use support::families;

/// Every name of every trace of the collection, as nsys prints it.
const NAMES: &str = include_str!("../data/kernel-names.txt");

#[test]
fn every_real_name_falls_into_a_family() {
    let families = families();
    let lost: Vec<&str> = NAMES.lines().filter(|name| families.name_of(&Identity::new(name, "")).is_none()).collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn names_fall_into_the_family_that_people_would_say() {
    let families = families();
    for (name, family) in EXPECTED {
        assert_eq!(families.name_of(&Identity::new(name, "")), Some(*family), "{name}");
    }
}

#[test]
fn the_heart_of_an_operation_is_never_glue() {
    assert!(families().iter().all(|family| !(family.core && (family.glue || family.around))));
    let core: Vec<_> = families().iter().filter(|family| family.core).map(|family| family.name.clone()).collect();
    assert_eq!(core, ["attention", "linear_attn", "moe_gemm"]);
}

#[test]
fn what_surrounds_operations_is_part_of_none() {
    let around: Vec<_> = families().iter().filter(|family| family.around).map(|f| f.name.clone()).collect();
    assert_eq!(around, ["host_copy", "engine", "debug", "random", "cache_flush", "bookkeeping"]);
    assert!(families().iter().all(|family| !(family.around && (family.glue || family.companion))));
}

#[test]
fn what_comes_with_another_kernels_variant_is_a_companion() {
    let companions: Vec<_> = families().iter().filter(|family| family.companion).map(|f| f.name.clone()).collect();
    assert_eq!(companions, ["memset", "attn_combine", "gemm_splitk"]);
    assert!(families().iter().all(|family| !(family.companion && family.core)));
}

const EXPECTED: &[(&str, &str)] = &[
    ("[CUDA memcpy Device-to-Device]", "memcpy"),
    ("[CUDA memcpy Host-to-Device]", "host_copy"),
    ("[CUDA memcpy Device-to-Host]", "host_copy"),
    ("[CUDA memset]", "memset"),
    ("ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<(unsigned long)4096>)", "comm"),
    ("void vllm::cross_device_reduce_2stage<__nv_bfloat16, (int)8>(vllm::RankData *)", "comm"),
    ("void flashinfer::trtllm_allreduce_fusion::allreduce_fusion_kernel_oneshot_lamport<(int)1>(T1)", "comm_fused"),
    ("void deep_ep::intranode::dispatch<(int)8, (int)768>(int4 *)", "moe_a2a"),
    ("void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16, (int)0>(const T1 *)", "kv_write"),
    ("reshape_and_cache_kernel_flash", "kv_write"),
    ("void flash::prepare_varlen_num_blocks_kernel<(int)4, (bool)1>(int)", "attn_plan"),
    (
        "void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<(int)8>>>>(T1::Params)",
        "attn_combine",
    ),
    ("reduce_segments", "attn_combine"),
    ("void cutlass::device_kernel<flash::enable_sm90<flash::FlashAttnFwdSm90<int>>>(T1::Params)", "attention"),
    ("void flash::flash_fwd_splitkv_kernel<Flash_fwd_kernel_traits<(int)128>>(flash::Flash_fwd_params)", "attention"),
    ("void flash::flash_fwd_splitkv_combine_kernel<Flash_fwd_kernel_traits<(int)128>>(int)", "attn_combine"),
    ("kernel_unified_attention", "attention"),
    ("fmhaSm100aKernel_QkvBfloat16OBfloat16H128PagedKvCausalP64VarSeqQ128Kv128PersistentContext", "attention"),
    ("cudnn_generated_fort_native_sdpa_sm90_flash_fprop_wgmma_f16_knob_7_64x128x128", "attention"),
    ("_fwd_grouped_kernel_stage1", "attention"),
    ("chunk_gated_delta_rule_fwd_kernel_h_blockdim64", "linear_attn"),
    ("fused_moe_kernel", "moe_gemm"),
    ("bmm_E4m3_E4m3E4m3_Fp32_t128x8x128u2_s6_et64x8_m64x8x32_cga1x1x1_sm100f", "moe_gemm"),
    ("void vllm::moe::topkGating<(int)8, (int)128>(const T1 *)", "moe_route"),
    ("void vllm::moe::moe_align_block_size_kernel<int>(const T1 *)", "moe_route"),
    ("void vllm::moe::moe_sum_kernel<c10::BFloat16, (int)4>(T1 *)", "moe_finalize"),
    ("void vllm::act_and_mul_kernel<c10::BFloat16, &vllm::silu_kernel<c10::BFloat16>, (bool)1>(T1 *)", "activation"),
    ("triton_poi_fused_mul_silu_slice_1", "activation"),
    ("void vllm::rms_norm_kernel<c10::BFloat16, (int)8>(T1 *)", "norm"),
    ("kernel_cutlass_kernel_flashinfernormkernelsrmsnormRMSNormKernel_object_at__tensorptrbf16", "norm"),
    ("void vllm::rotary_embedding_kernel<c10::BFloat16, (bool)1>(const long *)", "rotary"),
    (
        "void at::native::vectorized_elementwise_kernel<(int)4, at::native::float8_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda(c10::BFloat16) (instance 1)]>(int)",
        "quant",
    ),
    ("void vllm::scaled_fp8_quant_kernel_strided<float>(T1 *)", "quant"),
    ("void cublasLt::splitKreduce_kernel<(int)32, (int)16, int, __nv_bfloat16>(T4)", "gemm_splitk"),
    ("nvjet_sm90_tst_320x128_64x3_1x2_h_bz_coopB_TNT", "gemm"),
    ("void deep_gemm::sm90_fp8_gemm_1d2d_impl<(unsigned int)0>(float *)", "gemm"),
    ("ampere_bf16_s16816gemm_bf16_128x64_ldg8_f2f_stages_64x4_tn", "gemm"),
    ("_gumbel_sample_kernel", "sampling"),
    ("_compute_slot_mappings_kernel", "engine"),
    (
        "void at::native::vectorized_elementwise_kernel<(int)8, at::native::FillFunctor<unsigned char>>(int)",
        "cache_flush",
    ),
    ("void at::native::vectorized_elementwise_kernel<(int)4, at::native::FillFunctor<c10::BFloat16>>(int)", "fill"),
    ("void at::native::vectorized_elementwise_kernel<(int)4, at::native::FillFunctor<int>>(int)", "bookkeeping"),
    ("void at::native::vectorized_elementwise_kernel<(int)2, at::native::CUDAFunctor_add<long>>(int)", "bookkeeping"),
    (
        "void at::native::unrolled_elementwise_kernel<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda(long) (instance 1)]>(int)",
        "bookkeeping",
    ),
    (
        "void at::native::unrolled_elementwise_kernel<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda(float) (instance 1)]>(int)",
        "copy_cat",
    ),
    (
        "void at::native::elementwise_kernel<(int)128, (int)2, void at::native::gpu_kernel_impl_nocast<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda() (instance 3)]::operator ()() const::[lambda(float) (instance 1)]>(at::TensorIteratorBase &, const T1 &)::[lambda(int) (instance 1)]>(int, T3)",
        "copy_cat",
    ),
    (
        "void at::native::index_elementwise_kernel<(int)128, (int)4, void at::native::index_kernel_impl<at::native::OpaqueType<(int)8>>(long)>(long)",
        "bookkeeping",
    ),
    (
        "void at::native::index_elementwise_kernel<(int)128, (int)4, void at::native::index_kernel_impl<at::native::OpaqueType<(int)2>>(long)>(long)",
        "index",
    ),
    ("void at::native::vectorized_gather_kernel<(int)16, long>(char *, char *, T2 *, int)", "embedding"),
    ("void at::native::<unnamed>::indexSelectSmallIndex<c10::BFloat16, long, unsigned int>(int)", "embedding"),
    ("triton_red_fused__to_copy_embedding_rms_norm_0", "norm"),
    ("triton_poi_fused_embedding_0", "embedding"),
    ("triton_tem_fused_addmm_0", "gemm"),
    ("triton_tem_fused_flex_attention_0", "attention"),
    ("triton_poi_fused_gelu_mul_2", "activation"),
    ("triton_per_fused__softmax_4", "softmax"),
    ("triton_poi_fused_cat_cos_mul_neg_sin_1", "rotary"),
    ("triton_poi_fused_mul_cos_neg_sin_1", "rotary"),
    (
        "void at::native::unrolled_elementwise_kernel<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase &)>(int)",
        "copy_cat",
    ),
    ("void at::native::vectorized_elementwise_kernel<(int)4, at::native::CUDAFunctor_add<float>>(int)", "elementwise"),
    ("triton_poi_fused_3", "inductor"),
    (
        "void at::native::reduce_kernel<(int)128, (int)4, at::native::ReduceOp<c10::BFloat16, at::native::func_wrapper_t<c10::BFloat16, at::native::sum_functor<c10::BFloat16, float, c10::BFloat16>>>>(T3)",
        "partial_sum",
    ),
    (
        "void at::native::reduce_kernel<(int)512, (int)1, at::native::ReduceOp<float, at::native::sum_functor<float>>>(T3)",
        "torch_reduce",
    ),
];
