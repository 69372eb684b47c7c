//! `StringIds`, read by need: the table also holds secrets (whole environments), so that nothing is
//! loaded that no kept row refers to.

use super::names::NameKey;
use super::schema::Schema;
use crate::limits::NAME_BYTES;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Statement};
use rustc_hash::FxHashMap;

pub(super) struct Strings<'db> {
    lookup: Option<Statement<'db>>,
    known: FxHashMap<i64, String>,
    /// Whether a name was longer than is read.
    pub(super) cut: bool,
    /// Why a string could not be read. SQLite checks a page the first time alone: asked again, it would give something.
    failed: Option<(rusqlite::ffi::Error, Option<String>)>,
}

impl<'db> Strings<'db> {
    pub(super) fn new(db: &'db Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let lookup =
            if schema.has("StringIds") { Some(db.prepare("SELECT value FROM StringIds WHERE id = ?1")?) } else { None };
        Ok(Self { lookup, known: FxHashMap::default(), cut: false, failed: None })
    }

    /// The string with this id; an id without a row reads as `[string N]`.
    fn by_id(&mut self, id: i64) -> rusqlite::Result<&str> {
        if !self.known.contains_key(&id) {
            let found = self.look_up(id)?;
            self.cut |= found.as_ref().is_some_and(|(_, cut)| *cut);
            let found = found.map(|(text, _)| text);
            let value = found.unwrap_or_else(|| format!("[string {id}]"));
            self.known.insert(id, value);
        }
        Ok(self.known.get(&id).map_or("", String::as_str))
    }

    /// A string, and whether it was cut off.
    fn look_up(&mut self, id: i64) -> rusqlite::Result<Option<(String, bool)>> {
        if let Some((error, what)) = &self.failed {
            return Err(rusqlite::Error::SqliteFailure(*error, what.clone()));
        }
        let Some(lookup) = &mut self.lookup else { return Ok(None) };
        let found = lookup.query_row([id], |row| row.get_ref(0).map(|v| (text(v), is_cut(v)))).optional();
        if let Err(rusqlite::Error::SqliteFailure(error, what)) = &found {
            self.failed = Some((*error, what.clone()));
        }
        found
    }

    /// The text of a name; `None` where there is none.
    pub(super) fn resolve(&mut self, name: &NameKey) -> rusqlite::Result<Option<String>> {
        Ok(match name {
            NameKey::Id(id) => Some(self.by_id(*id)?.to_owned()),
            NameKey::Text(bytes) => {
                let value = ValueRef::Text(bytes);
                self.cut |= is_cut(value);
                Some(text(value))
            }
            NameKey::Nothing => None,
        })
    }
}

/// Text with invalid UTF-8 replaced, and cut off where it is longer than any name: names are hostile.
pub(super) fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) if bytes.len() > NAME_BYTES => {
            String::from_utf8_lossy(whole_characters(bytes)).into_owned() + "…"
        }
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Null => String::new(),
    }
}

fn is_cut(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Text(bytes) | ValueRef::Blob(bytes) if bytes.len() > NAME_BYTES)
}

/// As much as is read of a long text, without the piece of a character at its end.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000);
    let end = (NAME_BYTES - 3..=NAME_BYTES).rev().find(|&at| !is_inside(at)).unwrap_or(NAME_BYTES);
    bytes.get(..end).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_longest_length_stays_whole() {
        let name = "x".repeat(NAME_BYTES);
        assert_eq!(text(ValueRef::Text(name.as_bytes())), name);
    }

    #[test]
    fn a_longer_text_is_cut_between_characters() {
        for before in 0..4 {
            let name = format!("{}{}", "x".repeat(before), "€".repeat(NAME_BYTES));
            let cut = text(ValueRef::Text(name.as_bytes()));
            assert!(cut.len() <= NAME_BYTES + '…'.len_utf8() && cut.len() + 3 > NAME_BYTES, "{}", cut.len());
            assert!(name.starts_with(cut.strip_suffix('…').unwrap_or("?")), "{before}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_cut_too() {
        assert!(text(ValueRef::Blob(&vec![0x80; NAME_BYTES * 2])).ends_with('…'));
    }
}
