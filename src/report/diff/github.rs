//! Annotations of what differs, and a line of summary. Differences are warnings: whether they fail the run the exit code
//! says, not they.

use super::super::github::{Annotation, written};
use super::super::wrap::{line, message};
use super::differences::{Kind, entries};
use super::words::summary;
use crate::outcome::DiffOutcome;

pub(super) fn render(outcome: &DiffOutcome) -> String {
    let file = line(&outcome.b.trace);
    let sure = entries(outcome).into_iter().filter(|entry| entry.kind != Kind::Unclear);
    let annotations = sure.map(|entry| Annotation {
        severity: entry.kind.severity(),
        file: Some(file.clone()),
        at: None,
        title: entry.kind.name().to_owned(),
        text: std::iter::once(message(&entry.message)).chain(entry.more.iter().map(|text| message(text))).collect(),
    });
    written(annotations.collect(), &line(&summary(outcome)))
}
