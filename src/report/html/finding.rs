//! A finding with its evidence, its place in the spec and its kernels in the timeline.

use super::text::{line, message};
use crate::diag::{Excerpt, KernelRef, Mark, Side, SourceFile, escape, shorten};
use crate::outcome::{FindingOutcome, Place, Timeline};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lines of the spec shown before and after the place.
const CONTEXT: usize = 1;
/// Characters of a line of a source, and pieces of evidence shown.
const COLUMNS: usize = 160;
const EVIDENCE: usize = 24;
/// Kernels that one finding marks in the timeline.
const MARKED: usize = 400;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct FindingView {
    pub(super) severity: String,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) source: Option<SourceView>,
    pub(super) trace: Vec<TraceLine>,
    pub(super) evidence: Vec<EvidenceView>,
    pub(super) more_evidence: usize,
    pub(super) help: Option<String>,
    pub(super) known: Option<String>,
    /// Places of the alignment, parted by blanks; empty where it is about no kernel of the timeline.
    pub(super) positions: String,
    pub(super) marks: usize,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct EvidenceView {
    pub(super) side: &'static str,
    pub(super) text: String,
    pub(super) at: Option<String>,
}

/// A few lines of a source, one of them with a part that is meant.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct SourceView {
    pub(super) place: String,
    pub(super) label: String,
    pub(super) lines: Vec<SourceLine>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct SourceLine {
    pub(super) number: usize,
    pub(super) before: String,
    pub(super) marked: String,
    pub(super) after: String,
}

/// One line of the sequence that the finding points into.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct TraceLine {
    pub(super) class: &'static str,
    pub(super) text: String,
    pub(super) labels: Vec<String>,
}

pub(super) fn view(finding: &FindingOutcome, timeline: Option<&Timeline>, sources: &[Arc<SourceFile>]) -> FindingView {
    let positions = timeline.map(|timeline| positions(finding, timeline)).unwrap_or_default();
    let marks = positions.len();
    let positions: Vec<String> = positions.into_iter().take(MARKED).map(|at| at.to_string()).collect();
    FindingView {
        severity: if finding.known.is_some() { "known".to_owned() } else { finding.severity.to_string() },
        code: line(&finding.code),
        message: message(&finding.message),
        source: finding.place.as_ref().map(|place| source(place, sources)),
        trace: finding.excerpt.as_ref().map(trace).unwrap_or_default(),
        evidence: finding.evidence.iter().take(EVIDENCE).map(evidence).collect(),
        more_evidence: finding.evidence.len().saturating_sub(EVIDENCE),
        help: finding.help.as_deref().map(message),
        known: finding.known.as_deref().map(message),
        positions: positions.join(" "),
        marks,
    }
}

/// What the finding is about: the places it labels, else the operations it refers to, else those of its kernels.
fn positions(finding: &FindingOutcome, timeline: &Timeline) -> BTreeSet<usize> {
    let sides = [(Side::Mock, &timeline.mock), (Side::E2e, &timeline.e2e)];
    let drawn: BTreeSet<usize> = sides.iter().flat_map(|(_, side)| &side.ops).map(|op| op.position).collect();
    let labelled: BTreeSet<usize> = finding
        .excerpt
        .iter()
        .flat_map(|excerpt| &excerpt.positions)
        .copied()
        .filter(|at| drawn.contains(at))
        .collect();
    if !labelled.is_empty() {
        return labelled;
    }
    let mut found = BTreeSet::new();
    for evidence in &finding.evidence {
        let Some(at) = &evidence.at else { continue };
        for (_, side) in sides.iter().filter(|(name, _)| evidence.side.is_none_or(|asked| asked == *name)) {
            let same = side.ops.iter().filter(|op| {
                at.start_ns == side.start_ns.saturating_add(op.start_ns)
                    && at.duration_ns == op.duration_ns
                    && timeline.kernels.get(op.kernel).is_some_and(|kernel| kernel.exact == at.name)
            });
            found.extend(same.map(|op| op.position));
        }
    }
    if found.is_empty() && !finding.kernels.is_empty() {
        let meant =
            |kernel: usize| timeline.kernels.get(kernel).is_some_and(|kernel| finding.kernels.contains(&kernel.exact));
        let ops = sides.iter().flat_map(|(_, side)| &side.ops);
        found.extend(ops.filter(|op| meant(op.kernel)).map(|op| op.position));
    }
    found
}

