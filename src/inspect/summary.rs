//! What is to be said of a summary: its rows, and that it answers little else.

use super::model::{Answer, Can, Inspection, KernelSummary};
use super::tables::by_family;
use super::words::counted;
use crate::kernel::Families;
use crate::trace::{Summary, SummaryRow, Trace};
use std::cmp::Reverse;

/// The inspection of a trace without operations, with what its summary says.
pub(super) fn inspection(trace: &Trace, summary: &Summary, families: &Families, empty: Inspection) -> Inspection {
    let kernels = kernels(trace, summary, families);
    let mut totals = empty.totals.clone();
    totals.kernels = kernels.iter().fold(0, |sum, kernel| sum.saturating_add(kernel.count));
    totals.total_ns = kernels.iter().fold(0, |sum, kernel| sum.saturating_add(kernel.total_ns));
    totals.without_launch = totals.kernels;
    totals.outside_ranges = totals.kernels;
    let answers = answers(summary, totals.kernels, empty.answers);
    Inspection { families: by_family(&kernels), kernels, totals, answers, ..empty }
}

/// One a name; rows of several launch shapes are added up.
fn kernels(trace: &Trace, summary: &Summary, families: &Families) -> Vec<KernelSummary> {
    let mut kernels: Vec<KernelSummary> = Vec::new();
    let mut at: Vec<Option<usize>> = vec![None; trace.names.len()];
    for row in &summary.rows {
        match at[row.name.0 as usize].and_then(|at| kernels.get_mut(at)) {
            Some(kernel) => add(kernel, row),
            None => {
                at[row.name.0 as usize] = Some(kernels.len());
                let identity = trace.names.identity(row.name);
                kernels.push(KernelSummary {
                    name: identity.exact.clone(),
                    short_name: trace.names.short(row.name).to_owned(),
                    family: families.name_of(identity).map(str::to_owned),
                    count: row.count,
                    total_ns: row.total_ns,
                    median_ns: row.median_ns,
                    min_ns: row.min_ns,
                    max_ns: row.max_ns,
                });
            }
        }
    }
    kernels.sort_by(|a, b| (Reverse(a.total_ns), &a.name).cmp(&(Reverse(b.total_ns), &b.name)));
    kernels
}

/// The median of two rows together is not known.
fn add(kernel: &mut KernelSummary, row: &SummaryRow) {
    kernel.count = kernel.count.saturating_add(row.count);
    kernel.total_ns = kernel.total_ns.saturating_add(row.total_ns);
    kernel.median_ns = None;
    kernel.min_ns = kernel.min_ns.min(row.min_ns);
    kernel.max_ns = kernel.max_ns.max(row.max_ns);
}

/// The same questions as of any trace.
fn answers(summary: &Summary, kernels: u64, of_empty: Vec<Answer>) -> Vec<Answer> {
    let of = |answer: Answer| match answer.question {
        "kernels" => Answer {
            can: Can::Partly,
            detail: format!("{}, added up in `{}`", counted(kernels, "kernel", "kernels"), summary.report),
            repair: None,
            ..answer
        },
        "launch-shapes" if summary.rows.iter().any(|row| row.shape.is_some()) => {
            Answer { can: Can::Partly, detail: "grids and blocks".to_owned(), repair: None, ..answer }
        }
        "launch-shapes" => Answer {
            can: Can::No,
            detail: "a summary by name".to_owned(),
            repair: Some("make the report `cuda_gpu_kern_gb_sum`".to_owned()),
            ..answer
        },
        _ => Answer {
            can: Can::No,
            detail: "a summary does not say".to_owned(),
            repair: Some("give the export that it was made from".to_owned()),
            ..answer
        },
    };
    of_empty.into_iter().map(of).collect()
}
