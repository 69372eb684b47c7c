//! Where a trace comes from: what may differ between two traces for reasons that are not the op's.
//! Read by allow-list: an export also holds its machine's environment, user and host.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Provenance {
    /// GPU models used by the profiled processes, sorted and without repetition.
    pub gpus: Vec<String>,
    /// Multiprocessors of the first GPU.
    pub multiprocessors: Option<u32>,
    /// Bytes of level-2 cache of the first GPU.
    pub l2_bytes: Option<u64>,
    /// Compute capability of the first GPU, such as `9.0`.
    pub compute_capability: Option<String>,
    pub driver: Option<String>,
    /// The CUDA version the driver offers, such as `13.0`.
    pub cuda: Option<String>,
    /// The profiler and its version, such as `Nsight Systems 2025.3.2`.
    pub profiler: Option<String>,
    /// The export's schema version, such as `3.20.3`.
    pub schema: Option<String>,
}
