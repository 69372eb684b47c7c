//! `align diff`: two traces, kernel by kernel, without a spec.

use super::check;
use super::reads::Reads;
use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, escape};
use crate::diff::{Options, diff};
use crate::kernel::Glob;
use crate::outcome::DiffOutcome;
use crate::report::{Format, Style, render_diff};
use crate::trace::{Reading, Trace, open_with};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Compares what runs in B with what runs in A: kernels that are new, gone, slower, faster, launched more often or with
/// other shapes, by what they cost, and repeating layers beside each other.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The trace to compare with; it is never written to
    pub a: PathBuf,
    /// The trace that is compared
    pub b: PathBuf,
    /// Only GPU work inside ranges with this name (glob; repeat it for ranges inside, outermost first)
    #[arg(long, value_name = "RANGE")]
    pub within: Vec<String>,
    /// How far a kernel's median may move: 0.1 or 10%
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = tolerance)]
    pub tolerance: f64,
    /// Exit with 1 where anything differs, as `git diff` does; without it, differences are no failure
    #[arg(long)]
    pub exit_code: bool,
    /// human, concise (one line a difference), json, html (one page), markdown (for pull requests), sarif, junit (a test a
    /// kernel), github (annotations)
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    #[command(flatten)]
    pub reads: Reads,
}

fn tolerance(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| "not a share; write 10% or 0.1".to_owned());
    let share = match text.strip_suffix('%') {
        Some(percents) => number(percents)? / 100.0,
        None => number(text)?,
    };
    if (0.0..=10.0).contains(&share) {
        Ok(share)
    } else {
        Err("a share lies between 0 and 10 (1000%); write 10% or 0.1".to_owned())
    }
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    match compared(args, &args.reads.reading(terminal)) {
        Ok(outcome) => Said {
            stdout: render_diff(&outcome, args.format, &Style { ..terminal.out }),
            stderr: String::new(),
            code: u8::from(args.exit_code && outcome.counts.differs()),
        },
        Err(problems) => failed(&problems, Format::Human, terminal),
    }
}

fn compared(args: &Args, reading: &Reading) -> Result<DiffOutcome, Vec<Problem>> {
    let glob = |text: &String| {
        Glob::new(text).map_err(|e| vec![Problem::spec("bad-pattern", format!("`--within {}`: {e}", escape(text)))])
    };
    let within = args.within.iter().map(glob).collect::<Result<_, _>>()?;
    let (session, _) = check::session()?;
    let (a, b) = rayon::join(|| side(&args.a, reading), || side(&args.b, reading));
    let (a, b) = both(a, b)?;
    diff(&a, &b, session.families(), &Options { tolerance: args.tolerance, within })
}

type Opened = Result<Arc<Trace>, Problem>;

fn side(path: &Path, reading: &Reading) -> Opened {
    let trace = open_with(path, reading)?;
    trace.needs_operations("a diff compares single launches")?;
    Ok(trace)
}

/// Both traces, or what is wrong with each.
fn both(a: Opened, b: Opened) -> Result<(Arc<Trace>, Arc<Trace>), Vec<Problem>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err([a.err(), b.err()].into_iter().flatten().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_a_share_or_a_percentage() {
        assert_eq!((tolerance("10%"), tolerance("0.25"), tolerance("0")), (Ok(0.1), Ok(0.25), Ok(0.0)));
        for wrong in ["-1%", "NaN", "inf", "ten", "", "2000%"] {
            assert!(tolerance(wrong).is_err(), "{wrong}");
        }
    }
}
