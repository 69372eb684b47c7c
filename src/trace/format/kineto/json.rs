//! JSON a token at a time, from a stream: a trace of gigabytes is never held as a whole.
//!
//! As strict as JSON, but for what PyTorch's own writer gets wrong: `nan` and `inf` stand for numbers, control
//! characters stand in strings, and texts may not be UTF-8.

use memchr::memchr2;
use std::io::Read;

/// Bytes read at once.
const BLOCK: usize = 1 << 18;

/// Deepest nesting; a trace has five levels.
const DEEPEST: usize = 128;

/// Where and why reading stopped.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file or its compression cannot be read.
    Unreadable(std::io::Error),
    /// The text is not JSON, or not JSON of this form.
    Malformed { what: &'static str, at: At },
    /// It ends too early.
    CutOff { at: At },
}

/// A place in the text, from 1; the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) line: u64,
    pub(super) column: u64,
    /// From 0.
    pub(super) byte: u64,
}

/// What value comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    /// A number, `true`, `false`, `null`, or what stands for a number.
    Plain,
}

/// A reader of one JSON text.
pub(super) struct Json<R> {
    input: R,
    block: Vec<u8>,
    /// The next byte's index in the block.
    next: usize,
    filled: usize,
    /// Bytes and lines of the blocks before this one, and where the last of those lines began.
    bytes: u64,
    lines: u64,
    line_start: u64,
}

