//! `align capture`: plans a capture with Nsight Systems, runs it, and judges the trace.
//!
//! [`plan()`] turns a request into the commands, each option with its reason, for the version of the profiler that is there.
//! [`record`] runs them: it is the one place beside `cli` that looks at a clock, since it waits. [`export`] makes the trace.
//! What the trace is worth is said by [`crate::quality`].

mod child;
mod export;
pub mod human;
mod nsys;
mod options;
mod plan;
mod request;
mod run;
mod wait;

pub use child::interrupt;
pub use export::export;
pub use nsys::Nsys;
pub use options::Choice;
pub use plan::{FORMAT, Plan, plan};
pub use request::{CaptureRange, Kind, Request, Wait};
pub use run::{EndedBy, Recorded, how, record};
pub use wait::Target;

use crate::diag::Problem;
use crate::save::may_create;
use plan::{OLD_REPORT, RAW};
use std::path::Path;

/// Makes way for the files of the plan, before the work for them is done: with `--force` older ones are removed, so that
/// none of them is taken for new.
///
/// # Errors
/// There is one already, or a folder is missing.
pub fn make_way(plan: &Plan) -> Result<(), Vec<Problem>> {
    let files = [plan.report.clone(), plan.named(OLD_REPORT), plan.named(RAW), plan.trace.clone()];
    if plan.force {
        for file in files.iter().map(Path::new).filter(|file| file.is_file()) {
            std::fs::remove_file(file).map_err(|error| {
                let shown = crate::diag::escape(&file.display().to_string());
                vec![Problem::spec("unwritable-file", format!("`{shown}` cannot be replaced")).note(error.to_string())]
            })?;
        }
    }
    let problems: Vec<Problem> = files
        .iter()
        .filter_map(|file| may_create(Path::new(file)).err())
        .map(|problem| match problem.code {
            "file-exists" => problem.help("choose another name with `--output`, or replace it with `--force`"),
            _ => problem,
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
