//! Colour, where it means something.

use super::Style;
use crate::diag::{Severity, Verdict};
use anstyle::{AnsiColor, Effects};

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Red: a verdict or a finding that fails.
    Bad,
    /// Green.
    Good,
    /// Yellow: doubtful, or a warning.
    Doubt,
    /// Cyan: where to look and what to do.
    Hint,
    /// Bold.
    Strong,
    /// Detail that one may skip.
    Dim,
    /// As it is.
    Plain,
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Good,
            Verdict::Fail => Self::Bad,
            Verdict::Inconclusive => Self::Doubt,
            Verdict::Skipped => Self::Dim,
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Bad,
            Severity::Warning => Self::Doubt,
            Severity::Note => Self::Hint,
        }
    }
}

impl Style {
    /// The text in the colour of what it says, if colour is wanted. The text is taken as it is.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour || tone == Tone::Plain || text.is_empty() {
            return text.to_owned();
        }
        let plain = anstyle::Style::new();
        let style = match tone {
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Good => AnsiColor::Green.on_default().bold(),
            Tone::Doubt => AnsiColor::Yellow.on_default().bold(),
            Tone::Hint => AnsiColor::Cyan.on_default(),
            Tone::Strong => plain.effects(Effects::BOLD),
            Tone::Dim => plain.effects(Effects::DIMMED),
            Tone::Plain => plain,
        };
        format!("{style}{text}{style:#}")
    }

    /// Columns to draw in.
    pub(super) fn columns(&self) -> usize {
        self.width.clamp(40, 400)
    }
}
