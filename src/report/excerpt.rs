//! The excerpt of a trace: the kernels of one instance, both sides, as a diff with carets.

use super::Style;
use super::snippet::{Caret, Drawing};
use super::wrap::{fit, line, pad, pad_left};
use crate::diag::{Excerpt, Mark, Severity};
use unicode_width::UnicodeWidthStr;

/// Lines shown at most, unless verbose; but so many labelled ones are in any case.
const LINES: usize = 30;
const LABELLED: usize = 12;
/// Labelled lines shown where the sequence was shown before.
const LABELLED_ALONE: usize = 8;
/// Columns of a place or a time at most; a line with more is none that shows a kernel.
const COLUMN: usize = 10;
/// Columns that the frame takes.
const FRAME: usize = 4;

/// How much of an excerpt is worth showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The labelled lines and what stands around them.
    Whole,
    /// The labelled lines alone: the sequence was shown before.
    Labelled,
}

/// The excerpt in a frame titled with what it shows. Empty without lines.
pub(super) fn render(excerpt: &Excerpt, extent: Extent, severity: Severity, style: &Style) -> String {
    if excerpt.lines.is_empty() {
        return String::new();
    }
    let (lines, left) = chosen(excerpt, extent, style);
    let labels = labels(excerpt, &lines);
    let shown: Vec<(Line, Option<&String>)> = lines
        .iter()
        .zip(&labels)
        .filter_map(|(&at, label)| excerpt.lines.get(at).map(|(mark, text)| (Line::read(*mark, text), label.as_ref())))
        .collect();
    let widths = Widths::of(&shown, style.columns() - FRAME);
    let mut drawing = Drawing::titled(line(&excerpt.title));
    drawing.line(0, &widths.heading(), &[], usize::MAX, 0);
    for (row, label) in &shown {
        widths.draw(&mut drawing, row, label.map(String::as_str));
    }
    if left > 0 {
        drawing.line(0, &format!("      … {left} more, shown by --verbose"), &[], usize::MAX, 0);
    }
    drawing.draw(severity, style)
}

/// The lines to show, and how many more there would be.
fn chosen(excerpt: &Excerpt, extent: Extent, style: &Style) -> (Vec<usize>, usize) {
    let labelled: Vec<usize> =
        (0..excerpt.lines.len()).filter(|line| excerpt.labels.iter().any(|(at, _)| at == line)).collect();
    if extent == Extent::Labelled && !labelled.is_empty() {
        let left = labelled.len().saturating_sub(LABELLED_ALONE);
        return (labelled.into_iter().take(LABELLED_ALONE).collect(), left);
    }
    let first = labelled.first().map_or(0, |at| at.saturating_sub(3));
    let enough = labelled.get(..LABELLED.min(labelled.len())).and_then(<[usize]>::last).map_or(0, |at| at + 1);
    let end = if style.verbose { usize::MAX } else { enough.max(first + LINES) }.min(excerpt.lines.len());
    ((first..end).collect(), excerpt.lines.len() - end)
}

/// What is said at each of these lines. The same thing said of neighbours is said once, at the last of them.
fn labels(excerpt: &Excerpt, lines: &[usize]) -> Vec<Option<String>> {
    let mut said: Vec<Option<String>> = vec![None; lines.len()];
    for (at, text) in &excerpt.labels {
        if let Some(said) = lines.iter().position(|line| line == at).and_then(|shown| said.get_mut(shown)) {
            match said {
                Some(before) => *before = format!("{before}; {text}"),
                None => *said = Some(text.clone()),
            }
        }
    }
    let mut run = 1;
    for at in 0..said.len() {
        let text = said.get(at).cloned().flatten();
        if text.is_some() && said.get(at + 1) == Some(&text) {
            said[at] = None;
            run += 1;
        } else if let (Some(text), true) = (text, run > 1) {
            said[at] = Some(format!("{text} ({run} kernels)"));
            run = 1;
        }
    }
    said
}

/// A line of an excerpt, taken apart.
enum Line {
    /// Sign, place, the mock's (or only) name, the E2E's where it is another, both times.
    Kernel { sign: char, place: String, name: String, other: Option<String>, mock: String, e2e: String },
    /// A fold, or something else that is not one kernel.
    Other(String),
}

