//! What `align diff` says: two traces beside each other.

mod concise;
mod human;
mod markdown;
mod words;

use super::{Format, Style, json};
use crate::outcome::DiffOutcome;

/// Formats that a diff comes in: the others are about specs and the places in them.
pub const DIFF_FORMATS: [Format; 4] = [Format::Human, Format::Concise, Format::Json, Format::Markdown];

/// The report of a diff, ending in a line feed; for a format that is none of [`DIFF_FORMATS`], the one for people.
pub fn render_diff(outcome: &DiffOutcome, format: Format, style: &Style) -> String {
    match format {
        Format::Json => json::render(outcome),
        Format::Concise => concise::render(outcome, style),
        Format::Markdown => markdown::render(outcome, style),
        _ => human::render(outcome, style),
    }
}

#[cfg(test)]
mod tests;
