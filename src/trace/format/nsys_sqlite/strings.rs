//! `StringIds`, read by need: the table also holds secrets (whole environments), so that nothing is
//! loaded that no kept row refers to.

use super::schema::Schema;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Statement};
use rustc_hash::FxHashMap;

pub(super) struct Strings<'db> {
    lookup: Option<Statement<'db>>,
    known: FxHashMap<i64, String>,
}

impl<'db> Strings<'db> {
    pub(super) fn new(db: &'db Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let lookup =
            if schema.has("StringIds") { Some(db.prepare("SELECT value FROM StringIds WHERE id = ?1")?) } else { None };
        Ok(Self { lookup, known: FxHashMap::default() })
    }

    /// The string with this id; an id without a row reads as `[string N]`.
    fn by_id(&mut self, id: i64) -> rusqlite::Result<&str> {
        if !self.known.contains_key(&id) {
            let found = match &mut self.lookup {
                Some(lookup) => lookup.query_row([id], |row| row.get_ref(0).map(text)).optional()?,
                None => None,
            };
            let value = found.unwrap_or_else(|| format!("[string {id}]"));
            self.known.insert(id, value);
        }
        Ok(self.known.get(&id).map_or("", String::as_str))
    }

    /// What a name column holds: an id, or (in derived exports) the text itself. `None` for NULL.
    pub(super) fn resolve(&mut self, value: ValueRef<'_>) -> rusqlite::Result<Option<String>> {
        Ok(match value {
            ValueRef::Integer(id) => Some(self.by_id(id)?.to_owned()),
            ValueRef::Text(_) | ValueRef::Blob(_) => Some(text(value)),
            ValueRef::Null | ValueRef::Real(_) => None,
        })
    }
}

/// Text with invalid UTF-8 replaced: names are hostile.
pub(super) fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Null => String::new(),
    }
}
