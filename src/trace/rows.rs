//! What a reader meets in an export, a row at a time.

use super::launches::Api;
use super::names::{NameId, RangeNameId};
use super::ops::Shape;
use super::process::{ProcessId, ThreadId};
use super::ranges::RangeKind;

/// One GPU operation as a reader meets it. Times in ns.
#[derive(Debug, Clone, Copy)]
pub struct OpRow {
    pub start: i64,
    pub end: i64,
    pub process: ProcessId,
    pub device: u16,
    pub stream: u32,
    pub correlation: i64,
    pub name: NameId,
    pub shape: Shape,
    /// The graph node it was replayed from.
    pub node: Option<u64>,
}

/// One API call. Times in ns.
#[derive(Debug, Clone, Copy)]
pub struct CallRow {
    pub start: i64,
    pub end: i64,
    pub thread: ThreadId,
    pub correlation: i64,
    pub api: Api,
}

/// One NVTX range; `end` is `None` where it was never closed. Times in ns.
#[derive(Debug, Clone, Copy)]
pub struct RangeRow<'a> {
    pub start: i64,
    pub end: Option<i64>,
    pub thread: ThreadId,
    pub text: &'a str,
    pub kind: RangeKind,
    pub domain: &'a str,
}

/// One NVTX range whose name and domain are numbered already.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct RangeSpan {
    pub(in crate::trace) start: i64,
    pub(in crate::trace) end: Option<i64>,
    pub(in crate::trace) thread: ThreadId,
    pub(in crate::trace) name: RangeNameId,
    pub(in crate::trace) kind: RangeKind,
    pub(in crate::trace) domain: u16,
}

/// Creation of one graph node: capture, or a clone of `original`.
#[derive(Debug, Clone, Copy)]
pub struct NodeRow {
    pub id: u64,
    pub original: Option<u64>,
    pub at: i64,
    pub thread: ThreadId,
}

/// Stands for a correlation id that the export lacks: nothing is joined by it.
pub(crate) const NO_CORRELATION: i64 = -1;

/// The process part of a global thread id: everything above the lower 24 bits.
pub(in crate::trace) const PROCESS_MASK: u64 = 0xFFFF_FFFF_FF00_0000;