impl Line {
    /// Columns are parted by two blanks or more: place, name (or two, with an arrow), the two times.
    fn read(mark: Mark, text: &str) -> Self {
        let sign = match mark {
            Mark::Same => ' ',
            Mark::Extra => '+',
            Mark::Missing => '-',
            Mark::Changed => '~',
        };
        let safe = crate::diag::escape(text);
        let columns: Vec<&str> = safe.get(1..).unwrap_or_default().split("  ").map(str::trim).collect();
        let columns: Vec<&str> = columns.into_iter().filter(|column| !column.is_empty()).collect();
        let kernel = |name: &str, other: Option<&str>, place: &str, mock: &str, e2e: &str| Self::Kernel {
            sign,
            place: place.to_owned(),
            name: name.to_owned(),
            other: other.map(str::to_owned),
            mock: mock.to_owned(),
            e2e: e2e.to_owned(),
        };
        let sound = match columns.as_slice() {
            [place, .., mock, e2e] => [place, mock, e2e].iter().all(|column| column.width() <= COLUMN),
            _ => false,
        };
        match columns.as_slice() {
            _ if !sound => Self::Other(safe.trim().to_owned()),
            [place, name, mock, e2e] => kernel(name, None, place, mock, e2e),
            [place, name, "->", other, mock, e2e] => kernel(name, Some(other), place, mock, e2e),
            _ => Self::Other(safe.trim().to_owned()),
        }
    }
}

/// Columns of the excerpt.
struct Widths {
    place: usize,
    name: usize,
    mock: usize,
    e2e: usize,
    whole: usize,
}

impl Widths {
    fn of(lines: &[(Line, Option<&String>)], whole: usize) -> Self {
        let mut widths = Self { place: 0, name: 6, mock: 4, e2e: 3, whole };
        for (line, _) in lines {
            let Line::Kernel { place, name, other, mock, e2e, .. } = line else { continue };
            widths.place = widths.place.max(place.width());
            widths.name = widths.name.max(name.width()).max(other.as_ref().map_or(0, |o| o.width()));
            widths.mock = widths.mock.max(mock.width());
            widths.e2e = widths.e2e.max(e2e.width());
        }
        let rest = widths.lead() + 2 + widths.mock + 2 + widths.e2e;
        widths.name = widths.name.min(whole.saturating_sub(rest).max(8));
        widths
    }

    /// Columns before the name.
    fn lead(&self) -> usize {
        2 + self.place + 2
    }

    fn row(&self, lead: &str, name: &str, mock: &str, e2e: &str) -> String {
        let name = pad(&fit(name, self.name), self.name);
        format!("{}{name}  {}  {}", pad(lead, self.lead()), pad_left(mock, self.mock), pad_left(e2e, self.e2e))
    }

    fn heading(&self) -> String {
        self.row("", "kernel", "mock", "e2e")
    }

    /// One kernel, in two lines where the sides run different ones, with its caret under the name.
    fn draw(&self, drawing: &mut Drawing, line: &Line, label: Option<&str>) {
        let (row, name) = match line {
            Line::Other(text) => {
                let text = fit(text, self.whole - self.lead());
                (format!("{}{text}", " ".repeat(self.lead())), text)
            }
            Line::Kernel { sign, place, name, other, mock, e2e } => {
                let lead = format!("{sign} {}", pad_left(place, self.place));
                match other {
                    None => (self.row(&lead, name, mock, e2e), fit(name, self.name)),
                    Some(other) => {
                        drawing.line(0, &self.row(&lead, name, mock, ""), &[], usize::MAX, 0);
                        let arrow = format!("{}->", " ".repeat(self.lead() - 3));
                        (self.row(&arrow, other, "", e2e), fit(other, self.name))
                    }
                }
            }
        };
        let end = self.lead() + name.len();
        let caret = label.map(|text| Caret { start: self.lead(), end, text });
        drawing.line(0, &row, &caret.iter().collect::<Vec<_>>(), usize::MAX, self.whole + FRAME);
    }
}