fn evidence(evidence: &crate::diag::Evidence) -> EvidenceView {
    let side = match evidence.side {
        Some(Side::Mock) => "mock",
        Some(Side::E2e) => "E2E",
        None => "both",
    };
    EvidenceView { side, text: message(&evidence.text), at: evidence.at.as_ref().map(place) }
}

/// Where the profiler shows it.
fn place(at: &KernelRef) -> String {
    let ns = at.start_ns.unsigned_abs();
    let sign = if at.start_ns < 0 { "-" } else { "" };
    format!(
        "{}: pid {}, device {}, stream {}, at {sign}{}.{:09} s, correlation {}",
        line(&at.trace),
        at.pid,
        at.device,
        at.stream,
        ns / 1_000_000_000,
        ns % 1_000_000_000,
        at.correlation_id
    )
}

fn trace(excerpt: &Excerpt) -> Vec<TraceLine> {
    let lines = excerpt.lines.iter().enumerate().map(|(at, (mark, text))| TraceLine {
        class: match mark {
            Mark::Same => "match",
            Mark::Extra => "extra",
            Mark::Missing => "missing",
            Mark::Changed => "other",
        },
        text: shorten(&escape(text), COLUMNS),
        labels: excerpt.labels.iter().filter(|(line, _)| *line == at).map(|(_, text)| message(text)).collect(),
    });
    lines.collect()
}

/// The lines around a place; of one that ends in another line, its first.
fn source(place: &Place, sources: &[Arc<SourceFile>]) -> SourceView {
    let at = format!("{}:{}:{}", line(&place.file), place.line, place.column);
    let text = sources.iter().find(|source| source.name == place.file).map_or("", |source| source.text.as_str());
    let bound = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (start, end) = (bound(place.start), bound(place.end.max(place.start)));
    let mut lines = Vec::new();
    let mut offset = 0;
    let row = text.get(..start).map_or(0, |before| before.matches('\n').count());
    for (number, whole) in text.split('\n').enumerate() {
        let (from, to) = (offset, offset + whole.len());
        offset = to + 1;
        if number + CONTEXT < row || number > row + CONTEXT {
            continue;
        }
        let here = number == row;
        let (mark_from, mark_to) = if here { (start.max(from), end.clamp(start, to)) } else { (to, to) };
        let part = |from: usize, to: usize| visible(text.get(from..to).unwrap_or_default());
        lines.push(SourceLine {
            number: number + 1,
            before: part(from, mark_from.min(to)),
            marked: part(mark_from.min(to), mark_to.max(mark_from).min(to)),
            after: part(mark_to.min(to), to),
        });
    }
    SourceView { place: at, label: message(&place.label), lines: if text.is_empty() { Vec::new() } else { lines } }
}

fn visible(text: &str) -> String {
    shorten(&escape(text.trim_end_matches('\r').replace('\t', "    ").as_str()), COLUMNS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(start: usize, end: usize) -> Place {
        Place { file: "a".to_owned(), line: 1, column: 1, start, end, label: "here".to_owned() }
    }

    #[test]
    fn the_meant_part_stands_between_what_is_around_it() {
        let source_file = SourceFile::new("a", "one = 1\ntwo = 22\nthree = 3\nfour = 4\n");
        let found = source(&place(14, 16), &[source_file]);
        let marked: Vec<_> = found.lines.iter().map(|l| (l.number, l.before.as_str(), l.marked.as_str())).collect();
        assert_eq!(marked, [(1, "one = 1", ""), (2, "two = ", "22"), (3, "three = 3", "")]);
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_is_shown(text in "(?s).{0,60}", start in 0usize..90, len in 0usize..90) {
            let whole = text.clone();
            let found = source(&place(start, start + len), &[SourceFile::new("a", text)]);
            let said: String = found.lines.iter().map(|l| format!("{}{}{}", l.before, l.marked, l.after)).collect();
            prop_assert!(said.chars().all(|c| !c.is_control()));
            prop_assert!(whole.is_empty() || found.lines.len() <= 2 * CONTEXT + 1);
        }
    }
}
