//! Patterns over names: globs and `/regular expressions/`.

use super::identity::Identity;
use super::wildcard::Wildcard;
use regex::bytes::{Regex, RegexBuilder};
use std::fmt;

/// Why a pattern is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("an empty pattern matches nothing")]
    Empty,
    #[error("this glob is not valid: {0}")]
    Glob(String),
    #[error("this regular expression is not valid: {0}")]
    Regex(String),
    #[error("there is no family `{0}`")]
    UnknownFamily(String),
}

/// A glob over any text: `*` and `?` match every character, `{a,b}` and `[ab]` as in a shell, and a
/// backslash takes the next character literally (`\[`, `\{`, `\*`).
#[derive(Clone)]
pub struct Glob {
    text: String,
    matcher: Matcher,
}

#[derive(Clone)]
enum Matcher {
    Wildcard(Wildcard),
    Regex(Regex),
}

impl Glob {
    pub fn new(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let matcher = match Wildcard::new(text) {
            Some(wildcard) => Matcher::Wildcard(wildcard),
            None => Matcher::Regex(regex(text)?),
        };
        Ok(Self { text: text.to_owned(), matcher })
    }

    pub fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Wildcard(wildcard) => wildcard.matches(text.as_bytes()),
            Matcher::Regex(regex) => regex.is_match(text.as_bytes()),
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same as a regular expression, in which a dot is any character.
    pub(super) fn expression(&self) -> Option<String> {
        translate(&self.text).ok()
    }
}

/// A glob as a regular expression, in which a dot is any character.
fn translate(glob: &str) -> Result<String, PatternError> {
    let glob = globset::GlobBuilder::new(glob)
        .literal_separator(false)
        .backslash_escape(true)
        .build()
        .map_err(|e| PatternError::Glob(e.kind().to_string()))?;
    Ok(glob.regex().to_owned())
}

fn regex(glob: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(&translate(glob)?)
        .dot_matches_new_line(true)
        .build()
        .map_err(|e| PatternError::Glob(e.to_string()))
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({:?})", self.text)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A glob, or a regular expression between slashes.
#[derive(Debug, Clone)]
pub enum TextPattern {
    Glob(Glob),
    Regex(Regex, String),
}

impl TextPattern {
    pub fn new(text: &str) -> Result<Self, PatternError> {
        match text.strip_prefix('/').and_then(|t| t.strip_suffix('/')) {
            Some("") => Err(PatternError::Empty),
            Some(inner) => {
                let regex = RegexBuilder::new(inner)
                    .size_limit(1 << 20)
                    .build()
                    .map_err(|e| PatternError::Regex(last_line(&e.to_string())))?;
                Ok(Self::Regex(regex, text.to_owned()))
            }
            None => Glob::new(text).map(Self::Glob),
        }
    }

    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Glob(glob) => glob.matches(text),
            Self::Regex(regex, _) => regex.is_match(text.as_bytes()),
        }
    }

    /// Whether it names a kernel: it is tried on the function's own name, then on the demangled name.
    pub fn names(&self, kernel: &Identity) -> bool {
        self.matches(&kernel.function) || self.matches(&kernel.exact)
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Glob(glob) => glob.as_str(),
            Self::Regex(_, text) => text,
        }
    }
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn brackets_are_literal_where_escaped() {
        let glob = Glob::new(r"\{'Module': '*.mlp'*").map(|g| g.matches("{'Module': 'a.mlp', 'Inputs': [[8]]}"));
        assert_eq!(glob, Ok(true));
        assert_eq!(Glob::new(r"\[CUDA mem*").map(|g| g.matches("[CUDA memset]")), Ok(true));
    }

    proptest! {
        /// Both ways to match are one glob language.
        #[test]
        fn a_wildcard_is_the_same_as_its_regular_expression(
            glob in "[ab*?\\\\é/]{1,8}",
            texts in prop::collection::vec("[abé/\n?*]{0,10}", 1..20),
        ) {
            let (wildcard, regex) = (Wildcard::new(&glob), regex(&glob));
            if let Some(wildcard) = wildcard {
                let regex = regex.map_err(|error| TestCaseError::fail(error.to_string()))?;
                for text in texts {
                    prop_assert_eq!(wildcard.matches(text.as_bytes()), regex.is_match(text.as_bytes()), "{}", text);
                }
            } else {
                prop_assert!(regex.is_err() || glob.contains("**"), "{}", glob);
            }
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        assert!(matches!(TextPattern::new("/(/"), Err(PatternError::Regex(_))));
        assert!(matches!(TextPattern::new("[a"), Err(PatternError::Glob(_))));
        assert!(matches!(TextPattern::new(""), Err(PatternError::Empty)));
    }
}
