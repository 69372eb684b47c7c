//! Facts: named numbers with a sentence each. The vocabulary of the common-issues table.

use std::collections::BTreeMap;

/// A number (a flag is 1 or 0) and the sentence that states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub value: f64,
    pub text: String,
}

/// Facts by name. A name that is absent is 0: nothing of the kind was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    facts: BTreeMap<String, Fact>,
}

impl Facts {
    pub fn set(&mut self, name: impl Into<String>, value: f64, text: impl Into<String>) {
        self.facts.insert(name.into(), Fact { value, text: text.into() });
    }

    /// Sets a flag only where it holds.
    pub fn flag(&mut self, name: &str, holds: bool, text: impl Into<String>) {
        if holds {
            self.set(name, 1.0, text);
        }
    }

    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.facts.get(name)
    }

    pub fn value(&self, name: &str) -> f64 {
        self.facts.get(name).map_or(0.0, |f| f.value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.facts.iter().map(|(name, fact)| (name.as_str(), fact))
    }
}
