//! One finding for people: what is wrong, carets in the spec and in the trace, evidence, what to do.

use super::Style;
use super::excerpt::{self, Extent};
use super::paint::Tone;
use super::snippet::{Caret, snippet};
use super::wrap::{hang, line, message};
use crate::diag::{Evidence, KernelRef, Severity, SourceFile};
use crate::outcome::FindingOutcome;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// The most characters of one piece of evidence, unless verbose; and then.
const EVIDENCE: usize = 220;
const EVIDENCE_VERBOSE: usize = 4_000;
/// Characters kept before the place where two long names part.
const LEAD: usize = 24;

/// A finding in full, with as much of its excerpt as is worth showing here.
pub(super) fn render(finding: &FindingOutcome, sources: &[Arc<SourceFile>], extent: Extent, style: &Style) -> String {
    let (word, tone) = match &finding.known {
        Some(_) => ("known".to_owned(), Tone::Dim),
        None => (finding.severity.to_string(), finding.severity.into()),
    };
    let mut out = heading(&word, tone, &finding.code, &finding.message, style);
    if let Some(place) = &finding.place {
        let caret = Caret { start: place.start, end: place.end, text: &place.label };
        match sources.iter().find(|source| source.name == place.file) {
            Some(source) => out += &snippet(&source.name, &source.text, &[caret], finding.severity, style),
            None => {
                let at = format!("{}:{}:{}: {}", line(&place.file), place.line, place.column, line(&place.label));
                hang(&mut out, "  at ", 5, &at, style.columns());
            }
        }
    }
    if let Some(excerpt) = &finding.excerpt {
        out += &excerpt::render(excerpt, extent, finding.severity, style);
    }
    let texts = evidence_texts(&finding.evidence, style);
    for (i, (evidence, text)) in finding.evidence.iter().zip(&texts).enumerate() {
        let again =
            i > 0 && evidence.at.is_some() && texts[i - 1] == *text && finding.evidence[i - 1].side == evidence.side;
        render_evidence(&mut out, evidence, (!again).then_some(text), style);
    }
    if let Some(help) = &finding.help {
        hang(&mut out, &style.paint(Tone::Hint, "  help  "), 8, &message(help), style.columns());
    }
    if let Some(known) = &finding.known {
        hang(&mut out, &style.paint(Tone::Dim, "  why   "), 8, &message(known), style.columns());
    }
    out
}

/// A finding's sentence alone, for those that weigh little.
pub(super) fn render_short(finding: &FindingOutcome, style: &Style) -> String {
    let word = finding.severity.to_string();
    headed(&word, finding.severity.into(), &finding.code, &finding.message, Tone::Plain, style)
}

/// `error[kernel-count]: message`, wrapped.
pub(super) fn heading(word: &str, tone: Tone, code: &str, text: &str, style: &Style) -> String {
    headed(word, tone, code, text, Tone::Strong, style)
}

/// The same, in the given tones.
pub(super) fn headed(word: &str, tone: Tone, code: &str, text: &str, body: Tone, style: &Style) -> String {
    let head = format!("{word}[{}]:", line(code));
    let mut out = String::new();
    hang(&mut out, "", 2, &format!("{head} {}", message(text)), style.columns());
    match out.strip_prefix(&head) {
        Some(rest) => format!("{}{}", style.paint(tone, &head), painted(rest, body, style)),
        None => out,
    }
}

/// The message's lines, without painting line feeds.
fn painted(text: &str, tone: Tone, style: &Style) -> String {
    text.lines().map(|line| format!("{}\n", style.paint(tone, line))).collect()
}

/// A fact, and where the profiler shows it; without the fact where it is the one said before.
fn render_evidence(out: &mut String, evidence: &Evidence, text: Option<&String>, style: &Style) {
    let side = evidence.side.map_or("both", |side| if side == crate::diag::Side::Mock { "mock" } else { "e2e" });
    let first = style.paint(Tone::Dim, &format!("  {side:<4}  "));
    let said = text.map(String::as_str).unwrap_or_default();
    let Some(at) = &evidence.at else { return hang(out, &first, 8, said, style.columns()) };
    let place = place(at, evidence.side.is_none());
    let together = 8 + said.width() + 2 + place.width();
    if text.is_none() {
        hang(out, "        ", 8, &place, style.columns());
    } else if together <= style.columns() {
        out.push_str(&format!("{first}{said}  {}\n", style.paint(Tone::Dim, &place)));
    } else {
        hang(out, &first, 8, said, style.columns());
        hang(out, "        ", 8, &place, style.columns());
    }
}

/// Where the profiler shows it. Both traces are named at the head of the case.
fn place(at: &KernelRef, with_trace: bool) -> String {
    let start = seconds(at.start_ns);
    let place = format!(
        "pid {}, device {}, stream {}, at {start}, correlation {}",
        at.pid, at.device, at.stream, at.correlation_id
    );
    if with_trace { format!("{}: {place}", line(&at.trace)) } else { place }
}

/// Nanoseconds as the seconds that the profiler's timeline shows, exactly.
fn seconds(ns: i64) -> String {
    let (sign, ns) = (if ns < 0 { "-" } else { "" }, ns.unsigned_abs());
    format!("{sign}{}.{:09} s", ns / 1_000_000_000, ns % 1_000_000_000)
}

/// Texts of bounded length. Of two long names, one a side, that part only late, the common beginning is left
/// out: shortening the middle would hide what differs.
fn evidence_texts(evidence: &[Evidence], style: &Style) -> Vec<String> {
    let most = if style.verbose { EVIDENCE_VERBOSE } else { EVIDENCE };
    let mut texts: Vec<String> = evidence.iter().map(|e| line(&e.text)).collect();
    for at in 1..texts.len() {
        let (before, here) = (&evidence[at - 1], &evidence[at]);
        let pair = before.side.is_some() && here.side.is_some() && before.side != here.side;
        let long = texts[at - 1].chars().count() > most || texts[at].chars().count() > most;
        if pair && long {
            let common = texts[at - 1].chars().zip(texts[at].chars()).take_while(|(a, b)| a == b).count();
            for text in &mut texts[at - 1..=at] {
                if common > LEAD && text.chars().count() > most {
                    *text = format!("…{}", text.chars().skip(common - LEAD).collect::<String>());
                }
            }
        }
    }
    texts.iter().map(|text| crate::diag::shorten(text, most)).collect()
}

/// Whether a finding is shown in full.
pub(super) fn in_full(finding: &FindingOutcome, style: &Style) -> bool {
    style.verbose || finding.severity >= Severity::Warning
}
