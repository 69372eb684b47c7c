//! What differs between two traces, one entry a kernel or sequence: for the formats that programs read.

use super::human::in_common;
use super::words::{change, ratio, repeated, shapes, state, times};
use crate::diag::Severity;
use crate::outcome::{DiffOutcome, KernelDiff, SequenceDiff, StepState, TimeState};

/// A kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Kind {
    New,
    Gone,
    Slower,
    Faster,
    Calls,
    Shapes,
    Sequence,
    /// Nobody can say whether it is one.
    Unclear,
}

impl Kind {
    pub(in crate::report) const ALL: [Self; 8] =
        [Self::New, Self::Gone, Self::Slower, Self::Faster, Self::Calls, Self::Shapes, Self::Sequence, Self::Unclear];

    pub(in crate::report) fn name(self) -> &'static str {
        match self {
            Self::New => "kernel-new",
            Self::Gone => "kernel-gone",
            Self::Slower => "kernel-slower",
            Self::Faster => "kernel-faster",
            Self::Calls => "kernel-calls",
            Self::Shapes => "kernel-shapes",
            Self::Sequence => "sequence-changed",
            Self::Unclear => "kernel-unclear",
        }
    }

    pub(in crate::report) fn meaning(self) -> &'static str {
        match self {
            Self::New => "A kernel runs in B alone.",
            Self::Gone => "A kernel runs in A alone.",
            Self::Slower => "The median of a kernel is longer in B by more than the tolerance.",
            Self::Faster => "The median of a kernel is shorter in B by more than the tolerance.",
            Self::Calls => "A kernel is launched more or less often in B.",
            Self::Shapes => "A kernel is launched with shapes that the other trace does not have.",
            Self::Sequence => "A sequence of kernels that repeats, such as a layer, is not the same in both traces.",
            Self::Unclear => "The interval of a kernel's ratio holds the tolerance: more executions would tell.",
        }
    }

    /// Less where nothing got worse.
    pub(in crate::report) fn severity(self) -> Severity {
        match self {
            Self::Faster | Self::Unclear => Severity::Note,
            _ => Severity::Warning,
        }
    }

    /// What is certain of a kernel comes before what is not; of several the one that says most.
    pub(in crate::report) fn of(kernel: &KernelDiff) -> Option<Self> {
        Some(match kernel.state {
            TimeState::New => Self::New,
            TimeState::Gone => Self::Gone,
            TimeState::Slower => Self::Slower,
            TimeState::Faster => Self::Faster,
            _ if kernel.recounted() => Self::Calls,
            _ if kernel.shapes.is_some() => Self::Shapes,
            TimeState::Unclear => Self::Unclear,
            TimeState::Same | TimeState::TooFew => return None,
        })
    }
}

/// One difference, in words that still hold what traces hold.
#[derive(Debug)]
pub(in crate::report) struct Entry<'o> {
    pub(in crate::report) kind: Kind,
    /// One line.
    pub(in crate::report) message: String,
    /// Further lines.
    pub(in crate::report) more: Vec<String>,
    /// What it is about: the whole name of a kernel, the names of a sequence.
    pub(in crate::report) about: Vec<&'o str>,
}

/// Everything that differs or may do so, in the outcome's order.
pub(in crate::report) fn entries(outcome: &DiffOutcome) -> Vec<Entry<'_>> {
    let kernels = outcome.kernels.iter().filter_map(|kernel| Some(of_kernel(Kind::of(kernel)?, kernel)));
    kernels.chain(outcome.sequences.iter().filter(|sequence| sequence.differs()).map(of_sequence)).collect()
}

fn of_kernel(kind: Kind, kernel: &KernelDiff) -> Entry<'_> {
    Entry {
        kind,
        message: format!("`{}`: {}", kernel.name, state(kernel)),
        more: kernel_lines(kernel),
        about: vec![&kernel.exact],
    }
}

/// What is known of a kernel on both sides.
pub(in crate::report) fn kernel_lines(kernel: &KernelDiff) -> Vec<String> {
    let ratio = ratio(kernel);
    let moved = if ratio.is_empty() { String::new() } else { format!(", median {ratio}") };
    let (a, b) = (times(kernel.a.as_ref()), times(kernel.b.as_ref()));
    let mut lines = vec![format!("{a} -> {b}, sum {}{moved}", change(kernel.change_ns))];
    lines.extend(kernel.shapes.iter().flat_map(shapes));
    lines
}

fn of_sequence(sequence: &SequenceDiff) -> Entry<'_> {
    let names = sequence.steps.iter().flat_map(|step| [&step.a, &step.b]).flatten();
    Entry {
        kind: Kind::Sequence,
        message: format!("a repeating sequence changed: {}", in_common(sequence)),
        more: sequence_lines(sequence),
        about: names.map(|times| times.name.as_str()).collect(),
    }
}

/// Where a sequence repeats, and the steps of it that are not the same.
pub(in crate::report) fn sequence_lines(sequence: &SequenceDiff) -> Vec<String> {
    let mut lines = vec![repeated("a", sequence.a.as_ref()), repeated("b", sequence.b.as_ref())];
    for step in &sequence.steps {
        let names = [&step.a, &step.b].map(|times| times.as_ref().map_or("", |times| times.name.as_str()));
        lines.extend(match (step.state, names) {
            (StepState::Same, _) => None,
            (StepState::OnlyA, [a, _]) => Some(format!("only a: {a}")),
            (StepState::OnlyB, [_, b]) => Some(format!("only b: {b}")),
            (StepState::Variant, [a, b]) => Some(format!("another variant: {a} -> {b}")),
        });
    }
    lines
}