impl<R: Read> Json<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, block: vec![0; BLOCK], next: 0, filled: 0, bytes: 0, lines: 0, line_start: 0 }
    }

    /// Where the next byte is.
    pub(super) fn at(&self) -> At {
        let read = &self.block[..self.next];
        let byte = self.bytes + self.next as u64;
        let lines = read.iter().filter(|&&b| b == b'\n').count() as u64;
        let start = read.iter().rposition(|&b| b == b'\n').map_or(self.line_start, |at| self.bytes + at as u64 + 1);
        At { line: self.lines + lines + 1, column: byte - start + 1, byte }
    }

    pub(super) fn malformed(&self, what: &'static str) -> Fault {
        Fault::Malformed { what, at: self.at() }
    }

    /// Whether there was another block.
    fn refill(&mut self) -> Result<bool, Fault> {
        let done = &self.block[..self.filled];
        self.lines += done.iter().filter(|&&b| b == b'\n').count() as u64;
        if let Some(at) = done.iter().rposition(|&b| b == b'\n') {
            self.line_start = self.bytes + at as u64 + 1;
        }
        self.bytes += self.filled as u64;
        (self.next, self.filled) = (0, 0);
        loop {
            match self.input.read(&mut self.block) {
                Ok(read) => {
                    self.filled = read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(Fault::Unreadable(error)),
            }
        }
    }

    /// The next byte, without taking it; `None` at the end.
    fn peek(&mut self) -> Result<Option<u8>, Fault> {
        if self.next == self.filled && !self.refill()? {
            return Ok(None);
        }
        Ok(self.block.get(self.next).copied())
    }

    fn take(&mut self) -> Result<u8, Fault> {
        match self.peek()? {
            Some(byte) => {
                self.next += 1;
                Ok(byte)
            }
            None => Err(Fault::CutOff { at: self.at() }),
        }
    }

    /// The next byte that is no white space, without taking it.
    fn token(&mut self) -> Result<u8, Fault> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.next += 1,
                Some(byte) => return Ok(byte),
                None => return Err(Fault::CutOff { at: self.at() }),
            }
        }
    }

    /// Skips the mark that some editors put in front of a text.
    pub(super) fn skip_mark(&mut self) -> Result<(), Fault> {
        for byte in "\u{feff}".bytes() {
            if self.peek()? != Some(byte) {
                break;
            }
            self.next += 1;
        }
        Ok(())
    }

    /// What comes next.
    pub(super) fn kind(&mut self) -> Result<Kind, Fault> {
        match self.token()? {
            b'{' => Ok(Kind::Object),
            b'[' => Ok(Kind::Array),
            b'"' => Ok(Kind::String),
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => Ok(Kind::Plain),
            _ => Err(self.malformed("a value is expected here")),
        }
    }

    /// Enters an object or array.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        self.token()?;
        self.next += 1;
        Ok(())
    }

    /// Goes to the next element of the array that was entered; whether there is one. `first` is set to false.
    pub(super) fn element(&mut self, first: &mut bool) -> Result<bool, Fault> {
        self.follows(b']', first)
    }

    /// Goes to the next value of the object that was entered and puts its key into `key`; whether there is one.
    pub(super) fn key(&mut self, first: &mut bool, key: &mut String) -> Result<bool, Fault> {
        if !self.follows(b'}', first)? {
            return Ok(false);
        }
        if self.token()? != b'"' {
            return Err(self.malformed("a key in quotes is expected here"));
        }
        self.string(key)?;
        if self.token()? != b':' {
            return Err(self.malformed("a colon is expected here"));
        }
        self.next += 1;
        Ok(true)
    }

    fn follows(&mut self, close: u8, first: &mut bool) -> Result<bool, Fault> {
        let byte = self.token()?;
        let began = std::mem::replace(first, false);
        if byte == close {
            self.next += 1;
            return Ok(false);
        }
        if !began {
            if byte != b',' {
                return Err(self.malformed("a comma, or the end of the list, is expected here"));
            }
            self.next += 1;
            self.token()?;
        }
        Ok(true)
    }

    /// Reads a string into `out`. What is not UTF-8 is replaced.
    pub(super) fn string(&mut self, out: &mut String) -> Result<(), Fault> {
        let mut bytes = std::mem::take(out).into_bytes();
        bytes.clear();
        self.token()?;
        self.next += 1;
        loop {
            let rest = &self.block[self.next..self.filled];
            let plain = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            bytes.extend_from_slice(&rest[..plain]);
            self.next += plain;
            match self.take()? {
                b'"' => break,
                b'\\' => self.escaped(&mut bytes)?,
                byte => bytes.push(byte),
            }
        }
        *out = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(())
    }

    fn escaped(&mut self, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let byte = match self.take()? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.code_point(bytes),
            _ => return Err(self.malformed("after a backslash, one of \" \\ / b f n r t u is expected")),
        };
        bytes.push(byte);
        Ok(())
    }

    fn code_point(&mut self, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let mut code = self.four_digits()?;
        // The first half of a pair.
        if (0xd800..0xdc00).contains(&code) && self.peek()? == Some(b'\\') {
            self.next += 1;
            if self.take()? != b'u' {
                return Err(self.malformed("the second half of a pair is expected here"));
            }
            let low = self.four_digits()?;
            code = 0x1_0000 + ((code - 0xd800) << 10) + low.wrapping_sub(0xdc00).min(0x3ff);
        }
        let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = char::from(self.take()?).to_digit(16) else {
                return Err(self.malformed("four hexadecimal digits are expected after \\u"));
            };
            code = code << 4 | digit;
        }
        Ok(code)
    }

    /// Reads a number or word into `out`, as it stands.
    pub(super) fn plain(&mut self, out: &mut String) -> Result<(), Fault> {
        out.clear();
        self.token()?;
        while let Some(byte @ (b'0'..=b'9' | b'+' | b'-' | b'.' | b'a'..=b'z' | b'A'..=b'Z')) = self.peek()? {
            out.push(char::from(byte));
            self.next += 1;
        }
        let word = out.trim_start_matches('-').to_ascii_lowercase();
        let known = matches!(word.as_str(), "true" | "false" | "null" | "nan" | "inf" | "infinity");
        if known || word.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(());
        }
        Err(self.malformed("a value is expected here"))
    }

    /// Passes over a value of any kind.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let mut open: Vec<u8> = Vec::new();
        let mut word = String::new();
        loop {
            match self.kind()? {
                Kind::String => self.skip_string()?,
                Kind::Plain => self.skip_plain(&mut word)?,
                Kind::Object | Kind::Array => {
                    let close = if self.take()? == b'{' { b'}' } else { b']' };
                    if open.len() == DEEPEST {
                        return Err(self.malformed("this nests deeper than a trace does"));
                    }
                    if self.token()? == close {
                        self.next += 1;
                    } else {
                        open.push(close);
                        self.skip_key(close)?;
                        continue;
                    }
                }
            }
            loop {
                let Some(&close) = open.last() else { return Ok(()) };
                let byte = self.token()?;
                self.next += 1;
                if byte == b',' {
                    self.skip_key(close)?;
                    break;
                }
                if byte != close {
                    self.next -= 1;
                    return Err(self.malformed("a comma, or the end of the list, is expected here"));
                }
                open.pop();
            }
        }
    }

    /// Passes over a key, if this is an object.
    fn skip_key(&mut self, close: u8) -> Result<(), Fault> {
        if close == b']' {
            return Ok(());
        }
        if self.token()? != b'"' {
            return Err(self.malformed("a key in quotes is expected here"));
        }
        self.skip_string()?;
        if self.token()? != b':' {
            return Err(self.malformed("a colon is expected here"));
        }
        self.next += 1;
        Ok(())
    }

    /// Most of what is passed over is numbers: one that lies within the block is looked at where it lies.
    fn skip_plain(&mut self, word: &mut String) -> Result<(), Fault> {
        let rest = &self.block[self.next..self.filled];
        let end = rest.iter().position(|b| !matches!(b, b'0'..=b'9' | b'.' | b'-')).unwrap_or(rest.len());
        let number = rest.first().is_some_and(u8::is_ascii_digit);
        match rest.get(end) {
            Some(b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t') if number => {
                self.next += end;
                Ok(())
            }
            _ => self.plain(word),
        }
    }

    fn skip_string(&mut self) -> Result<(), Fault> {
        self.next += 1;
        loop {
            let rest = &self.block[self.next..self.filled];
            self.next += memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            match self.take()? {
                b'"' => return Ok(()),
                b'\\' => {
                    self.take()?;
                }
                _ => {}
            }
        }
    }

    /// Fails if anything but white space follows.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\n' | b'\r' | b'\t' | 0) => self.next += 1,
                Some(_) => return Err(self.malformed("the trace has ended, and something follows")),
                None => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
