//! `align capture`: a trace made by Nsight Systems with the right options, and judged.

use super::reads::Reads;
use super::terminal::Terminal;
use super::{Said, exit_code, failed};
use crate::capture::{
    CaptureRange, FORMAT, Kind, Nsys, Plan, Recorded, Request, Target, Wait, export, how, human, make_way, plan, record,
};
use crate::diag::{Problem, Side};
use crate::quality::{Expected, Grade, Point, judge, unusable};
use crate::report::{Format as Report, render_problems};
use crate::trace::{Trace, open_with};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Captures a trace of COMMAND with the options of `nsys profile` that a comparison needs, exports it, and says what it
/// recorded, what it lost, and what to change.
///
/// What COMMAND and Nsight Systems print goes to stderr. COMMAND is run as it stands, without a shell. Ctrl-C ends the
/// capture, and what it recorded is kept; pressed again, nothing is.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What the trace is for: presets of --kind (mock: single, e2e: multi-process) and --output
    #[arg(long = "for", value_name = "SIDE", value_enum)]
    side: Option<For>,
    /// How the program works; default single
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The report's and the trace's name: NAME.nsys-rep and NAME.sqlite; default mock, e2e or capture
    #[arg(short, long, value_name = "NAME")]
    output: Option<String>,
    #[command(flatten)]
    reads: Reads,
    /// Only show the commands, with the reason of each option
    #[arg(long)]
    dry_run: bool,
    /// Record nothing in the first so many seconds of the command
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    delay: Option<u32>,
    /// End the capture after so many seconds: of recording, or with --wait-for from the moment the command is ready
    #[arg(long, value_name = "SECONDS", value_parser = some_seconds)]
    duration: Option<u32>,
    /// The command is ready when this is there: http://HOST:PORT/PATH, tcp:HOST:PORT, file:PATH, or text:WORDS it prints
    #[arg(long, value_name = "WHAT")]
    wait_for: Option<Target>,
    /// How long the command may take to be ready
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = seconds)]
    wait_timeout: u32,
    /// Run this program when the command is ready, and end the capture when it is done: 'PROGRAM ARGUMENT …'
    #[arg(long, value_name = "PROGRAM", value_parser = words)]
    load: Option<Words>,
    /// Record only what the program marks: cudaProfilerApi, nvtx:RANGE, or nvtx:RANGE@DOMAIN
    #[arg(long, value_name = "RANGE")]
    capture_range: Option<CaptureRange>,
    /// Whether the warm-up is to be in the trace; without it needs --capture-range or --delay
    #[arg(long, value_enum, default_value_t = WarmUp::Included)]
    warmup: WarmUp,
    /// How many processes, or devices of one process, the trace must show kernels of
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    ranks: Option<u32>,
    /// Replace files of the same name
    #[arg(long)]
    force: bool,
    /// Run nothing: judge this trace
    #[arg(long, value_name = "TRACE", conflicts_with_all = ["command", "dry_run", "load", "wait_for", "force"])]
    judge: Option<PathBuf>,
    /// For people, or for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The program to capture, with its arguments
    #[arg(trailing_var_arg = true, value_name = "COMMAND", required_unless_present = "judge")]
    command: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum For {
    Mock,
    E2e,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum WarmUp {
    Included,
    Excluded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// `nsys profile` takes whole seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let most = format!("{} seconds are the most", u32::MAX);
    match text.trim().parse::<u32>() {
        Ok(seconds) => Ok(seconds),
        Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => Err(most),
        Err(_) => Err("not a whole number of seconds; write 30".to_owned()),
    }
}

fn some_seconds(text: &str) -> Result<u32, String> {
    match seconds(text)? {
        0 => Err("in no time nothing is recorded; write 30".to_owned()),
        some => Ok(some),
    }
}

/// A command line that was taken apart as a shell would, which is not run.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Words(Vec<String>);

fn words(text: &str) -> Result<Words, String> {
    match shlex::split(text) {
        Some(words) if !words.is_empty() => Ok(Words(words)),
        Some(_) => Err("no program is named".to_owned()),
        None => Err("a quote is not closed".to_owned()),
    }
}

/// What a program reads.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    format: u32,
    plan: Option<&'a Plan>,
    run: Option<&'a Recorded>,
    trace: Option<&'a str>,
    quality: Option<&'a [Point]>,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let done = match &args.judge {
        Some(trace) => judged(args, trace, terminal),
        None => captured(args, terminal),
    };
    done.unwrap_or_else(|problems| failed(&problems, Report::Human, terminal))
}

fn judged(args: &Args, trace: &Path, terminal: &Terminal) -> Result<Said, Vec<Problem>> {
    let side = args.side.map(side);
    let without_warm_up = args.warmup == WarmUp::Excluded;
    let duration = args.duration.map(|seconds| i64::from(seconds) * 1_000_000_000);
    let points =
        judge(&*read(args, trace, terminal)?, &Expected { side, ranks: args.ranks, without_warm_up, duration });
    let shown = trace.display().to_string();
    let answer = Answer { format: FORMAT, plan: None, run: None, trace: Some(&shown), quality: Some(&points) };
    let stdout = said(args, &answer, terminal)?;
    Ok(Said { stdout, stderr: String::new(), code: code(&points) })
}

