//! Kernel by kernel: which side runs it, how often, and whether its time moved.

use super::shapes;
use super::side::Sampled;
use crate::kernel::Families;
use crate::limits::{LATENCY_LEAST, LEVEL};
use crate::outcome::{KernelDiff, TimeState};
use crate::select::{Lexicon, Symbol};
use crate::stats::{Interval, ratio_interval};
use crate::trace::OpKind;
use rayon::prelude::*;
use std::cmp::Reverse;

/// Every kernel that a side runs, what moves the GPU time most first.
pub(super) fn kernels(
    a: &Sampled<'_>,
    b: &Sampled<'_>,
    lexicon: &Lexicon,
    families: &Families,
    tolerance: f64,
) -> Vec<KernelDiff> {
    let count = |side: &Sampled<'_>, symbol: Symbol| side.samples[symbol as usize].durations.len();
    let symbols: Vec<Symbol> =
        (0..lexicon.len() as Symbol).filter(|&symbol| count(a, symbol) + count(b, symbol) > 0).collect();
    let judged = symbols.iter().filter(|&&symbol| count(a, symbol).min(count(b, symbol)) >= LATENCY_LEAST).count();
    // One kernel in a hundred would else differ by chance.
    let level = 1.0 - (1.0 - LEVEL) / judged.max(1) as f64;
    let copies = copies(a, b, lexicon);
    let one = |&symbol: &Symbol| {
        let (x, y) = (&a.samples[symbol as usize], &b.samples[symbol as usize]);
        let (times_a, times_b) = (x.times(), y.times());
        // B over A: how much longer it takes now.
        let interval = ratio_interval(&y.durations, &x.durations, level);
        let both = times_a.is_some() && times_b.is_some();
        let state = match (&times_a, &times_b) {
            (None, _) => TimeState::New,
            (_, None) => TimeState::Gone,
            _ => interval.as_ref().map_or(TimeState::TooFew, |interval| state(interval, tolerance)),
        };
        let identity = lexicon.identity(symbol);
        let copy = copies[symbol as usize];
        let family = lexicon.family(symbol).and_then(|family| families.get(family));
        KernelDiff {
            name: if copy { identity.exact.clone() } else { identity.base.clone() },
            exact: identity.exact.clone(),
            family: family.map(|family| family.name.clone()),
            change_ns: y.sum_ns.saturating_sub(x.sum_ns),
            a: times_a,
            b: times_b,
            state,
            interval,
            shapes: if both && !copy { shapes::change(a, b, symbol) } else { None },
        }
    };
    let mut kernels: Vec<KernelDiff> = symbols.par_iter().map(one).collect();
    kernels.sort_by(|x, y| {
        let key = |kernel: &KernelDiff| {
            let sum = [&kernel.a, &kernel.b].into_iter().flatten().map(|times| times.sum_ns).max();
            (Reverse(kernel.change_ns.unsigned_abs()), Reverse(sum))
        };
        key(x).cmp(&key(y)).then_with(|| x.exact.cmp(&y.exact))
    });
    kernels
}

/// The same limits as the check of latencies has: the tolerance in both directions, of a ratio.
fn state(interval: &Interval, tolerance: f64) -> TimeState {
    let (least, most) = (1.0 / (1.0 + tolerance), 1.0 + tolerance);
    if interval.low > most {
        TimeState::Slower
    } else if interval.high < least {
        TimeState::Faster
    } else if interval.low >= least && interval.high <= most {
        TimeState::Same
    } else {
        TimeState::Unclear
    }
}

/// By symbol, whether it is a copy or a set.
fn copies(a: &Sampled<'_>, b: &Sampled<'_>, lexicon: &Lexicon) -> Vec<bool> {
    let mut copies = vec![false; lexicon.len()];
    for side in [a, b] {
        for name in side.trace.names.ids().filter(|&name| side.trace.names.kind(name) != OpKind::Kernel) {
            copies[lexicon.symbol(side.side, name) as usize] = true;
        }
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Method;

    #[test]
    fn only_a_whole_interval_beyond_the_tolerance_is_a_change() {
        let of = |low: f64, high: f64| {
            state(&Interval { ratio: (low + high) / 2.0, low, high, method: Method::Bootstrap }, 0.1)
        };
        assert_eq!(of(1.11, 1.2), TimeState::Slower);
        assert_eq!(of(1.05, 1.2), TimeState::Unclear);
        assert_eq!(of(0.95, 1.05), TimeState::Same);
        assert_eq!(of(0.85, 0.95), TimeState::Unclear);
        assert_eq!(of(0.7, 0.9), TimeState::Faster);
        assert_eq!(of(0.5, 2.0), TimeState::Unclear);
    }
}
