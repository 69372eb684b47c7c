//! Columns of text: the first is flexible and to the left, the others are as wide as they need, to the right.

use super::{Ink, Page};
use crate::diag::shorten;
use unicode_width::UnicodeWidthStr;

/// Room that the first column keeps: where there is less, the last columns are left out.
const LEAST_FIRST: usize = 30;

#[derive(Default)]
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Row>,
}

enum Row {
    Cells(Option<Ink>, Vec<String>),
    /// Text over the whole width, going on below with this indent.
    Note(usize, String),
    /// A name on one line, however long: to be copied.
    Whole(String),
}

/// Columns that a text takes in a terminal.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

impl Table {
    pub(super) fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|h| (*h).to_owned()).collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, ink: Option<Ink>, cells: Vec<String>) {
        self.rows.push(Row::Cells(ink, cells));
    }

    /// A faint line that no column's width depends on.
    pub(super) fn note(&mut self, indent: usize, text: String) {
        self.rows.push(Row::Note(indent, text));
    }

    /// A faint line that is never broken or shortened.
    pub(super) fn whole(&mut self, text: String) {
        self.rows.push(Row::Whole(text));
    }

    /// All lines; a column that is empty in every row is left out.
    pub(super) fn render(&self, page: &Page<'_>) -> String {
        let mut columns: Vec<usize> = (0..self.header.len()).filter(|&c| c == 0 || self.used(c)).collect();
        let mut widths: Vec<usize> = columns.iter().map(|&c| self.widest(c)).collect();
        let others = |widths: &[usize]| -> usize { widths.iter().skip(1).map(|w| w + 2).sum() };
        while columns.len() > 2 && others(&widths) + LEAST_FIRST > page.layout.width {
            columns.pop();
            widths.pop();
        }
        let rest = page.layout.width.saturating_sub(others(&widths)).max(LEAST_FIRST);
        let room = if page.layout.verbose { usize::MAX } else { rest };
        let first = widths.first().copied().unwrap_or(0).min(room);
        let mut out = String::new();
        if self.header.iter().any(|h| !h.is_empty()) {
            out.push_str(&page.paint(Ink::Faint, &line(&self.header, &columns, &widths, first)));
            out.push('\n');
        }
        for row in &self.rows {
            let text = match row {
                Row::Cells(None, cells) => line(cells, &columns, &widths, first),
                Row::Cells(Some(ink), cells) => page.paint(*ink, &line(cells, &columns, &widths, first)),
                Row::Note(indent, text) => {
                    let words = text.split(' ').map(str::to_owned);
                    let lines = page.wrapped(*indent, words, " ");
                    lines.iter().map(|line| page.paint(Ink::Faint, line)).collect::<Vec<_>>().join("\n")
                }
                Row::Whole(text) => page.paint(Ink::Faint, text),
            };
            out.push_str(&text);
            out.push('\n');
        }
        out
    }

    fn cells(&self) -> impl Iterator<Item = &Vec<String>> {
        self.rows.iter().filter_map(|row| match row {
            Row::Cells(_, cells) => Some(cells),
            Row::Note(..) | Row::Whole(_) => None,
        })
    }

    fn used(&self, column: usize) -> bool {
        self.cells().any(|cells| cells.get(column).is_some_and(|cell| !cell.is_empty()))
    }

    fn widest(&self, column: usize) -> usize {
        self.cells()
            .chain([&self.header])
            .filter_map(|cells| cells.get(column))
            .map(|cell| width(cell))
            .max()
            .unwrap_or(0)
    }
}

fn line(cells: &[String], columns: &[usize], widths: &[usize], first: usize) -> String {
    let mut out = String::new();
    for (&column, &wide) in columns.iter().zip(widths) {
        let cell = cells.get(column).map_or("", String::as_str);
        if column == 0 {
            let cell = shorten(cell, first);
            out.push_str(&cell);
            out.push_str(&" ".repeat(first.saturating_sub(width(&cell))));
        } else {
            out.push_str(&" ".repeat(2 + wide.saturating_sub(width(cell))));
            out.push_str(cell);
        }
    }
    out.truncate(out.trim_end().len());
    out
}
