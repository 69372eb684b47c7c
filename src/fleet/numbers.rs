//! Rank numbers in few words.

use std::fmt::Write;

/// So many stretches are named; the others are counted.
const STRETCHES: usize = 8;

/// `0-7, 12`: numbers in order as stretches.
pub(super) fn numbers(sorted: &[u64]) -> String {
    let mut all: Vec<(u64, u64)> = Vec::new();
    for &number in sorted {
        match all.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            Some((_, last)) if *last == number => {}
            _ => all.push((number, number)),
        }
    }
    stretches(&all)
}

/// Stretches from a first to a last number.
pub(super) fn stretches(all: &[(u64, u64)]) -> String {
    let left: u64 = all.iter().skip(STRETCHES).map(|(first, last)| (last - first).saturating_add(1)).sum();
    let mut out = String::new();
    for (first, last) in all.iter().take(STRETCHES) {
        let part = if out.is_empty() { "" } else { ", " };
        let _ = match last - first {
            0 => write!(out, "{part}{first}"),
            1 => write!(out, "{part}{first}, {last}"),
            _ => write!(out, "{part}{first}-{last}"),
        };
    }
    if left > 0 {
        let _ = write!(out, " and {left} more");
    }
    out
}

/// The stretches of `from..=to` that sorted numbers leave out.
pub(super) fn gaps(sorted: &[u64], from: u64, to: u64) -> Vec<(u64, u64)> {
    let mut gaps = Vec::new();
    let mut next = from;
    for &number in sorted.iter().filter(|number| (from..=to).contains(number)) {
        if number > next {
            gaps.push((next, number - 1));
        }
        next = number.saturating_add(1);
    }
    if next <= to {
        gaps.push((next, to));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn neighbours_are_one_stretch() {
        assert_eq!(numbers(&[0, 1, 2, 3, 12]), "0-3, 12");
        assert_eq!(numbers(&[4, 5]), "4, 5");
        assert_eq!(numbers(&[7, 7, u64::MAX]), format!("7, {}", u64::MAX));
        assert_eq!(numbers(&[]), "");
    }

    #[test]
    fn many_stretches_are_counted() {
        let odd: Vec<u64> = (0..1000).filter(|n| n % 2 == 1).collect();
        assert_eq!(numbers(&odd), "1, 3, 5, 7, 9, 11, 13, 15 and 492 more");
    }

    proptest! {
        #[test]
        fn gaps_and_numbers_make_up_the_whole(mut given in prop::collection::vec(0u64..40, 0..30)) {
            given.sort_unstable();
            given.dedup();
            let absent: Vec<u64> = gaps(&given, 3, 33).into_iter().flat_map(|(first, last)| first..=last).collect();
            let expected: Vec<u64> = (3..=33).filter(|number| !given.contains(number)).collect();
            prop_assert_eq!(absent, expected);
        }
    }
}
