//! Reports: one file a renderer. They read [`crate::outcome`] and [`crate::diag`], and nothing of the terminal:
//! width and colour are given, so that the same outcome gives the same bytes anywhere.

mod concise;
mod diff;
mod drift;
mod excerpt;
mod finding;
mod format;
mod github;
mod html;
mod human;
mod json;
mod junit;
mod known;
mod lint;
mod markdown;
mod page;
mod paint;
mod perfetto;
mod problem;
#[cfg(test)]
mod sample;
mod sarif;
mod snippet;
mod table;
#[cfg(test)]
mod tests;
mod verdict;
mod wrap;

pub use diff::render_diff;
pub use format::Format;
pub use lint::render_lint;
pub use markdown::{Deliverable, Deliverables};
pub use page::page;
pub use paint::Tone;
pub use perfetto::perfetto;

use crate::diag::Problem;
use crate::outcome::Outcome;

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Without it, a report holds no escape byte.
    pub colour: bool,
    /// Columns to wrap at; from 40 to 400.
    pub width: usize,
    /// One verdict line for each case that did not pass, and nothing else.
    pub quiet: bool,
    /// Every row, every note, whole names, all diagnoses at length.
    pub verbose: bool,
    /// What Markdown holds.
    pub deliverables: Deliverables,
}

impl Default for Style {
    /// Plain text, 100 columns wide.
    fn default() -> Self {
        Self { colour: false, width: 100, quiet: false, verbose: false, deliverables: Deliverables::ALL }
    }
}

/// The report of a run, ending in a line feed unless it is empty. Formats for programs are always one
/// valid document, also of an empty outcome, whatever the style.
pub fn render(outcome: &Outcome, format: Format, style: &Style) -> String {
    match format {
        Format::Human => human::render(outcome, style),
        Format::Concise => concise::render(outcome, style),
        Format::Json => json::render(outcome),
        Format::Html => html::render(outcome),
        Format::Markdown => markdown::render(outcome, style),
        Format::Sarif => sarif::render(outcome),
        Format::Junit => junit::render(outcome),
        Format::Github => github::render(outcome),
    }
}

/// Mistakes in the input, for people or for grep, in full under `quiet` too. Every other format has them in its own
/// document as well; beside JSON, and beside annotations in the same log, they are not said twice.
pub fn render_problems(problems: &[Problem], format: Format, style: &Style) -> String {
    match format {
        Format::Human | Format::Markdown | Format::Sarif | Format::Junit => problem::render(problems, style),
        Format::Concise => concise::problems(problems, style),
        // They stand in the page too, but a page is a file: whoever runs the check reads them here.
        Format::Html => problem::render(problems, style),
        Format::Json | Format::Github => String::new(),
    }
}
