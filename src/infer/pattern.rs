//! A tight pattern for a kernel: it names what the kernel does, survives a rebuild, and matches no other kernel of
//! the op.

use crate::kernel::{Families, Identity, KernelPattern};
use crate::trace::framework::literal;

/// The tightest pattern that matches this kernel and, of the op's other kernels, only those of the same base name and
/// family; where no text tells it from them, one that takes them along.
pub(super) fn pattern(kernel: &Identity, op: &[&Identity], families: &Families) -> String {
    let matching: Vec<(String, KernelPattern)> = candidates(kernel)
        .into_iter()
        .filter_map(|text| KernelPattern::new(&text, families).ok().map(|made| (text, made)))
        .filter(|(_, made)| made.matches(kernel, families))
        .collect();
    let alike = |other: &Identity| other.base == kernel.base && families.of(other) == families.of(kernel);
    let others: Vec<&&Identity> = op.iter().filter(|other| !alike(other)).collect();
    let alone = |made: &KernelPattern| !others.iter().any(|other| made.matches(other, families));
    let best = matching.iter().find(|(_, made)| alone(made)).or(matching.first());
    best.map_or_else(|| literal(&kernel.exact), |(text, _)| text.clone())
}

/// Patterns that match the kernel, the tightest that survives a rebuild first.
fn candidates(kernel: &Identity) -> Vec<String> {
    let exact = kernel.exact.as_str();
    let function = kernel.function.as_str();
    if exact.starts_with('[') {
        return vec![literal(exact)];
    }
    if function.starts_with("nvjet") {
        return vec!["nvjet_*".to_owned(), tuned(function)];
    }
    if let Some(triton) = generated(kernel) {
        return vec![triton];
    }
    let mut found = Vec::new();
    let parts: Vec<&str> = kernel.base.split('.').collect();
    match parts.as_slice() {
        // A wrapper: what it wraps tells.
        [wrapper, .., last] => {
            found.extend(around(exact, last));
            found.extend(around(exact, last).into_iter().take(2).map(|word| format!("*::{}<{word}", literal(wrapper))));
            found.extend(parts.iter().rev().skip(1).flat_map(|part| around(exact, part)));
        }
        _ => {
            let cut = tuned(function);
            if cut == literal(function) {
                found.push(cut)
            } else {
                found.extend([cut, literal(function)])
            }
            found.extend(namespaced(exact, function));
        }
    }
    found
}

/// A word with what stands right around it in the name: `*::silu_kernel(*`, `*FlashAttnFwdSm90<*`.
fn around(exact: &str, word: &str) -> Vec<String> {
    let Some(at) = exact.find(word).filter(|_| !word.is_empty()) else { return Vec::new() };
    let behind = &exact[at + word.len()..];
    let next = behind.chars().next();
    // With the type it works on: integers and floats are different work.
    let typed = kind(behind).map(|kind| format!("*{}{kind}*", literal(word)));
    let word = literal(word);
    let tight = match next {
        Some(c @ ('<' | '(')) => format!("*{word}{c}*"),
        _ => format!("*{word}*"),
    };
    [Some(tight), typed, Some(format!("*{word}*"))].into_iter().flatten().collect()
}

/// The plain type that a name's next template argument or lambda works on: `<long>`, `(*lambda(int)`.
fn kind(behind: &str) -> Option<String> {
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | ' '));
    if let Some(argument) = behind.strip_prefix('<') {
        let end = argument.find([',', '>'])?;
        return plain(&argument[..end]).then(|| format!("<{}", &argument[..=end]));
    }
    let mut lambdas = behind.match_indices("lambda(").filter_map(|(at, mark)| {
        let types = &behind[at + mark.len()..];
        let types = &types[..types.find(')')?];
        plain(types).then(|| format!("(*lambda({types})"))
    });
    lambdas.next().filter(|_| behind.starts_with('('))
}

/// The function with the namespace in front of it.
fn namespaced(exact: &str, function: &str) -> Option<String> {
    let at = exact.find(&format!("::{function}"))?;
    let start = exact[..at].rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |i| i + 1);
    (start < at).then(|| format!("*{}::{}*", literal(&exact[start..at]), literal(function)))
}

/// A library's generated name up to its tile shape and tuning: `sm80_xmma_gemm_f16f16_*`.
fn tuned(function: &str) -> String {
    let marks = ["_knob_", "_tilesize"].iter().filter_map(|mark| function.find(mark));
    let cut = marks.chain(tile(function)).min();
    match cut {
        Some(at) if at > 0 => format!("{}_*", literal(&function[..at])),
        _ => literal(function),
    }
}

