//! Which API calls kept operations need: a view that several threads may ask while they read.

use super::TraceBuilder;
use crate::trace::correlation::{CorrelationIndex, Wanted};
use crate::trace::rows::PROCESS_MASK;
use rustc_hash::FxHashMap;

#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct WantedCalls<'b> {
    processes: &'b FxHashMap<u64, u16>,
    correlations: &'b [CorrelationIndex],
}

impl TraceBuilder {
    /// After [`seal_ops`](Self::seal_ops).
    pub(in crate::trace) fn wanted_calls(&self) -> WantedCalls<'_> {
        WantedCalls { processes: &self.process_index, correlations: &self.correlations }
    }
}

impl WantedCalls<'_> {
    /// The number of the process of the thread with this global id; `None` if no operation has that process.
    pub(in crate::trace) fn process(&self, thread: u64) -> Option<u16> {
        let known = self.processes.get(&(thread & PROCESS_MASK)).copied();
        // Once no number is left, all further processes share the last one.
        known.or_else(|| (self.processes.len() == usize::from(u16::MAX)).then_some(u16::MAX - 1))
    }

    pub(in crate::trace) fn wants(&self, process: Option<u16>, correlation: i64) -> bool {
        let index = process.and_then(|process| self.correlations.get(usize::from(process)));
        index.is_some_and(|index| !matches!(index.get(correlation), Wanted::No))
    }
}
