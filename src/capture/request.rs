//! What is asked for.

use super::wait::Target;
use crate::diag::{Side, did_you_mean};
use serde::{Serialize, Serializer};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// What the command line says, with the defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub side: Option<Side>,
    pub kind: Kind,
    /// The name of the report and the trace, without an extension.
    pub output: String,
    /// In seconds, from the start of the command.
    pub delay: Option<u32>,
    /// In seconds; from the moment the command is ready where that is waited for.
    pub duration: Option<u32>,
    pub wait: Option<Wait>,
    /// A program with its arguments that is run while the command, a server, is captured.
    pub load: Vec<String>,
    pub range: Option<CaptureRange>,
    pub without_warm_up: bool,
    pub ranks: Option<u32>,
    pub force: bool,
    /// The program with its arguments.
    pub command: Vec<String>,
    pub nsys: PathBuf,
}

/// How the captured program works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One process launches all GPU work
    Single,
    /// The process starts workers that do: an engine with an engine process
    MultiProcess,
    /// A launcher such as mpirun or torchrun starts a process for each rank
    Mpi,
    /// It serves requests until it is ended
    Server,
}

impl Kind {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Single => "a single process",
            Self::MultiProcess => "a process with workers",
            Self::Mpi => "a process for each rank",
            Self::Server => "a server",
        }
    }
}

/// When to begin with what follows the start of the command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    pub target: Target,
    #[serde(rename = "timeout_s")]
    pub timeout: u32,
}

/// What opens and closes the recording inside the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureRange {
    /// `cudaProfilerStart` and `cudaProfilerStop`.
    CudaProfilerApi,
    /// An NVTX range, as `RANGE` or `RANGE@DOMAIN`.
    Nvtx(String),
}

impl fmt::Display for CaptureRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CudaProfilerApi => f.write_str("cudaProfilerApi"),
            Self::Nvtx(range) => write!(f, "nvtx:{range}"),
        }
    }
}

impl Serialize for CaptureRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for CaptureRange {
    type Err = String;

    /// # Errors
    /// What to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("cudaProfilerApi") {
            return Ok(Self::CudaProfilerApi);
        }
        match text.strip_prefix("nvtx:") {
            Some("") => Err("no range is named; nvtx:RANGE, or nvtx:RANGE@DOMAIN".to_owned()),
            Some(range) => Ok(Self::Nvtx(range.to_owned())),
            None => {
                let hint = did_you_mean(text, ["cudaProfilerApi", "nvtx:RANGE"]);
                Err(format!("cudaProfilerApi or nvtx:RANGE; {}", hint.unwrap_or_default())
                    .trim_end_matches("; ")
                    .to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_range_is_the_profilers_or_an_nvtx_range() {
        let range = |text: &str| text.parse::<CaptureRange>();
        assert_eq!(range("cudaprofilerapi"), Ok(CaptureRange::CudaProfilerApi));
        assert_eq!(range("nvtx:measured@x"), Ok(CaptureRange::Nvtx("measured@x".to_owned())));
        assert!(range("nvtx:").is_err_and(|why| why.contains("RANGE@DOMAIN")));
        assert!(range("cudaProfilerAp").is_err_and(|why| why.contains("`cudaProfilerApi`")));
    }
}
