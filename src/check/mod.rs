//! Checks: judgements on the compared op. One file a check, with its documentation beside it; a rule in
//! Rhai implements the same trait.

mod context;
mod coverage;
mod cuda_graph_consistency;
mod cut_off;
mod empty_selection;
mod extra_kernel;
mod host_sync;
mod judgement;
mod kernel_count;
mod kernel_name;
mod kernel_order;
mod known_difference;
mod latency_ratio;
mod launch_gap;
mod launch_shape;
mod memory_operation;
mod missing_critical_kernel;
mod names;
mod no_gpu_data;
mod rank_skew;
mod ranks;
mod selection;
mod steady_state;
mod trace_provenance;

pub use context::{Context, Unselected};
pub use cut_off::{held_open, unfound_by_names};
pub use empty_selection::empty_selection;
pub use judgement::Judgement;
pub use known_difference::{
    KNOWN_DIFFERENCE, ending, expired, stale, too_far, too_many, without_framework, without_gpu,
};
pub use latency_ratio::tolerance as latency_tolerance;
pub use no_gpu_data::unfit;
pub use ranks::{COLLECTIVES, RANK_SET, RANK_SKEW, across};

use crate::diag::{Severity, Side};
use crate::trace::{Presence, Trace};

/// What a check is called and how much it weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Kebab case; what specs, `align explain` and reports use.
    pub name: String,
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// Markdown: what it means, why it matters, an example, how to fix.
    pub doc: String,
}

/// What a check needs of both traces; without it the check is SKIPPED, and says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    ApiCalls,
    LaunchShapes,
    /// Whether operations were replayed from graphs or launched one by one.
    LaunchModes,
    /// Single operations: their order, their times, what ran between them.
    Operations,
}

impl Need {
    /// Why this trace cannot be checked; `None` if it can.
    pub fn unmet(self, side: Side, trace: &Trace) -> Option<String> {
        let capabilities = &trace.capabilities;
        if let (Some(summary), Self::ApiCalls | Self::LaunchModes | Self::Operations) = (&trace.summary, self) {
            return Some(format!("the {side} is a summary (`{}`), which has no single launch", summary.report));
        }
        match self {
            Self::ApiCalls if capabilities.api_calls != Presence::Filled => {
                Some(format!("the {side} trace has no CUDA API calls"))
            }
            Self::LaunchShapes if !capabilities.launch_shapes => {
                Some(format!("the {side} trace has no grids and blocks"))
            }
            Self::LaunchModes if !trace.knows_launch_modes() => {
                Some(format!("the {side} trace does not say what was replayed from a CUDA graph"))
            }
            _ => None,
        }
    }
}

/// A judgement on one case.
pub trait Check: Send + Sync {
    fn meta(&self) -> &Meta;

    fn needs(&self) -> &[Need] {
        &[]
    }

    /// Whether it may ask for kernels by their names in ways that only its author knows.
    fn asks_for_names(&self) -> bool {
        false
    }

    /// Judges; severities are those of [`Meta`] unless the check says otherwise for a finding.
    fn run(&self, context: &Context<'_>) -> Judgement;
}

/// The built-in checks, in the order in which they are reported: what explains more comes first.
pub fn builtin() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(selection::SelectionCheck::new()),
        Box::new(missing_critical_kernel::MissingCriticalKernel::new()),
        Box::new(kernel_name::KernelName::new()),
        Box::new(kernel_count::KernelCount::new()),
        Box::new(extra_kernel::ExtraKernel::new()),
        Box::new(kernel_order::KernelOrder::new()),
        Box::new(memory_operation::MemoryOperation::new()),
        Box::new(cuda_graph_consistency::CudaGraphConsistency::new()),
        Box::new(launch_shape::LaunchShape::new()),
        Box::new(latency_ratio::LatencyRatio::new()),
        Box::new(host_sync::HostSync::new()),
        Box::new(launch_gap::LaunchGap::new()),
        Box::new(steady_state::SteadyState::new()),
        Box::new(coverage::Coverage::new()),
        Box::new(trace_provenance::TraceProvenance::new()),
        Box::new(rank_skew::RankSkew::new()),
    ]
}

/// The checks that judge something else than the compared op (a trace, a selection, the spec's own
/// exceptions); known to specs and to `align explain` like the others.
pub fn around() -> Vec<Meta> {
    vec![no_gpu_data::meta(), empty_selection::meta(), ranks::set(), ranks::collectives(), known_difference::meta()]
}

/// The documentation of a check: the first line after the heading is its summary.
fn meta(name: &str, severity: Severity, doc: &str) -> Meta {
    let summary = doc.lines().find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or_default();
    Meta { name: name.to_owned(), severity, summary: summary.to_owned(), doc: doc.to_owned() }
}
