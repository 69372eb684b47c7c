//! What the lines of a trace say, as a tree.

use super::values::Times;
use crate::diag::Span;
use crate::trace::names::OpKind;
use crate::trace::ops::Shape;
use crate::trace::provenance::Provenance;

/// A whole trace.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) head: Head,
    pub(super) nodes: Vec<Node>,
    /// How many lines have times: each knows its number.
    pub(super) timed: usize,
}

/// What stands in a trace's head: where it comes from, and what it lacks.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) provenance: Provenance,
    pub(super) warnings: Vec<String>,
    pub(super) lacks: Vec<Lack>,
}

impl Head {
    pub(super) fn lacks(&self, what: Lack) -> bool {
        self.lacks.contains(&what)
    }
}

/// What a capture may have left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    Gpu,
    Calls,
    Ranges,
    Shapes,
    GraphKernels,
    GraphCaptures,
}

impl Lack {
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("gpu", Self::Gpu),
        ("calls", Self::Calls),
        ("ranges", Self::Ranges),
        ("shapes", Self::Shapes),
        ("graph-kernels", Self::GraphKernels),
        ("graph-captures", Self::GraphCaptures),
    ];
}

/// A line and those inside it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) what: Statement,
    /// The line's first word, as it is written.
    pub(super) word: &'static str,
    /// The line's place.
    pub(super) at: Span,
    pub(super) inside: Vec<Node>,
}

#[derive(Debug)]
pub(super) enum Statement {
    /// A line that was understood while it was read, or not at all.
    Nothing,
    Process {
        pid: u32,
        name: Option<String>,
    },
    Thread(u32),
    Device(u16),
    Stream(u32),
    Unlaunched,
    Repeat {
        times: u32,
        counter: Option<String>,
    },
    Range(String),
    Graph(String),
    Launch(String),
    Operation(Operation),
    Call {
        times: Times,
        name: String,
    },
    Idle(Times),
}

/// A kernel, copy or set.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) kind: OpKind,
    pub(super) name: String,
    pub(super) times: Times,
    pub(super) shape: Shape,
}
