//! `align inspect`: what a trace holds, and what it can answer.

use super::reads::Reads;
use crate::diag::{Problem, escape};
use crate::inspect::human::{Layout, render};
use crate::inspect::{Filter, inspect};
use crate::kernel::{Families, Glob};
use crate::trace::{Reading, open_with};
use std::path::PathBuf;

/// Shows what a profiler export holds and can answer: kernels, ranges, graphs, repeating structure.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The export (`nsys export --type sqlite`); it is never written to
    pub trace: PathBuf,
    /// Only GPU work inside ranges with this name (glob; repeat it for ranges inside, outermost first)
    #[arg(long, value_name = "RANGE")]
    pub within: Vec<String>,
    /// Only GPU work of this process, by its number in the list of processes or by its pid
    #[arg(long, value_name = "N")]
    pub process: Option<u32>,
    /// How many kernel names to show; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// How many levels of NVTX ranges to show
    #[arg(long, value_name = "DEPTH", default_value_t = 8)]
    pub ranges: usize,
    /// For people, or for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    #[command(flatten)]
    pub reads: Reads,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Human,
    Json,
}

/// The terminal's part of the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// In columns.
    pub width: usize,
    pub colour: bool,
    /// Whole names, and nothing left out for its length.
    pub verbose: bool,
}

/// Reads and inspects the trace; the text to print. Fails with a [`Problem`] where the trace cannot be read, a
/// pattern is none, or nothing is inside the ranges asked for.
pub fn run(args: &Args, families: &Families, terminal: Terminal, reading: &Reading) -> Result<String, Problem> {
    let filter =
        Filter { within: args.within.iter().map(|text| glob(text)).collect::<Result<_, _>>()?, process: args.process };
    let inspection = inspect(&*open_with(&args.trace, reading)?, families, &filter)?;
    match args.format {
        Format::Human => {
            let Terminal { width, colour, verbose } = terminal;
            Ok(render(&inspection, &Layout { width, colour, top: args.top, depth: args.ranges, verbose }))
        }
        Format::Json => serde_json::to_string_pretty(&inspection)
            .map(|text| text + "\n")
            .map_err(|e| Problem::trace("unwritable", "the inspection cannot be written as JSON").note(e.to_string())),
    }
}

fn glob(text: &str) -> Result<Glob, Problem> {
    Glob::new(text).map_err(|e| Problem::spec("bad-pattern", format!("`--within {}`: {e}", escape(text))))
}
