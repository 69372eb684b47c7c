//! The profiler as a process: started, watched, and asked to end.
//!
//! There is one at a time. It is in a process group of its own, so that Ctrl-C reaches it once and through here: asked
//! twice, it would throw its report away.

use crate::diag::{Problem, escape};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a profiler that is not wanted any more may take to end the command.
const GRACE: Duration = Duration::from_secs(30);

/// How long what it printed may take to pass by.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(20);

/// The one that is running, for the signals that reach this program.
static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

#[derive(Debug)]
struct Running {
    child: Child,
    /// Somebody wants the capture to end now.
    interrupted: bool,
    /// It has ended, and its number may be another process's.
    over: bool,
}

fn running() -> MutexGuard<'static, Option<Running>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes a request to end on to a capture that is under way: the profiler ends it and writes its report. False if there
/// is none, or if it was asked before; then it is told to end at once.
pub fn interrupt() -> bool {
    match running().as_mut() {
        Some(running) if running.over => false,
        Some(running) if running.interrupted => {
            signal(&mut running.child, Urgency::Now);
            false
        }
        Some(running) => {
            running.interrupted = true;
            signal(&mut running.child, Urgency::Politely);
            true
        }
        None => false,
    }
}

/// The profiler while it runs.
#[derive(Debug)]
pub(super) struct Profiler {
    seen: Arc<AtomicBool>,
    relays: Vec<JoinHandle<()>>,
    status: Option<ExitStatus>,
}

impl Profiler {
    /// Starts it. What it prints goes to stderr; `text` is looked for in there.
    pub(super) fn start(command: &[String], text: Option<&str>) -> Result<Self, Problem> {
        let (program, arguments) = command.split_first().map_or(("", command), |(first, rest)| (first.as_str(), rest));
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        match text {
            Some(_) => command.stdout(Stdio::piped()).stderr(Stdio::piped()),
            None => command.stdout(std::io::stderr()).stderr(Stdio::inherit()),
        };
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // Locked before it starts, so that no signal falls in between.
        let mut slot = running();
        let mut child = command.spawn().map_err(|error| {
            Problem::spec("no-nsys", format!("`{}` cannot be run", escape(program))).note(error.to_string())
        })?;
        let seen = Arc::new(AtomicBool::new(false));
        let mut relays = Vec::new();
        if let Some(text) = text {
            relays.extend(child.stdout.take().map(|stream| relay(stream, text, &seen)));
            relays.extend(child.stderr.take().map(|stream| relay(stream, text, &seen)));
        }
        *slot = Some(Running { child, interrupted: false, over: false });
        Ok(Self { seen, relays, status: None })
    }

    /// Whether the text was printed.
    pub(super) fn printed(&self) -> bool {
        self.seen.load(Ordering::Relaxed)
    }

    /// Its exit status, once it has ended.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>, Problem> {
        if self.status.is_none()
            && let Some(running) = running().as_mut()
        {
            self.status = running.child.try_wait().map_err(|error| {
                Problem::trace("capture-lost", "the profiler cannot be waited for").note(error.to_string())
            })?;
            running.over = self.status.is_some();
        }
        Ok(self.status)
    }

    pub(super) fn interrupted(&self) -> bool {
        running().as_ref().is_some_and(|running| running.interrupted)
    }

    /// Ends the capture as Ctrl-C would: the profiler ends the command and writes its report.
    pub(super) fn end(&mut self) {
        if let Some(running) = running().as_mut()
            && !running.interrupted
            && !running.over
        {
            signal(&mut running.child, Urgency::Politely);
        }
    }
}

impl Drop for Profiler {
    /// Nothing that was started here goes on by itself: the profiler ends the command, if it is given the time.
    fn drop(&mut self) {
        self.end();
        let deadline = Instant::now() + GRACE;
        while self.ended().is_ok_and(|status| status.is_none()) && Instant::now() < deadline {
            std::thread::sleep(LOOK);
        }
        if let Some(mut running) = running().take()
            && !running.over
        {
            signal(&mut running.child, Urgency::Kill);
            let _ = running.child.wait();
        }
        // What was printed last is shown; what the command left running may hold its end of the stream open for long.
        let deadline = Instant::now() + LAST_WORDS;
        while self.relays.iter().any(|relay| !relay.is_finished()) && Instant::now() < deadline {
            std::thread::sleep(LOOK);
        }
    }
}

/// Passes a stream on to stderr, line by line, until it ends.
fn relay(stream: impl Read + Send + 'static, text: &str, seen: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (text, seen) = (text.to_owned(), Arc::clone(seen));
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if memchr::memmem::find(&line, text.as_bytes()).is_some() {
                seen.store(true, Ordering::Relaxed);
            }
            // Who closed stderr does not want to read it.
            let _ = std::io::stderr().lock().write_all(&line);
            line.clear();
        }
    })
}

/// How a process is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Urgency {
    /// As by Ctrl-C.
    Politely,
    /// With all that it started in its group.
    Now,
    /// … and without a choice.
    Kill,
}

/// It was not waited for, so its number is still its own.
#[cfg(unix)]
fn signal(child: &mut Child, urgency: Urgency) {
    use nix::sys::signal::{Signal, kill, killpg};
    use nix::unistd::Pid;
    let Ok(pid) = i32::try_from(child.id()).map(Pid::from_raw) else { return };
    // Who has ended in the meantime need not be told.
    let _ = match urgency {
        Urgency::Politely => kill(pid, Signal::SIGINT),
        Urgency::Now => killpg(pid, Signal::SIGTERM),
        Urgency::Kill => killpg(pid, Signal::SIGKILL),
    };
}

#[cfg(not(unix))]
fn signal(child: &mut Child, _: Urgency) {
    let _ = child.kill();
}
