//! Text of others made fit for a page, and numbers for its drawings.
//!
//! Whatever a browser would obey is made harmless twice: control characters and invisible formatting become visible
//! here, markup is escaped by the templates.

use super::super::wrap;
use crate::diag::shorten;

/// The most characters of a kernel's whole name.
const WHOLE_NAME: usize = 1_200;

pub(super) fn line(text: &str) -> String {
    wrap::line(text)
}

pub(super) fn message(text: &str) -> String {
    wrap::message(text)
}

/// A kernel's demangled name: long enough to tell two apart.
pub(super) fn whole_name(text: &str) -> String {
    shorten(&wrap::line(text), WHOLE_NAME)
}

/// A share of a width, for an attribute: `12.34%`.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0))
}

/// A coordinate with three decimals at most.
pub(super) fn number(value: f64) -> String {
    let text = format!("{:.3}", if value.is_finite() { value } else { 0.0 });
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A step of 1, 2 or 5 times a power of ten, of which at most `most` fit into `length`.
pub(super) fn step(length: f64, most: usize) -> f64 {
    let least = length / most.max(1) as f64;
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let ten = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|of| of * ten).find(|step| *step >= least * 0.999_999).unwrap_or(10.0 * ten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!(percent(0.123_456), "12.346%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(number(-0.000_01), "0");
        assert_eq!(number(f64::NAN), "0");
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(step(19_870.0, 6), 5_000.0);
        assert_eq!(step(100.0, 5), 20.0);
        assert_eq!(step(0.0, 6), 1.0);
    }
}
