//! Statistics over arrays of numbers.

use super::member::Api;
use super::value::{Failure, failure, type_word, wrong_type};
use crate::stats;
use rhai::{Array, NativeCallContext};

pub(super) fn describe(api: &mut Api<'_>) {
    api.function(
        "median(numbers)",
        "number",
        "The middle value, or the mean of the middle two.",
        "median([3, 1, 2]) == 2",
        |context: NativeCallContext<'_>, values: Array| one("median", &context, &values, stats::median),
    )
    .function(
        "mean(numbers)",
        "number",
        "The arithmetic mean.",
        "mean([1, 2.5]) == 1.75",
        |context: NativeCallContext<'_>, values: Array| {
            one("mean", &context, &values, |v| (!v.is_empty()).then(|| v.iter().sum::<f64>() / v.len() as f64))
        },
    )
    .function(
        "min(numbers)",
        "number",
        "The smallest value.",
        "min([2, 1, 3]) == 1",
        |context: NativeCallContext<'_>, values: Array| {
            one("min", &context, &values, |v| v.iter().copied().reduce(f64::min))
        },
    )
    .function(
        "max(numbers)",
        "number",
        "The largest value.",
        "max([2, 3, 1]) == 3",
        |context: NativeCallContext<'_>, values: Array| {
            one("max", &context, &values, |v| v.iter().copied().reduce(f64::max))
        },
    )
    .function(
        "sum(numbers)",
        "number",
        "The sum; 0 of nothing.",
        "sum([1, 2.5]) == 3.5 && sum([]) == 0",
        |context: NativeCallContext<'_>, values: Array| one("sum", &context, &values, |v| Some(v.iter().sum())),
    )
    .function(
        "quantile(numbers, share)",
        "number",
        "The value below which this share of the values lies, interpolated; 0.5 is the median.",
        "quantile([1, 2, 3, 4, 5], 0.25) == 2",
        |context: NativeCallContext<'_>, values: Array, share: f64| {
            if !(0.0..=1.0).contains(&share) {
                return Err(failure(format!("quantile takes a share from 0 to 1, not {share}")));
            }
            one("quantile", &context, &values, |v| stats::quantile(v, share))
        },
    );
}

/// A statistic; an error of nothing, and of values that are no numbers.
fn one(
    name: &str,
    context: &NativeCallContext<'_>,
    values: &Array,
    statistic: impl Fn(&[f64]) -> Option<f64>,
) -> Result<f64, Failure> {
    let mut numbers = Vec::with_capacity(values.len());
    for value in values {
        let number = value.as_float().or_else(|_| value.as_int().map(|int| int as f64)).map_err(|_| {
            let word = type_word(context.engine().map_type_name(value.type_name())).to_owned();
            wrong_type(format!("{name} takes numbers; this array holds a {word}"), "")
        })?;
        if number.is_nan() {
            return Err(failure(format!("{name} takes numbers; this array holds one that is not (NaN)")));
        }
        numbers.push(number);
    }
    statistic(&numbers).ok_or_else(|| failure(format!("{name} of an empty array; ask `is_empty()` first")))
}
