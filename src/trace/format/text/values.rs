//! Numbers of a line: times, sizes and launch shapes. An error is what is wrong with the text, in words.

use crate::limits::TEXT_TRACE_NS;

/// The times of a line, one each time it runs, in ns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Times {
    /// Of the first runs.
    once: Vec<i64>,
    /// Of all others, over and over. Never empty.
    cycle: Vec<i64>,
    /// The line's number among those that have times.
    pub(super) line: usize,
}

impl Times {
    /// The time of the n-th run, from 0.
    pub(super) fn of(&self, run: usize) -> i64 {
        let after = run.checked_sub(self.once.len());
        let found = match after {
            None => self.once.get(run),
            Some(after) => self.cycle.get(after % self.cycle.len().max(1)),
        };
        found.copied().unwrap_or(0)
    }
}

const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];

/// `2.4us`; `12.9,13.1us` in turn; `33|12.9,13.1us` once before the bar, then in turn.
pub(super) fn times(text: &str, line: usize) -> Result<Times, String> {
    // A unit holds for the numbers before it.
    let mut unit = None;
    let mut parts: Vec<Vec<i64>> = Vec::new();
    for part in text.rsplit('|') {
        let mut values = Vec::new();
        for item in part.rsplit(',') {
            let number = item.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            if number.len() < item.len() {
                let said = item.get(number.len()..).unwrap_or_default();
                unit = Some(UNITS.iter().find(|u| u.0 == said).ok_or_else(|| format!("`{said}` is no unit of time"))?);
            }
            let Some(&(_, ns)) = unit else { return Err("the unit is missing".to_owned()) };
            values.push(nanoseconds(number, ns)?);
        }
        values.reverse();
        parts.push(values);
    }
    let mut parts = parts.into_iter();
    let (cycle, once) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if parts.next().is_some() {
        return Err("one `|` at most".to_owned());
    }
    Ok(Times { once, cycle, line })
}

fn nanoseconds(number: &str, unit: f64) -> Result<i64, String> {
    let value = decimal(number).ok_or_else(|| format!("`{number}` is no number"))? * unit;
    if value > TEXT_TRACE_NS as f64 {
        return Err("longer than an hour".to_owned());
    }
    Ok(value.round() as i64)
}

/// Digits with at most one point: no sign, exponent or infinity.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}

/// `4096B`, `64KiB`, `50MiB`, `1GiB` in bytes.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text.get(number.len()..)? {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    digits::<u64>(number)?.checked_mul(1 << shift)
}

/// A whole number without sign.
pub(super) fn digits<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A grid and a block.
pub(super) type Launch = ([u32; 3], [u32; 3]);

/// `16x8x1/256` as grid and block; `None` where the text does not look like one.
pub(super) fn launch(text: &str) -> Option<Result<Launch, String>> {
    let like = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let (grid, block) = text.split_once('/')?;
    (like(grid) && like(block)).then(|| Ok((axes(grid)?, axes(block)?)))
}

fn axes(text: &str) -> Result<[u32; 3], String> {
    let mut axes = [1; 3];
    let mut slots = axes.iter_mut();
    for part in text.split('x') {
        let slot = slots.next().ok_or_else(|| format!("`{text}` has more than three dimensions"))?;
        *slot =
            digits(part).filter(|&n| n > 0).ok_or_else(|| format!("`{part}` is no number from 1 to {}", u32::MAX))?;
    }
    Ok(axes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, n: usize) -> Result<Vec<i64>, String> {
        times(text, 0).map(|times| (0..n).map(|run| times.of(run)).collect())
    }

    #[test]
    fn times_go_round_after_those_before_the_bar() {
        assert_eq!(first("2.4us", 2), Ok(vec![2400, 2400]));
        assert_eq!(first("12.9,13.1us", 3), Ok(vec![12_900, 13_100, 12_900]));
        assert_eq!(first("33,20|12.9,13us", 5), Ok(vec![33_000, 20_000, 12_900, 13_000, 12_900]));
        assert_eq!(first("1ms|900us", 2), Ok(vec![1_000_000, 900_000]));
    }

    #[test]
    fn what_is_no_time_says_why() {
        assert_eq!(first("12.9", 1), Err("the unit is missing".to_owned()));
        assert_eq!(first("12.9usec", 1), Err("`usec` is no unit of time".to_owned()));
        assert_eq!(first("-1us", 1), Err("`-1` is no number".to_owned()));
        assert_eq!(first("1e3us", 1), Err("`1e3` is no number".to_owned()));
        assert_eq!(first(",1us", 1), Err("`` is no number".to_owned()));
        assert_eq!(first("1|2|3us", 1), Err("one `|` at most".to_owned()));
        assert_eq!(first("99999999999999999999s", 1), Err("longer than an hour".to_owned()));
    }

    #[test]
    fn shapes_and_sizes_are_read() {
        assert_eq!(launch("8/128"), Some(Ok(([8, 1, 1], [128, 1, 1]))));
        assert_eq!(launch("16x8x2/32x4"), Some(Ok(([16, 8, 2], [32, 4, 1]))));
        assert!(launch("0/128").is_some_and(|shape| shape.is_err()));
        assert!(launch("1x1x1x1/128").is_some_and(|shape| shape.is_err()));
        assert_eq!(launch("ns::kernel"), None);
        assert_eq!(
            (bytes("64KiB"), bytes("7B"), bytes("64"), bytes("99999999999GiB")),
            (Some(65536), Some(7), None, None)
        );
    }
}
