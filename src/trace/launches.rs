//! API calls that matter: launches of kept GPU operations, graph launches, and synchronising calls.

use super::column::Column;
use super::process::ThreadId;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// What an API call does, from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// Launches one kernel or memory operation and returns.
    Launch,
    GraphLaunch,
    /// Waits for the GPU: `cudaStreamSynchronize`, a blocking copy …
    Synchronise,
    Other,
}

impl Api {
    /// By its number as a column holds it.
    pub(super) fn numbered(number: u8) -> Self {
        let known = [Self::Launch, Self::GraphLaunch, Self::Synchronise];
        known.get(usize::from(number)).copied().unwrap_or(Self::Other)
    }

    /// From the name as the profiler writes it, with or without its version suffix
    /// (`cudaGraphLaunch_v10000`).
    pub fn of(name: &str) -> Self {
        let bare = without_version(name);
        let Some(call) = bare.strip_prefix("cuda").or_else(|| bare.strip_prefix("cu")) else { return Self::Other };
        let blocking_copy = (call.starts_with("Memcpy") || call.starts_with("Memset")) && !call.contains("Async");
        match call {
            _ if call.starts_with("GraphLaunch") => Self::GraphLaunch,
            "DeviceSynchronize" | "StreamSynchronize" | "EventSynchronize" | "CtxSynchronize" | "ThreadSynchronize" => {
                Self::Synchronise
            }
            // A blocking set of device memory is asynchronous with respect to the host.
            _ if blocking_copy && call.starts_with("Memcpy") => Self::Synchronise,
            _ if call.starts_with("Launch") || call.starts_with("Memcpy") || call.starts_with("Memset") => Self::Launch,
            _ => Self::Other,
        }
    }
}

/// An API's name without its version and stream suffixes: `cudaGraphLaunch` for `cudaGraphLaunch_v10000`.
pub(super) fn without_version(name: &str) -> &str {
    let name = name.strip_suffix("_ptsz").unwrap_or(name);
    match name.rsplit_once("_v") {
        Some((head, digits))
            if !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_' || b.is_ascii_lowercase()) =>
        {
            head
        }
        _ => name,
    }
}

/// Calls that launched a kept GPU operation or a graph. Times in ns.
#[derive(Debug, Default)]
pub struct Launches {
    pub(super) start: Column<i64>,
    pub(super) thread: Column<u32>,
    /// The number of each [`Api`].
    pub(super) api: Column<u8>,
    /// Whether any is a launch of a graph, once that was asked.
    pub(super) graphs: OnceLock<bool>,
}

impl Launches {
    pub fn len(&self) -> usize {
        self.start.len()
    }

    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    pub fn start(&self, launch: u32) -> i64 {
        self.start[launch as usize]
    }

    pub fn thread(&self, launch: u32) -> ThreadId {
        ThreadId(self.thread[launch as usize])
    }

    /// Whether any graph was launched.
    pub fn any_graph(&self) -> bool {
        *self.graphs.get_or_init(|| self.api.contains(&(Api::GraphLaunch as u8)))
    }

    pub fn api(&self, launch: u32) -> Api {
        Api::numbered(self.api[launch as usize])
    }

    /// Bytes of the columns.
    pub(super) fn bytes(&self) -> usize {
        self.len() * (size_of::<i64>() + size_of::<u32>() + size_of::<Api>())
    }

    /// All launches by thread, then start, then row.
    pub(super) fn by_time(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        // Stable, and quick where each thread's calls are in order already.
        order.sort_by_key(|&i| (self.thread[i as usize], self.start[i as usize]));
        order
    }
}

/// Calls that wait for the GPU, ordered by start. Times in ns.
#[derive(Debug, Default)]
pub struct SyncCalls {
    pub start: Vec<i64>,
    pub end: Vec<i64>,
    pub thread: Vec<ThreadId>,
    /// The API's name without its version suffix, shared by index.
    pub name: Vec<u16>,
    pub names: Vec<String>,
}

impl SyncCalls {
    /// Bytes of the columns.
    pub(super) fn bytes(&self) -> usize {
        self.start.len() * (2 * size_of::<i64>() + size_of::<ThreadId>() + size_of::<u16>())
    }

    /// Calls on `thread` that start within `[from, to]`.
    pub fn between(&self, thread: ThreadId, from: i64, to: i64) -> impl Iterator<Item = (i64, i64, &str)> {
        let first = self.start.partition_point(|&s| s < from);
        (first..self.start.len())
            .take_while(move |&i| self.start[i] <= to)
            .filter(move |&i| self.thread[i] == thread)
            .map(|i| (self.start[i], self.end[i], self.names[usize::from(self.name[i])].as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_known_by_its_name_without_version() {
        assert_eq!(Api::of("cudaLaunchKernel_v7000"), Api::Launch);
        assert_eq!(Api::of("cuLaunchKernelEx"), Api::Launch);
        assert_eq!(Api::of("cudaGraphLaunch_v10000"), Api::GraphLaunch);
        assert_eq!(Api::of("cuGraphLaunch"), Api::GraphLaunch);
        assert_eq!(Api::of("cudaStreamSynchronize_v3020"), Api::Synchronise);
        assert_eq!(Api::of("cudaMemcpy_v3020"), Api::Synchronise);
        assert_eq!(Api::of("cudaMemcpyAsync_v3020"), Api::Launch);
        assert_eq!(Api::of("cudaStreamIsCapturing_v10000"), Api::Other);
    }
}
