//! What a case reported: the words that are recorded, and the names that count.

use crate::diag::{Severity, escape};
use crate::outcome::{CaseOutcome, FindingOutcome};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A case's verdict, causes and findings, a line each; of a rule, its own findings with all they rest on. Blanks at a
/// line's end are left out: nobody sees them in a review, and editors drop them.
pub(super) fn text(case: &CaseOutcome, rule: Option<&str>) -> String {
    words(case, rule).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn words(case: &CaseOutcome, rule: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(rule) = rule {
        for finding in case.findings.iter().filter(|finding| finding.code == rule) {
            at_length(&mut out, finding);
        }
        return out;
    }
    let _ = writeln!(out, "{}", case.verdict);
    for diagnosis in &case.diagnoses {
        let _ = writeln!(out, "diagnosis[{}]", escape(&diagnosis.issue));
    }
    for finding in &case.findings {
        let word = if finding.known.is_some() { "known".to_owned() } else { finding.severity.to_string() };
        let _ = writeln!(out, "{word}[{}] {}", escape(&finding.code), escape(&finding.message));
    }
    out
}

fn at_length(out: &mut String, finding: &FindingOutcome) {
    let _ = writeln!(out, "{}[{}] {}", finding.severity, escape(&finding.code), escape(&finding.message));
    for evidence in &finding.evidence {
        let side = evidence.side.map_or_else(|| "both".to_owned(), |side| side.to_string());
        let _ = writeln!(out, "  {side:<4}  {}", escape(&evidence.text));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "  help  {}", escape(help));
    }
}

/// Whether a check or rule found something: more than a note, unless notes are all it has.
pub(super) fn found(case: &CaseOutcome, name: &str, severities: &BTreeMap<String, Severity>) -> bool {
    let least = severities.get(name).copied().unwrap_or(Severity::Warning).min(Severity::Warning);
    case.findings.iter().any(|finding| finding.code == name && finding.known.is_none() && finding.severity >= least)
}

/// The place of a common issue among the diagnoses, from 0.
pub(super) fn rank(case: &CaseOutcome, issue: &str) -> Option<usize> {
    case.diagnoses.iter().position(|diagnosis| diagnosis.issue == issue)
}
