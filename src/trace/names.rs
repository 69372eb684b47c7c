//! Interned names: kernels with their identity levels, and NVTX range texts with what they say.

use super::framework::{self, Module};
use crate::kernel::Identity;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// An index into the kernel names of one trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// An index into the range names of one trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RangeNameId(pub u32);

/// What a GPU operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OpKind {
    Kernel,
    Memcpy,
    Memset,
}

/// The directions of a copy as the profiler names them, in the order of `CUpti_ActivityMemcpyKind` from 1 on.
pub(in crate::trace) const COPY_KINDS: [&str; 13] = [
    "Host-to-Device",
    "Device-to-Host",
    "Host-to-Array",
    "Array-to-Host",
    "Array-to-Array",
    "Array-to-Device",
    "Device-to-Array",
    "Device-to-Device",
    "Host-to-Host",
    "Peer-to-Peer",
    "Unified Host-to-Device",
    "Unified Device-to-Host",
    "Unified Device-to-Device",
];

/// The text of a range, and the module it names where a framework's form is recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeName {
    pub text: String,
    pub module: Option<Module>,
}

/// All names of one trace.
#[derive(Debug, Default)]
pub struct Names {
    kernels: Vec<(Identity, String, OpKind)>,
    kernel_index: FxHashMap<(String, String), u32>,
    ranges: Vec<RangeName>,
    range_index: FxHashMap<String, u32>,
}

impl Names {
    /// The id of a GPU operation's name. `short` is the profiler's short name, kept for its reports.
    pub fn intern(&mut self, demangled: &str, short: &str, kind: OpKind) -> NameId {
        let key = (demangled.to_owned(), short.to_owned());
        let next = self.kernels.len() as u32;
        let id = *self.kernel_index.entry(key).or_insert(next);
        if id == next {
            self.kernels.push((Identity::new(demangled, short), short.to_owned(), kind));
        }
        NameId(id)
    }

    pub(super) fn intern_range(&mut self, text: &str) -> RangeNameId {
        if let Some(&id) = self.range_index.get(text) {
            return RangeNameId(id);
        }
        let id = self.ranges.len() as u32;
        self.range_index.insert(text.to_owned(), id);
        self.ranges.push(RangeName { text: text.to_owned(), module: framework::module(text) });
        RangeNameId(id)
    }

    pub fn identity(&self, id: NameId) -> &Identity {
        &self.kernels[id.0 as usize].0
    }

    pub fn short(&self, id: NameId) -> &str {
        &self.kernels[id.0 as usize].1
    }

    pub fn kind(&self, id: NameId) -> OpKind {
        self.kernels[id.0 as usize].2
    }

    /// The number of distinct operation names.
    pub fn len(&self) -> usize {
        self.kernels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kernels.is_empty()
    }

    pub fn ids(&self) -> impl Iterator<Item = NameId> + use<> {
        (0..self.kernels.len() as u32).map(NameId)
    }

    pub fn range(&self, id: RangeNameId) -> &RangeName {
        &self.ranges[id.0 as usize]
    }

    pub fn ranges(&self) -> &[RangeName] {
        &self.ranges
    }
}