/// Where the first tile (`_64x64`) stands.
fn tile(name: &str) -> Option<usize> {
    name.match_indices('_').map(|(at, _)| at).find(|&at| {
        let rest = &name[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let after = &rest[digits..];
        digits > 0 && after.starts_with('x') && after[1..].starts_with(|c: char| c.is_ascii_digit())
    })
}

/// A Triton kernel without the numbers and hashes behind its name.
fn generated(kernel: &Identity) -> Option<String> {
    let (function, normal) = (kernel.exact.as_str(), kernel.normalised.as_str());
    if !function.starts_with("triton_") || normal == function {
        return None;
    }
    if function.starts_with(normal) {
        return Some(format!("/^{}(_[0-9a-f]+)*$/", regex::escape(normal)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(name: &str) -> String {
        pattern(&Identity::new(name, ""), &[], &Families::default())
    }

    #[test]
    fn patterns_say_what_a_kernel_does_and_leave_out_what_a_build_changes() {
        for (name, expected) in [
            (
                "void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16, (bool)0>(const T1 *)",
                "reshape_and_cache_flash_kernel",
            ),
            (
                "void cutlass::device_kernel<flash::enable_sm90_or_later<flash::FlashAttnFwdSm90<flash::Main<(int)2>>>>(T1::Params)",
                "*FlashAttnFwdSm90<*",
            ),
            ("nvjet_sm90_tst_64x8_64x16_4x1_v_bz_TNT", "nvjet_*"),
            ("triton_poi_fused_mul_silu_slice_1", "/^triton_poi_fused_mul_silu_slice(_[0-9a-f]+)*$/"),
            ("triton_poi_fused_1", "/^triton_poi_fused(_[0-9a-f]+)*$/"),
            ("[CUDA memset]", r"\[CUDA memset\]"),
            (
                "cudnn_generated_fort_native_sdpa_sm80_flash_fprop_wmma_f16_knob_3_64x64x64_4x1x1_kernel0_0",
                "cudnn_generated_fort_native_sdpa_sm80_flash_fprop_wmma_f16_*",
            ),
            (
                "sm80_xmma_gemm_f16f16_f16f32_f32_tn_n_tilesize128x64x8_stage3",
                "sm80_xmma_gemm_f16f16_f16f32_f32_tn_n_*",
            ),
            (
                "void at::native::vectorized_elementwise_kernel<(int)8, at::native::<unnamed>::silu_kernel(at::TensorIteratorBase &)::[lambda() (instance 1)]::operator ()() const::[lambda(c10::BFloat16) (instance 6)], std::array<char *, (unsigned long)2>>(int, T2, T3)",
                "*silu_kernel(*",
            ),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }

    #[test]
    fn work_on_another_type_is_told_apart_where_its_family_is() {
        let long = crate::kernel::Family::new("bookkeeping", "", &["*CUDAFunctor_add<long>*", "*lambda(int)*"]).ok();
        let families = Families::new(long.into_iter().collect());
        let copy = |of: &str| {
            format!(
                "void at::native::unrolled_elementwise_kernel<at::native::direct_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda() (instance 3)]::operator ()() const::[lambda({of}) (instance 1)], (int)4>(int)"
            )
        };
        let add = |of: &str| {
            format!(
                "void at::native::vectorized_elementwise_kernel<(int)8, at::native::CUDAFunctor_add<{of}>, (int)3>(int)"
            )
        };
        let names =
            [copy("int"), copy("c10::BFloat16"), add("long"), add("c10::BFloat16")].map(|n| Identity::new(&n, ""));
        let op: Vec<&Identity> = names.iter().collect();
        let patterns: Vec<String> = names.iter().map(|n| pattern(n, &op, &families)).collect();
        let expected = [
            "*direct_copy_kernel_cuda(*lambda(int)*",
            "*direct_copy_kernel_cuda(*lambda(c10::BFloat16)*",
            "*CUDAFunctor_add<long>*",
            "*CUDAFunctor_add<c10::BFloat16>*",
        ];
        assert_eq!(patterns, expected);
    }

    #[test]
    fn another_kernel_of_the_op_is_not_matched() {
        let names = [
            "void at::native::elementwise_kernel<(int)128, at::native::BinaryFunctor<float, at::native::MulFunctor<float>>>(int)",
            "void at::native::vectorized_elementwise_kernel<(int)4, at::native::BinaryFunctor<float, at::native::MulFunctor<float>>>(int)",
            "void vllm::act_and_mul_kernel<c10::BFloat16>(int)",
        ]
        .map(|n| Identity::new(n, ""));
        let op: Vec<&Identity> = names.iter().collect();
        let patterns: Vec<String> = names.iter().map(|n| pattern(n, &op, &Families::default())).collect();
        let expected = [
            "*::elementwise_kernel<*MulFunctor<*",
            "*::vectorized_elementwise_kernel<*MulFunctor<*",
            "act_and_mul_kernel",
        ];
        assert_eq!(patterns, expected);
        for (at, text) in patterns.iter().enumerate() {
            let made = KernelPattern::new(text, &Families::default()).ok();
            let matched: Vec<bool> =
                names.iter().map(|n| made.as_ref().is_some_and(|p| p.matches(n, &Families::default()))).collect();
            assert_eq!(matched.iter().filter(|m| **m).count(), 1, "{text}");
            assert!(matched[at], "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_the_name_it_was_made_from(name in "(\\PC{1,60}|[a-z_<>():, 0-9x\\[\\]{}*?]{1,60})") {
            let kernel = Identity::new(&name, "");
            let text = pattern(&kernel, &[], &Families::default());
            let made = KernelPattern::new(&text, &Families::default());
            prop_assert!(made.is_ok_and(|p| p.matches(&kernel, &Families::default())), "{}", text);
        }
    }
}
