//! Functions on texts: patterns, captures, and numbers as reports write them.

use super::kernel::any;
use super::member::Api;
use super::value::{Failure, Gives, failure};
use crate::diag::duration;
use crate::kernel::TextPattern;
use crate::script::budget::spend;
use crate::script::limits::{PATTERN_BYTES, PATTERNS};
use regex::{Regex, RegexBuilder};
use rhai::{Array, Dynamic, ImmutableString};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Compiled size of an expression, in bytes: as for patterns in specs.
const EXPRESSION_BYTES: usize = 1 << 20;

thread_local! {
    /// Compiled once a run: each script runs on a thread of its own.
    static COMPILED: RefCell<Compiled> = RefCell::default();
}

#[derive(Default)]
struct Compiled {
    patterns: BTreeMap<String, Rc<TextPattern>>,
    expressions: BTreeMap<String, Rc<Regex>>,
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.function(
        "matches(text, pattern)",
        "boolean",
        "Whether a glob or `/regex/` matches a text; an array of patterns: whether any does.",
        "\"nvjet_tst\".matches(\"nvjet_*\") && \"nvjet_tst\".matches([\"x\", \"/t.t$/\"])",
        |text: ImmutableString, pattern: ImmutableString| matches(&text, &pattern),
    );
    // The same row: another type of the second argument.
    api.engine.register_fn("matches", |text: ImmutableString, patterns: Array| {
        any(&patterns, |pattern| matches(&text, pattern))
    });
    api.function(
        "captures(text, expression)",
        "array of text",
        "What the groups of a regular expression hold at its first match; empty without a match, and for a group that took no part.",
        "\"tile 64x8\".captures(\"(\\\\d+)x(\\\\d+)\") == [\"64\", \"8\"]",
        |text: ImmutableString, expression: ImmutableString| captures(&text, &expression),
    )
    .function("duration(ns)", "text", "A time in the unit that reads best.", "duration(1500) == \"1.50 us\"", |ns: i64| {
        duration(ns as f64)
    });
    api.engine.register_fn("duration", |ns: f64| duration(ns));
    api.function("percent(share)", "text", "A share as a percentage.", "percent(0.125) == \"12.5 %\"", |share: f64| {
        format!("{:.1} %", share * 100.0)
    });
    api.engine.register_fn("percent", |share: i64| format!("{:.1} %", share as f64 * 100.0));
}

fn matches(text: &str, with: &str) -> Result<bool, Failure> {
    spend(text.len())?;
    pattern(with).map(|pattern| pattern.matches(text))
}

/// A pattern, compiled at its first use.
pub(super) fn pattern(text: &str) -> Result<Rc<TextPattern>, Failure> {
    COMPILED.with_borrow_mut(|compiled| {
        compile(&mut compiled.patterns, text, |text| TextPattern::new(text).map_err(|error| error.to_string()))
    })
}

fn captures(text: &str, expression: &str) -> Result<Dynamic, Failure> {
    spend(text.len())?;
    let expression = COMPILED.with_borrow_mut(|compiled| {
        compile(&mut compiled.expressions, expression, |text| {
            let expression = RegexBuilder::new(text).size_limit(EXPRESSION_BYTES).build();
            expression.map_err(|error| error.to_string().lines().last().unwrap_or_default().to_owned())
        })
    })?;
    let groups = expression.captures(text).map(|found| {
        found.iter().skip(1).map(|group| group.map_or(String::new(), |group| group.as_str().to_owned())).collect()
    });
    groups.unwrap_or_else(Vec::new).give()
}

fn compile<T>(
    known: &mut BTreeMap<String, Rc<T>>,
    text: &str,
    new: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Rc<T>, Failure> {
    if let Some(compiled) = known.get(text) {
        return Ok(Rc::clone(compiled));
    }
    if text.len() > PATTERN_BYTES {
        return Err(failure(format!("a pattern of {} bytes; at most {PATTERN_BYTES} are allowed", text.len())));
    }
    if known.len() >= PATTERNS {
        return Err(failure(format!("more than {PATTERNS} different patterns")));
    }
    let compiled = Rc::new(new(text).map_err(|why| failure(format!("`{text}` is no pattern: {why}")))?);
    known.insert(text.to_owned(), Rc::clone(&compiled));
    Ok(compiled)
}