fn captured(args: &Args, terminal: &Terminal) -> Result<Said, Vec<Problem>> {
    let request = request(args);
    let nsys = profiler(args, &request).map_err(|problem| vec![problem])?;
    let plan = plan(&request, &nsys)?;
    if args.dry_run {
        let answer = Answer { format: FORMAT, plan: Some(&plan), run: None, trace: None, quality: None };
        return Ok(Said { stdout: said(args, &answer, terminal)?, stderr: String::new(), code: 0 });
    }
    make_way(&plan)?;
    if !terminal.err.quiet {
        // What cannot be told has nobody left to be told.
        let _ = writeln!(std::io::stderr(), "{}", human::explained(&plan, terminal.err.width));
    }
    let recorded = record(&plan).map_err(|problem| vec![problem])?;
    let failures = failures(&plan, &recorded);
    let points = export(&plan, &recorded.report)
        .map_err(|problem| vec![problem])
        .and_then(|()| Ok(judge(&*read(args, Path::new(&plan.trace), terminal)?, &plan.expected)))
        .map_err(|problems| failures.iter().cloned().chain(problems).collect::<Vec<_>>())?;
    let answer = Answer {
        format: FORMAT,
        plan: Some(&plan),
        run: Some(&recorded),
        trace: Some(&plan.trace),
        quality: Some(&points),
    };
    let stdout = said(args, &answer, terminal)?;
    let stderr = render_problems(&failures, Report::Human, &terminal.err);
    Ok(Said { stdout, stderr, code: exit_code(&failures).unwrap_or_else(|| code(&points)) })
}

/// Without a profiler a plan can still be shown, unless one was named.
fn profiler(args: &Args, request: &Request) -> Result<Nsys, Problem> {
    match Nsys::find(&request.nsys) {
        Err(_) if args.dry_run && args.reads.nsys.is_none() => Ok(Nsys::unseen(&request.nsys)),
        found => found,
    }
}

fn request(args: &Args) -> Request {
    let (kind, output) = match args.side {
        Some(For::Mock) => (Kind::Single, "mock"),
        Some(For::E2e) => (Kind::MultiProcess, "e2e"),
        None => (Kind::Single, "capture"),
    };
    let output = args.output.as_deref().unwrap_or(output);
    let bare = [".nsys-rep", ".sqlite"].iter().find_map(|extension| output.strip_suffix(extension));
    Request {
        side: args.side.map(side),
        kind: args.kind.unwrap_or(kind),
        output: bare.unwrap_or(output).to_owned(),
        delay: args.delay,
        duration: args.duration,
        wait: args.wait_for.clone().map(|target| Wait { target, timeout: args.wait_timeout }),
        load: args.load.clone().map(|words| words.0).unwrap_or_default(),
        range: args.capture_range.clone(),
        without_warm_up: args.warmup == WarmUp::Excluded,
        ranks: args.ranks,
        force: args.force,
        command: args.command.clone(),
        nsys: args.reads.nsys.clone().unwrap_or_else(|| PathBuf::from("nsys")),
    }
}

fn side(side: For) -> Side {
    match side {
        For::Mock => Side::Mock,
        For::E2e => Side::E2e,
    }
}

/// What failed though there is a report.
fn failures(plan: &Plan, recorded: &Recorded) -> Vec<Problem> {
    let mut failures = Vec::new();
    if recorded.ended_by.is_none() && recorded.exit_code != Some(0) && !plan.ends_the_command() {
        failures.push(
            Problem::trace("command-failed", "the command failed")
                .note(how(recorded.exit_code))
                .help("the trace may lack what comes after; what the command printed says why it failed"),
        );
    }
    if let Some(code @ 1..) = recorded.load_exit_code.map(i32::abs) {
        failures.push(
            Problem::trace("load-failed", "the load failed")
                .note(how(Some(code)))
                .help("the trace may lack what was to be captured; what the load printed says why it failed"),
        );
    }
    failures
}

fn read(args: &Args, trace: &Path, terminal: &Terminal) -> Result<Arc<Trace>, Vec<Problem>> {
    open_with(trace, &args.reads.reading(terminal)).map_err(|problem| vec![problem])
}

/// 3 where nothing can be checked with the trace, 1 where something that was asked for is missing.
fn code(points: &[Point]) -> u8 {
    if unusable(points) { 3 } else { u8::from(points.iter().any(|point| point.grade == Grade::Error)) }
}

fn said(args: &Args, answer: &Answer<'_>, terminal: &Terminal) -> Result<String, Vec<Problem>> {
    let style = &terminal.out;
    if args.format == Format::Json {
        return serde_json::to_string_pretty(answer).map(|text| text + "\n").map_err(|error| {
            vec![Problem::trace("unwritable", "the answer cannot be written as JSON").note(error.to_string())]
        });
    }
    Ok(match (answer.plan, answer.quality) {
        (_, Some(points)) => human::judged(answer.trace.unwrap_or_default(), points, style.width, style.quiet),
        (Some(plan), None) if style.quiet => human::commands(plan),
        (Some(plan), None) => human::explained(plan, style.width),
        (None, None) => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole_and_counted() {
        assert_eq!((seconds("0"), seconds(" 30 "), some_seconds("1")), (Ok(0), Ok(30), Ok(1)));
        for wrong in ["nan", "", "-1", "1.5", "10s", "inf"] {
            assert!(seconds(wrong).is_err_and(|why| why.contains("write 30")), "{wrong}");
        }
        assert!(seconds("4294967296").is_err_and(|why| why.contains("4294967295")));
        assert!(some_seconds("0").is_err());
    }
}
