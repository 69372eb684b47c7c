//! Markdown: the three deliverables of an alignment, short first and details folded, so that it reads well as a comment
//! on a pull request.

mod case;
mod findings;
mod fixes;
mod kernels;
mod known;
mod summary;
pub(in crate::report) mod text;

use super::Style;
use crate::diag::did_you_mean;
use crate::outcome::Outcome;
use std::str::FromStr;

/// One of the documents that an alignment ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deliverable {
    /// What was compared, what differs, and why.
    Report,
    /// Declared exceptions: reason, impact, owner, end.
    KnownDifferences,
    /// What to change in the mocks.
    Fixes,
}

impl Deliverable {
    pub const ALL: [Deliverable; 3] = [Self::Report, Self::KnownDifferences, Self::Fixes];

    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::KnownDifferences => "known-differences",
            Self::Fixes => "fixes",
        }
    }
}

impl FromStr for Deliverable {
    type Err = String;

    /// # Errors
    /// What to write instead.
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|deliverable| deliverable.name() == name).ok_or_else(|| {
            let hint = did_you_mean(name, Self::ALL.map(Self::name)).unwrap_or_default();
            format!("no such deliverable; {hint}")
        })
    }
}

/// Which deliverables are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deliverables {
    report: bool,
    known_differences: bool,
    fixes: bool,
}

impl Deliverables {
    pub const ALL: Deliverables = Deliverables { report: true, known_differences: true, fixes: true };

    /// All of them where none is named.
    pub fn of(asked: &[Deliverable]) -> Self {
        if asked.is_empty() {
            return Self::ALL;
        }
        Self {
            report: asked.contains(&Deliverable::Report),
            known_differences: asked.contains(&Deliverable::KnownDifferences),
            fixes: asked.contains(&Deliverable::Fixes),
        }
    }
}

/// In the order in which they are read. With `quiet`, the report is its summary alone.
pub(super) fn render(outcome: &Outcome, style: &Style) -> String {
    let mut parts = Vec::new();
    if style.deliverables.report {
        parts.push(summary::render(outcome));
        if !style.quiet {
            parts.extend(case::render_all(outcome, style));
        }
    }
    if style.deliverables.fixes {
        parts.push(fixes::render(outcome));
    }
    if style.deliverables.known_differences {
        parts.push(known::render(outcome));
    }
    parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("\n\n") + "\n"
}
