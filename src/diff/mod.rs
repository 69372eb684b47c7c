//! Two traces, no spec: what runs on one side alone, as often, with other shapes, at another speed, in another order.
//!
//! Operations are numbered once for both traces and counted by number: no text is touched for each of them. Launches and
//! ranges were joined to operations by the reader, process by process, since correlation ids are each process's own.

mod kernels;
mod occurrences;
mod pairing;
mod sequences;
mod shapes;
mod side;
mod units;

use crate::diag::{Problem, Side};
use crate::kernel::{Families, Glob};
use crate::outcome::{DiffCounts, DiffOutcome, FORMAT, FamilyDiff, KernelDiff, SequenceDiff, TimeState, Total};
use crate::select::Lexicon;
use crate::trace::Trace;
use rustc_hash::FxHashMap;
use side::Sampled;
use std::cmp::Reverse;

/// What to compare, and by what.
#[derive(Debug, Clone)]
pub struct Options {
    /// A median that moves by less is the same, as a fraction.
    pub tolerance: f64,
    /// Ranges that the work must be launched or captured in, outermost first.
    pub within: Vec<Glob>,
}

/// Compares what runs in B with what runs in A.
///
/// # Errors
/// A trace without GPU operations, or without any inside the ranges asked for: nothing differs from nothing.
pub fn diff(a: &Trace, b: &Trace, families: &Families, options: &Options) -> Result<DiffOutcome, Vec<Problem>> {
    let lexicon = Lexicon::new(a, b, families);
    let both = [(Side::Mock, a), (Side::E2e, b)].map(|(side, trace)| Sampled::new(trace, side, &lexicon, options));
    let [first, second] = &both;
    let problems: Vec<Problem> = both.iter().filter_map(|side| side.problem(options)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let kernels = kernels::kernels(first, second, &lexicon, families, options.tolerance);
    let sequences = sequences::sequences(first, second, &lexicon);
    Ok(DiffOutcome {
        format: FORMAT,
        tolerance: options.tolerance,
        within: options.within.iter().map(|glob| glob.as_str().to_owned()).collect(),
        a: first.described(),
        b: second.described(),
        counts: counts(&kernels, &sequences),
        families: by_family(&kernels),
        kernels,
        sequences,
    })
}

fn counts(kernels: &[KernelDiff], sequences: &[SequenceDiff]) -> DiffCounts {
    let of = |state: TimeState| kernels.iter().filter(|kernel| kernel.state == state).count();
    DiffCounts {
        new: of(TimeState::New),
        gone: of(TimeState::Gone),
        slower: of(TimeState::Slower),
        faster: of(TimeState::Faster),
        recounted: kernels.iter().filter(|kernel| kernel.recounted()).count(),
        reshaped: kernels.iter().filter(|kernel| kernel.shapes.is_some()).count(),
        unclear: of(TimeState::Unclear),
        sequences: sequences.iter().filter(|sequence| sequence.differs()).count(),
    }
}

fn by_family(kernels: &[KernelDiff]) -> Vec<FamilyDiff> {
    let mut index: FxHashMap<&str, usize> = FxHashMap::default();
    let mut families: Vec<FamilyDiff> = Vec::new();
    for kernel in kernels {
        let name = kernel.family.as_deref().unwrap_or("other");
        let at = *index.entry(name).or_insert(families.len());
        if at == families.len() {
            let (a, b) = (Total::default(), Total::default());
            families.push(FamilyDiff { name: name.to_owned(), a, b, change_ns: 0 });
        }
        let family = &mut families[at];
        for (total, times) in [(&mut family.a, &kernel.a), (&mut family.b, &kernel.b)] {
            if let Some(times) = times {
                total.count += times.count;
                total.sum_ns = total.sum_ns.saturating_add(times.sum_ns);
            }
        }
        family.change_ns = family.b.sum_ns.saturating_sub(family.a.sum_ns);
    }
    families.sort_by(|x, y| {
        (Reverse(x.change_ns.unsigned_abs()), &x.name).cmp(&(Reverse(y.change_ns.unsigned_abs()), &y.name))
    });
    families
}
