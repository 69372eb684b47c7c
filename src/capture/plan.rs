//! The commands that a capture consists of.

use super::nsys::Nsys;
use super::options::{Choice, choose, ended_by_align};
use super::request::{CaptureRange, Kind, Request, Wait};
use crate::diag::{Problem, Side, escape};
use crate::quality::Expected;
use serde::Serialize;
use std::path::Path;

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// Extensions of a report, of one of an older version, and of what is recorded before a report is made of it.
pub(super) const REPORT: &str = ".nsys-rep";
pub(super) const OLD_REPORT: &str = ".qdrep";
pub(super) const RAW: &str = ".qdstrm";

/// What will be run, and why so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub format: u32,
    pub side: Option<Side>,
    pub kind: Kind,
    pub nsys: Nsys,
    pub options: Vec<Choice>,
    /// What one might expect among them.
    pub left_out: Vec<Choice>,
    /// `nsys profile …`, argument by argument.
    pub profile: Vec<String>,
    pub wait: Option<Wait>,
    /// Run while the command is captured; empty for nothing.
    pub load: Vec<String>,
    /// Seconds after the command is ready at which the capture is ended.
    #[serde(rename = "end_after_s")]
    pub end_after: Option<u32>,
    /// `nsys export …`, argument by argument.
    pub export: Vec<String>,
    pub report: String,
    pub trace: String,
    pub range: Option<CaptureRange>,
    pub force: bool,
    #[serde(skip)]
    pub expected: Expected,
}

impl Plan {
    /// The report's name under another extension: that of an older version, and what is recorded before a report is made.
    pub(super) fn named(&self, extension: &str) -> String {
        format!("{}{extension}", self.report.strip_suffix(REPORT).unwrap_or(&self.report))
    }

    /// Whether the profiler ends the command, so that its exit code says nothing.
    pub fn ends_the_command(&self) -> bool {
        let ends = |option: &str| option.starts_with("--duration=") || option == "--capture-range-end=stop-shutdown";
        self.options.iter().any(|choice| ends(&choice.option))
    }
}

/// Plans the capture.
///
/// # Errors
/// All contradictions of the request.
pub fn plan(request: &Request, nsys: &Nsys) -> Result<Plan, Vec<Problem>> {
    let problems = contradictions(request);
    if !problems.is_empty() {
        return Err(problems);
    }
    let choices = choose(request, nsys);
    let program = nsys.program.display().to_string();
    let (report, trace) = (format!("{}{REPORT}", request.output), format!("{}.sqlite", request.output));
    let mut profile = vec![program.clone(), "profile".to_owned()];
    profile.extend(choices.taken.iter().map(|choice| choice.option.clone()));
    // Nsight Systems takes `--` for the beginning of an option: the command follows directly.
    profile.extend(request.command.iter().cloned());
    let given_to_nsys = request.duration.filter(|_| !ended_by_align(request));
    Ok(Plan {
        format: FORMAT,
        side: request.side,
        kind: request.kind,
        nsys: nsys.clone(),
        options: choices.taken,
        left_out: choices.left_out,
        profile,
        wait: request.wait.clone(),
        load: request.load.clone(),
        end_after: request.duration.filter(|_| ended_by_align(request)),
        export: export(&program, &report, &trace),
        report,
        trace,
        range: request.range.clone(),
        force: request.force,
        expected: Expected {
            side: request.side,
            ranks: request.ranks,
            without_warm_up: request.without_warm_up,
            duration: given_to_nsys.map(|seconds| i64::from(seconds) * 1_000_000_000),
        },
    })
}

fn export(program: &str, report: &str, trace: &str) -> Vec<String> {
    [program, "export", "--type=sqlite", &format!("--output={trace}"), report].map(str::to_owned).to_vec()
}

fn contradictions(request: &Request) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |code, message: String, help: &str| problems.push(Problem::spec(code, message).help(help));
    match request.command.first() {
        Some(first) if !first.starts_with('-') => {}
        Some(first) => wrong(
            "bad-command",
            format!("the command begins with `{}`, which Nsight Systems takes for an option of its own", escape(first)),
            "write the program's name first, with `./` before it if it begins so",
        ),
        None => {
            wrong("bad-command", "there is no command to capture".to_owned(), "align capture [OPTIONS] -- COMMAND…")
        }
    }
    if request.output.contains('%')
        || request.output.starts_with('-')
        || Path::new(&request.output).file_name().is_none()
    {
        wrong(
            "bad-output",
            format!("`{}` is no name of a file that can be found again", escape(&request.output)),
            "name a file, without `%`, for which Nsight Systems would put something else, and without `-` before it. For one \
             report a rank, let the launcher's shell name it",
        );
    }
    if request.kind == Kind::Server && request.duration.is_none() && request.range.is_none() && request.load.is_empty()
    {
        wrong(
            "endless-capture",
            "a server does not end by itself, and nothing ends the capture".to_owned(),
            "add `--wait-for http://HOST:PORT/health --load 'CLIENT …'`, a `--duration`, or a `--capture-range` that it closes",
        );
    }
    if !request.load.is_empty() && request.wait.is_none() {
        wrong(
            "load-too-early",
            "the load would start before the command can take it".to_owned(),
            "say when it is ready: `--wait-for http://HOST:PORT/health`, `tcp:HOST:PORT`, `file:PATH` or `text:WORDS`",
        );
    }
    if request.wait.is_some() && request.load.is_empty() && request.duration.is_none() {
        wrong(
            "idle-wait",
            "nothing is to be done when the command is ready".to_owned(),
            "add `--load 'CLIENT …'`, or a `--duration` that counts from then on; or leave `--wait-for` out",
        );
    }
    if request.without_warm_up && request.range.is_none() && request.delay.is_none() {
        wrong(
            "warm-up-unknown",
            "nothing says where the warm-up ends".to_owned(),
            "`--capture-range cudaProfilerApi` (or `nvtx:RANGE`) where the script marks what it measures, or `--delay SECONDS`",
        );
    }
    problems
}
