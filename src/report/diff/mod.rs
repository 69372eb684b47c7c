//! What `align diff` says: two traces beside each other.

mod concise;
mod differences;
mod github;
mod human;
mod junit;
mod markdown;
mod words;

pub(super) use differences::{Entry, Kind, entries};
pub(super) use human::in_common;
pub(super) use words::{change, differs, ratio, repeated, shapes, side, sign, state, summary, times, total};

use super::{Format, Style, html, json, sarif};
use crate::outcome::DiffOutcome;

/// The report of a diff, ending in a line feed. Formats for programs are always one valid document, whatever the style.
pub fn render_diff(outcome: &DiffOutcome, format: Format, style: &Style) -> String {
    match format {
        Format::Human => human::render(outcome, style),
        Format::Concise => concise::render(outcome, style),
        Format::Json => json::render(outcome),
        Format::Html => html::render_diff(outcome),
        Format::Markdown => markdown::render(outcome, style),
        Format::Sarif => sarif::render_diff(outcome),
        Format::Junit => junit::render(outcome),
        Format::Github => github::render(outcome),
    }
}

#[cfg(test)]
mod tests;
