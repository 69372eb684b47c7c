//! Carets in a text, drawn by miette.
//!
//! miette is given only the few lines that are shown, already safe, with every label inside them: it panics on a
//! label past the end of its source, drops one exactly at the end, and is slow on large sources.

use super::Style;
use super::wrap;
use crate::diag::{Severity, escape, shorten};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents};
use std::fmt;

/// Lines shown before and after a labelled one.
const CONTEXT: usize = 1;
/// Columns that line numbers and borders take.
const GUTTER: usize = 12;
/// The most characters of a label, and the fewest columns to wrap it in.
const LABEL: usize = 400;
const LABEL_COLUMNS: usize = 24;

/// A place in bytes of a text, and what is said there. Neither need be sound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caret<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: &'a str,
}

/// The labelled lines of `text` with carets; stretches far apart are drawn apart. Empty without carets.
pub(super) fn snippet(name: &str, text: &str, carets: &[Caret<'_>], severity: Severity, style: &Style) -> String {
    let lines = Lines::of(text);
    let mut placed: Vec<Placed<'_>> = carets.iter().enumerate().map(|(rank, c)| lines.place(text, rank, *c)).collect();
    placed.sort_by_key(|placed| (placed.line, placed.caret.start));
    let mut stretches: Vec<&[Placed<'_>]> = placed.chunk_by(|a, b| b.line - a.line <= 2 * CONTEXT + 1).collect();
    stretches.sort_by_key(|stretch| stretch.iter().map(|placed| placed.rank).min());
    stretches.into_iter().map(|placed| stretch(name, text, &lines, placed, severity, style)).collect()
}

/// A caret on its line. The primary one has rank 0.
struct Placed<'a> {
    rank: usize,
    line: usize,
    caret: Caret<'a>,
}

/// One unbroken stretch of lines.
fn stretch(name: &str, text: &str, lines: &Lines, placed: &[Placed<'_>], severity: Severity, style: &Style) -> String {
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else { return String::new() };
    let top = first.line.saturating_sub(CONTEXT);
    let bottom = (last.line + CONTEXT).min(lines.last()).max(last.line);
    let mut drawn = Drawing { name: String::new(), text: String::new(), first_line: Some(top), labels: Vec::new() };
    for number in top..=bottom {
        let (start, line) = lines.get(text, number);
        let carets: Vec<&Caret<'_>> = placed.iter().filter(|p| p.line == number).map(|p| &p.caret).collect();
        drawn.line(start, line, &carets, style.columns().saturating_sub(GUTTER), style.columns());
    }
    let primary = placed.iter().min_by_key(|placed| placed.rank).unwrap_or(first);
    let (start, line) = lines.get(text, primary.line);
    let column = line.get(..primary.caret.start - start).map_or(0, |before| before.chars().count());
    drawn.name = format!("{}:{}:{}", wrap::line(name), primary.line + 1, column + 1);
    drawn.draw(severity, style)
}

/// Where the lines of a text start.
struct Lines {
    starts: Vec<usize>,
    ends_in_feed: bool,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { starts, ends_in_feed: text.ends_with('\n') }
    }

    /// The last line worth showing: what follows a final line feed is one only if something points there.
    fn last(&self) -> usize {
        self.starts.len() - 1 - usize::from(self.ends_in_feed)
    }

    /// A line's first byte and its text.
    fn get<'t>(&self, text: &'t str, number: usize) -> (usize, &'t str) {
        let start = self.starts.get(number).copied().unwrap_or(text.len());
        let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        (start, line.strip_suffix('\r').unwrap_or(line))
    }

    /// The line a caret stands on, and the caret within that line: of a value over several lines the first.
    fn place<'a>(&self, text: &str, rank: usize, caret: Caret<'a>) -> Placed<'a> {
        let line_number = self.starts.partition_point(|&start| start <= caret.start).saturating_sub(1);
        let (first, line) = self.get(text, line_number);
        let inside = |at: usize| {
            let at = at.clamp(first, first + line.len());
            (first..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(first)
        };
        let start = inside(caret.start);
        let caret = Caret { start, end: inside(caret.end).max(start), text: caret.text };
        Placed { rank, line: line_number, caret }
    }
}

/// A few safe lines with labels inside them, as miette takes them.
pub(super) struct Drawing {
    /// What the frame is titled with.
    pub(super) name: String,
    text: String,
    /// The number of the first line, from 0; `None` for a text whose lines have no numbers.
    first_line: Option<usize>,
    labels: Vec<LabeledSpan>,
}

