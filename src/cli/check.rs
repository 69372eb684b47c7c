//! `align check`: judge specs on their traces.

use super::terminal::Terminal;
use super::{Said, failed};
use crate::baseline::{self, Written};
use crate::diag::{Problem, Severity, escape, plural};
use crate::pipeline::{Options, Overrides, Session, exit_code};
use crate::report::{Format, render, render_problems};
use crate::spec::{Project, find_project, load_project, unproven};
use std::path::{Path, PathBuf};

/// Judges every case of the given specs; folders are searched for specs. Without any, those that `align.toml` names.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Spec files, or folders of them
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,
    /// Only the case with this name
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// Another trace for the mock; needs --case where several cases would fit
    #[arg(long, value_name = "FILE")]
    pub mock: Option<PathBuf>,
    /// Another trace for the E2E; needs --case where several cases would fit
    #[arg(long, value_name = "FILE")]
    pub e2e: Option<PathBuf>,
    /// How to report: human, concise (one line a finding), json or html
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// The least severity that fails: error, warning or note
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Let INCONCLUSIVE pass
    #[arg(long)]
    pub allow_inconclusive: bool,
    /// The day by which known differences expire (default: today, UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub today: Option<String>,
    /// Append known differences for today's findings to the spec files, then check again: a baseline
    #[arg(long)]
    pub write_known: bool,
    /// The last day of what --write-known appends; without it the entries hold until someone removes them
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "write_known")]
    pub until: Option<String>,
}

pub(super) fn severity(text: &str) -> Result<Severity, String> {
    match text {
        "error" => Ok(Severity::Error),
        "warning" => Ok(Severity::Warning),
        "note" => Ok(Severity::Note),
        _ => Err("one of: error, warning, note".to_owned()),
    }
}

fn day(text: &str) -> Result<String, String> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    // The parser takes signed years too.
    let plain = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    match time::Date::parse(text, format) {
        Ok(day) if plain && text.len() == 10 && day.year() > 0 => Ok(text.to_owned()),
        _ => Err("not a day; write YYYY-MM-DD".to_owned()),
    }
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let (session, project) = match session() {
        Ok(opened) => opened,
        Err(problems) => return failed(&problems, args.format, terminal),
    };
    let paths = match paths(args, project.as_ref()) {
        Ok(paths) => paths,
        Err(problems) => return failed(&problems, args.format, terminal),
    };
    let (mut specs, mistakes) = session.load(&paths);
    if specs.is_empty() || (args.write_known && !mistakes.is_empty()) {
        return failed(&mistakes, args.format, terminal);
    }
    let asked = |of: fn(&Project) -> Option<Severity>| project.as_ref().and_then(of);
    let fail_on = args.fail_on.or(asked(|p| p.fail_on.as_ref().map(|f| f.value))).unwrap_or(Severity::Error);
    let allowed = project.as_ref().and_then(|p| p.allow_inconclusive.as_ref()).is_some_and(|a| a.value);
    let allow_inconclusive = args.allow_inconclusive || allowed;
    let options = Options { fail_on, today: Some(args.today.clone().unwrap_or_else(today)) };
    let overrides = Overrides { case: args.case.clone(), mock: args.mock.clone(), e2e: args.e2e.clone() };
    let mut wrote = String::new();
    if args.write_known {
        match baseline::write_known(&session, &specs, &overrides, &options, args.until.as_deref()) {
            Ok(written) => wrote = what_was_written(&written),
            Err(problems) => return failed(&problems, args.format, terminal),
        }
        // What is reported is what the files now say.
        let (again, problems) = session.load(&paths);
        if !problems.is_empty() {
            return failed(&problems, args.format, terminal);
        }
        specs = again;
    }
    let run = session.check(&specs, &overrides, &options).after(mistakes);
    Said {
        code: exit_code(&run, fail_on, allow_inconclusive),
        stdout: render(&run.outcome, args.format, &terminal.out),
        stderr: wrote
            + said_by_rules(&run.printed).as_str()
            + left_out(&paths).as_str()
            + render_problems(&run.problems, args.format, &terminal.err).as_str(),
    }
}

/// Names the specs that a folder holds and that need traces first: nothing is left out in silence.
fn left_out(paths: &[PathBuf]) -> String {
    let files = unproven(paths);
    let names = files.iter().map(|file| escape(&file.to_string_lossy())).collect::<Vec<_>>();
    match names.as_slice() {
        [] => String::new(),
        names => format!("left out, not yet proven on a trace: {} (give --mock and --e2e)\n", names.join(", ")),
    }
}

/// Where what was written, one line an entry.
fn what_was_written(written: &[Written]) -> String {
    if written.is_empty() {
        return "nothing written: no finding is without a known difference\n".to_owned();
    }
    let file = |written: &Written| {
        let lines: String = written.entries.iter().map(|entry| format!("  {}\n", escape(&entry.line()))).collect();
        let what = plural(written.entries.len(), "known difference");
        format!("wrote {what} to {}; say in each why it is so\n{lines}", escape(&written.file))
    };
    written.iter().map(file).collect()
}

/// What rules printed, one line each.
fn said_by_rules(printed: &[String]) -> String {
    printed.iter().map(|line| escape(line) + "\n").collect()
}

/// The checks and tables to judge by: the project's in front of the shipped ones.
pub(super) fn session() -> Result<(Session, Option<Project>), Vec<Problem>> {
    match find_project(Path::new(".")) {
        Some(path) => {
            let project = load_project(&path)?;
            Ok((Session::for_project(&project)?, Some(project)))
        }
        None => Ok((Session::shipped()?, None)),
    }
}

fn paths(args: &Args, project: Option<&Project>) -> Result<Vec<PathBuf>, Vec<Problem>> {
    if !args.specs.is_empty() {
        return Ok(args.specs.clone());
    }
    let listed: Vec<PathBuf> = project.map_or(Vec::new(), |p| p.specs.iter().map(|s| s.value.clone()).collect());
    if listed.is_empty() {
        let missing = match project {
            Some(project) => format!("no spec is given, and {} names none", escape(&project.file.name)),
            None => "no spec is given, and there is no `align.toml`".to_owned(),
        };
        return Err(vec![
            Problem::new(crate::diag::ProblemClass::Nothing, "no-specs", missing)
                .help("align check SPEC.toml, or set `specs = [\"specs\"]` in `align.toml`"),
        ]);
    }
    Ok(listed)
}

/// Today in UTC, as `YYYY-MM-DD`.
fn today() -> String {
    time::OffsetDateTime::now_utc().date().to_string()
}
