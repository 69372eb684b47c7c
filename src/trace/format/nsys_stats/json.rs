//! A report as JSON: a list of flat objects, one a row. Read by hand, so that a mistake has its place.

use super::cells::Cell;
use super::column::Columns;
use super::row::Fault;
use super::table::Table;
use std::borrow::Cow;
use std::ops::Range;

/// Whether a list of objects begins here.
pub(super) fn begins(text: &str) -> bool {
    let rest = text.trim_start_matches([' ', '\t', '\u{feff}']).strip_prefix('[').map(str::trim_start);
    rest.is_some_and(|rest| rest.starts_with('{'))
}

/// Whether its first object is a row of a report that is read.
pub(super) fn is_report(text: &str) -> bool {
    let mut at = Cursor { text, at: 0 };
    at.token('[');
    at.object().is_ok_and(|object| columns(&object).is_some())
}

/// The list that begins at or after `from`, and where it ends; no table if it is of another report.
///
/// # Errors
/// Where the text is no such list, or a row cannot be read.
pub(super) fn list(text: &str, from: usize) -> Result<(Option<Table>, usize), Fault> {
    let mut cursor = Cursor { text, at: from };
    cursor.token('[');
    let mut open: Option<(Columns, Vec<String>, Table)> = None;
    let mut is_other = false;
    loop {
        let begin = cursor.here();
        let object = match cursor.object() {
            Ok(object) => object,
            // What is not read may be of any form.
            Err(_) if is_other => return Ok((None, begin)),
            Err(fault) => return Err(fault),
        };
        let line = begin..cursor.at;
        if open.is_none() && !is_other {
            match columns(&object) {
                Some(columns) => {
                    let titles = object.iter().map(|(title, _)| title.to_string()).collect();
                    let table = Table::new(&columns, line.clone());
                    open = Some((columns, titles, table));
                }
                None => is_other = true,
            }
        }
        if let Some((columns, titles, table)) = &mut open {
            if object.iter().map(|(title, _)| title.as_ref()).ne(titles.iter().map(String::as_str)) {
                return Err(Fault::new("a row with other columns than the first", line));
            }
            let cells: Vec<Cell<'_>> = object.into_iter().map(|(_, cell)| cell).collect();
            table.push(columns, &cells, &line)?;
        }
        match cursor.next() {
            Some(',') => {}
            Some(']') => return Ok((open.map(|(_, _, table)| table), cursor.at)),
            _ => return Err(cursor.fault("a comma or the end of the list is expected")),
        }
    }
}

fn columns(object: &[(Cow<'_, str>, Cell<'_>)]) -> Option<Columns> {
    Columns::of(object.iter().map(|(title, _)| title.as_ref()))
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    /// The place of the next letter that is no space.
    fn here(&mut self) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        self.at
    }

    fn next(&mut self) -> Option<char> {
        self.here();
        let next = self.text[self.at..].chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over this letter, if it is the next.
    fn token(&mut self, letter: char) -> bool {
        self.here();
        let found = self.text[self.at..].starts_with(letter);
        self.at += if found { letter.len_utf8() } else { 0 };
        found
    }

    fn fault(&self, what: &str) -> Fault {
        let next = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        let what = if next == 0 { "the list is cut off" } else { what };
        Fault::new(what, self.at..self.at + next)
    }

    fn expect(&mut self, letter: char, what: &str) -> Result<(), Fault> {
        if self.token(letter) { Ok(()) } else { Err(self.fault(what)) }
    }

    /// An object of texts, numbers and nulls, in its order.
    fn object(&mut self) -> Result<Vec<(Cow<'t, str>, Cell<'t>)>, Fault> {
        self.expect('{', "a row is expected")?;
        let mut members = Vec::new();
        loop {
            let (title, _) = self.string()?;
            self.expect(':', "a colon is expected")?;
            members.push((title, self.value()?));
            if self.token('}') {
                return Ok(members);
            }
            self.expect(',', "a comma or the end of the row is expected")?;
        }
    }

    fn value(&mut self) -> Result<Cell<'t>, Fault> {
        let begin = self.here();
        let rest = &self.text[begin..];
        if rest.starts_with('"') {
            let (text, at) = self.string()?;
            return Ok(Cell { text, at });
        }
        let length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '+')).unwrap_or(rest.len());
        let word = &rest[..length];
        if word.is_empty() {
            return Err(self.fault("a text, a number or null is expected"));
        }
        self.at = begin + length;
        let text = if word == "null" { "" } else { word };
        Ok(Cell { text: Cow::Borrowed(text), at: begin..self.at })
    }

    fn string(&mut self) -> Result<(Cow<'t, str>, Range<usize>), Fault> {
        let begin = self.here();
        self.expect('"', "a text in quotes is expected")?;
        let mut escaped = false;
        let end = self.text[self.at..].bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some(end) = end.map(|end| self.at + end) else {
            return Err(Fault::new("a text that does not end", begin..self.text.len()));
        };
        let inside = &self.text[self.at..end];
        self.at = end + 1;
        if !inside.contains('\\') {
            return Ok((Cow::Borrowed(inside), begin + 1..end));
        }
        let text = serde_json::from_str::<String>(&self.text[begin..self.at]);
        let text = text.map_err(|_| Fault::new("a text with an escape that is none", begin..self.at))?;
        Ok((Cow::Owned(text), begin + 1..end))
    }
}
