//! Findings as results. Inconclusive judgements are open results: nobody can say.

use super::super::wrap::{line, message};
use super::fingerprint::{Fingerprints, NAME};
use super::location::{self, of_file, of_place, text};
use super::log::{Location, Properties, SarifResult, Suppression};
use crate::diag::{Evidence, Severity, Verdict, duration, escape, shorten};
use crate::outcome::{CaseOutcome, CheckOutcome, FindingOutcome, Outcome};
use std::collections::BTreeMap;

/// Pieces of evidence and names of kernels of one result, at most.
pub(super) const MOST: usize = 20;
/// Characters of a kernel's name.
const NAME_LENGTH: usize = 400;

/// The rules that results of a case refer to.
pub(super) fn codes(case: &CaseOutcome) -> impl Iterator<Item = &str> {
    let findings = case.findings.iter().map(|finding| finding.code.as_str());
    findings.chain(inconclusive(case).map(|check| check.name.as_str()))
}

/// In the order of the run. `rules` are the rules' ids.
pub(super) fn results(outcome: &Outcome, rules: &[&str]) -> Vec<SarifResult> {
    let mut fingerprints = Fingerprints::default();
    let mut results = Vec::new();
    for case in &outcome.cases {
        let index = |code: &str| rules.iter().position(|id| *id == line(code)).unwrap_or_default();
        for finding in &case.findings {
            let fingerprint = fingerprints.of_finding(case, finding);
            results.push(of_finding(outcome, case, finding, index(&finding.code), fingerprint));
        }
        for check in inconclusive(case) {
            let fingerprint = fingerprints.of(case, &check.name, ["inconclusive"]);
            results.push(of_inconclusive(case, check, index(&check.name), fingerprint));
        }
    }
    results
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn inconclusive(case: &CaseOutcome) -> impl Iterator<Item = &CheckOutcome> {
    case.checks.iter().filter(|check| check.verdict == Verdict::Inconclusive)
}

fn of_finding(
    outcome: &Outcome,
    case: &CaseOutcome,
    finding: &FindingOutcome,
    rule_index: usize,
    fingerprint: String,
) -> SarifResult {
    let (location, mut related) = located(outcome, case, finding);
    let kernels = finding.evidence.iter().filter_map(in_trace);
    related.extend(kernels.take(MOST));
    for (id, location) in related.iter_mut().enumerate() {
        location.id = Some(id + 1);
    }
    SarifResult {
        rule_id: line(&finding.code),
        rule_index,
        kind: "fail",
        level: level(finding.severity),
        message: text(&in_words(case, finding)),
        locations: vec![location],
        related_locations: related,
        partial_fingerprints: BTreeMap::from([(NAME, fingerprint)]),
        suppressions: finding.known.iter().map(|reason| suppression(reason)).collect(),
        properties: Properties {
            spec: line(&case.spec),
            case: line(&case.case),
            side: finding.side,
            kernels: finding.kernels.iter().take(MOST).map(|name| shorten(&escape(name), NAME_LENGTH)).collect(),
        },
    }
}

/// The message, evidence that stands nowhere else, the cause, and what to do.
fn in_words(case: &CaseOutcome, finding: &FindingOutcome) -> String {
    let mut text = format!("{}: {}", line(&case.title()), message(&finding.message));
    for evidence in finding.evidence.iter().filter(|evidence| evidence.at.is_none()).take(MOST) {
        let side = evidence.side.map(|side| format!("{side}: ")).unwrap_or_default();
        text += &format!("\n{side}{}", message(&evidence.text));
    }
    if let Some(cause) = case.cause(finding) {
        text += &format!("\ncause: {}\nfix: {}", message(&cause.title), message(&cause.fix));
    }
    if let Some(help) = &finding.help {
        text += &format!("\nhelp: {}", message(help));
    }
    text
}

/// In the case's own file where the finding's place is in one that only the binary has; then that is related.
fn located(outcome: &Outcome, case: &CaseOutcome, finding: &FindingOutcome) -> (Location, Vec<Location>) {
    match &finding.place {
        Some(place) if !place.file.starts_with("builtin:") => (of_place(place, &outcome.sources), Vec::new()),
        Some(place) => (of_file(&case.file), vec![of_place(place, &outcome.sources)]),
        None => (of_file(&case.file), Vec::new()),
    }
}

/// Where the profiler shows it.
fn in_trace(evidence: &Evidence) -> Option<Location> {
    let at = evidence.at.as_ref()?;
    let side = evidence.side.map(|side| format!("{side}: ")).unwrap_or_default();
    let what = message(&evidence.text);
    let place = format!(
        "pid {}, device {}, stream {}, at {:.9} s, {}, correlation {}",
        at.pid,
        at.device,
        at.stream,
        at.start_ns as f64 / 1e9,
        duration(at.duration_ns as f64),
        at.correlation_id
    );
    Some(Location { message: Some(text(&format!("{side}{what} ({place})"))), ..location::of_file(&at.trace) })
}

fn suppression(reason: &str) -> Suppression {
    Suppression { kind: "external", status: "accepted", justification: message(reason) }
}

fn of_inconclusive(case: &CaseOutcome, check: &CheckOutcome, rule_index: usize, fingerprint: String) -> SarifResult {
    let why = check.reason.as_deref().unwrap_or("too little data to say");
    SarifResult {
        rule_id: line(&check.name),
        rule_index,
        kind: "open",
        // The standard's only level for what is no failure.
        level: "none",
        message: text(&format!("{}: inconclusive: {}", line(&case.title()), message(why))),
        locations: vec![of_file(&case.file)],
        related_locations: Vec::new(),
        partial_fingerprints: BTreeMap::from([(NAME, fingerprint)]),
        suppressions: Vec::new(),
        properties: Properties { spec: line(&case.spec), case: line(&case.case), side: None, kernels: Vec::new() },
    }
}
