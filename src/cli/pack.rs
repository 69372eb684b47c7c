//! `align pack`: shrink a trace so that it can be committed, or prove that one can be.

use crate::diag::{Problem, escape};
use crate::kernel::Glob;
use crate::pack::{Options, Secret, Summary, pack, secrets};
use std::fmt::Write;
use std::path::PathBuf;

/// Shrinks an Nsight Systems SQLite export to a small file without secrets.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The export (`nsys export --type sqlite`); it is never written to
    pub trace: PathBuf,
    /// The new file; never overwritten
    #[arg(short, long, value_name = "FILE", required_unless_present = "check", conflicts_with = "check")]
    pub output: Option<PathBuf>,
    /// Only report what must not be shared in TRACE; exit code 1 if there is anything
    #[arg(long)]
    pub check: bool,
    /// Keep only GPU operations launched inside NVTX ranges with this name (glob, repeatable)
    #[arg(long, value_name = "GLOB", conflicts_with = "check")]
    pub range: Vec<String>,
    /// Keep only GPU operations in this time, in nanoseconds on the trace's clock
    #[arg(long, value_name = "FROM..TO", value_parser = window, allow_hyphen_values = true, conflicts_with = "check")]
    pub window: Option<(i64, i64)>,
}

/// What to print, and whether all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub text: String,
    /// False if `--check` found something: exit code 1.
    pub passed: bool,
}

/// Packs or checks. Fails with a [`Problem`] where [`pack`] and [`secrets`] do, and on a pattern that is none.
pub fn run(args: &Args) -> Result<Output, Problem> {
    let name = escape(&args.trace.display().to_string());
    match (&args.output, args.check) {
        (Some(output), false) => {
            let summary = pack(&args.trace, output, &options(args)?)?;
            let to = escape(&output.display().to_string());
            Ok(Output { text: packed(&name, &to, &summary), passed: true })
        }
        _ => {
            let found = secrets(&args.trace)?;
            Ok(Output { text: checked(&name, &found), passed: found.is_empty() })
        }
    }
}

fn options(args: &Args) -> Result<Options, Problem> {
    let glob = |text: &String| {
        Glob::new(text).map_err(|e| Problem::spec("bad-pattern", format!("`--range {}`: {e}", escape(text))))
    };
    Ok(Options { window: args.window, ranges: args.range.iter().map(glob).collect::<Result<_, _>>()? })
}

fn packed(from: &str, to: &str, summary: &Summary) -> String {
    let mut out = format!("packed {from} ({}) into {to} ({})\n", kib(summary.bytes_before), kib(summary.bytes_after));
    for kept in summary.tables.iter().filter(|kept| kept.of > 0) {
        let _ = writeln!(out, "  {:<34} {:>9} of {:>9} rows", kept.table, kept.rows, kept.of);
    }
    if summary.redacted > 0 {
        let _ = writeln!(out, "  secrets taken out of {} texts", summary.redacted);
    }
    out
}

fn checked(name: &str, found: &[Secret]) -> String {
    if found.is_empty() {
        return format!("{name}: no secrets found\n");
    }
    let mut out = format!("{name}: must not be shared\n");
    for secret in found {
        let place = escape(&format!("{}.{}", secret.table, secret.column));
        let _ = writeln!(out, "  {place}: {}, {} times: {}", secret.kind.name(), secret.values, secret.around);
    }
    out.push_str("help: `align pack TRACE -o FILE` writes a copy without them\n");
    out
}

fn kib(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}

fn window(text: &str) -> Result<(i64, i64), String> {
    let form = "give two times in nanoseconds, such as 1000..2000";
    let (from, to) = text.split_once("..").ok_or(form)?;
    let time = |text: &str| text.trim().parse::<i64>().map_err(|e| format!("`{text}`: {e}; {form}"));
    match (time(from)?, time(to)?) {
        (from, to) if from < to => Ok((from, to)),
        _ => Err(format!("the window is empty; {form}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    fn parse(args: &[&str]) -> Result<Args, String> {
        let command = Command::try_parse_from(["pack"].iter().chain(args));
        command.map(|c| c.args).map_err(|e| e.to_string().lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn either_an_output_or_a_check_is_needed_and_not_both() {
        assert!(parse(&["t.sqlite"]).is_err());
        assert!(parse(&["t.sqlite", "-o", "g.sqlite", "--check"]).is_err());
        assert!(parse(&["t.sqlite", "--check"]).is_ok());
        assert!(parse(&["t.sqlite", "-o", "g.sqlite", "--range", "measured"]).is_ok());
    }

    #[test]
    fn a_window_is_two_times_the_earlier_first() {
        let window = |text| parse(&["t.sqlite", "-o", "g.sqlite", "--window", text]).map(|args| args.window);
        assert_eq!(window("-5..10"), Ok(Some((-5, 10))));
        for wrong in ["5", "10..5", "a..b"] {
            assert!(window(wrong).is_err_and(|e| e.contains(wrong)), "{wrong}");
        }
    }
}
