//! Where each statement of a TOML text begins and ends, found by its brackets and quotes alone, so
//! that it also holds for a text that does not parse.

use std::ops::Range;

/// A header or a `key = value`, as whole lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) lines: Range<usize>,
    /// The bracket or quotes that are never closed.
    pub(super) unclosed: Option<Range<usize>>,
}

/// All statements in order. One that is never closed ends where the next key or header begins.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let statement = statement_at(text, start);
        start = statement.lines.end;
        found.push(statement);
    }
    found
}

/// Whether a line looks like `[table]` or `[[table]]`.
pub(super) fn is_header(line: &str) -> bool {
    let line = line.trim_start();
    let inner = line.strip_prefix("[[").or_else(|| line.strip_prefix('['));
    inner.is_some_and(|inner| inner.trim_start().starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn is_assignment(line: &str) -> bool {
    let key = line.trim_start().trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._- \t".contains(c));
    key.len() < line.trim_start().len() && key.starts_with('=')
}

fn statement_at(text: &str, start: usize) -> Statement {
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut at = start;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'\n' if open.is_empty() => {
                return Statement { lines: start..at + 1, unclosed: None };
            }
            b'\n' => {
                if let Some(bracket) = interrupted(text.get(at + 1..).unwrap_or_default(), &open) {
                    return Statement { lines: start..at + 1, unclosed: Some(bracket) };
                }
                at += 1;
            }
            b'#' => at = end_of_line(text, at),
            b'"' | b'\'' => match end_of_string(text, at) {
                Ok(end) => at = end,
                Err(quotes) => {
                    return Statement { lines: start..text.len(), unclosed: Some(quotes) };
                }
            },
            b'[' | b'{' => {
                open.push((at, byte));
                at += 1;
            }
            b']' | b'}' => {
                let opener = if byte == b']' { b'[' } else { b'{' };
                if let Some(depth) = open.iter().rposition(|&(_, b)| b == opener) {
                    open.truncate(depth);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    // A header that lacks its bracket at the end of the file says so itself.
    let header = text.get(start..).is_some_and(is_header);
    let unclosed = open.first().filter(|_| !header).map(|&(at, _)| at..at + 1);
    Statement { lines: start..text.len(), unclosed }
}

/// The bracket left open, if the next line can only begin another statement.
fn interrupted(rest: &str, open: &[(usize, u8)]) -> Option<Range<usize>> {
    let line = rest.lines().next().unwrap_or_default();
    let in_array = open.last().is_some_and(|&(_, byte)| byte == b'[');
    let other = is_header(line) || (in_array && is_assignment(line));
    let &(at, _) = open.last().filter(|_| other)?;
    Some(at..at + 1)
}

fn end_of_line(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| from + n)
}

/// Past the string that starts at `at`; a single-line one that is not closed ends with its line.
fn end_of_string(text: &str, at: usize) -> Result<usize, Range<usize>> {
    let rest = text.get(at..).unwrap_or_default();
    let quote = if rest.starts_with('"') { "\"" } else { "'" };
    let triple = quote.repeat(3);
    let escapes = quote == "\"";
    if rest.starts_with(&triple) {
        let inside = at + 3;
        return closing(text, inside, &triple, escapes).map(|end| end + 3).ok_or(at..inside);
    }
    let line = end_of_line(text, at);
    let end = text.get(..line).and_then(|text| closing(text, at + 1, quote, escapes));
    Ok(end.map_or(line, |end| end + 1))
}

fn closing(text: &str, from: usize, quotes: &str, escapes: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        if escapes && bytes.get(at) == Some(&b'\\') {
            at += 2;
        } else if bytes.get(at..).is_some_and(|rest| rest.starts_with(quotes.as_bytes())) {
            return Some(at);
        } else {
            at += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(&str, bool)> {
        statements(text).into_iter().map(|s| (&text[s.lines], s.unclosed.is_some())).collect()
    }

    #[test]
    fn a_statement_may_span_lines() {
        let text = "a = [1, # ]\n  2]\nb = \"\"\"\n[x]\n\"\"\"\n[c]\n";
        let expected = [("a = [1, # ]\n  2]\n", false), ("b = \"\"\"\n[x]\n\"\"\"\n", false), ("[c]\n", false)];
        assert_eq!(parts(text), expected);
    }

    #[test]
    fn an_unclosed_array_ends_at_the_next_key_or_header() {
        let text = "a = [{ b = 1 },\nc = 2\nd = { e = 1\n[f]\n";
        let expected = [("a = [{ b = 1 },\n", true), ("c = 2\n", false), ("d = { e = 1\n", true), ("[f]\n", false)];
        assert_eq!(parts(text), expected);
    }

    #[test]
    fn an_unclosed_string_ends_with_its_line_or_the_file() {
        assert_eq!(parts("a = \"x\nb = 1\n"), [("a = \"x\n", false), ("b = 1\n", false)]);
        assert_eq!(parts("a = '''x\nb = 1\n"), [("a = '''x\nb = 1\n", true)]);
    }
}
