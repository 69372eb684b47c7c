//! Which options `nsys profile` gets, each with the reason why it is there.

use super::nsys::Nsys;
use super::request::{CaptureRange, Kind, Request};
use serde::Serialize;

/// An option, and why it is there or why it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub option: String,
    pub reason: String,
}

/// What was chosen, in the order of the command.
#[derive(Debug)]
pub(super) struct Choices<'a> {
    nsys: &'a Nsys,
    pub(super) taken: Vec<Choice>,
    pub(super) left_out: Vec<Choice>,
}

pub(super) fn choose<'a>(request: &Request, nsys: &'a Nsys) -> Choices<'a> {
    let mut choices = Choices { nsys, taken: Vec::new(), left_out: Vec::new() };
    choices.recorded(request.kind);
    choices.forked(request);
    choices.window(request);
    choices.range(request);
    if request.force {
        choices.take("--force-overwrite", "true", "`--force`: an older report of this name is replaced");
    }
    choices.free("--output", &request.output, "the report's name; its extension is added");
    choices
}

/// Whether align ends the capture, and not the profiler after a time of its own.
pub(super) fn ended_by_align(request: &Request) -> bool {
    request.wait.is_some() && (request.duration.is_some() || !request.load.is_empty())
}

impl Choices<'_> {
    /// What the profiler has, or what is said of what it lacks; whether it was taken.
    fn take(&mut self, option: &str, value: &str, reason: &str) -> bool {
        let listed = value.split(',').next().unwrap_or(value);
        if self.nsys.has(option) && !self.nsys.takes(option, listed) {
            let reason = format!("`{option}` of {} does not take this", self.nsys.name());
            self.left_out.push(Choice { option: format!("{option}={value}"), reason });
            return false;
        }
        self.free(option, value, reason)
    }

    /// The same of a value that no help can list.
    fn free(&mut self, option: &str, value: &str, reason: &str) -> bool {
        let has = self.nsys.has(option);
        let reason = if has { reason.to_owned() } else { format!("{} has no `{option}`", self.nsys.name()) };
        let list = if has { &mut self.taken } else { &mut self.left_out };
        list.push(Choice { option: format!("{option}={value}"), reason });
        has
    }

    /// What is recorded.
    fn recorded(&mut self, kind: Kind) {
        if kind == Kind::Single {
            self.take("--trace", "cuda,nvtx", "kernels with their launches, and the ranges to find the op by");
            self.take(
                "--sample",
                "none",
                "no samples of the CPU: a smaller file, and less disturbance of what is timed",
            );
            self.take("--cpuctxsw", "none", "no switches between threads, for the same reason");
        } else {
            let why = "kernels with their launches, ranges, and the system calls that show what a worker waits for";
            self.take("--trace", "cuda,nvtx,osrt", why);
            let why = "of every process, whoever started it; needs root, or a perf_event_paranoid of 0 or less";
            let _ = self.take("--sample", "system-wide", why)
                || self.take("--sample", "process-tree", "of the command and the processes that it starts");
            let _ = self.take("--cpuctxsw", "system-wide", "the same of switches between threads: who ran when")
                || self.take("--cpuctxsw", "process-tree", "of the command and the processes that it starts");
        }
        let why = "each kernel of a CUDA graph; by default a replay is one row, without its kernels";
        self.take("--cuda-graph-trace", "node", why);
    }

    /// Workers that are forked without a new program, as vLLM's engine process is.
    fn forked(&mut self, request: &Request) {
        if request.kind == Kind::Single {
            return;
        }
        if request.range.is_some() {
            let why =
                "workers that are forked without starting a program are recorded too; works with a capture range only";
            self.take("--trace-fork-before-exec", "true", why);
        } else {
            self.left_out.push(Choice {
                option: "--trace-fork-before-exec=true".to_owned(),
                reason:
                    "without a capture range that the worker opens it records no kernels: for an engine that forks its \
                         workers, as vLLM does, add `--capture-range cudaProfilerApi`"
                        .to_owned(),
            });
        }
    }

    /// The part of the run that is recorded, in seconds.
    fn window(&mut self, request: &Request) {
        if let Some(delay) = request.delay {
            self.free("--delay", &delay.to_string(), "seconds after the command's start in which nothing is recorded");
        }
        match request.duration {
            Some(duration) if ended_by_align(request) => self.left_out.push(Choice {
                option: format!("--duration={duration}"),
                reason: "would count from the start of the command: the capture is ended so long after it is ready"
                    .to_owned(),
            }),
            Some(duration) => {
                let why = "seconds that are recorded; then the capture ends, and the command with it";
                self.free("--duration", &duration.to_string(), why);
            }
            None => {}
        }
    }

    fn range(&mut self, request: &Request) {
        let Some(range) = &request.range else { return };
        match range {
            CaptureRange::CudaProfilerApi => {
                let why = "recording begins where the program calls cudaProfilerStart: in the process that launches the kernels";
                self.take("--capture-range", "cudaProfilerApi", why);
            }
            CaptureRange::Nvtx(name) => {
                self.take("--capture-range", "nvtx", "recording begins where the program opens this range");
                self.free("--nvtx-capture", name, "the range");
                let why =
                    "ranges are matched by their text; by default only by registered strings, which PyTorch's are not";
                self.free("--env-var", "NSYS_NVTX_PROFILER_REGISTER_ONLY=0", why);
            }
        }
        let alone = request.kind == Kind::Server && request.load.is_empty() && request.duration.is_none();
        let (end, why) = if alone {
            ("stop-shutdown", "recording ends with the range, and the server with it")
        } else {
            ("stop", "recording ends with the range; the program goes on to its own end")
        };
        let _ = self.take("--capture-range-end", end, why)
            || self.take("--stop-on-range-end", "true", "recording ends with the range");
    }
}
