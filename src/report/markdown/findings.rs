//! Findings with their evidence, folded.

use super::super::{Style, wrap};
use super::text::{block, code, details, sentence};
use crate::diag::{Evidence, Mark, Severity, escape, plural};
use crate::outcome::{CaseOutcome, FindingOutcome};

/// Pieces of evidence and lines of an excerpt that are shown, unless verbose, and characters of such a line.
const EVIDENCE: usize = 6;
const LINES: usize = 30;
const LINE: usize = 160;

/// What no known difference covers. Those have a deliverable of their own.
pub(super) fn render(case: &CaseOutcome, style: &Style) -> String {
    let open: Vec<&FindingOutcome> = case.findings.iter().filter(|finding| finding.known.is_none()).collect();
    let body: String = open.iter().map(|finding| of_finding(finding, style)).collect();
    if open.is_empty() { String::new() } else { details(&plural(open.len(), "finding"), &body) }
}

fn of_finding(finding: &FindingOutcome, style: &Style) -> String {
    let mut out = format!("- **{}** {}: {}\n", finding.severity, code(&finding.code), sentence(&finding.message));
    if let Some(place) = &finding.place {
        let at = code(&format!("{}:{}:{}", place.file, place.line, place.column));
        out += &format!("  - {at} {}\n", sentence(&place.label));
    }
    let most = if style.verbose { usize::MAX } else { EVIDENCE };
    out.extend(finding.evidence.iter().take(most).map(of_evidence));
    let left = finding.evidence.len().saturating_sub(most);
    if left > 0 {
        out += &format!("  - … {left} more\n");
    }
    out.extend(finding.help.iter().map(|help| format!("  - help: {}\n", sentence(help))));
    out + excerpt(finding, style).as_str()
}

/// A fact, and where the profiler shows it.
fn of_evidence(evidence: &Evidence) -> String {
    let side = evidence.side.map_or_else(|| "both".to_owned(), |side| side.to_string());
    let at = evidence.at.as_ref().map(|at| {
        let seconds = at.start_ns as f64 / 1e9;
        format!(" (pid {}, stream {}, at {seconds:.9} s, correlation {})", at.pid, at.stream, at.correlation_id)
    });
    format!("  - {side}: {}{}\n", said(&evidence.text), at.unwrap_or_default())
}

/// A kernel's name as code, anything else as a sentence.
fn said(text: &str) -> String {
    let is_name = !text.contains(' ') || ((text.contains('<') || text.contains("::")) && !text.contains('`'));
    if is_name { code(&wrap::message(text)) } else { sentence(text) }
}

/// The instance as a diff, from a little before the first kernel that something is said of.
fn excerpt(finding: &FindingOutcome, style: &Style) -> String {
    let Some(excerpt) = finding.excerpt.as_ref().filter(|_| finding.severity == Severity::Error) else {
        return String::new();
    };
    let first = excerpt.labels.iter().map(|(at, _)| at.saturating_sub(3)).min().unwrap_or(0);
    let most = if style.verbose { usize::MAX } else { LINES };
    let mut lines: Vec<String> = excerpt.lines.iter().skip(first).take(most).map(in_diff).collect();
    let left = excerpt.lines.len().saturating_sub(first.saturating_add(lines.len()));
    if left > 0 {
        lines.push(format!("  … {left} more"));
    }
    if lines.is_empty() {
        return String::new();
    }
    // Indented, it is a part of the list's item.
    let indented: String = block("diff", &lines).lines().map(|line| format!("  {line}\n")).collect();
    format!("\n{indented}\n")
}

/// A line with the sign that code hosts colour; its own first character is the sign of a terminal's report.
fn in_diff(line: &(Mark, String)) -> String {
    let (mark, text) = line;
    let sign = match mark {
        Mark::Same => ' ',
        Mark::Extra => '+',
        Mark::Missing => '-',
        Mark::Changed => '!',
    };
    let rest = text.strip_prefix([' ', '+', '-', '~']).unwrap_or(text);
    format!("{sign}{}", wrap::fit(&escape(rest), LINE))
}
