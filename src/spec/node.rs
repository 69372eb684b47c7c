//! One value of a file with the key it belongs to: read by type, every mistake with a caret.

use super::keys::{Key, Shape, TableDoc};
use super::reading::{Reading, Table};
use crate::diag::{Loc, Problem, Spanned, nearest};
use toml::de::DeValue;

/// A value with the key it belongs to.
pub(super) struct Node<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) key: &'static Key,
    pub(super) key_loc: Loc,
    pub(super) loc: Loc,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn report(&self, problem: Problem) {
        self.reading.report(problem);
    }

    /// The key as it is written.
    fn name(&self) -> &str {
        let span = self.key_loc.span;
        self.key_loc.file.text.get(span.start..span.end).unwrap_or(self.key.name)
    }

    pub(super) fn report_wrong_type(&self) {
        let (name, found) = (self.name(), type_name(self.value));
        self.report(
            Problem::spec("wrong-type", format!("`{name}` takes {}, not {found}", self.key.shape.describe()))
                .label(&self.loc, format!("this is {found}"))
                .help(format!("for example: `{}`", self.key.example)),
        );
    }

    fn wrong_type<T>(&self) -> Option<T> {
        self.report_wrong_type();
        None
    }

    fn spanned<T>(&self, value: T) -> Spanned<T> {
        Spanned::new(value, self.loc.clone())
    }

    /// A string that says something.
    pub(super) fn text(&self) -> Option<Spanned<String>> {
        let DeValue::String(text) = self.value else {
            return self.wrong_type();
        };
        if text.trim().is_empty() {
            self.report_empty();
            return None;
        }
        Some(self.spanned(text.to_string()))
    }

    /// An empty array names nothing, which nobody means to write.
    pub(super) fn report_if_no_items(&self) {
        if let DeValue::Array(items) = self.value
            && items.is_empty()
        {
            self.report_empty();
        }
    }

    fn report_empty(&self) {
        self.report(
            Problem::spec("empty-value", format!("`{}` is empty", self.key.name))
                .label(&self.loc, "nothing here")
                .help(format!("say something, for example: `{}`, or leave the key out", self.key.example)),
        );
    }

    /// One string, or an array of them.
    pub(super) fn texts(&self) -> Option<Vec<Spanned<String>>> {
        match self.value {
            DeValue::String(_) => self.text().map(|text| vec![text]),
            DeValue::Array(_) => {
                if self.key.filled {
                    self.report_if_no_items();
                }
                let texts: Vec<_> = self.items().iter().map(Node::text).collect();
                texts.into_iter().collect()
            }
            _ => self.wrong_type(),
        }
    }

    pub(super) fn flag(&self) -> Option<Spanned<bool>> {
        match self.value {
            DeValue::Boolean(flag) => Some(self.spanned(*flag)),
            _ => self.wrong_type(),
        }
    }

    /// A whole number, at least what the key's documentation says.
    pub(super) fn whole(&self) -> Option<Spanned<u32>> {
        let DeValue::Integer(integer) = self.value else {
            return self.wrong_type();
        };
        let least = if let Shape::Whole(least) = self.key.shape { least } else { 0 };
        match integer_of(integer).and_then(|n| u32::try_from(n).ok()).filter(|&n| n >= least) {
            Some(number) => Some(self.spanned(number)),
            None => {
                self.report(
                    Problem::spec("bad-number", format!("`{}` cannot be {integer}", self.key.name))
                        .label(&self.loc, format!("must be from {least} to {}", u32::MAX))
                        .help(format!("for example: `{}`", self.key.example)),
                );
                None
            }
        }
    }

    /// One of the words that the key's documentation lists.
    pub(super) fn choice<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Option<Spanned<T>> {
        let names = if let Shape::Choice(names) = self.key.shape { names } else { &[] };
        self.word(names, parse)
    }

    pub(super) fn word<T>(&self, names: &[&str], parse: impl Fn(&str) -> Option<T>) -> Option<Spanned<T>> {
        let word = self.text()?;
        let value = parse(&word);
        if value.is_none() {
            let hint = match nearest(&word, names.iter().copied()) {
                Some(right) => format!("did you mean `{right}`?"),
                None => format!("one of: {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
            };
            self.report(
                Problem::spec("unknown-choice", format!("`{}` cannot be `{}`", self.name(), word.value))
                    .label(&self.loc, "unknown")
                    .help(hint),
            );
        }
        value.map(|value| self.spanned(value))
    }

    pub(super) fn table(&self) -> Option<Table<'a>> {
        match (self.value, self.inner()) {
            (DeValue::Table(entries), Some(doc)) => Some(Table::new(self.reading, doc, entries, self.loc.clone())),
            _ => self.wrong_type(),
        }
    }

    /// The tables of an array; a single `[table]` where `[[table]]` is due is a mistake.
    pub(super) fn tables(&self) -> Vec<Table<'a>> {
        if let DeValue::Array(_) = self.value {
            return self.items().iter().filter_map(Node::table).collect();
        }
        self.report(
            Problem::spec(
                "wrong-type",
                format!("`{}` takes an array of tables, not {}", self.key.name, type_name(self.value)),
            )
            .label(&self.loc, format!("this is {}", type_name(self.value)))
            .help(format!("in double brackets: `{}`", self.key.example)),
        );
        Vec::new()
    }

    /// The elements of an array, none of anything else.
    pub(super) fn items(&self) -> Vec<Node<'a>> {
        let DeValue::Array(items) = self.value else {
            return Vec::new();
        };
        let node = |item: &'a toml::Spanned<DeValue<'a>>| Node {
            reading: self.reading,
            key: self.key,
            key_loc: self.key_loc.clone(),
            loc: self.reading.loc(item.span()),
            value: item.get_ref(),
        };
        items.iter().map(node).collect()
    }

    fn inner(&self) -> Option<&'static TableDoc> {
        self.key.shape.table()
    }
}

/// The integer, unless it is beyond 64 bits.
pub(super) fn integer_of(integer: &toml::de::DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

pub(super) fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
