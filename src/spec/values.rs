//! Values with a grammar of their own: tolerances, counts, dates, and a rule's parameters.

use super::model::{Changes, Count, Given, Parameter};
use super::node::{Node, integer_of};
use super::reading::Reading;
use crate::diag::{Problem, Spanned};
use crate::limits::{CHANGE_MOST, TOLERANCE_MOST};
use std::collections::BTreeMap;
use toml::de::DeValue;

impl Node<'_> {
    /// A tolerance as a fraction, above 0.
    pub(super) fn tolerance(&self) -> Option<Spanned<f64>> {
        self.fraction(|fraction| match fraction {
            f if f.is_nan() => Err("not a number"),
            f if f < 0.0 => Err("negative"),
            0.0 => Err("nothing measured is ever exactly equal"),
            f if f > TOLERANCE_MOST => Err("so wide that another op would pass"),
            _ => Ok(()),
        })
    }

    /// A share of the whole, from 0 to 1.
    pub(super) fn share(&self) -> Option<Spanned<f64>> {
        self.fraction(|fraction| match fraction {
            f if f.is_nan() => Err("not a number"),
            f if f < 0.0 => Err("negative"),
            f if f > 1.0 => Err("more than the whole"),
            _ => Ok(()),
        })
    }

    fn fraction(&self, check: impl Fn(f64) -> Result<(), &'static str>) -> Option<Spanned<f64>> {
        let parsed = match self.value {
            DeValue::String(text) => percentage(text),
            DeValue::Integer(integer) => number(integer.as_str()).and_then(bare),
            DeValue::Float(float) => number(float.as_str()).and_then(bare),
            _ => {
                self.report_wrong_type();
                return None;
            }
        };
        match parsed.and_then(|fraction| check(fraction).map(|()| fraction)) {
            Ok(fraction) => Some(Spanned::new(fraction, self.loc.clone())),
            Err(why) => {
                self.report(
                    Problem::spec("bad-tolerance", format!("`{}` is no usable tolerance", self.key.name))
                        .label(&self.loc, why)
                        .help(format!("write a percentage in quotes, for example: `{}`", self.key.example)),
                );
                None
            }
        }
    }

    /// How often in one instance.
    pub(super) fn count(&self) -> Option<Spanned<Count>> {
        let parsed = match self.value {
            DeValue::Integer(integer) => integer_of(integer)
                .ok_or("too many")
                .and_then(
                    |whole| if whole < 0 { Err("negative") } else { u32::try_from(whole).map_err(|_| "too many") },
                )
                .map(Count::exactly),
            DeValue::String(text) => count(text.trim()),
            _ => {
                self.report_wrong_type();
                return None;
            }
        };
        match parsed {
            Ok(count) => Some(Spanned::new(count, self.loc.clone())),
            Err(why) => {
                self.report(
                    Problem::spec("bad-count", "`count` is no usable count")
                        .label(&self.loc, why)
                        .help("write `1`, `\"1..=2\"` (both ends allowed), `\"1..\"` (at least one) or `\"any\"`"),
                );
                None
            }
        }
    }

    /// Ratios, as changes from one end to the other.
    pub(super) fn changes(&self) -> Option<Spanned<Changes>> {
        let text = self.text()?;
        match changes(&text) {
            Ok(changes) => Some(Spanned::new(changes, text.loc)),
            Err(why) => {
                self.report(
                    Problem::spec("bad-range", format!("`{}` is no range of changes", self.key.name))
                        .label(&text.loc, why)
                        .help(format!("write both ends in percent, as reports do: `{}`", self.key.example)),
                );
                None
            }
        }
    }

    /// A day as `YYYY-MM-DD`.
    pub(super) fn date(&self) -> Option<Spanned<String>> {
        let text = match self.value {
            DeValue::String(text) => text.trim().to_owned(),
            DeValue::Datetime(datetime) => datetime.to_string(),
            _ => {
                self.report_wrong_type();
                return None;
            }
        };
        match date(&text) {
            Ok(()) => Some(Spanned::new(text, self.loc.clone())),
            Err(why) => {
                self.report(
                    Problem::spec("bad-date", format!("`{}` is no day", self.key.name))
                        .label(&self.loc, why)
                        .help(format!("write year, month and day: `{}`", self.key.example)),
                );
                None
            }
        }
    }

    /// A text with a grammar of its own, whose errors are words.
    pub(super) fn parsed<T>(&self, parse: impl Fn(&str) -> Result<T, String>) -> Option<Spanned<T>> {
        let text = self.text()?;
        match parse(&text.value) {
            Ok(value) => Some(Spanned::new(value, text.loc)),
            Err(why) => {
                self.report(
                    Problem::spec("bad-version", format!("`{}` names no version of a framework", self.key.name))
                        .label(&text.loc, why)
                        .help(format!("for example: `{}`", self.key.example)),
                );
                None
            }
        }
    }

    /// The parameters of a rule.
    pub(super) fn parameters(&self) -> Option<BTreeMap<String, Given>> {
        let DeValue::Table(entries) = self.value else {
            self.report_wrong_type();
            return None;
        };
        let mut parameters = BTreeMap::new();
        for (name, value) in entries {
            match parameter(self.reading, value) {
                Some(value) => {
                    let key = self.reading.loc(name.span());
                    parameters.insert(name.get_ref().to_string(), Given { key, value });
                }
                None => self.report(
                    Problem::spec("wrong-type", format!("a rule cannot be given `{}`", name.get_ref()))
                        .label(&self.reading.loc(value.span()), "not a boolean, a number, a string or an array of them")
                        .help("dates are given as strings, tables as several parameters"),
                ),
            }
        }
        Some(parameters)
    }
}

