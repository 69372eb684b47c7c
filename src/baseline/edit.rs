//! Entries appended to the text of a spec; all that was there stays as it was.

use super::entry::Entry;
use crate::diag::{Loc, Problem, SourceFile};
use crate::spec::{UNEXPLAINED, quote};
use std::sync::Arc;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

/// More patterns than these stand one a line.
const BESIDE: usize = 2;

/// The file's text with the entries at its end, as tables of their own. Where the file has its entries in an array
/// between brackets, they go to the end of that array, since TOML does not take both.
///
/// # Errors
/// A file that is no TOML, which the caller has read as a spec before.
pub(super) fn append(file: &Arc<SourceFile>, entries: &[Entry]) -> Result<String, Vec<Problem>> {
    let text = &file.text;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let span = error.span().unwrap_or(0..0);
        vec![Problem::spec("cannot-write", error.message().to_owned()).label(&Loc::new(file, span), "not read here")]
    })?;
    if let Some(array) = document.get_mut("known_difference").and_then(Item::as_array_mut) {
        for entry in entries {
            array.push(InlineTable::from_iter(values(entry)));
        }
        return Ok(with_line_ends(text, &document.to_string()));
    }
    let mut tables = ArrayOfTables::new();
    for entry in entries {
        let mut table = Table::from_iter(values(entry));
        table.decor_mut().set_prefix("\n");
        tables.push(table);
    }
    let mut own = DocumentMut::new();
    own.insert("known_difference", Item::ArrayOfTables(tables));
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{text}{}", with_line_ends(text, &format!("{end}{own}"))))
}

/// What is written ends its lines as the file does.
fn with_line_ends(file: &str, written: &str) -> String {
    if file.contains("\r\n") { written.replace("\r\n", "\n").replace('\n', "\r\n") } else { written.to_owned() }
}

fn values(entry: &Entry) -> Vec<(&'static str, Value)> {
    let mut values: Vec<(&'static str, Value)> = Vec::new();
    values.extend((!entry.kernels.is_empty()).then(|| ("kernels", texts(&entry.kernels))));
    values.push(("checks", texts(std::slice::from_ref(&entry.check))));
    values.extend(entry.side.map(|side| ("side", Value::from(side.to_string()))));
    values.extend(entry.at_most.map(|most| ("at-most", Value::from(i64::from(most)))));
    values.extend(entry.latency.map(|latency| ("latency", text(&latency.to_string()))));
    values.extend((!entry.cases.is_empty()).then(|| ("cases", texts(&entry.cases))));
    values.push(("reason", text(UNEXPLAINED)));
    values.extend(entry.impact.as_ref().map(|impact| ("impact", text(impact))));
    let until = entry.until.as_ref().and_then(|until| until.parse::<toml_edit::Datetime>().ok());
    values.extend(until.map(|until| ("until", Value::from(until))));
    values
}

/// As other texts of a spec are written; what is read back is the same.
fn text(text: &str) -> Value {
    quote(text).parse().unwrap_or_else(|_| Value::from(text))
}

fn texts(texts: &[String]) -> Value {
    let mut array: Array = texts.iter().map(|t| text(t)).collect();
    if texts.len() > BESIDE {
        for value in array.iter_mut() {
            value.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    Value::Array(array)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Side;
    use proptest::prelude::*;

    fn entry(kernels: &[&str]) -> Entry {
        Entry {
            kernels: kernels.iter().map(|k| (*k).to_owned()).collect(),
            check: "extra-kernel".to_owned(),
            side: Some(Side::Mock),
            at_most: Some(2),
            latency: None,
            cases: vec!["decode".to_owned()],
            impact: Some("+1.10 us an instance".to_owned()),
            until: Some("2026-12-31".to_owned()),
        }
    }

    fn append_to(text: &str, entries: &[Entry]) -> String {
        append(&SourceFile::new("a.toml", text), entries).unwrap_or_default()
    }

    #[test]
    fn entries_stand_at_the_end_as_one_would_write_them() {
        let after = append_to("align = 1 # one", &[entry(&[r"\[CUDA memset\]", "a", "b"])]);
        let expected = "align = 1 # one\n\n[[known_difference]]\nkernels = [\n    '\\[CUDA memset\\]',\n    \"a\",\n    \
                        \"b\",\n]\nchecks = [\"extra-kernel\"]\nside = \"mock\"\nat-most = 2\ncases = [\"decode\"]\nreason = \"TODO: why is \
                        this so?\"\nimpact = \"+1.10 us an instance\"\nuntil = 2026-12-31\n";
        assert_eq!(after, expected);
    }

    #[test]
    fn a_file_keeps_its_line_ends() {
        let after = append_to("align = 1\r\n", &[entry(&["a"])]);
        assert!(after.lines().count() > 5 && after.matches('\n').count() == after.matches("\r\n").count(), "{after:?}");
    }

    #[test]
    fn an_array_between_brackets_takes_them_too() {
        let text = "align = 1 # one\nknown_difference = [\n  { checks = [\"coverage\"], reason = \"x\" } # why\n]\nother = 1\n";
        let after = append_to(text, &[entry(&["a"])]);
        let read: Result<toml::Table, _> = toml::from_str(&after);
        let entries = read.ok().and_then(|read| read.get("known_difference")?.as_array().map(Vec::len));
        assert_eq!(entries, Some(2), "{after}");
        assert!(
            after.starts_with(&text[..text.find("]\nother").unwrap_or(0) - 8]) && after.ends_with("]\nother = 1\n"),
            "{after}"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(kernel in "\\PC{1,30}", ends in prop::sample::select(vec!["", "\n", "\r\n"])) {
            let text = format!("align = 1{ends}");
            let after = append_to(&text, &[entry(&[&kernel]), entry(&["b"])]);
            prop_assert!(after.starts_with(&text));
            let read: Result<toml::Table, _> = toml::from_str(&after);
            let read = read.ok().and_then(|read| read.get("known_difference")?.get(0)?.get("kernels")?.get(0)?.as_str().map(str::to_owned));
            prop_assert_eq!(read, Some(kernel));
        }
    }
}
