//! One run in one line.

use crate::diag::Verdict;
use crate::outcome::{CaseOutcome, Outcome, SideOutcome, TrendRatio, TrendSide};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::path::Path;

/// The version of a line; grows with every change that an older `align` cannot read.
pub const FORMAT: u32 = 1;

/// A run: what was judged and what came out, nothing of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Record {
    /// The version of this form.
    pub format: u32,
    /// In UTC: `2026-11-24T13:29:53Z`.
    #[serde(deserialize_with = "read_time")]
    pub time: String,
    /// The version of `align`.
    pub align: String,
    pub verdict: Verdict,
    pub cases: Vec<CaseRecord>,
    /// The codes of what kept cases, or the whole run, from being judged.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub problems: Vec<String>,
}

/// A case in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseRecord {
    /// The spec's file as it was given; of an absolute path the last part.
    pub file: String,
    pub spec: String,
    /// Empty for a spec without cases.
    pub case: String,
    pub verdict: Verdict,
    /// Nothing where nothing was compared, or with too few instances.
    #[serde(default, deserialize_with = "read_ratio")]
    pub ratio: Option<TrendRatio>,
    /// What the spec allows, as a fraction in both directions.
    #[serde(default, deserialize_with = "read_amount")]
    pub tolerance: Option<f64>,
    pub mock: TrendSide,
    pub e2e: TrendSide,
}

impl Record {
    /// A run at a time that [`time()`] takes.
    pub fn of(outcome: &Outcome, time: &str) -> Self {
        Self {
            format: FORMAT,
            time: time.to_owned(),
            align: env!("CARGO_PKG_VERSION").to_owned(),
            verdict: outcome.verdict,
            cases: outcome.cases.iter().map(CaseRecord::of).collect(),
            problems: outcome.problems.iter().map(|problem| problem.code.clone()).collect(),
        }
    }

    /// The line as it stands in the file, without its line feed.
    ///
    /// # Errors
    /// None that can be met: every part of a record has a form in JSON.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl CaseRecord {
    fn of(case: &CaseOutcome) -> Self {
        let latency = case.latency.as_ref();
        let median = |of: fn(&crate::outcome::LatencyOutcome) -> f64| latency.and_then(|l| decimals(of(l), 1));
        let ratio = latency.and_then(|latency| latency.interval).and_then(|interval| {
            let digits = |value: f64| decimals(value, 5).filter(|value| *value > 0.0);
            let (ratio, low, high) = (digits(interval.ratio)?, digits(interval.low)?, digits(interval.high)?);
            Some(TrendRatio { ratio, low, high })
        });
        Self {
            file: place(&case.file),
            spec: case.spec.clone(),
            case: case.case.clone(),
            verdict: case.verdict,
            ratio,
            tolerance: latency.and_then(|latency| decimals(latency.tolerance, 5)).filter(|tolerance| *tolerance >= 0.0),
            mock: side(&case.mock, median(|latency| latency.mock_median_ns)),
            e2e: side(&case.e2e, median(|latency| latency.e2e_median_ns)),
        }
    }

    /// Whether both are about one case, wherever the spec's file lies.
    pub(super) fn is_about(&self, other: &Self) -> bool {
        self.spec == other.spec && self.case == other.case
    }
}

fn side(side: &SideOutcome, median_ns: Option<f64>) -> TrendSide {
    TrendSide {
        trace: place(&side.trace),
        instances: side.instances,
        median_ns,
        gpus: side.provenance.gpus.clone(),
        driver: side.provenance.driver.clone(),
        cuda: side.provenance.cuda.clone(),
        framework: side.framework.clone(),
    }
}

/// A path as it was given. An absolute one says whose machine it was: only its last part is kept.
fn place(path: &str) -> String {
    let is_absolute = Path::new(path).has_root() || path.get(1..3) == Some(":\\");
    let last = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    if is_absolute { last(path) } else { path.to_owned() }
}

/// With so few digits that what is read is what was written; nothing of what JSON has no number for.
fn decimals(value: f64, digits: u16) -> Option<f64> {
    let is_short = |value: &f64| value.abs() * 10f64.powi(digits.into()) < 1e15;
    format!("{value:.0$}", usize::from(digits)).parse().ok().filter(is_short)
}

/// A time in UTC to the second, of one form alone, so that the order of texts is that of times.
///
/// # Errors
/// What to write instead.
pub fn time(text: &str) -> Result<String, String> {
    let form = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    // The parser takes signed years too.
    let is_plain = text.len() == 20 && text.starts_with(|c: char| c.is_ascii_digit());
    match time::PrimitiveDateTime::parse(text, form) {
        Ok(_) if is_plain => Ok(text.to_owned()),
        _ => Err("not a time; write YYYY-MM-DDTHH:MM:SSZ, in UTC".to_owned()),
    }
}

fn read_time<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    time(&text).map_err(D::Error::custom)
}

fn read_ratio<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TrendRatio>, D::Error> {
    let ratio = Option::<TrendRatio>::deserialize(from)?;
    match ratio {
        Some(found) if !(0.0 < found.low && found.low <= found.high && found.ratio > 0.0) => {
            Err(D::Error::custom("no ratio with its bounds"))
        }
        ratio => Ok(ratio),
    }
}

fn read_amount<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let amount = Option::<f64>::deserialize(from)?;
    if amount.is_some_and(|amount| amount < 0.0) { Err(D::Error::custom("below 0")) } else { Ok(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_keeps_its_last_part() {
        assert_eq!(place("traces/a.sqlite"), "traces/a.sqlite");
        assert_eq!(place("../a.sqlite"), "../a.sqlite");
        assert_eq!(place("/home/somebody/traces/a.sqlite"), "a.sqlite");
        assert_eq!(place("C:\\Users\\somebody\\a.sqlite"), "a.sqlite");
        assert_eq!(place("\u{e9}\u{e9}"), "\u{e9}\u{e9}");
    }

    #[test]
    fn a_time_has_one_form() {
        assert_eq!(time("2026-11-24T13:29:53Z").as_deref(), Ok("2026-11-24T13:29:53Z"));
        for wrong in [
            "",
            "2026-11-24",
            "2026-11-24T13:29:53",
            "2026-02-30T00:00:00Z",
            "+026-11-24T13:29:53Z",
            "2026-11-24T13:29:53z",
        ] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_has_no_number_in_json_is_left_out() {
        assert_eq!(decimals(12_345.678, 1), Some(12_345.7));
        for odd in [f64::NAN, f64::INFINITY, -f64::INFINITY, 1e300] {
            assert_eq!(decimals(odd, 1), None);
        }
    }
}
