//! `align check`: judge specs on their traces.

use super::history::Journal;
use super::outputs::{Outputs, refuse_input};
use super::reads::Reads;
use super::replaced::Replaced;
use super::reporting::Reporting;
use super::terminal::Terminal;
use super::{Said, failed};
use crate::baseline::{self, Written};
use crate::diag::{Problem, Severity, escape, plural};
use crate::fleet::Partial;
use crate::fleet::Settings;
use crate::history;
use crate::outcome::Outcome;
use crate::pipeline::{Loaded, Options, Overrides, Run, Session};
use crate::report::{Format, render, render_problems};
use crate::save;
use crate::spec::{Project, discover, find_project, load_project, unproven};
use crate::trace::{Reading, sources};
use std::path::{Path, PathBuf};

/// Judges every case of the given specs; folders are searched for specs. Without any, those that `align.toml` names.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Spec files, or folders of them
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,
    #[command(flatten)]
    pub replaced: Replaced,
    #[command(flatten)]
    pub reporting: Reporting,
    /// The least severity that fails: error, warning or note
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Let INCONCLUSIVE pass
    #[arg(long)]
    pub allow_inconclusive: bool,
    /// The day by which known differences expire (default: today, UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub today: Option<String>,
    /// Add this run to a file of earlier ones (JSON lines; made if missing), and report how latency has moved since
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// The time that --history notes, such as 2026-11-24T03:00:00Z (default: now, UTC)
    #[arg(long, value_name = "TIME", value_parser = history::time, requires = "history")]
    pub history_time: Option<String>,
    /// Judge some ranks of several and write what `align merge` adds up; nothing is said of ranks that are missing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["write_known", "history"])]
    pub partial: Option<PathBuf>,
    /// Do not read the E2E trace: write down that its task left no result, and why
    #[arg(long, value_name = "REASON", requires_all = ["partial", "e2e"])]
    pub lost: Option<String>,
    /// Append known differences for today's findings to the spec files, then check again: a baseline
    #[arg(long)]
    pub write_known: bool,
    /// The last day of what --write-known appends; without it the entries hold until someone removes them
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "write_known")]
    pub until: Option<String>,
    #[command(flatten)]
    pub reads: Reads,
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
    let history = args.history.as_deref().map(|file| (file, "the history"));
    let partial = args.partial.as_deref().map(|file| (file, "the partial result"));
    let others: Vec<(&Path, &str)> = history.into_iter().chain(partial).collect();
    let mut outputs = match args.reporting.plan(&others) {
        Ok(outputs) => outputs,
        Err(problems) => return failed(&problems, args.reporting.format.unwrap_or_default(), terminal),
    };
    let mut said = String::new();
    let (mut run, journal) = match Journal::open(args) {
        Ok(mut journal) => {
            let lost = args.replaced.e2e.clone().zip(args.lost.clone());
            let reading = Reading { lost, ..args.reads.reading(terminal) };
            let judged = judge(args, reading, &mut outputs, &mut journal, &mut said);
            (judged.unwrap_or_else(|problems| unjudged(args, problems)), journal)
        }
        Err(problems) => (unjudged(args, problems), None),
    };
    let unnoted = journal.and_then(|journal| journal.note(&mut run.outcome).err());
    let code = run.outcome.decision.map_or(2, |decision| decision.exit_code);
    let style = args.reporting.style(&terminal.out);
    let written = outputs.write(&run.outcome, &style);
    let unwritten: Vec<Problem> = unnoted.into_iter().chain(written.err().unwrap_or_default()).collect();
    Said {
        // A report that is missing must not pass, nor a run that its history lacks.
        code: if unwritten.is_empty() { code } else { 2 },
        stdout: render(&run.outcome, outputs.format, &style),
        stderr: said
            + render_problems(&run.problems, outputs.format, &terminal.err).as_str()
            + render_problems(&unwritten, Format::Human, &terminal.err).as_str(),
    }
}

