//! Known differences: one line each.

use super::Style;
use super::paint::Tone;
use super::wrap::{count, hang, line};
use crate::outcome::{KnownOutcome, KnownState};

/// Reason, what it covers, who owns it and until when.
pub(super) fn render(known: &KnownOutcome, style: &Style) -> String {
    let covers = match known.state {
        KnownState::Covers => format!("covers {}", count(known.covers, "finding")),
        KnownState::Unused => "covers nothing here".to_owned(),
        KnownState::Stale => "covers nothing".to_owned(),
        KnownState::Expired => "has ended".to_owned(),
        KnownState::Exceeded => "is exceeded".to_owned(),
        KnownState::OutOfScope => "is not about this case, GPU or version".to_owned(),
        KnownState::Undecided => "is not applied".to_owned(),
    };
    let part = |word: &str, text: &Option<String>| text.as_ref().map(|text| format!("{word}{}", line(text)));
    let parts = [
        Some(line(&known.reason)),
        Some(covers),
        part("impact ", &known.impact),
        part("owner ", &known.owner),
        part("until ", &known.until),
        part("", &known.link),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let doubt =
        matches!(known.state, KnownState::Stale | KnownState::Expired | KnownState::Exceeded | KnownState::Undecided);
    let tone = if doubt { Tone::Doubt } else { Tone::Dim };
    let mut out = String::new();
    hang(&mut out, &style.paint(tone, "known difference: "), 2, &text, style.columns().saturating_sub(16));
    out
}
