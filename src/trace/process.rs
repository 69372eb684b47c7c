//! Processes and threads.

use serde::{Deserialize, Serialize};

/// An index into the trace's processes, in the order in which the reader met them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u16);

/// An index into the trace's threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(pub u32);

/// One process. Two containers may hold the same pid, so the key is the whole upper part of the
/// profiler's global id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub key: u64,
    pub pid: u32,
    /// The program's base name.
    pub name: Option<String>,
}

/// One thread of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thread {
    pub process: ProcessId,
    pub tid: u32,
}