fn parameter(reading: &Reading<'_>, value: &toml::Spanned<DeValue<'_>>) -> Option<Spanned<Parameter>> {
    let parameter = match value.get_ref() {
        DeValue::Boolean(flag) => Some(Parameter::Bool(*flag)),
        DeValue::Integer(integer) => integer_of(integer).map(Parameter::Integer),
        DeValue::Float(float) => number(float.as_str()).ok().map(Parameter::Number),
        DeValue::String(text) => Some(Parameter::Text(text.to_string())),
        DeValue::Array(items) => {
            items.iter().map(|item| parameter(reading, item)).collect::<Option<_>>().map(Parameter::List)
        }
        DeValue::Datetime(_) | DeValue::Table(_) => None,
    };
    parameter.map(|parameter| Spanned::new(parameter, reading.loc(value.span())))
}

/// `10%` or `5% of instance`, as a fraction.
fn percentage(text: &str) -> Result<f64, &'static str> {
    let text = text.trim();
    let text = text.strip_suffix("of instance").unwrap_or(text).trim_end();
    let percent = text.strip_suffix('%').ok_or("not a percentage: it does not end in `%`")?.trim();
    let number = number(percent)?;
    match percent.strip_prefix('-') {
        Some(_) => Err("negative"),
        None if percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => Ok(number / 100.0),
        None => Err("not a plain number"),
    }
}

fn number(text: &str) -> Result<f64, &'static str> {
    let number: f64 = text.parse().map_err(|_| "not a number")?;
    if number.is_infinite() { Err("infinite: anything would pass") } else { Ok(number) }
}

/// A number without `%`; ten would be read as 1000 % where 10 % was meant.
fn bare(number: f64) -> Result<f64, &'static str> {
    if number > 1.0 { Err("a bare number is a fraction: 1 is already 100%") } else { Ok(number) }
}

fn changes(text: &str) -> Result<Changes, &'static str> {
    let (low, high) = text.split_once("..").ok_or("not two ends")?;
    let high = high.trim_start().strip_prefix('=').ok_or("whether the upper end is included is unclear")?;
    let change = |text: &str| {
        let digits = text.trim().strip_suffix('%').ok_or("an end does not end in `%`")?.trim_end();
        let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        if !plain.starts_with(|c: char| c.is_ascii_digit()) || plain.contains(|c: char| !c.is_ascii_digit() && c != '.')
        {
            return Err("not a plain number");
        }
        match number(digits)? / 100.0 {
            change if change <= -1.0 => Err("nothing gets faster by all its time"),
            change if change >= CHANGE_MOST => Err("so much slower that it is other work"),
            change => Ok(1.0 + change),
        }
    };
    match (change(low)?, change(high)?) {
        (low, high) if low > high => Err("reversed: the upper end is below the lower one"),
        (low, high) => Ok(Changes { low, high }),
    }
}

fn bound(text: &str) -> Result<u32, &'static str> {
    if text.starts_with('-') {
        return Err("negative");
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("not a count");
    }
    text.parse().map_err(|_| "too many")
}

fn count(text: &str) -> Result<Count, &'static str> {
    if text == "any" {
        return Ok(Count::ANY);
    }
    let Some((least, most)) = text.split_once("..") else {
        return bound(text).map(Count::exactly);
    };
    let least = bound(least.trim())?;
    match most.trim().strip_prefix('=') {
        Some(most) => match bound(most.trim())? {
            most if most < least => Err("reversed: the upper bound is below the lower one"),
            most => Ok(Count { least, most: Some(most) }),
        },
        None if most.trim().is_empty() => Ok(Count { least, most: None }),
        None => Err("whether the upper bound is allowed is unclear"),
    }
}

/// Checks a day of the Gregorian calendar.
fn date(text: &str) -> Result<(), &'static str> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return Err("not of the form YYYY-MM-DD");
    };
    let digits = |part: &str, width: usize| {
        let right = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| right).ok_or("not of the form YYYY-MM-DD")
    };
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err("there is no such month"),
    };
    if (1..=days).contains(&day) { Ok(()) } else { Err("the month has no such day") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_fraction() {
        assert_eq!(percentage("10%"), Ok(0.1));
        assert_eq!(percentage(" 5 % of instance"), Ok(0.05));
        assert!(percentage("10").is_err());
        for wrong in ["inf%", "1e1%", "+5%", "-0%"] {
            assert!(percentage(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn counts_have_inclusive_bounds() {
        assert_eq!(count("1..=2"), Ok(Count { least: 1, most: Some(2) }));
        assert_eq!(count("1.."), Ok(Count { least: 1, most: None }));
        assert_eq!(count("3"), Ok(Count::exactly(3)));
        assert_eq!(count("any"), Ok(Count::ANY));
        assert!(count("2..=1").is_err());
        assert!(count("1..2").is_err());
        for wrong in ["-1", "+1", "..=2", ""] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn changes_are_written_as_reports_write_them() {
        assert_eq!(changes("-40%..=-25%"), Ok(Changes { low: 0.6, high: 0.75 }));
        assert_eq!(changes(" 5 % ..= +7.5% ").map(|c| c.to_string()), Ok("+5%..=+7.5%".to_owned()));
        for wrong in ["-25%..=-40%", "-40%", "-40%..-25%", "-40..=-25", "-100%..=0%", "--1%..=0%", "0%..=1e9%", ""] {
            assert!(changes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_must_be_in_the_calendar() {
        assert_eq!(date("2028-02-29"), Ok(()));
        for wrong in ["2026-02-29", "2100-02-29", "2026-13-01", "2026-04-31", "2026-1-1", "2026-01-01T00:00:00", "x"] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }
}
