//! From the profiler's report to a trace that can be read.

use super::plan::{Plan, export as command};
use super::run::how;
use crate::diag::{Problem, escape};
use crate::save::Partial;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Exports the report; the trace is there whole or not at all.
///
/// # Errors
/// The profiler does not export it, or the trace cannot be put in its place; the report stays.
pub fn export(plan: &Plan, report: &Path) -> Result<(), Problem> {
    let trace = Path::new(&plan.trace);
    let unwritable = |error: std::io::Error| {
        Problem::spec("unwritable-file", format!("`{}` cannot be written", escape(&plan.trace))).note(error.to_string())
    };
    let partial = Partial::beside(trace).map_err(unwritable)?;
    run(plan, report, partial.path())?;
    adopt(partial.path()).map_err(unwritable)?;
    if partial.path().metadata().map_or(0, |meta| meta.len()) == 0 {
        return Err(failed(report, "it wrote nothing".to_owned()));
    }
    if plan.force { partial.place(trace) } else { partial.place_new(trace) }.map_err(unwritable)
}

fn run(plan: &Plan, report: &Path, to: &Path) -> Result<(), Problem> {
    let (to, report_text) = (to.display().to_string(), report.display().to_string());
    let program = plan.nsys.program.display().to_string();
    let mut arguments = command(&program, &report_text, &to);
    // The file is there already, empty: its name is taken.
    arguments.insert(2, "--force-overwrite=true".to_owned());
    let mut export = Command::new(&plan.nsys.program);
    export.args(arguments.get(1..).unwrap_or_default()).stdin(Stdio::null()).stdout(std::io::stderr());
    match export.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(report, how(status.code()))),
        Err(error) => Err(failed(report, error.to_string())),
    }
}

/// A profiler may put an extension behind a name that lacks the usual one.
fn adopt(partial: &Path) -> std::io::Result<()> {
    let mut name = partial.as_os_str().to_owned();
    name.push(".sqlite");
    let named = PathBuf::from(name);
    if named.exists() { std::fs::rename(named, partial) } else { Ok(()) }
}

fn failed(report: &Path, note: String) -> Problem {
    let shown = escape(&report.display().to_string());
    Problem::trace("export-failed", format!("Nsight Systems does not export `{shown}`")).note(note).help(
        "the report stays; export it with the version that made it, or a later one: nsys export --type sqlite -o OUT.sqlite \
         REPORT",
    )
}
