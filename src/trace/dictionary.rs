//! Values numbered in the order in which they are first met.

use rustc_hash::FxHashMap;
use std::hash::Hash;

#[derive(Debug)]
pub(in crate::trace) struct Dictionary<K> {
    index: FxHashMap<K, u32>,
    values: Vec<K>,
    /// Neighbouring rows often hold the same value.
    last: u32,
}

impl<K> Default for Dictionary<K> {
    fn default() -> Self {
        Self { index: FxHashMap::default(), values: Vec::new(), last: 0 }
    }
}

impl<K: Hash + Eq + Clone> Dictionary<K> {
    pub(in crate::trace) fn number(&mut self, value: &K) -> u32 {
        if self.values.get(self.last as usize) == Some(value) {
            return self.last;
        }
        self.last = match self.index.get(value) {
            Some(&known) => known,
            None => {
                let next = self.values.len() as u32;
                self.index.insert(value.clone(), next);
                self.values.push(value.clone());
                next
            }
        };
        self.last
    }

    pub(in crate::trace) fn get(&self, number: u32) -> Option<&K> {
        self.values.get(number as usize)
    }

    /// In the order of their numbers.
    pub(in crate::trace) fn values(&self) -> &[K] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_as_they_are_met() {
        let mut dictionary = Dictionary::default();
        let numbers: Vec<u32> = ["b", "a", "a", "c", "b", "b"].iter().map(|value| dictionary.number(value)).collect();
        assert_eq!(numbers, [0, 1, 1, 2, 0, 0]);
        assert_eq!(
            (dictionary.values(), dictionary.get(2), dictionary.get(3)),
            (&["b", "a", "c"][..], Some(&"c"), None)
        );
    }
}
