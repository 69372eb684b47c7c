//! The strings that kept rows refer to, numbered anew in the order of their first use.

use super::patterns::{Patterns, REMOVED, SecretKind};
use super::source::Source;
use crate::diag::Problem;
use rustc_hash::FxHashMap;

/// What a string is a name of: a user's name may be a word of a kernel's name by chance, and there it must stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NameOf {
    /// A kernel or an API call.
    Function,
    /// A range: free text.
    Range,
}

/// Numbers strings and takes the secrets out of them.
#[derive(Debug)]
pub(super) struct Strings<'s> {
    source: &'s Source,
    functions: Patterns,
    free: Patterns,
    by_id: FxHashMap<(i64, NameOf), i64>,
    by_text: FxHashMap<String, i64>,
    next: i64,
    /// Texts out of which a secret was taken.
    pub(super) redacted: u64,
}

impl<'s> Strings<'s> {
    /// `words`: names of users and hosts that the trace gave away.
    pub(super) fn new(source: &'s Source, words: &[(SecretKind, String)]) -> Result<Self, Problem> {
        Ok(Self {
            source,
            functions: Patterns::new(&[])?,
            free: Patterns::new(words)?,
            by_id: FxHashMap::default(),
            by_text: FxHashMap::default(),
            next: 1,
            redacted: 0,
        })
    }

    /// The new id of a string. An id that the source has no string for stays without one.
    pub(super) fn renumber(&mut self, id: i64, name_of: NameOf) -> Result<i64, Problem> {
        if let Some(&known) = self.by_id.get(&(id, name_of)) {
            return Ok(known);
        }
        let new = match self.source.string(id)? {
            Some(text) => self.intern(text, name_of),
            None => self.number(),
        };
        self.by_id.insert((id, name_of), new);
        Ok(new)
    }

    /// The id of a text, the same for equal texts.
    pub(super) fn intern(&mut self, text: String, name_of: NameOf) -> i64 {
        let text = self.clean(text, name_of);
        if let Some(&known) = self.by_text.get(&text) {
            return known;
        }
        let id = self.number();
        self.by_text.insert(text, id);
        id
    }

    /// The text without secrets.
    pub(super) fn clean(&mut self, text: String, name_of: NameOf) -> String {
        let patterns = if name_of == NameOf::Function { &self.functions } else { &self.free };
        match patterns.redact(&text) {
            Some(clean) => {
                self.redacted += 1;
                clean
            }
            None => text,
        }
    }

    /// A message of the profiler: gone as a whole if it holds a secret or names a file.
    pub(super) fn clean_message(&mut self, text: String) -> String {
        let names_a_file = text.split([' ', '\'', '"', '(', '=']).any(|word| word.starts_with('/') && word.len() > 1);
        let clean = self.clean(text.clone(), NameOf::Range);
        if clean == text && !names_a_file { text } else { REMOVED.to_owned() }
    }

    /// All strings by id.
    pub(super) fn into_sorted(self) -> Vec<(i64, String)> {
        let mut all: Vec<(i64, String)> = self.by_text.into_iter().map(|(text, id)| (id, text)).collect();
        all.sort_unstable();
        all
    }

    fn number(&mut self) -> i64 {
        let id = self.next;
        self.next += 1;
        id
    }
}
