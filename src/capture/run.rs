//! Runs a plan: the profiler, what is waited for, the load, the end.

use super::child::Profiler;
use super::plan::{OLD_REPORT, Plan, RAW, REPORT};
use super::request::Wait;
use super::wait::Target;
use crate::diag::{Problem, escape};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// How a capture went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    #[serde(skip)]
    pub report: PathBuf,
    /// The profiler's exit code, which is the command's; none where a signal ended it.
    pub exit_code: Option<i32>,
    /// Why the capture ended before the command did by itself.
    pub ended_by: Option<EndedBy>,
    pub load_exit_code: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// Ctrl-C, or a request to end.
    Interrupt,
    /// The load was done.
    Load,
    /// The time was over.
    Duration,
}

/// Records. What the profiler and the command print goes to stderr.
///
/// # Errors
/// The profiler cannot be run, the command does not become ready, or there is no report in the end: what was written until
/// then is removed.
pub fn record(plan: &Plan) -> Result<Recorded, Problem> {
    if let Some(wait) = &plan.wait {
        refuse_what_is_ready(&wait.target)?;
    }
    let recorded = supervise(plan).inspect_err(|_| discard(plan))?;
    let report = report(plan, &recorded)?;
    Ok(Recorded { report, ..recorded })
}

/// A capture that came to nothing leaves nothing.
fn discard(plan: &Plan) {
    for file in [plan.report.clone(), plan.named(OLD_REPORT), plan.named(RAW)] {
        // Mostly it is not there.
        let _ = std::fs::remove_file(file);
    }
}

/// Something that is ready before the command runs is another program's.
fn refuse_what_is_ready(target: &Target) -> Result<(), Problem> {
    if !target.is_ready() {
        return Ok(());
    }
    Err(Problem::spec("ready-too-early", format!("`{}` is there before the command runs", escape(&target.to_string())))
        .help("end the other server, or remove the file; or wait for something that only this command makes"))
}

fn supervise(plan: &Plan) -> Result<Recorded, Problem> {
    let text = match plan.wait.as_ref().map(|wait| &wait.target) {
        Some(Target::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let mut profiler = Profiler::start(&plan.profile, text)?;
    let mut load_exit_code = None;
    let mut ended_by = None;
    let ready = match &plan.wait {
        Some(wait) => until_ready(&mut profiler, wait)?,
        None => false,
    };
    if ready && !plan.load.is_empty() {
        let (code, by) = under_load(&mut profiler, plan)?;
        load_exit_code = code;
        ended_by = by;
    } else if ready && let Some(seconds) = plan.end_after {
        ended_by = after(&mut profiler, seconds)?;
    }
    if ended_by.is_some() {
        profiler.end();
    }
    let status = loop {
        match profiler.ended()? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK),
        }
    };
    let ended_by = if profiler.interrupted() { Some(EndedBy::Interrupt) } else { ended_by };
    Ok(Recorded { report: PathBuf::new(), exit_code: status.code(), ended_by, load_exit_code })
}

/// Whether it became ready; not if somebody wants the capture to end before.
fn until_ready(profiler: &mut Profiler, wait: &Wait) -> Result<bool, Problem> {
    let deadline = Instant::now() + Duration::from_secs(u64::from(wait.timeout));
    let target = escape(&wait.target.to_string());
    while !profiler.interrupted() {
        if profiler.printed() || wait.target.is_ready() {
            return Ok(true);
        }
        if let Some(status) = profiler.ended()? {
            return Err(Problem::trace("never-ready", format!("the command ended before `{target}` was there"))
                .note(how(status.code()))
                .help("what it printed says why"));
        }
        if Instant::now() >= deadline {
            let seconds = wait.timeout;
            return Err(Problem::trace("never-ready", format!("`{target}` was not there after {seconds} s"))
                .note("the command was ended, and nothing was kept")
                .help("look at what the command prints, or wait longer: `--wait-timeout SECONDS`"));
        }
        std::thread::sleep(LOOK);
    }
    Ok(false)
}

/// Runs the load to its end, or to the end of what it loads.
fn under_load(profiler: &mut Profiler, plan: &Plan) -> Result<(Option<i32>, Option<EndedBy>), Problem> {
    let Some((program, arguments)) = plan.load.split_first() else { return Ok((None, None)) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(std::io::stderr());
    let mut load = command.spawn().map_err(|error| {
        Problem::spec("bad-load", format!("the load `{}` cannot be run", escape(program))).note(error.to_string())
    })?;
    let deadline = plan.end_after.map(|seconds| Instant::now() + Duration::from_secs(u64::from(seconds)));
    let ended_by = loop {
        let waited = load.try_wait();
        if let Ok(Some(status)) = waited {
            return Ok((Some(status.code().unwrap_or(-1)), Some(EndedBy::Load)));
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            break Some(EndedBy::Duration);
        }
        if waited.is_err() || profiler.interrupted() || profiler.ended()?.is_some() {
            break None;
        }
        std::thread::sleep(LOOK);
    };
    let _ = load.kill();
    let _ = load.wait();
    Ok((None, ended_by))
}

fn after(profiler: &mut Profiler, seconds: u32) -> Result<Option<EndedBy>, Problem> {
    let deadline = Instant::now() + Duration::from_secs(u64::from(seconds));
    while Instant::now() < deadline {
        if profiler.interrupted() || profiler.ended()?.is_some() {
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
    Ok(Some(EndedBy::Duration))
}

/// The report that was written, by the name that this version of the profiler gives it.
fn report(plan: &Plan, recorded: &Recorded) -> Result<PathBuf, Problem> {
    let written = [REPORT, OLD_REPORT].map(|extension| PathBuf::from(plan.named(extension)));
    if let Some(report) = written.into_iter().find(|path| path.metadata().is_ok_and(|meta| meta.len() > 0)) {
        return Ok(report);
    }
    let raw = plan.named(RAW);
    let problem = Problem::trace("no-report", "Nsight Systems made no report").note(how(recorded.exit_code));
    Err(if Path::new(&raw).exists() {
        let raw = escape(&raw);
        problem.note(format!("what it recorded is in `{raw}`, which it could not convert")).help(
            "its importer did not run: it needs the host part of Nsight Systems beside it, and libdw.so.1 and libelf.so.1 \
             (Debian: libdw1, libelf1); `QdstrmImporter` of any machine converts the file",
        )
    } else if plan.range.is_some() {
        problem.help(
            "the capture range was never opened: look for the call of cudaProfilerStart, or the range's exact name and \
             domain, in the process that launches the kernels",
        )
    } else {
        problem
            .help("what it printed above says why; without the right to sample the whole machine, use `--kind single`")
    })
}

/// How a program ended, in words.
pub fn how(code: Option<i32>) -> String {
    match code {
        Some(code) => format!("exit code {code}"),
        None => "a signal ended it".to_owned(),
    }
}
