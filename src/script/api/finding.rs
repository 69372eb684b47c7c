//! `finding`: what a rule has to say.

use super::kernel::Kernel;
use super::member::Api;
use super::position::PositionHandle;
use super::side::SideHandle;
use super::value::{Failure, Named, failure, unknown};
use crate::compare::excerpt;
use crate::diag::{Evidence, Finding, Severity, Side, escape};
use crate::script::limits::FINDINGS;
use rhai::ImmutableString;
use std::cell::Cell;

/// A finding in the making; its texts may hold names from a trace and are made safe. Code and default severity are the rule's, added when it is returned.
#[derive(Debug, Clone)]
pub(in crate::script) struct Draft {
    finding: Finding,
    severity: Option<Severity>,
    marks: Vec<(PositionHandle, String)>,
}

impl Named for Draft {
    const NAME: &'static str = "finding";
}

thread_local! {
    /// Findings made in this run: each script runs on a thread of its own.
    static MADE: Cell<usize> = const { Cell::new(0) };
}

impl Draft {
    /// How many findings were made on this thread.
    pub(in crate::script) fn made() -> usize {
        MADE.get()
    }

    fn new(message: &str) -> Result<Self, Failure> {
        if message.trim().is_empty() {
            return Err(failure("a finding needs a message"));
        }
        MADE.set(MADE.get() + 1);
        if MADE.get() > FINDINGS {
            return Err(failure(format!("more than {FINDINGS} findings; say it in one, with evidence")));
        }
        // One line: reports put it beside the severity.
        let message = escape(&message.split_whitespace().collect::<Vec<_>>().join(" "));
        Ok(Self { finding: Finding::new("", Severity::Note, message), severity: None, marks: Vec::new() })
    }

    /// The finished finding of the rule `code`.
    pub(in crate::script) fn finish(self, code: &str, severity: Severity) -> Finding {
        let mut finding =
            Finding { code: code.to_owned(), severity: self.severity.unwrap_or(severity), ..self.finding };
        if let Some((position, _)) = self.marks.first() {
            let labels: Vec<(usize, String)> =
                self.marks.iter().map(|(position, text)| (position.index, text.clone())).collect();
            finding = finding.excerpt(excerpt(&position.comparison, &labels));
        }
        finding
    }

    fn map(mut self, change: impl FnOnce(Finding) -> Finding) -> Self {
        self.finding = change(self.finding);
        self
    }

    fn with_severity(mut self, word: &str) -> Result<Self, Failure> {
        let known = [Severity::Error, Severity::Warning, Severity::Note];
        self.severity = known.into_iter().find(|severity| severity.to_string() == word);
        match self.severity {
            Some(_) => Ok(self),
            None => Err(unknown(format!("there is no severity `{word}`"), word, ["error", "warning", "note"])),
        }
    }

    fn on_side(self, side: Side) -> Self {
        self.map(|finding| finding.side(side))
    }

    fn on_kernel(self, kernel: &Kernel) -> Self {
        let side = kernel.of.side;
        let evidence = Evidence::on(side, kernel.short()).at(kernel.place());
        let name = kernel.identity().exact.clone();
        self.map(|finding| {
            let side = finding.side.unwrap_or(side);
            finding.side(side).evidence(evidence).kernels([name])
        })
    }

    fn mark(mut self, position: PositionHandle, text: &str) -> Self {
        self.marks.push((position, escape(text)));
        self
    }
}

fn side(word: &str) -> Result<Side, Failure> {
    let found = Side::BOTH.into_iter().find(|side| side.to_string() == word);
    found.ok_or_else(|| unknown(format!("there is no side `{word}`"), word, ["mock", "e2e"]))
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.function(
        "finding(message)",
        "finding",
        "A new finding with one line that says what is wrong. A rule returns the ones that count.",
        "type_of(finding(\"too slow\")) == \"finding\"",
        |message: ImmutableString| Draft::new(&message),
    );
    api.kind::<Draft>(|finding| {
        finding
            .method(
                "finding.severity(word)",
                "finding",
                "`error`, `warning` or `note`, where it is not the rule's own.",
                "type_of(finding(\"x\").severity(\"note\")) == \"finding\"",
                |draft: Draft, word: ImmutableString| draft.with_severity(&word),
            )
            .method(
                "finding.on(place)",
                "finding",
                "The side that deviates (`mock`, `e2e` or its name), or a kernel that it is about: it becomes evidence, and known differences match its name.",
                "type_of(finding(\"x\").on(mock).on(\"mock\").on(mock.kernels[0])) == \"finding\"",
                |draft: Draft, place: SideHandle| draft.on_side(place.side),
            )
            .method(
                "finding.evidence(text)",
                "finding",
                "A fact that it rests on.",
                "type_of(finding(\"x\").evidence(\"2 calls\")) == \"finding\"",
                |draft: Draft, text: ImmutableString| draft.map(|finding| finding.evidence(Evidence::both(escape(&text)))),
            )
            .method(
                "finding.evidence(side, text)",
                "finding",
                "A fact that was seen on one side.",
                "type_of(finding(\"x\").evidence(e2e, \"2 calls\").evidence(\"mock\", \"none\")) == \"finding\"",
                |draft: Draft, place: SideHandle, text: ImmutableString| {
                    draft.map(|finding| finding.evidence(Evidence::on(place.side, escape(&text))))
                },
            )
            .method(
                "finding.mark(position, text)",
                "finding",
                "Shows the kernel sequence with a text at this position.",
                "type_of(finding(\"x\").mark(positions[0], \"here\")) == \"finding\"",
                |draft: Draft, position: PositionHandle, text: ImmutableString| draft.mark(position, &text),
            )
            .method(
                "finding.help(text)",
                "finding",
                "What to do next.",
                "type_of(finding(\"x\").help(\"use a graph\")) == \"finding\"",
                |draft: Draft, text: ImmutableString| draft.map(|finding| finding.help(escape(&text))),
            );
    });
    // The same rows: other types of an argument.
    api.engine
        .register_fn("on", |draft: Draft, word: ImmutableString| Ok::<_, Failure>(draft.on_side(side(&word)?)))
        .register_fn("on", |draft: Draft, kernel: Kernel| draft.on_kernel(&kernel))
        .register_fn("evidence", |draft: Draft, word: ImmutableString, text: ImmutableString| {
            let side = side(&word)?;
            Ok::<_, Failure>(draft.map(|finding| finding.evidence(Evidence::on(side, escape(&text)))))
        });
}
