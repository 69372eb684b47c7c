//! Known-difference notes: each declared exception with its reason and what became of it.

use super::text::{code, link, sentence};
use crate::outcome::{KnownOutcome, KnownState, Outcome};

/// One that several cases share is noted once, with what it covers in each.
pub(super) fn render(outcome: &Outcome) -> String {
    let mut notes: Vec<Note<'_>> = Vec::new();
    for (case, known) in outcome.cases.iter().flat_map(|case| case.known.iter().map(move |known| (case, known))) {
        let in_case = (case.title(), known);
        let place = |note: &&mut Note<'_>| {
            note.known.place.file == known.place.file && note.known.place.start == known.place.start
        };
        match notes.iter_mut().find(place) {
            Some(note) => note.cases.push(in_case),
            None => notes.push(Note { known, cases: vec![in_case] }),
        }
    }
    let mut out = "# Known differences\n\n".to_owned();
    if notes.is_empty() {
        out += "None is declared.\n";
    }
    out.extend(notes.iter().map(Note::write));
    out
}

struct Note<'o> {
    known: &'o KnownOutcome,
    cases: Vec<(String, &'o KnownOutcome)>,
}

impl Note<'_> {
    fn write(&self) -> String {
        let known = self.known;
        let mut out = format!("- **{}**\n", sentence(&known.reason));
        let mut part = |word: &str, text: String| out += &format!("  - {word}: {text}\n");
        for (word, text) in [("impact", &known.impact), ("owner", &known.owner), ("until", &known.until)] {
            if let Some(text) = text {
                part(word, sentence(text));
            }
        }
        if let Some(address) = &known.link {
            part("link", link(address));
        }
        part("declared at", code(&format!("{}:{}", known.place.file, known.place.line)));
        for (case, known) in &self.cases {
            part(&code(case), state(known));
        }
        out
    }
}

fn state(known: &KnownOutcome) -> String {
    match known.state {
        KnownState::Covers => format!("covers {}", crate::diag::plural(known.covers, "finding")),
        KnownState::Unused => "covers nothing here".to_owned(),
        KnownState::Stale => "**stale**: covers nothing in any case; remove it".to_owned(),
        KnownState::Expired => "**expired**: renew it with a reason, or fix what it excuses".to_owned(),
        KnownState::Exceeded => "**exceeded**: the difference is greater than it covers".to_owned(),
        KnownState::OutOfScope => "is not about this case, GPU or version".to_owned(),
        KnownState::Undecided => "**not applied**: a side does not say what it asks for".to_owned(),
    }
}
