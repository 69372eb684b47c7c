//! Globs that hold nothing but text, `*` and `?`: matched without an automaton.
//!
//! Nearly every pattern over kernel and range names is one. Building an automaton for each of the shipped families would
//! take longer than a whole check of two small traces.

use memchr::memmem::Finder;

/// Pieces of text between stars.
#[derive(Debug, Clone)]
pub(super) struct Wildcard {
    pieces: Vec<Piece>,
    /// Whether the glob begins, and ends, with a star.
    open_start: bool,
    open_end: bool,
}

/// Text without a star. A question mark is any one byte.
#[derive(Debug, Clone)]
enum Piece {
    Text(Box<Finder<'static>>),
    Masked(Vec<Option<u8>>),
}

impl Wildcard {
    /// `None` of a glob that holds anything else (classes, alternatives, two stars in a row, which mean more between
    /// slashes), or that is not a valid one.
    pub(super) fn new(glob: &str) -> Option<Self> {
        let mut pieces: Vec<Vec<Option<u8>>> = vec![Vec::new()];
        let mut bytes = glob.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let next = match byte {
                b'*' if bytes.peek() == Some(&b'*') => return None,
                b'*' => {
                    pieces.push(Vec::new());
                    continue;
                }
                b'[' | b']' | b'{' | b'}' => return None,
                b'?' => None,
                b'\\' => Some(bytes.next()?),
                byte => Some(byte),
            };
            pieces.last_mut()?.push(next);
        }
        let (open_start, open_end) = (pieces.first()?.is_empty(), pieces.last()?.is_empty());
        let is_star = glob == "*";
        pieces.retain(|piece| !piece.is_empty());
        if pieces.is_empty() && !is_star {
            return None;
        }
        Some(Self { pieces: pieces.into_iter().map(Piece::new).collect(), open_start, open_end })
    }

    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let mut rest = text;
        let mut pieces = self.pieces.as_slice();
        if !self.open_start
            && let [first, inner @ ..] = pieces
        {
            match rest.split_at_checked(first.len()) {
                Some((start, after)) if first.is(start) => rest = after,
                _ => return false,
            }
            pieces = inner;
            // Without any star the one piece is the whole text.
            if inner.is_empty() && !self.open_end {
                return self.pieces.len() == 1 && rest.is_empty();
            }
        }
        if !self.open_end
            && let [inner @ .., last] = pieces
        {
            match rest.len().checked_sub(last.len()).and_then(|at| rest.split_at_checked(at)) {
                Some((before, end)) if last.is(end) => rest = before,
                _ => return false,
            }
            pieces = inner;
        }
        pieces.iter().all(|piece| match piece.find(rest) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
    }
}

impl Piece {
    fn new(mask: Vec<Option<u8>>) -> Self {
        match mask.iter().copied().collect::<Option<Vec<u8>>>() {
            Some(text) => Self::Text(Box::new(Finder::new(&text).into_owned())),
            None => Self::Masked(mask),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.needle().len(),
            Self::Masked(mask) => mask.len(),
        }
    }

    /// Whether a text of the same length is this one.
    fn is(&self, text: &[u8]) -> bool {
        match self {
            Self::Text(own) => own.needle() == text,
            Self::Masked(mask) => mask.iter().zip(text).all(|(own, byte)| own.is_none_or(|own| own == *byte)),
        }
    }

    /// Where it first stands in a text.
    fn find(&self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Text(own) => own.find(text),
            Self::Masked(mask) => text.windows(mask.len()).position(|window| self.is(window)),
        }
    }
}
