//! Finds the tables in what `nsys stats` printed: several reports in a row, with what it says in between.

use super::cells::{Cell, Layout, Line, lines};
use super::column::{Column, Columns, Report};
use super::json;
use super::row::{Fault, KernelRow, OperationRow, Reader, Row};
use std::ops::Range;

/// One report.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) report: Report,
    /// Its header, or where its list begins.
    pub(super) at: Range<usize>,
    pub(super) kernels: Vec<KernelRow>,
    pub(super) operations: Vec<OperationRow>,
    /// The coarsest step to which times were rounded, in ns.
    pub(super) step: u64,
    pub(super) has_shapes: bool,
}

impl Table {
    pub(super) fn new(columns: &Columns, at: Range<usize>) -> Self {
        Self {
            report: columns.report,
            at,
            kernels: Vec::new(),
            operations: Vec::new(),
            step: 1,
            has_shapes: columns.report == Report::KernelsByShape || columns.has(Column::GridOf(0)),
        }
    }

    pub(super) fn push(&mut self, columns: &Columns, cells: &[Cell<'_>], line: &Range<usize>) -> Result<(), Fault> {
        let mut reader = Reader { columns, step: self.step };
        match reader.row(cells, line)? {
            Row::Kernel(row) => self.kernels.push(row),
            Row::Operation(row) => self.operations.push(row),
        }
        self.step = reader.step;
        Ok(())
    }

    /// A name that goes on in the next line, after a space or within a word.
    fn go_on(&mut self, rest: &str, after_space: bool) {
        let kernel = self.kernels.last_mut().map(|row| &mut row.name);
        let Some(name) = kernel.or(self.operations.last_mut().map(|row| &mut row.name)) else { return };
        name.push_str(if after_space { " " } else { "" });
        name.push_str(rest);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kernels.is_empty() && self.operations.is_empty()
    }
}

/// What begins a line that belongs to no table.
const SAID_BETWEEN: [&str; 9] =
    ["Processing [", "SKIPPED", "Generating ", "Exporting ", "** ", "NOTICE", "WARNING", "ERROR", "[/"];

fn is_said_between(text: &str) -> bool {
    SAID_BETWEEN.iter().any(|said| text.trim_start().starts_with(said))
}

/// The tables of reports that are read, in the order of the text; other text and other reports are passed over.
///
/// # Errors
/// The first place in such a table that cannot be read.
pub(super) fn tables(text: &str) -> Result<Vec<Table>, Fault> {
    let mut tables = Vec::new();
    let mut open: Option<Open> = None;
    let mut before: Option<Line<'_>> = None;
    let mut passed = 0;
    for line in lines(text) {
        if line.at < passed {
            continue;
        }
        if let Some(table) = &mut open {
            if table.take(line)? {
                continue;
            }
            if let Some(open) = open.take() {
                tables.push(open.end()?);
            }
        }
        if json::begins(&text[line.at..]) {
            let (table, end) = json::list(text, line.at)?;
            tables.extend(table);
            passed = end;
        } else if let Some(begun) = Open::of(line, before) {
            open = Some(begun);
        }
        before = Some(line);
    }
    if let Some(open) = open {
        if !text.ends_with('\n') {
            return Err(Fault::new("the file ends within a row", open.last));
        }
        tables.push(open.end()?);
    }
    Ok(tables)
}

/// Whether a text holds the header of a table that is read: what the format is known by.
pub(super) fn has_header(text: &str) -> bool {
    let mut before = None;
    lines(text).any(|line| {
        let found =
            Open::of(line, before).is_some() || (json::begins(&text[line.at..]) && json::is_report(&text[line.at..]));
        before = Some(line);
        found
    })
}

/// A table of which lines are still to come.
#[derive(Debug)]
struct Open {
    columns: Columns,
    layout: Layout,
    table: Table,
    /// Letters of the name in the line before.
    written: usize,
    /// The line before.
    last: Range<usize>,
    /// Whether the frame is closed, where there is one.
    is_closed: bool,
}

impl Open {
    /// A header of separated titles, or one above a line of dashes.
    fn of(line: Line<'_>, before: Option<Line<'_>>) -> Option<Self> {
        let (header, layout) = match Layout::drawn(line.text) {
            Some(layout) => (before?, layout),
            None if line.text.contains("ame") => {
                let by = if line.text.contains('\t') { '\t' } else { ',' };
                (line, Layout::Separated(by))
            }
            None => return None,
        };
        let cells = layout.split(header).ok()?;
        let columns = Columns::of(cells.iter().map(|cell| cell.text.as_ref()))?;
        let table = Table::new(&columns, header.range());
        let is_framed = matches!(layout, Layout::Columns(_)) && line.text.trim_start().starts_with('+');
        Some(Self { columns, layout, table, written: 0, last: line.range(), is_closed: !is_framed })
    }

    /// Whether the line belongs to the table.
    fn take(&mut self, line: Line<'_>) -> Result<bool, Fault> {
        if line.text.trim().is_empty() || is_said_between(line.text) {
            return Ok(false);
        }
        match &self.layout {
            // Ends of frames.
            Layout::Columns(_) if Layout::drawn(line.text).is_some() => {
                self.is_closed |= !self.table.is_empty();
                return Ok(true);
            }
            Layout::Separated(by) if !line.text.contains(*by) => return Ok(false),
            _ => {}
        }
        self.last = line.range();
        let cells = self.layout.split(line).map_err(|(what, at)| Fault::new(what, at))?;
        let written = self.columns.position(Column::Name).and_then(|at| cells.get(at));
        let written = written.map_or(0, |cell| cell.text.chars().count());
        if let Some((rest, width)) = self.goes_on(&cells) {
            // A line that was broken at a space lacks it, and does not fill its column.
            self.table.go_on(rest, self.written < width);
            self.written = written;
            return Ok(true);
        }
        self.table.push(&self.columns, &cells, &line.range())?;
        self.written = written;
        Ok(true)
    }

    /// The table, if nothing of it is missing as far as its form tells.
    fn end(self) -> Result<Table, Fault> {
        if self.is_closed || self.table.is_empty() {
            Ok(self.table)
        } else {
            Err(Fault::new("the frame of the table is not closed below its last row", self.last))
        }
    }

    /// A line of nothing but more of the name, and the width of its column.
    fn goes_on<'c>(&self, cells: &'c [Cell<'_>]) -> Option<(&'c str, usize)> {
        let Layout::Columns(places) = &self.layout else { return None };
        let at = self.columns.position(Column::Name)?;
        let others_are_empty = cells.iter().enumerate().all(|(i, cell)| i == at || cell.text.is_empty());
        let rest = cells.get(at).map(|cell| cell.text.as_ref()).filter(|rest| !rest.is_empty())?;
        (others_are_empty && !self.table.is_empty()).then(|| (rest, places.get(at).map_or(1, ExactSizeIterator::len)))
    }
}
