//! Which kernel of the E2E a row of a summary is: by its whole name, or by as much of it as the report kept.

use crate::kernel::{Identity, normalise};
use crate::trace::is_cut_off;

/// How far a row's name is that of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// As far as the report kept the name: the rest may differ.
    Begins,
    Same,
}

pub(super) fn of(row: &Identity, kernel: &Identity) -> Option<Match> {
    if row.normalised == kernel.normalised {
        return Some(Match::Same);
    }
    let begins = if is_cut_off(&row.exact) {
        begins_so(&row.exact, kernel)
    } else {
        // A report of base names alone.
        row.exact == kernel.function && kernel.exact.contains('<')
    };
    begins.then_some(Match::Begins)
}

/// Whether a kernel's name begins as one that was cut off, in one spelling or the other.
fn begins_so(cut: &str, kernel: &Identity) -> bool {
    let kept = cut.trim_end_matches(['…', '.']);
    if kept.is_empty() {
        return false;
    }
    // What stands at the end may be a piece of a word or of a number.
    let spelt = normalise(kept);
    let whole = spelt.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '(' | '{' | '['));
    kernel.exact.starts_with(kept) || (whole.contains('<') && kernel.normalised.starts_with(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        "void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<(int)8>>, (int)4>>(T1)";

    fn matched(row: &str, kernel: &str) -> Option<Match> {
        of(&Identity::new(row, ""), &Identity::new(kernel, ""))
    }

    #[test]
    fn a_name_that_was_cut_off_matches_as_far_as_it_goes() {
        assert_eq!(matched(WHOLE, WHOLE), Some(Match::Same));
        for end in [30, 45, 60, 80] {
            assert_eq!(matched(&format!("{}…", &WHOLE[..end]), WHOLE), Some(Match::Begins), "{end}");
        }
        let other = "void cutlass::device_kernel<flash::FlashAttnFwdSm90<…";
        assert_eq!(matched(other, WHOLE), None);
        assert_eq!(matched("…", WHOLE), None);
        // Another demangler: without casts.
        assert_eq!(
            matched("void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<8>…", WHOLE),
            Some(Match::Begins)
        );
    }

    #[test]
    fn a_base_name_matches_what_it_is_the_base_of() {
        assert_eq!(matched("device_kernel", WHOLE), Some(Match::Begins));
        assert_eq!(matched("other_kernel", WHOLE), None);
        assert_eq!(matched("fused_moe_kernel", "fused_moe_kernel"), Some(Match::Same));
    }
}
