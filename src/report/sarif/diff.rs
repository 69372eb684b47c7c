//! What differs between two traces as results. There is no spec whose line could be named: a result stands in trace B,
//! and what runs in A alone in A.

use super::super::diff::{Entry, Kind, entries};
use super::super::wrap::{line, message};
use super::fingerprint::{Fingerprints, NAME};
use super::location::{of_file, text};
use super::log::{Configuration, Invocation, Location, Properties, Rule, SarifResult, Text};
use super::result::{MOST, level};
use super::written;
use crate::diag::{escape, shorten};
use crate::outcome::DiffOutcome;
use std::collections::BTreeMap;

/// Characters of a kernel's name.
const NAME_LENGTH: usize = 400;

pub(in crate::report) fn render_diff(outcome: &DiffOutcome) -> String {
    let entries = entries(outcome);
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| entries.iter().any(|e| e.kind == *kind)).collect();
    let mut fingerprints = Fingerprints::default();
    let results = entries.iter().map(|entry| {
        let index = kinds.iter().position(|kind| *kind == entry.kind).unwrap_or_default();
        result(outcome, entry, index, fingerprints.of_parts([entry.kind.name()].into_iter().chain(entry.about.clone())))
    });
    let results = results.collect();
    let invocation = Invocation {
        execution_successful: true,
        exit_code: None,
        exit_code_description: None,
        tool_configuration_notifications: Vec::new(),
        tool_execution_notifications: Vec::new(),
    };
    written(kinds.into_iter().map(rule).collect(), invocation, results)
}

fn rule(kind: Kind) -> Rule {
    Rule {
        id: kind.name().to_owned(),
        short_description: Some(Text { text: kind.meaning().to_owned() }),
        help: None,
        default_configuration: Some(Configuration { level: level(kind.severity()) }),
    }
}

fn result(outcome: &DiffOutcome, entry: &Entry<'_>, rule_index: usize, fingerprint: String) -> SarifResult {
    let (here, other) = match entry.kind {
        Kind::Gone => (&outcome.a.trace, &outcome.b.trace),
        _ => (&outcome.b.trace, &outcome.a.trace),
    };
    let unclear = entry.kind == Kind::Unclear;
    let lines: Vec<String> =
        std::iter::once(&entry.message).chain(entry.more.iter().take(MOST)).map(|text| message(text)).collect();
    SarifResult {
        rule_id: entry.kind.name().to_owned(),
        rule_index,
        kind: if unclear { "open" } else { "fail" },
        // The standard's only level for what is no failure.
        level: if unclear { "none" } else { level(entry.kind.severity()) },
        message: text(&lines.join("\n")),
        locations: vec![of_file(&line(here))],
        related_locations: vec![Location {
            id: Some(1),
            message: Some(text("the trace that it is compared with")),
            ..of_file(&line(other))
        }],
        partial_fingerprints: BTreeMap::from([(NAME, fingerprint)]),
        suppressions: Vec::new(),
        properties: Properties {
            spec: String::new(),
            case: String::new(),
            side: None,
            kernels: entry.about.iter().take(MOST).map(|name| shorten(&escape(name), NAME_LENGTH)).collect(),
        },
    }
}
