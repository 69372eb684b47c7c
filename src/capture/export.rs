//! From the profiler's report to a trace that can be read.

use super::plan::Plan;
use crate::diag::Problem;
use crate::trace::export_report;
use std::path::Path;

/// Exports the report; the trace is there whole or not at all.
///
/// # Errors
/// The profiler does not export it, or the trace cannot be put in its place; the report stays.
pub fn export(plan: &Plan, report: &Path) -> Result<(), Problem> {
    export_report(&plan.nsys.program, report, Path::new(&plan.trace), plan.force)
        .map_err(|problem| problem.note("the report stays where it is"))
}
