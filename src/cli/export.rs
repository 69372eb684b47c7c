//! `align export`: both sides of a case for a timeline viewer.

use super::outputs::{place, refuse_input};
use super::reads::Reads;
use super::replaced::Replaced;
use super::terminal::Terminal;
use super::{Said, check, exit_code, failed};
use crate::diag::{Problem, escape, plural};
use crate::outcome::{CaseOutcome, InstanceTimeline, Timeline};
use crate::pipeline::{Options, Run};
use crate::report::{Format, perfetto, render_problems};
use crate::save;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes the compared instance of each side, one above the other from the same zero, with matches joined. Several cases
/// stand in one file, one below the other. The verdict is no matter: `align check` tells it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Spec files, or folders of them; without any, those that `align.toml` names
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,
    /// The new file, for the viewer at ui.perfetto.dev
    #[arg(long, value_name = "FILE", required = true)]
    pub perfetto: PathBuf,
    #[command(flatten)]
    pub replaced: Replaced,
    /// Replace an older file
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reads: Reads,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let written = refuse(args).and_then(|()| export(args, terminal));
    let written = match written {
        Ok(written) => written,
        Err(problems) => return failed(&problems, Format::Human, terminal),
    };
    Said {
        stdout: if terminal.out.quiet { String::new() } else { written.summary },
        stderr: written.said + render_problems(&written.problems, Format::Human, &terminal.err).as_str(),
        code: exit_code(&written.problems).unwrap_or(0),
    }
}

/// What was written, what is to be said beside it, and what could not be.
struct Written {
    summary: String,
    said: String,
    problems: Vec<Problem>,
}

/// What is wrong before anything is read.
fn refuse(args: &Args) -> Result<(), Vec<Problem>> {
    let new = || match save::may_create(&args.perfetto) {
        Err(exists) if exists.code == "file-exists" && args.force => Ok(()),
        Err(exists) if exists.code == "file-exists" => {
            Err(exists.help("choose another name, or replace it with --force"))
        }
        other => other,
    };
    place(&args.perfetto).and_then(|_| new()).map_err(|problem| vec![problem])
}

/// # Errors
/// What kept everything from being written.
fn export(args: &Args, terminal: &Terminal) -> Result<Written, Vec<Problem>> {
    let (session, project) = check::session()?;
    let session = session.read_with(args.reads.reading(terminal));
    let paths = check::paths(&args.specs, project.as_ref())?;
    let (specs, mistakes) = session.load(&paths);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let overrides = args.replaced.overrides();
    let inputs = check::inputs(&overrides, &paths, &specs, project.as_ref());
    refuse_input(&args.perfetto, inputs).map_err(|problem| vec![problem])?;
    let options = Options { today: Some(check::today()), ..Options::default() };
    let Run { outcome, mut problems, .. } = session.check(&specs, &overrides, &options);
    let empty = |case: &&CaseOutcome| case.timeline.is_none();
    problems.extend(outcome.cases.iter().filter(empty).map(nothing_to_show));
    if outcome.cases.iter().all(|case| empty(&case)) {
        return Err(problems);
    }
    write(args, &perfetto(&outcome)).map_err(|problem| vec![problem])?;
    Ok(Written { summary: summary(&args.perfetto, &outcome.cases), said: check::left_out(&paths), problems })
}

fn write(args: &Args, bytes: &[u8]) -> Result<(), Problem> {
    if args.force { save::replace(&args.perfetto, bytes) } else { save::create(&args.perfetto, bytes) }
}

/// A case in which nothing was compared.
fn nothing_to_show(case: &CaseOutcome) -> Problem {
    let problem = Problem::trace("nothing-to-export", format!("{} has no instances to show", escape(&case.title())));
    let why = case.findings.iter().map(|finding| escape(&finding.message));
    why.take(2).fold(problem, Problem::note).help("`align check` says what the traces lack")
}

/// What the file holds, a line a case.
fn summary(file: &Path, cases: &[CaseOutcome]) -> String {
    let shown: Vec<(&CaseOutcome, &Timeline)> =
        cases.iter().filter_map(|case| Some((case, case.timeline.as_ref()?))).collect();
    let mut out = format!("wrote {}: {}\n", escape(&file.display().to_string()), plural(shown.len(), "case"));
    for (case, timeline) in shown {
        let side = |side: &InstanceTimeline, instances: usize| {
            format!("instance {} of {instances} ({})", side.instance + 1, plural(side.ops.len(), "kernel"))
        };
        let (mock, e2e) = (side(&timeline.mock, case.mock.instances), side(&timeline.e2e, case.e2e.instances));
        let _ = writeln!(out, "  {}: mock {mock}, E2E {e2e}", escape(&case.title()));
    }
    out + "open it at https://ui.perfetto.dev\n"
}
