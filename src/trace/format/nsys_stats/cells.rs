//! Lines of a table to cells, in each of the ways in which tables are written.

use std::borrow::Cow;
use std::ops::Range;

/// One cell, and where it stands in the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) at: Range<usize>,
}

/// One line, and where it begins in the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl Line<'_> {
    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }
}

/// The lines of a text, without their ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        Line { text: line.trim_end_matches(['\n', '\r']), at: begin }
    })
}

/// How the cells of a table are parted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// By commas or tabs, with quotes.
    Separated(char),
    /// By place: columns from one character to another, counted from the line's first.
    Columns(Vec<Range<usize>>),
}

impl Layout {
    /// The columns that a line of dashes draws, as `-----  ---` or as `+-----+---+`.
    pub(super) fn drawn(line: &str) -> Option<Self> {
        let trimmed = line.trim();
        let drawn = trimmed.contains("--") || trimmed.contains("==");
        if !drawn || !trimmed.chars().all(|c| matches!(c, '-' | '=' | '+' | ' ' | '|')) {
            return None;
        }
        let mut columns: Vec<Range<usize>> = Vec::new();
        for (at, letter) in line.chars().enumerate() {
            match columns.last_mut() {
                _ if !matches!(letter, '-' | '=') => {}
                Some(last) if last.end == at => last.end = at + 1,
                _ => columns.push(at..at + 1),
            }
        }
        // A frame leaves a space on each side of a cell.
        let framed = trimmed.starts_with('+');
        for column in columns.iter_mut().filter(|column| framed && column.len() > 2) {
            *column = column.start + 1..column.end - 1;
        }
        (columns.len() > 1).then_some(Self::Columns(columns))
    }

    /// # Errors
    /// What is wrong with the line, and where.
    pub(super) fn split<'t>(&self, line: Line<'t>) -> Result<Vec<Cell<'t>>, (&'static str, Range<usize>)> {
        match self {
            Self::Separated(by) => separated(line, *by),
            Self::Columns(columns) => by_place(line, columns),
        }
    }
}

fn separated(line: Line<'_>, by: char) -> Result<Vec<Cell<'_>>, (&'static str, Range<usize>)> {
    let mut cells = Vec::new();
    let mut from = 0;
    loop {
        let rest = &line.text[from..];
        let cell = if by == ',' && rest.starts_with('"') { quoted(rest) } else { Some(bare(rest, by)) };
        let Some((text, length)) = cell else {
            return Err(("a quoted text that does not end", line.at + from..line.at + line.text.len()));
        };
        cells.push(Cell { text, at: line.at + from..line.at + from + length });
        from += length;
        match line.text[from..].chars().next() {
            None => return Ok(cells),
            Some(next) if next == by => from += next.len_utf8(),
            Some(_) => {
                let at = line.at + from;
                return Err(("something behind a quoted text", at..line.at + line.text.len()));
            }
        }
    }
}

fn bare(rest: &str, by: char) -> (Cow<'_, str>, usize) {
    let text = &rest[..rest.find(by).unwrap_or(rest.len())];
    (Cow::Borrowed(text.trim()), text.len())
}

/// A text in quotes, in which a quote is doubled, and how many bytes it takes.
fn quoted(rest: &str) -> Option<(Cow<'_, str>, usize)> {
    let mut from = 1;
    loop {
        let end = from + rest[from..].find('"')?;
        if rest[end + 1..].starts_with('"') {
            from = end + 2;
            continue;
        }
        let text = &rest[1..end];
        let text = if text.contains('"') { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) };
        return Some((text, end + 1));
    }
}

fn by_place<'t>(line: Line<'t>, columns: &[Range<usize>]) -> Result<Vec<Cell<'t>>, (&'static str, Range<usize>)> {
    // Where each character begins: names hold letters of several bytes.
    let mut starts: Vec<usize> = line.text.char_indices().map(|(at, _)| at).collect();
    starts.push(line.text.len());
    let byte = |character: usize| starts.get(character).copied().unwrap_or(line.text.len());
    let mut cells = Vec::with_capacity(columns.len());
    let mut reached = 0;
    for (index, column) in columns.iter().enumerate() {
        let is_last = index + 1 == columns.len();
        let (from, to) = (byte(column.start), if is_last { line.text.len() } else { byte(column.end) });
        let between = &line.text[reached..from];
        if !between.chars().all(|c| matches!(c, ' ' | '|')) {
            return Err(("something between two columns", line.at + reached..line.at + from));
        }
        let mut text = &line.text[from..to];
        // The frame's right side.
        if is_last && line.text.trim_start().starts_with('|') {
            text = text.trim_end().strip_suffix('|').unwrap_or(text);
        }
        let before = text.len() - text.trim_start().len();
        let text = text.trim();
        let at = line.at + from + before;
        cells.push(Cell { text: Cow::Borrowed(text), at: at..at + text.len() });
        reached = to;
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(layout: &Layout, text: &str) -> Result<Vec<String>, &'static str> {
        let cells = layout.split(Line { text, at: 0 });
        cells.map(|cells| cells.into_iter().map(|cell| cell.text.into_owned()).collect()).map_err(|(what, _)| what)
    }

    #[test]
    fn a_separated_line_may_hold_quoted_separators() {
        let csv = Layout::Separated(',');
        assert_eq!(
            texts(&csv, r#"1,"f<a, b>(""x"")",,3"#),
            Ok(["1", r#"f<a, b>("x")"#, "", "3"].map(String::from).to_vec())
        );
        assert_eq!(texts(&csv, r#"1,"f<a"#), Err("a quoted text that does not end"));
        assert_eq!(texts(&csv, r#"1,"f"g"#), Err("something behind a quoted text"));
        assert_eq!(texts(&Layout::Separated('\t'), "1\tf<a, b>"), Ok(["1", "f<a, b>"].map(String::from).to_vec()));
    }

    #[test]
    fn columns_are_found_by_the_dashes_below_the_header() -> Result<(), &'static str> {
        let dashes = Layout::drawn(" -----  ----------").ok_or("no columns")?;
        assert_eq!(texts(&dashes, "  80.6  f<a, b> …x"), Ok(["80.6", "f<a, b> …x"].map(String::from).to_vec()));
        assert_eq!(texts(&dashes, "123456789  x"), Err("something between two columns"));
        let frame = Layout::drawn("+------+------------+").ok_or("no columns")?;
        assert_eq!(texts(&frame, "| 80.6 | f<a|b> …  |"), Ok(["80.6", "f<a|b> …"].map(String::from).to_vec()));
        Ok(())
    }

    #[test]
    fn a_line_that_draws_nothing_is_no_layout() {
        for line in ["", "   ", "-----", "a --- ---", "- - -", "| a | b |"] {
            assert_eq!(Layout::drawn(line), None, "{line}");
        }
    }
}
