//! What a pattern matches, as a set of texts: whether one set lies within another, decided exactly by walking the two
//! automata side by side. What would grow too large is not decided.

use super::pattern::{Glob, TextPattern};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};
use std::collections::{HashSet, VecDeque};

/// Bytes of one automaton, and of the work on it. A glob takes a few KiB; a regular expression with large classes of
/// characters or counted repetitions grows without bound.
const BYTES: usize = 1 << 20;
/// Pairs of states looked at: two automata of a few hundred states each.
const PAIRS: usize = 100_000;

/// All texts that a pattern matches somewhere.
pub struct Language {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    /// One byte of each class that the automaton tells apart.
    bytes: Vec<u8>,
    /// A shortest text, if there is any: most pairs of patterns are told apart by it alone.
    shortest: Option<Vec<u8>>,
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Language({} bytes)", self.dfa.memory_usage())
    }
}

impl Language {
    /// `None` if the automaton would be too large, or the pattern looks around in ways that no automaton does.
    pub fn of(pattern: &TextPattern) -> Option<Self> {
        match pattern {
            TextPattern::Glob(glob) => Self::of_glob(glob),
            TextPattern::Regex(regex, _) => Self::new(regex.as_str(), false),
        }
    }

    pub fn of_glob(glob: &Glob) -> Option<Self> {
        Self::new(&glob.expression()?, true)
    }

    /// The expression is found somewhere in the text; what comes before and after may be anything, so that a state that
    /// has matched goes on matching.
    fn new(expression: &str, dot_is_any: bool) -> Option<Self> {
        let flag = if dot_is_any { "(?s)" } else { "" };
        let whole = format!("(?s-u:.)*(?:{flag}{expression})(?s-u:.)*");
        let dfa = dense::Builder::new()
            .syntax(syntax::Config::new().utf8(false))
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .match_kind(MatchKind::All)
                    .dfa_size_limit(Some(BYTES))
                    .determinize_size_limit(Some(BYTES)),
            )
            .build(&whole)
            .ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        let mut bytes: Vec<u8> = Vec::new();
        let classes = dfa.byte_classes();
        for byte in 0..=u8::MAX {
            if byte == 0 || classes.get(byte) != classes.get(byte - 1) {
                bytes.push(byte);
            }
        }
        let mut language = Self { dfa, start, bytes, shortest: None };
        language.shortest = language.find_shortest();
        Some(language)
    }

    fn accepts(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }

    /// Whether every text of `other` is one of these. `None` if that is too much to find out.
    pub fn includes(&self, other: &Self) -> Option<bool> {
        if other.shortest.as_ref().is_some_and(|text| !self.contains(text)) {
            return Some(false);
        }
        let mut bytes: Vec<u8> = self.bytes.iter().chain(&other.bytes).copied().collect();
        bytes.sort_unstable();
        bytes.dedup();
        let mut seen = HashSet::from([(other.start, self.start)]);
        let mut next = VecDeque::from([(other.start, self.start)]);
        while let Some((theirs, ours)) = next.pop_front() {
            if other.dfa.is_quit_state(theirs) || self.dfa.is_quit_state(ours) {
                return None;
            }
            if other.accepts(theirs) && !self.accepts(ours) {
                return Some(false);
            }
            for &byte in &bytes {
                let pair = (other.dfa.next_state(theirs, byte), self.dfa.next_state(ours, byte));
                if !other.dfa.is_dead_state(pair.0) && seen.insert(pair) {
                    next.push_back(pair);
                }
            }
            if seen.len() > PAIRS {
                return None;
            }
        }
        Some(true)
    }

    fn contains(&self, text: &[u8]) -> bool {
        let end = text.iter().fold(self.start, |state, &byte| self.dfa.next_state(state, byte));
        self.accepts(end) || self.dfa.is_quit_state(end)
    }

    /// By breadth first, so that it is a shortest.
    fn find_shortest(&self) -> Option<Vec<u8>> {
        let mut seen = HashSet::from([self.start]);
        let mut next = VecDeque::from([(self.start, Vec::new())]);
        while let Some((state, text)) = next.pop_front() {
            if self.accepts(state) {
                return Some(text);
            }
            for &byte in &self.bytes {
                let after = self.dfa.next_state(state, byte);
                let dead = self.dfa.is_dead_state(after) || self.dfa.is_quit_state(after);
                if !dead && seen.len() < PAIRS && seen.insert(after) {
                    next.push_back((after, [text.as_slice(), &[byte]].concat()));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn includes(outer: &str, inner: &str) -> Option<bool> {
        let language = |text: &str| TextPattern::new(text).ok().and_then(|p| Language::of(&p));
        language(outer)?.includes(&language(inner)?)
    }

    #[test]
    fn a_wider_pattern_includes_a_narrower_one_and_not_the_other_way() {
        for (outer, inner) in [
            ("*gemm*", "*cutlass*gemm*"),
            ("*", "/^anything at all$/"),
            ("*flash_fwd*", "/flash_fwd(_splitkv)?_kernel/"),
            ("nvjet_*", "nvjet_tst_??x*"),
            ("{a,b}*", "a?"),
            ("/^[a-z]+_kernel$/", "/^(foo|bar)_kernel$/"),
            (r"\[CUDA mem*", r"\[CUDA memset\]"),
            ("*a*", "a"),
        ] {
            assert_eq!(includes(outer, inner), Some(true), "{outer} includes {inner}");
            assert_eq!(includes(inner, outer), Some(false), "{inner} does not include {outer}");
        }
        assert_eq!(includes("*a*b*", "*b*a*"), Some(false));
        assert_eq!(includes("/a/", "*a*"), Some(true), "written otherwise, the same");
        // A regular expression's dot is no line feed, a glob's star is.
        assert_eq!(includes("/^.*$/", "*"), Some(false));
    }

    #[test]
    fn what_is_too_large_is_not_decided() {
        assert_eq!(includes(r"/\w{200}/", r"/\w{300}/"), None);
        assert_eq!(includes(r"/\bgemm\b/", "*gemm*"), None, "word borders by Unicode need more than an automaton");
    }

    #[test]
    fn a_shortest_text_is_one_that_matches() {
        let shortest = |text: &str| TextPattern::new(text).ok().and_then(|p| Language::of(&p)?.shortest);
        assert_eq!(shortest("*ab?*"), Some(b"ab\0".to_vec()));
        assert_eq!(shortest("/a$b/"), None);
    }

    proptest! {
        #[test]
        fn what_is_included_matches_wherever_the_other_does(
            outer in "[ab*?]{1,6}", inner in "[ab*?]{1,6}", texts in prop::collection::vec("[abc]{0,8}", 20),
        ) {
            let (Ok(a), Ok(b)) = (TextPattern::new(&outer), TextPattern::new(&inner)) else { return Ok(()) };
            let included = includes(&outer, &inner);
            prop_assert!(included.is_some());
            for text in &texts {
                prop_assert!(included == Some(false) || !b.matches(text) || a.matches(text), "{outer} {inner} {text}");
            }
        }

        #[test]
        fn a_star_more_never_matches_less(pattern in "[ab?]{1,5}", at in 0usize..5) {
            let at = at.min(pattern.len());
            let wider = format!("{}*{}", &pattern[..at], &pattern[at..]);
            prop_assert_eq!(includes(&wider, &pattern), Some(true));
        }
    }
}
