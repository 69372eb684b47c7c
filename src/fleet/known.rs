//! What a known difference did in one rank, and in all of them together.

use crate::diag::Side;
use serde::{Deserialize, Serialize};

/// Whether a known difference holds in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Inside,
    Outside,
    /// The entry asks for something that a side does not say: it is not applied.
    Unsaid(Unsaid),
}

/// What is not known, and of which side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Unsaid {
    /// No side says its framework, or one does not say the version.
    Framework(Side),
    /// The trace does not name its GPU.
    Gpu(Side),
}

/// How an entry's bound is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Beyond {
    /// So many kernels of an instance.
    Kernels(usize),
    /// This ratio mock / E2E.
    Latency(f64),
}

/// One entry of a case, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KnownUse {
    pub scope: Scope,
    pub expired: bool,
    /// What it covers; of an expired one, what it would.
    pub covers: usize,
    /// What it would cover if it were not more than it may.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beyond: Option<Beyond>,
}

impl KnownUse {
    /// Of one more rank: findings that ranks have in common are counted once, and the farthest bound is told.
    pub(super) fn and(&mut self, other: &Self) {
        if self.scope != Scope::Inside && other.scope != Scope::Outside {
            self.scope = other.scope.clone();
        }
        self.covers = self.covers.max(other.covers);
        self.beyond = match (self.beyond, other.beyond) {
            (Some(Beyond::Kernels(a)), Some(Beyond::Kernels(b))) => Some(Beyond::Kernels(a.max(b))),
            (Some(Beyond::Latency(a)), Some(Beyond::Latency(b))) => {
                Some(Beyond::Latency(if b.ln().abs() > a.ln().abs() { b } else { a }))
            }
            (own, None) => own,
            (None, other) => other,
            (Some(own), Some(_)) => Some(own),
        };
    }
}
