//! The tightest patterns that name given kernels and that a person can read.

use crate::kernel::{Identity, TextPattern};
use crate::trace::framework::literal;

/// One pattern for each of `names` (demangled), none of which matches any of `others`, in the order of the names. The
/// words that say what a kernel does are tried first, then its function, at last the whole name.
pub(super) fn tight(names: &[String], others: &[String]) -> Vec<String> {
    let others: Vec<Identity> = others.iter().filter(|o| !names.contains(o)).map(|o| Identity::new(o, "")).collect();
    let mut patterns: Vec<String> = Vec::new();
    for name in names.iter().map(|name| Identity::new(name, "")) {
        let fits = |text: &String| {
            TextPattern::new(text).is_ok_and(|p| p.names(&name) && !others.iter().any(|other| p.names(other)))
        };
        let found = [by_words(&name), Some(literal(&name.function))].into_iter().flatten().find(fits);
        let pattern = found.unwrap_or_else(|| literal(&name.exact));
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    patterns
}

/// `*vectorized_elementwise_kernel*FillFunctor*`, where the name says more than its function does.
fn by_words(name: &Identity) -> Option<String> {
    let words: Vec<&str> = name.base.split('.').filter(|word| !word.is_empty()).collect();
    if words.len() < 2 {
        return None;
    }
    let words: Vec<String> = words.into_iter().map(literal).collect();
    Some(format!("*{}*", words.join("*")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILL: &str = "void at::native::vectorized_elementwise_kernel<4, at::native::FillFunctor<c10::BFloat16>, \
                        std::array<char *, 1>>(int, T2, T3)";
    const ADD: &str = "void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<c10::BFloat16>, \
                       std::array<char *, 3>>(int, T2, T3)";

    fn tight_of(names: &[&str], others: &[&str]) -> Vec<String> {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        tight(&owned(names), &owned(others))
    }

    #[test]
    fn what_a_kernel_does_is_in_its_pattern() {
        assert_eq!(tight_of(&[FILL], &[ADD]), ["*vectorized_elementwise_kernel*FillFunctor*"]);
        assert_eq!(tight_of(&["nvjet_tst_64x8_64x16_4x1_v_bz_TNT"], &[]), ["nvjet_tst_64x8_64x16_4x1_v_bz_TNT"]);
        assert_eq!(tight_of(&["[CUDA memset]"], &["[CUDA memcpy Device-to-Device]"]), [r"\[CUDA memset\]"]);
    }

    #[test]
    fn what_another_kernel_shares_is_not_enough() {
        let other = FILL.replace("BFloat16", "Half");
        assert_eq!(tight_of(&[FILL], &[&other]), [literal(FILL)]);
    }

    #[test]
    fn a_name_that_looks_like_another_kind_of_pattern_is_a_glob() {
        for name in ["/.*/", "family:gemm", "/a"] {
            let patterns = tight_of(&[name], &["other"]);
            let pattern = TextPattern::new(&patterns[0]).ok();
            let matched = |text: &str| pattern.as_ref().is_some_and(|p| p.matches(text));
            assert!(matched(name) && !matched("a third kernel") && !patterns[0].starts_with("family:"), "{patterns:?}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_names_its_kernel_and_no_other(name in "[ -~]{1,60}", other in "[ -~]{1,60}") {
            prop_assume!(name != other);
            let patterns = tight(std::slice::from_ref(&name), std::slice::from_ref(&other));
            let pattern = TextPattern::new(&patterns[0]);
            prop_assert!(pattern.as_ref().is_ok_and(|p| p.names(&Identity::new(&name, ""))));
        }
    }
}
