//! Times as the profiler writes them: microseconds with decimals, exact to the nanosecond.

/// Microseconds in decimals to ns, rounded; exact where a float is not, as for times since 1970. `None` for what is
/// no number or too large.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let decimal = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !decimal(whole) || !decimal(fraction) {
        let micros: f64 = text.parse().ok()?;
        let nanos = (micros * 1e3).round();
        return (nanos.abs() < 9.2e18).then_some(nanos as i64);
    }
    let digit = |at: usize| i64::from(fraction.as_bytes().get(at).map_or(0, |b| b - b'0'));
    let nanos = digit(0) * 100 + digit(1) * 10 + digit(2) + i64::from(digit(3) >= 5);
    let nanos = whole.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(nanos)?;
    Some(if negative { -nanos } else { nanos })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(nanoseconds("4632145104038.298"), Some(4_632_145_104_038_298));
        assert_eq!(nanoseconds("1790857026000000.123"), Some(1_790_857_026_000_000_123));
        assert_eq!(nanoseconds("43.2946"), Some(43_295));
        assert_eq!(nanoseconds("-0.5"), Some(-500));
        assert_eq!(nanoseconds("7"), Some(7_000));
        assert_eq!(nanoseconds("1.5e3"), Some(1_500_000));
        for bad in ["", "nan", "inf", "1e300", ".", "-", "99999999999999999999", "9223372036854775807"] {
            assert_eq!(nanoseconds(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_nanosecond_survives(nanos in -9_000_000_000_000_000_000i64..9_000_000_000_000_000_000) {
            let size = nanos.unsigned_abs();
            let text = format!("{}{}.{:03}", if nanos < 0 { "-" } else { "" }, size / 1000, size % 1000);
            prop_assert_eq!(nanoseconds(&text), Some(nanos));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "[-+.0-9eE]{0,30}") {
            let _ = nanoseconds(&text);
        }
    }
}
