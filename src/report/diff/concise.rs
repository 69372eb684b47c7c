//! One line a difference, for `grep`.

use super::super::Style;
use super::super::wrap::line;
use super::differences::Kind;
use super::human::in_common;
use super::words::{change, ratio, state, summary, times};
use crate::outcome::{DiffOutcome, KernelDiff, SequenceDiff};

pub(super) fn render(outcome: &DiffOutcome, style: &Style) -> String {
    // What nobody can tell is no difference.
    let sure = |kernel: &KernelDiff| Kind::of(kernel).is_some_and(|kind| kind != Kind::Unclear);
    let shown = |kernel: &&KernelDiff| style.verbose || sure(kernel);
    let mut out: String = outcome.kernels.iter().filter(shown).map(kernel).collect();
    let changed = outcome.sequences.iter().filter(|sequence| style.verbose || sequence.differs());
    out.extend(changed.map(sequence));
    if !style.quiet || outcome.counts.differs() {
        out += &format!("{}\n", summary(outcome));
    }
    out
}

fn kernel(kernel: &KernelDiff) -> String {
    let (a, b) = (times(kernel.a.as_ref()), times(kernel.b.as_ref()));
    let ratio = ratio(kernel);
    let moved = if ratio.is_empty() { String::new() } else { format!(", median {ratio}") };
    format!("{}: {}: {a} -> {b}, sum {}{moved}\n", line(&kernel.name), state(kernel), change(kernel.change_ns))
}

fn sequence(sequence: &SequenceDiff) -> String {
    let length = |unit: Option<&crate::outcome::Repeated>| {
        unit.map_or_else(|| "none".to_owned(), |unit| format!("{} operations x{}", unit.operations, unit.repeats))
    };
    let (a, b) = (length(sequence.a.as_ref()), length(sequence.b.as_ref()));
    format!("sequence: {a} -> {b}, {}\n", in_common(sequence))
}
