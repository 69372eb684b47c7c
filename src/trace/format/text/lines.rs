//! A text as lines of words with their places.

use super::mistakes::{Mistake, Mistakes};
use crate::diag::Span;

/// A line that says something: without its indentation, its comment and blanks at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// In blanks.
    pub(super) indent: usize,
    /// The byte at which it starts.
    start: usize,
    text: &'t str,
}

/// A word, or the rest of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    pub(super) at: Span,
}

/// All lines but blank ones and comments.
pub(super) fn lines<'t>(text: &'t str, mistakes: &mut Mistakes) -> Vec<Line<'t>> {
    let mut found = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let (line, start) = (raw.trim_end(), at);
        at += raw.len();
        // Some editors put a byte order mark before the first line.
        let (line, start) = match line.strip_prefix('\u{feff}') {
            Some(rest) if start == 0 => (rest, '\u{feff}'.len_utf8()),
            _ => (line, start),
        };
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if line.bytes().take(indent).any(|byte| byte != b' ') {
            let mistake =
                Mistake::new(start..start + indent, "a line is indented by something else than blanks", "here");
            mistakes.add(mistake.help("indent with blanks: the width of anything else is a matter of the editor"));
        }
        found.push(Line { indent, start: start + indent, text: without_comment(content) });
    }
    found
}

/// A comment behind a line starts with two blanks and `#`: names hold neither together.
fn without_comment(line: &str) -> &str {
    line.split_once("  #").map_or(line, |(said, _)| said).trim_end()
}

impl<'t> Line<'t> {
    pub(super) fn words(&self) -> Words<'t> {
        Words { rest: self.text, at: self.start }
    }

    /// The whole line's place.
    pub(super) fn at(&self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }
}

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'t> {
    rest: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    pub(super) fn peek(&self) -> Option<Word<'t>> {
        let text = self.rest.split_whitespace().next()?;
        let start = self.at + (self.rest.len() - self.rest.trim_start().len());
        Some(Word { text, at: Span::new(start, start + text.len()) })
    }

    pub(super) fn next(&mut self) -> Option<Word<'t>> {
        let word = self.peek()?;
        let taken = word.at.end - self.at;
        self.rest = self.rest.get(taken..).unwrap_or_default();
        self.at = word.at.end;
        Some(word)
    }

    /// Everything that is left, as one name.
    pub(super) fn rest(&mut self) -> Option<Word<'t>> {
        let first = self.peek()?;
        let text = self.rest.trim();
        self.rest = "";
        Some(Word { text, at: Span::new(first.at.start, first.at.start + text.len()) })
    }

    /// The place behind the last word.
    pub(super) fn end(&self) -> Span {
        Span::new(self.at, self.at)
    }
}