impl Drawing {
    /// Lines without numbers of their own.
    pub(super) fn titled(name: String) -> Self {
        Self { name, text: String::new(), first_line: None, labels: Vec::new() }
    }

    /// Adds a line that starts at byte `start` of its source, cut to `width` columns around its first caret.
    pub(super) fn line(&mut self, start: usize, line: &str, carets: &[&Caret<'_>], width: usize, columns: usize) {
        let window = window(line, carets.first().map_or(0, |caret| caret.start - start), width);
        if window.start > 0 {
            self.text.push('…');
        }
        // Where a byte of the source stands now: the end of what comes before it, made safe.
        let head = self.text.len();
        let shown = line.get(window.clone()).unwrap_or_default();
        let at = |byte: usize| {
            let byte = (byte - start).clamp(window.start, window.end) - window.start;
            head + safe(shown.get(..byte).unwrap_or(shown)).len()
        };
        for caret in carets {
            let (from, to) = (at(caret.start), at(caret.end));
            let length = to.saturating_sub(from).max(1);
            let text = shorten(&wrap::line(caret.text), LABEL);
            // miette draws a label from the middle of its caret on, and every line of it.
            let room = columns.saturating_sub(GUTTER + from - head + length / 2).max(LABEL_COLUMNS);
            let text = (!text.is_empty()).then(|| wrap::wrap(&text, room).join("\n"));
            self.labels.push(LabeledSpan::new(text, from, length));
        }
        self.text.push_str(&safe(shown));
        if window.end < line.len() {
            self.text.push('…');
        }
        // A caret at the end of a line needs something to stand under.
        if carets.iter().any(|caret| at(caret.start) == self.text.len()) {
            self.text.push(' ');
        }
        self.text.push('\n');
    }

    /// The frame with its carets, indented by one column.
    pub(super) fn draw(&self, severity: Severity, style: &Style) -> String {
        let mut theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        theme.styles.highlights = vec![match severity {
            Severity::Error => theme.styles.error,
            Severity::Warning => theme.styles.warning,
            Severity::Note => theme.styles.advice,
        }];
        theme.styles.link = theme.styles.advice;
        let mut unnumbered = 0;
        if self.first_line.is_none() {
            // Numbers are drawn in any case, as wide as the last one: plain, so that they can be cut off.
            theme.styles.linum = GraphicalTheme::none().styles.linum;
            unnumbered = self.text.matches('\n').count().to_string().len();
        }
        let mut out = String::new();
        let drawn = GraphicalReportHandler::new_themed(theme)
            .with_width(style.columns())
            .with_context_lines(usize::from(u16::MAX))
            .without_primary_span_start()
            .without_syntax_highlighting()
            .render_report(&mut out, self);
        // The first line holds the message, which is said elsewhere.
        match (drawn, out.split_once('\n')) {
            (Ok(()), Some((_, frame))) => {
                frame.lines().map(|line| format!("{}\n", without(line, unnumbered).trim_end())).collect()
            }
            _ => format!("  {}\n", self.name),
        }
    }
}

/// A line without the `n` columns of its number, which follow one blank.
fn without(line: &str, n: usize) -> String {
    line.chars().take(1).chain(line.chars().skip(1 + n)).collect()
}

/// The bytes of a line to show so that `at` is seen.
fn window(line: &str, at: usize, width: usize) -> std::ops::Range<usize> {
    let columns = |text: &str| unicode_width::UnicodeWidthStr::width(safe(text).as_str());
    if line.len() <= width && columns(line) <= width {
        return 0..line.len();
    }
    let before = line.get(..at).unwrap_or_default();
    let mut start = 0;
    if before.len() > width / 2 {
        let keep = width / 4;
        start = before.char_indices().rev().nth(keep).map_or(0, |(at, _)| at);
    }
    let (mut end, mut used) = (start, 2);
    for c in line.get(start..).unwrap_or_default().chars() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > width {
            break;
        }
        end += c.len_utf8();
    }
    start..end
}

/// Safe, with tabs as blanks.
fn safe(text: &str) -> String {
    if text.contains('\t') { escape(&text.replace('\t', "    ")) } else { escape(text) }
}

impl fmt::Debug for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The message is empty: it is said before the frame.
impl fmt::Display for Drawing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawing {}

impl miette::Diagnostic for Drawing {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl SourceCode for Drawing {
    /// All lines, whichever are asked for: they are those to be shown.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let lines = self.text.matches('\n').count();
        let contents = miette::MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            (0, self.text.len()).into(),
            self.first_line.unwrap_or(0),
            0,
            lines,
        );
        Ok(Box::new(contents))
    }
}
