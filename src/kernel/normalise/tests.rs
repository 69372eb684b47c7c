use super::*;
use crate::limits::NAME_BYTES;
use proptest::prelude::*;

#[test]
fn two_demanglers_give_one_name() {
    let nsys = "void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16, __nv_bfloat16, (vllm::Fp8KVCacheDataType)0>(const T1 *, long)";
    let kineto = "void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16, __nv_bfloat16, (vllm::Fp8KVCacheDataType)0>(__nv_bfloat16 const*, long)";
    assert_eq!(normalise(nsys), normalise(kineto));
    let nsys = "void at::native::elementwise_kernel<(int)128, (int)4, void at::native::gpu_kernel_impl_nocast<at::native::neg_kernel_cuda(at::TensorIteratorBase &)::[lambda() (instance 2)]::operator ()() const::[lambda(const float *) (instance 1)]>(at::TensorIteratorBase &, const T1 &)::[lambda(int) (instance 1)]>(int, T3)";
    let kineto = "void at::native::elementwise_kernel<128, 4, at::native::gpu_kernel_impl_nocast<at::native::neg_kernel_cuda(at::TensorIteratorBase&)::{lambda()#2}::operator()() const::{lambda(float const*)#1}>(at::TensorIteratorBase&, at::native::neg_kernel_cuda(at::TensorIteratorBase&)::{lambda()#2}::operator()() const::{lambda(float const*)#1} const&)::{lambda(int)#1}>(int, int)";
    assert_eq!(normalise(nsys), normalise(kineto));
    assert_eq!(base(&normalise(nsys)), "elementwise_kernel.neg_kernel_cuda");
    let nsys = "void at::native::vectorized_elementwise_kernel<(int)8, at::native::<unnamed>::silu_kernel(at::TensorIteratorBase &)::[lambda() (instance 1)]::operator ()() const::[lambda(c10::BFloat16) (instance 1)], std::array<char *, (unsigned long)2>>(int, T2, T3)";
    let kineto = "void at::native::vectorized_elementwise_kernel<8, at::native::(anonymous namespace)::silu_kernel(at::TensorIteratorBase&)::{lambda()#1}::operator()() const::{lambda(c10::BFloat16)#6}, std::array<char*, 2ul> >(int, at::native::(anonymous namespace)::silu_kernel(at::TensorIteratorBase&)::{lambda()#1}, std::array<char*, 2ul>)";
    assert_eq!(normalise(nsys), normalise(kineto));
}

#[test]
fn a_return_type_with_templates_is_not_the_function() {
    let name = "std::enable_if<(((int)8)>(int)0), void>::type vllm::fused_add_rms_norm_kernel<c10::BFloat16, (int)8>(T1 *, long)";
    assert_eq!(function_name(&normalise(name)), "fused_add_rms_norm_kernel");
}

#[test]
fn inductor_numbers_mean_nothing_and_its_words_do() {
    assert_eq!(normalise("triton_poi_fused_1"), normalise("triton_poi_fused_3"));
    assert_eq!(normalise("triton_poi_fused_mul_silu_slice_1"), "triton_poi_fused_mul_silu_slice");
    assert_eq!(normalise("triton_red_fused_fused_add_rms_norm_2"), "triton_red_fused_fused_add_rms_norm");
    assert_ne!(
        normalise("triton_red_fused_fused_add_rms_norm_0"),
        normalise("triton_red_fused__to_copy_embedding_rms_norm_0")
    );
    assert_eq!(normalise("_fwd_kernel_0d1d2d34d5d6d7c"), "_fwd_kernel");
}

#[test]
fn wrappers_are_named_with_what_they_wrap() {
    let flash = "void cutlass::device_kernel<flash::enable_sm90_or_later<flash::FlashAttnFwdSm90<flash::CollectiveMainloopFwdSm90<(int)2>>>>(T1::Params)";
    assert_eq!(base(&normalise(flash)), "device_kernel.FlashAttnFwdSm90");
    let multiply = "void at::native::vectorized_elementwise_kernel<(int)8, at::native::BinaryFunctor<c10::BFloat16, c10::BFloat16, c10::BFloat16, at::native::binary_internal::MulFunctor<float>>, std::array<char *, (unsigned long)3>>(int, T2, T3)";
    assert_eq!(base(&normalise(multiply)), "vectorized_elementwise_kernel.BinaryFunctor.MulFunctor");
}

#[test]
fn library_gemms_of_other_tiles_share_a_base() {
    let (a, b) = ("nvjet_sm90_tst_64x8_64x16_4x1_v_bz_TNT", "nvjet_sm90_tst_128x8_64x12_2x1_v_bz_splitK_TNT");
    assert_eq!(base(&normalise(a)), base(&normalise(b)));
    assert_ne!(base(&normalise(a)), base(&normalise("nvjet_sm90_hsh_64x8_64x16_4x1_v_bz_TNT")));
    assert_eq!(
        base(&normalise("void cutlass::Kernel2<cutlass_80_simt_sgemm_128x32_8x5_nn_align1>(T1::Params)")),
        "Kernel2.cutlass_80_simt_sgemm_nn_align1"
    );
}

#[test]
fn a_name_of_brackets_is_its_own_base() {
    assert_eq!((base(&normalise("(")), function_name(&normalise("("))), ("(".to_owned(), "(".to_owned()));
    assert_ne!(base(&normalise("(")), base(&normalise("<>")));
}

#[test]
fn memory_operations_stay_as_they_are() {
    assert_eq!(base(&normalise("[CUDA memcpy Device-to-Device]")), "[CUDA memcpy Device-to-Device]");
}

/// A product of length and depth instead of a sum would take hours here.
#[test]
fn the_longest_hostile_names_are_read_in_a_moment() {
    let pieces = [
        "(",
        "<",
        "[",
        "{",
        "a<",
        "a::",
        "(int)1,",
        "(int)1",
        "enable_sm90<",
        "gpu_kernel_impl<",
        "operator(",
        " (",
        "_1x1",
        "_1d",
        "1u ",
        "<unnamed>",
        "{lambda(",
        "_GLOBAL__N__",
        "(instance 1",
        "triton_poi_fused_",
        " ",
        "€",
        "_knob_",
        "nvjet_sm90_a_",
        "CUB_",
        "__1::",
        "_0",
        "true,",
        "device_kernel<",
    ];
    for piece in pieces {
        for start in ["void f<", "", "triton_poi_fused_", "device_kernel<"] {
            let name = format!("{start}{}", piece.repeat(NAME_BYTES / piece.len()));
            let normal = normalise(&name);
            let _ = (base(&normal), function_name(&normal));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_normalised_without_panic_and_twice_is_once(text in "\\PC{0,80}") {
        let once = normalise(&text);
        let _ = (base(&once), function_name(&once));
        prop_assert!(normalise(&once).len() <= once.len());
    }

    #[test]
    fn hostile_brackets_do_no_harm(text in "[<>(){}\\[\\], :a0&*]{0,60}") {
        let normal = normalise(&text);
        let _ = (base(&normal), function_name(&normal));
    }
}
