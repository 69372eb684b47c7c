//! `align test`: run the cases of specs and rules against what they must say.

use super::check::session;
use super::reads::Reads;
use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, ProblemClass, Severity, plural};
use crate::pipeline::Session;
use crate::report::{Format, render_problems};
use crate::spec::Project;
use crate::suite::{Demand, Options, Suite, human, json, run as run_suite};
use std::path::{Path, PathBuf};

/// Runs the tests of specs and rules: cases that must pass, and tests in which something must be reported. Without
/// paths, those of the project, and everything that no test shows to fail is named.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Specs, files of tests, rules, or folders of them
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only tests whose title or file holds this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Record what tests report now, showing what changes
    #[arg(long)]
    pub bless: bool,
    /// How to report: human, concise (one line a test) or json
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = Format::plain)]
    pub format: Format,
    #[command(flatten)]
    pub reads: Reads,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let (session, project) = match session() {
        Ok((session, project)) => (session.read_with(args.reads.reading(terminal)), project),
        Err(problems) => return failed(&problems, args.format, terminal),
    };
    let whole = args.paths.is_empty();
    let paths = if whole { project.as_ref().map(project_paths).unwrap_or_default() } else { args.paths.clone() };
    if paths.is_empty() {
        return failed(&[nothing()], args.format, terminal);
    }
    let fail_on = project.as_ref().and_then(|project| project.fail_on.as_ref()).map_or(Severity::Error, |f| f.value);
    let demand = project.as_ref().filter(|_| whole).map(|project| demand(&session, project));
    let options = Options { paths, filter: args.filter.clone(), fail_on, demand };
    let suite = run_suite(&session, &options);
    said(&suite, args, terminal)
}

fn said(suite: &Suite, args: &Args, terminal: &Terminal) -> Said {
    let stdout = match args.format {
        Format::Json => json::render(suite),
        format => human::render(suite, format, &terminal.out),
    };
    let mut stderr = render_problems(&suite.mistakes, args.format, &terminal.err);
    let mut code = suite.exit_code();
    if args.bless {
        match suite.bless() {
            Ok(recorded) => {
                stderr += &match recorded {
                    0 => "nothing to record\n".to_owned(),
                    n => format!("{} recorded: read the difference before you commit it\n", plural(n, "test")),
                };
                code = suite.code_after_blessing();
            }
            Err(problems) => {
                stderr += &render_problems(&problems, args.format, &terminal.err);
                code = 2;
            }
        }
    }
    Said { stdout, stderr, code }
}

/// What a project names, and its rules.
fn project_paths(project: &Project) -> Vec<PathBuf> {
    let all = project.specs.iter().chain(&project.rules).chain(&project.tests);
    all.map(|path| path.value.clone()).collect()
}

/// A project's own rules and common issues; the built-in checks where it asks for them.
fn demand(session: &Session, project: &Project) -> Demand {
    let checks = project.cover_checks.as_ref().is_some_and(|flag| flag.value);
    Demand {
        rules: session.rules().own_names(),
        checks: if checks { session.check_names() } else { Vec::new() },
        issues: session.own_issues().to_vec(),
    }
}

fn nothing() -> Problem {
    let missing = match crate::spec::find_project(Path::new(".")) {
        Some(_) => "no path is given, and `align.toml` names neither specs nor rules nor tests",
        None => "no path is given, and there is no `align.toml`",
    };
    Problem::new(ProblemClass::Nothing, "no-tests", missing).help("align test FOLDER, or name folders in `align.toml`")
}