/// The run, decided. What is to be said beside it is added to `said`.
///
/// # Errors
/// What kept everything from being judged.
fn judge(
    args: &Args,
    reading: Reading,
    outputs: &mut Outputs,
    journal: &mut Option<Journal>,
    said: &mut String,
) -> Result<Run, Vec<Problem>> {
    let (session, project) = session()?;
    let session = session.read_with(reading);
    let paths = paths(&args.specs, project.as_ref())?;
    let (mut specs, mistakes) = session.load(&paths);
    let overrides = args.replaced.overrides();
    let inputs = inputs(&overrides, &paths, &specs, project.as_ref());
    if let Some(Err(problem)) = journal.as_ref().map(|journal| journal.spare(&inputs)) {
        *journal = None;
        return Err(vec![problem]);
    }
    if let Some(file) = &args.partial {
        let may = refuse_input(file, inputs.clone()).and_then(|()| Partial::may_replace(file));
        may.map_err(|problem| vec![problem])?;
    }
    outputs.spare(inputs)?;
    if specs.is_empty() || ((args.write_known || args.partial.is_some()) && !mistakes.is_empty()) {
        return Err(mistakes);
    }
    let asked = |of: fn(&Project) -> Option<Severity>| project.as_ref().and_then(of);
    let fail_on = args.fail_on.or(asked(|p| p.fail_on.as_ref().map(|f| f.value))).unwrap_or(Severity::Error);
    let allowed = project.as_ref().and_then(|p| p.allow_inconclusive.as_ref()).is_some_and(|a| a.value);
    let options = Options { fail_on, today: Some(args.today.clone().unwrap_or_else(today)) };
    if args.write_known {
        let written = baseline::write_known(&session, &specs, &overrides, &options, args.until.as_deref())?;
        *said += &what_was_written(&written);
        // What is reported is what the files now say.
        let (again, problems) = session.load(&paths);
        if !problems.is_empty() {
            return Err(problems);
        }
        specs = again;
    }
    let allow_inconclusive = args.allow_inconclusive || allowed;
    let mut run = match &args.partial {
        None => session.check(&specs, &overrides, &options).after(mistakes),
        Some(file) => {
            let settings = Settings { fail_on, allow_inconclusive, today: options.today };
            let (run, partial) = session.check_partly(&specs, &overrides, &settings)?;
            save::replace(file, partial.text()).map_err(|problem| vec![problem])?;
            run
        }
    };
    run.decide(fail_on, allow_inconclusive);
    *said += &said_by_rules(&run.printed);
    *said += &left_out(&paths);
    Ok(run)
}

/// A run that ended before anything was judged.
fn unjudged(args: &Args, problems: Vec<Problem>) -> Run {
    let mut run = Run { outcome: Outcome::of_problems(&problems), problems, printed: Vec::new() };
    run.decide(args.fail_on.unwrap_or(Severity::Error), args.allow_inconclusive);
    run
}

/// Every file that the run reads.
pub(super) fn inputs(
    overrides: &Overrides,
    paths: &[PathBuf],
    specs: &[Loaded],
    project: Option<&Project>,
) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = discover(paths).unwrap_or_default();
    files.extend(overrides.mock.iter().chain(&overrides.e2e).flat_map(|path| traces(path)));
    files.extend(project.map(|project| PathBuf::from(&project.file.name)));
    for spec in specs.iter().map(|loaded| &loaded.spec) {
        files.extend([&spec.file].into_iter().chain(&spec.files).map(|file| PathBuf::from(&file.name)));
        let sides = spec.cases.iter().flat_map(|case| [&case.mock, &case.e2e]);
        files.extend(sides.filter_map(|side| side.trace.as_ref()).flat_map(|trace| traces(&trace.value)));
    }
    files
}

/// What a folder or a glob of traces stands for.
fn traces(path: &Path) -> Vec<PathBuf> {
    sources(path).map_or_else(|_| vec![path.to_owned()], |found| found.traces)
}

/// Names the specs that a folder holds and that need traces first: nothing is left out in silence.
pub(super) fn left_out(paths: &[PathBuf]) -> String {
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

/// The specs to read: those given, else the project's.
pub(super) fn paths(given: &[PathBuf], project: Option<&Project>) -> Result<Vec<PathBuf>, Vec<Problem>> {
    if !given.is_empty() {
        return Ok(given.to_vec());
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
pub(super) fn today() -> String {
    time::OffsetDateTime::now_utc().date().to_string()
}
