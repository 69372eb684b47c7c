//! `selection`: what the user should know of how the op was found.

use super::{Check, Context, Judgement, Meta, meta};
use crate::diag::{Evidence, Finding, Severity, Side};
use crate::limits::UNATTRIBUTED;

#[derive(Debug)]
pub(super) struct SelectionCheck(Meta);

impl SelectionCheck {
    pub(super) fn new() -> Self {
        Self(meta("selection", Severity::Warning, include_str!("selection.md")))
    }
}

impl Check for SelectionCheck {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let mut findings = Vec::new();
        for side in Side::BOTH {
            let selection = context.comparison.selection(side);
            for note in &selection.notes {
                let mut finding = Finding::new(&self.0.name, note.severity, &note.message).side(side);
                finding.help.clone_from(&note.help);
                findings.push(match &note.at {
                    Some(loc) => finding.at(loc, "asked for here"),
                    None => finding,
                });
            }
            findings.extend(self.disagreement(context, side));
            findings.extend(self.unattributed(context, side));
        }
        Judgement::of(findings)
    }
}

impl SelectionCheck {
    fn disagreement(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let selection = context.comparison.selection(side);
        let second = selection.second.as_ref().filter(|s| !s.agrees)?;
        let message = format!("two ways of finding the op in the {side} trace disagree");
        let finding = Finding::new(&self.0.name, self.0.severity, message)
            .side(side)
            .evidence(Evidence::on(side, format!("taken: {}, {} instances", selection.how, selection.instances.len())))
            .evidence(Evidence::on(
                side,
                format!("{} says otherwise ({:.0} % overlap)", second.how, second.overlap * 100.0),
            ))
            .help("`align inspect TRACE` shows the ranges and the repeating structure; narrow `within` or `each`");
        let spec = match side {
            Side::Mock => &context.case.mock,
            Side::E2e => &context.case.e2e,
        };
        Some(match spec.each.first() {
            Some(each) => finding.at(&each.loc, "tried in this order"),
            None => finding,
        })
    }

    fn unattributed(&self, context: &Context<'_>, side: Side) -> Option<Finding> {
        let trace = context.comparison.trace(side);
        let share = if trace.summary.is_some() { 0.0 } else { trace.unattributed_share() };
        (share > UNATTRIBUTED).then(|| {
            Finding::new(
                &self.0.name,
                self.0.severity,
                format!(
                    "{:.0} % of the {side} trace's GPU operations have no launch: ranges do not see them",
                    share * 100.0
                ),
            )
            .side(side)
            .help("start the capture before the first launch, or select by `{ like = \"mock\" }`")
        })
    }
}
