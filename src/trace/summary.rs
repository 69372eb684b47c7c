//! What a profile comes to when only sums of its kernels were kept: how often each ran and how long, but in no order and
//! without a single launch.

use super::Trace;
use super::names::NameId;
use super::ops::Shape;
use crate::diag::Problem;

/// The kernels of a capture, added up.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The report it was read from, as the profiler names it.
    pub report: &'static str,
    /// By name, or by name and launch shape, in the order of the report.
    pub rows: Vec<SummaryRow>,
    /// What times were rounded to, in ns.
    pub step_ns: u64,
}

/// All launches of one kernel. Times in ns.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    pub name: NameId,
    /// Grid and block, where the report parts kernels by them.
    pub shape: Option<Shape>,
    pub count: u64,
    pub total_ns: i64,
    pub median_ns: Option<f64>,
    pub min_ns: i64,
    pub max_ns: i64,
}

impl SummaryRow {
    pub fn mean_ns(&self) -> f64 {
        self.total_ns as f64 / self.count.max(1) as f64
    }
}

impl Trace {
    /// Whether the trace holds single operations; `what` says who needs them.
    ///
    /// # Errors
    /// A [`Problem`] of class `Trace` for a summary.
    pub fn needs_operations(&self, what: &str) -> Result<(), Problem> {
        match &self.summary {
            Some(summary) => Err(self.lacks_operations(summary, what)),
            None => Ok(()),
        }
    }

    /// Says that a summary is not enough for `what`.
    pub fn lacks_operations(&self, summary: &Summary, what: &str) -> Problem {
        let message = format!("`{}` is a summary (`{}`): {what}", self.path, summary.report);
        Problem::trace("trace-summary", message)
            .note("a summary says how often each kernel ran and how long, and nothing of a single launch")
            .help("give the export that it was made from, or at least `nsys stats --report cuda_gpu_trace --format csv` of it")
    }
}
