//! Known differences: one line each.

use super::Style;
use super::paint::Tone;
use super::wrap::{count, hang, line};
use crate::outcome::KnownOutcome;

/// Reason, what it covers, who owns it and until when.
pub(super) fn render(known: &KnownOutcome, style: &Style) -> String {
    let covers = if known.covers == 0 {
        "covers nothing".to_owned()
    } else {
        format!("covers {}", count(known.covers, "finding"))
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
    let tone = if known.covers == 0 { Tone::Doubt } else { Tone::Dim };
    let mut out = String::new();
    hang(&mut out, &style.paint(tone, "known difference: "), 2, &text, style.columns().saturating_sub(16));
    out
}
