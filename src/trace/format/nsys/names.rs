//! The names that rows of one stretch hold, by id or as text, numbered as they are met.

use crate::limits::NAME_BYTES;
use rusqlite::types::ValueRef;
use rustc_hash::FxHashMap;

/// What a name column holds: an id of `StringIds`, or (in derived exports) the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum NameKey {
    Nothing,
    Id(i64),
    /// As much of it as is ever read, and a byte more where there is more.
    Text(Box<[u8]>),
}

impl NameKey {
    pub(super) fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Integer(id) => Self::Id(id),
            ValueRef::Text(text) | ValueRef::Blob(text) => Self::Text(as_far_as_read(text).into()),
            ValueRef::Null | ValueRef::Real(_) => Self::Nothing,
        }
    }
}

fn as_far_as_read(text: &[u8]) -> &[u8] {
    text.get(..=NAME_BYTES).unwrap_or(text)
}

/// Ids that are found without a look at the map: a power of two.
const RECENT: usize = 128;

#[derive(Debug)]
pub(super) struct NameKeys {
    keys: Vec<NameKey>,
    /// Ids met lately and their numbers, by the last digits of the id. No name has the number `u32::MAX`.
    recent: [(i64, u32); RECENT],
    ids: FxHashMap<i64, u32>,
    texts: FxHashMap<Box<[u8]>, u32>,
    nothing: Option<u32>,
}

impl Default for NameKeys {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            recent: [(0, u32::MAX); RECENT],
            ids: FxHashMap::default(),
            texts: FxHashMap::default(),
            nothing: None,
        }
    }
}

impl NameKeys {
    /// In the order of their numbers.
    pub(super) fn keys(&self) -> &[NameKey] {
        &self.keys
    }

    /// The number of what a name column holds.
    pub(super) fn number(&mut self, value: ValueRef<'_>) -> u32 {
        if let ValueRef::Integer(id) = value {
            let recent = self.recent[id as usize % RECENT];
            if recent.0 == id && recent.1 != u32::MAX {
                return recent.1;
            }
        }
        let next = self.keys.len() as u32;
        let known = match value {
            ValueRef::Integer(id) => *self.ids.entry(id).or_insert(next),
            ValueRef::Text(text) | ValueRef::Blob(text) => return self.text(text),
            ValueRef::Null | ValueRef::Real(_) => *self.nothing.get_or_insert(next),
        };
        if known == next {
            self.keys.push(NameKey::of(value));
        }
        if let ValueRef::Integer(id) = value {
            self.recent[id as usize % RECENT] = (id, known);
        }
        known
    }

    /// The number of what a row holds that has its text either in a column of its own or by its id.
    pub(super) fn either(&mut self, own: ValueRef<'_>, by_id: ValueRef<'_>) -> u32 {
        match own {
            ValueRef::Null => self.number(by_id),
            ValueRef::Text(text) | ValueRef::Blob(text) => self.text(text),
            ValueRef::Integer(number) => self.text(number.to_string().as_bytes()),
            ValueRef::Real(number) => self.text(number.to_string().as_bytes()),
        }
    }

    fn text(&mut self, text: &[u8]) -> u32 {
        let text = as_far_as_read(text);
        if let Some(&known) = self.texts.get(text) {
            return known;
        }
        let next = self.keys.len() as u32;
        self.texts.insert(text.into(), next);
        self.keys.push(NameKey::Text(text.into()));
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_texts_are_numbered_as_they_are_met() {
        let mut keys = NameKeys::default();
        let numbers = [
            keys.number(ValueRef::Text(b"a")),
            keys.number(ValueRef::Integer(7)),
            keys.number(ValueRef::Null),
            keys.either(ValueRef::Null, ValueRef::Integer(7)),
            keys.either(ValueRef::Blob(b"a"), ValueRef::Integer(9)),
            keys.either(ValueRef::Integer(7), ValueRef::Null),
            keys.number(ValueRef::Real(1.5)),
        ];
        assert_eq!(numbers, [0, 1, 2, 1, 0, 3, 2]);
        let text = |text: &[u8]| NameKey::Text(text.into());
        assert_eq!(keys.keys(), [text(b"a"), NameKey::Id(7), NameKey::Nothing, text(b"7")]);
    }
}
