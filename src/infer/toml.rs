//! Pieces of TOML as a person would write them.

pub(super) use crate::spec::quote;
use std::fmt::Write;

/// One string as itself, several as an array.
pub(super) fn one_or_many(texts: &[String]) -> String {
    match texts {
        [one] => quote(one),
        many => array(many),
    }
}

pub(super) fn array(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|t| quote(t)).collect();
    let line = format!("[{}]", quoted.join(", "));
    if line.chars().count() + KEY <= WIDTH {
        return line;
    }
    format!("[\n{}]", quoted.iter().map(|t| format!("    {t},\n")).collect::<String>())
}

/// A comment of any length in lines of readable width.
pub(super) fn comment(text: &str) -> String {
    let mut out = String::new();
    let mut line = String::from("#");
    for word in crate::diag::escape(text).split(' ').filter(|w| !w.is_empty()) {
        if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
    out
}

/// Columns of a line.
const WIDTH: usize = 110;

/// Columns of a key, roughly.
const KEY: usize = 12;

/// Keys and values of one table, the signs of equality and the comments behind them aligned. A comment that would make
/// its line too long stands above it.
pub(super) fn table(rows: &[Row]) -> String {
    let keys = rows.iter().map(|r| r.key.len()).max().unwrap_or(0);
    let fits =
        |r: &&Row| !r.comment.is_empty() && line(r, keys).chars().count() + 3 + r.comment.chars().count() <= WIDTH;
    let behind = rows.iter().filter(fits).map(|r| line(r, keys).chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        let text = line(row, keys);
        if row.comment.is_empty() {
            let _ = writeln!(out, "{text}");
        } else if behind.max(text.chars().count()) + 3 + row.comment.chars().count() <= WIDTH {
            let room = behind.saturating_sub(text.chars().count());
            let _ = writeln!(out, "{text}{}   # {}", " ".repeat(room), row.comment);
        } else {
            let _ = writeln!(out, "{}{text}", comment(&row.comment));
        }
    }
    out
}

fn line(row: &Row, keys: usize) -> String {
    format!("{:keys$} = {}", row.key, row.value)
}

/// One line of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) value: String,
    /// Without `#`; may be empty.
    pub(super) comment: String,
}

impl Row {
    pub(super) fn new(key: &'static str, value: impl Into<String>) -> Self {
        Self { key, value: value.into(), comment: String::new() }
    }

    pub(super) fn said(key: &'static str, value: impl Into<String>, comment: impl AsRef<str>) -> Self {
        Self { comment: crate::diag::escape(comment.as_ref()), ..Self::new(key, value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_stand_behind_aligned_values() {
        let rows =
            [Row::said("name", "\"a\"", "one"), Row::new("critical", "true"), Row::said("match", "\"abc*\"", "two")];
        let expected = "name     = \"a\"      # one\ncritical = true\nmatch    = \"abc*\"   # two\n";
        assert_eq!(table(&rows), expected);
    }

    proptest! {
        #[test]
        fn any_comment_is_only_a_comment(text in "(\\PC|[\\x00-\\x7f]){0,200}") {
            let read: Result<toml::Table, _> = toml::from_str(&comment(&text));
            prop_assert!(read.is_ok_and(|table| table.is_empty()));
        }
    }
}
