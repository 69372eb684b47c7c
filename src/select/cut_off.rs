//! Kernels whose names were cut off, each taken for one with all that begin as it does: which of them it is, nobody can
//! tell, and what is the same as far as names go is no difference.

use super::lexicon::Symbol;
use crate::kernel::{Identity, is_cut_off, may_be_same};

/// What stands behind a symbol of which a name was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff {
    /// Whole names that may be it.
    pub whole: usize,
    /// Whether all that is left of them says the base name of the one whole name.
    pub keeps_base: bool,
}

/// Kernels that may be one.
#[derive(Debug)]
pub(super) struct Alike {
    /// Whole names first, else in their order.
    pub(super) symbols: Vec<Symbol>,
    pub(super) cut_off: CutOff,
}

/// The kernels that a cut-off name puts together, none in two groups; nothing where no name was cut off.
pub(super) fn alike(names: &[&Identity]) -> Vec<Alike> {
    let cut: Vec<usize> = (0..names.len()).filter(|&at| is_cut_off(&names[at].exact)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &one in &cut {
        let fits = |&at: &usize| at == one || may_be_same(names[one], names[at]);
        let mut group: Vec<usize> = (0..names.len()).filter(fits).collect();
        groups.retain(|known| {
            let apart = known.iter().all(|at| !group.contains(at));
            if !apart {
                group.extend(known);
            }
            apart
        });
        group.sort_unstable();
        group.dedup();
        groups.push(group);
    }
    groups.iter().map(|group| of_group(group, names)).collect()
}

fn of_group(group: &[usize], names: &[&Identity]) -> Alike {
    let (cut, whole): (Vec<usize>, Vec<usize>) = group.iter().partition(|&&at| is_cut_off(&names[at].exact));
    let keeps_base = match whole.as_slice() {
        [one] => cut.iter().all(|&at| crate::kernel::keeps_base(names[at], names[*one])),
        _ => false,
    };
    let symbols = whole.iter().chain(&cut).map(|&at| at as Symbol).collect();
    Alike { symbols, cut_off: CutOff { whole: whole.len(), keeps_base } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&str]) -> Vec<(Vec<Symbol>, usize)> {
        let names: Vec<Identity> = names.iter().map(|name| Identity::new(name, "")).collect();
        let alike = alike(&names.iter().collect::<Vec<_>>());
        alike.into_iter().map(|alike| (alike.symbols, alike.cut_off.whole)).collect()
    }

    #[test]
    fn whole_names_stay_apart() {
        assert_eq!(groups(&["f<int>", "f<int, int>", "g"]), []);
    }

    #[test]
    fn a_name_that_was_cut_off_is_all_that_begin_so() {
        assert_eq!(groups(&["f<in…", "f<int>(int)", "g<int>(int)", "f<int, int>(int)"]), [(vec![1, 3, 0], 2)]);
        assert_eq!(groups(&["f<in…", "g<i…", "g<int>(int)"]), [(vec![0], 0), (vec![2, 1], 1)]);
        // The shorter one joins what the longer ones keep apart.
        assert_eq!(groups(&["f<int, a…", "f<int, b…", "f<in…"]), [(vec![0, 1, 2], 0)]);
    }
}
