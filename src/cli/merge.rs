//! `align merge`: one report of what runs over some of the traces found.

use super::outputs::{Outputs, refuse_input};
use super::reporting::Reporting;
use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, escape};
use crate::fleet::Partial;
use crate::pipeline::Run;
use crate::report::{Format, render, render_problems};
use crate::save;
use std::path::PathBuf;

/// Reports what one run over all traces would: byte for byte, in whatever order and groups the results come. Exit codes
/// are those of `align check`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What `align check --partial` or this verb wrote
    #[arg(value_name = "PARTIAL", required = true)]
    pub partials: Vec<PathBuf>,
    /// Write all of them as one, to be merged with others; nothing is said of ranks that are missing
    #[arg(long, value_name = "FILE")]
    pub partial: Option<PathBuf>,
    #[command(flatten)]
    pub reporting: Reporting,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let merged = plan(args).and_then(|outputs| merged(args).map(|run| (outputs, run)));
    let (outputs, run) = match merged {
        Ok(merged) => merged,
        Err(problems) => return failed(&problems, args.reporting.format.unwrap_or_default(), terminal),
    };
    let style = args.reporting.style(&terminal.out);
    let unwritten = outputs.write(&run.outcome, &style).err().unwrap_or_default();
    let code = run.outcome.decision.map_or(2, |decision| decision.exit_code);
    Said {
        code: if unwritten.is_empty() { code } else { 2 },
        stdout: render(&run.outcome, outputs.format, &style),
        stderr: render_problems(&run.problems, outputs.format, &terminal.err)
            + render_problems(&unwritten, Format::Human, &terminal.err).as_str(),
    }
}

fn plan(args: &Args) -> Result<Outputs, Vec<Problem>> {
    let partial = args.partial.as_deref().map(|file| (file, "the partial result"));
    let others: Vec<_> = partial.into_iter().collect();
    let mut outputs = args.reporting.plan(&others)?;
    if let Some(file) = &args.partial {
        let may = refuse_input(file, args.partials.iter().cloned()).and_then(|()| Partial::may_replace(file));
        may.map_err(|problem| vec![problem])?;
    }
    outputs.spare(args.partials.iter().cloned())?;
    Ok(outputs)
}

/// # Errors
/// Every file that cannot be read, or what keeps them from being merged.
fn merged(args: &Args) -> Result<Run, Vec<Problem>> {
    let mut all: Option<Partial> = None;
    let mut problems = Vec::new();
    for path in &args.partials {
        match (Partial::read(path), all.take()) {
            (Ok(read), own) if read.is_nothing() => {
                let shown = escape(&path.display().to_string());
                let problem = Problem::spec("bad-partial", format!("`{shown}` holds the result of no trace"));
                problems
                    .push(problem.help("judge its trace again: what is missing here would be missing in the report"));
                all = own;
            }
            (Ok(read), None) => all = Some(read),
            (Ok(read), Some(own)) => match own.and(read) {
                Ok(merged) => all = Some(merged),
                Err(problem) => {
                    // What follows would be compared with the wrong ones.
                    let shown = escape(&path.display().to_string());
                    problems.push(problem.note(format!("`{shown}` is the first that does not fit those before it")));
                    return Err(problems);
                }
            },
            (Err(problem), own) => {
                problems.push(problem);
                all = own;
            }
        }
    }
    let Some(all) = all.filter(|_| problems.is_empty()) else { return Err(problems) };
    let (session, _) = super::check::session()?;
    let run = session.merged(&all, args.partial.is_none())?;
    if let Some(file) = &args.partial {
        save::replace(file, all.text()).map_err(|problem| vec![problem])?;
    }
    Ok(run)
}
