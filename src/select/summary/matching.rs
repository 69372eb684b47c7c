//! Which kernel of the E2E a row of a summary is: by its whole name, or by as much of it as the report kept.

use crate::kernel::{Identity, is_cut_off, may_be_same};

/// How far a row's name is that of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// As far as the report kept the name: the rest may differ.
    Begins,
    Same,
}

pub(super) fn of(row: &Identity, kernel: &Identity) -> Option<Match> {
    if is_cut_off(&row.exact) || is_cut_off(&kernel.exact) {
        return may_be_same(row, kernel).then_some(Match::Begins);
    }
    if row.normalised == kernel.normalised {
        return Some(Match::Same);
    }
    // A report of base names alone.
    (row.exact == kernel.function && kernel.exact.contains('<')).then_some(Match::Begins)
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
        assert_eq!(matched("void cutlass::device_kernel<flash::FlashAttnFwdSm90<…", WHOLE), None);
        // Also where both were: their ends may differ.
        assert_eq!(matched("void cutlass::dev…", "void cutlass::dev…"), Some(Match::Begins));
    }

    #[test]
    fn a_base_name_matches_what_it_is_the_base_of() {
        assert_eq!(matched("device_kernel", WHOLE), Some(Match::Begins));
        assert_eq!(matched("other_kernel", WHOLE), None);
        assert_eq!(matched("fused_moe_kernel", "fused_moe_kernel"), Some(Match::Same));
    }
}
