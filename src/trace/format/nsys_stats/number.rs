//! Numbers as tables write them: with separators of thousands, with a fraction, in some unit.

/// A number, exact: `digits` divided by ten to the power of `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    places: u32,
}

/// More is no number of a profile, and less than what an `i128` holds times a unit.
const MOST_DIGITS: usize = 24;

impl Decimal {
    /// `2,786,414`, `1903.8`, `-5`. Nothing else: no exponent, no sign in the middle.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = if whole.contains(',') { without_separators(whole)? } else { whole.to_owned() };
        let all = whole.bytes().chain(fraction.bytes());
        if whole.is_empty() || whole.len() + fraction.len() > MOST_DIGITS || !all.clone().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = all.fold(0i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
        Some(Self { digits: if negative { -digits } else { digits }, places: fraction.len() as u32 })
    }

    /// As a whole number of what one of it comes to `unit` times, rounded half away from 0.
    pub(super) fn times(self, unit: u64) -> Option<i64> {
        let scale = 10i128.checked_pow(self.places)?;
        let value = self.digits.checked_mul(i128::from(unit))?;
        let half = if value < 0 { -scale / 2 } else { scale / 2 };
        i64::try_from((value + half) / scale).ok()
    }

    /// The same with its fraction.
    pub(super) fn times_exactly(self, unit: u64) -> f64 {
        let scale = 10f64.powi(self.places as i32);
        self.digits as f64 * unit as f64 / scale
    }

    /// How far it may be from what it was before it was rounded.
    pub(super) fn rounding(self) -> f64 {
        0.5 / 10f64.powi(self.places as i32)
    }

    /// The least step that a number with so many places can make, in what the unit comes to; at least 1.
    pub(super) fn step(self, unit: u64) -> u64 {
        10u64.checked_pow(self.places).map_or(1, |scale| (unit / scale).max(1))
    }
}

/// Digits in groups of three, as separators of thousands make them.
fn without_separators(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let rest: Vec<&str> = groups.collect();
    rest.iter().all(|group| group.len() == 3).then(|| format!("{first}{}", rest.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_tables_are_exact() {
        let ns = |text: &str, unit| Decimal::parse(text).and_then(|number| number.times(unit));
        assert_eq!(ns("2,786,414", 1), Some(2_786_414));
        assert_eq!(ns("2787.258", 1_000), Some(2_787_258));
        assert_eq!(ns("0.0028", 1_000_000_000), Some(2_800_000));
        assert_eq!(ns(" 12 ", 1), Some(12));
        assert_eq!(ns("-5", 1_000), Some(-5_000));
        assert_eq!(ns("-0.5", 1), Some(-1));
        assert_eq!(ns("9223372036854775807", 1), Some(i64::MAX));
        assert_eq!(ns("9223372036854775808", 1), None);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in
            ["", "-", ".", ".5", "1e9", "1,23", "1,2345", ",123", "12a", "1.2.3", "--1", "１", "+1", "inf", "NaN"]
        {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(25)), None);
    }

    #[test]
    fn the_step_of_a_number_says_how_far_it_was_rounded() {
        let step = |text: &str, unit| Decimal::parse(text).map(|number| number.step(unit));
        assert_eq!(step("2787.258", 1_000), Some(1));
        assert_eq!(step("0.0028", 1_000_000_000), Some(100_000));
        assert_eq!(step("12", 1), Some(1));
    }
}
