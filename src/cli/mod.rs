//! The command line: one file a verb. Only this module reads the clock, the terminal and the environment.

pub mod cache;
pub mod capture;
pub mod check;
pub mod completions;
pub mod diff;
pub mod explain;
pub mod export;
mod history;
pub mod inspect;
mod interrupt;
pub mod lint;
pub mod man;
pub mod merge;
pub mod new;
pub mod outputs;
pub mod pack;
mod progress;
pub mod reads;
pub mod replaced;
pub mod reporting;
pub mod schema;
mod terminal;
pub mod test;

use crate::diag::{Problem, ProblemClass};
use crate::outcome::Outcome;
use crate::report::{Format, Style, render, render_problems};
use clap::{Parser, Subcommand};
use progress::Progress;
use terminal::Terminal;

/// Decides whether a micro-benchmark of one LLM operation launches the same GPU kernels, as often, with the same
/// shapes and at the same speed as that operation does inside full-model inference.
///
/// Exit codes: 0 everything passed; 1 a finding at or above --fail-on, or INCONCLUSIVE (unless allowed); 2 a bad spec,
/// rule or argument; 3 a trace that cannot be read or lacks what is needed; 4 nothing was checked.
#[derive(Debug, Parser)]
#[command(name = "align", version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Judge specs on their traces
    Check(check::Args),
    /// Report over all ranks from the results of some each
    Merge(merge::Args),
    /// Find what is right and not meant in specs, families and rules; needs no traces
    Lint(lint::Args),
    /// Capture a trace with Nsight Systems, and judge it
    Capture(capture::Args),
    /// Show what a trace holds and can answer
    Inspect(inspect::Args),
    /// Compare two traces kernel by kernel, without a spec
    Diff(diff::Args),
    /// Explain a check, a rule, a common issue, a spec, a key or a document, offline
    Explain(explain::Args),
    /// Draft a spec from two traces, or make a first version of a rule
    New(new::Args),
    /// Run the tests of specs and rules
    Test(test::Args),
    /// Write both sides of a case for a timeline viewer
    Export(export::Args),
    /// Shrink a trace to what checks need, without secrets
    Pack(pack::Args),
    /// Show or clear what is kept of traces that were read
    Cache(cache::Args),
    /// Print the JSON Schema of specs and other files, for editors
    Schema(schema::Args),
    /// Print what makes a shell complete verbs and options
    Completions(completions::Args),
    /// Print the manual, or write its pages into a folder
    Man(man::Args),
}

/// Where these options stand in a verb's help: behind its own, however many verbs there are.
const LOOK: usize = 900;

/// How output looks, the same for every verb.
#[derive(Debug, Clone, clap::Args)]
struct Look {
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, global = true, display_order = LOOK, value_name = "WHEN", default_value = "auto", value_enum)]
    color: terminal::When,
    /// Only what did not pass
    #[arg(short, long, global = true, display_order = LOOK, conflicts_with = "verbose")]
    quiet: bool,
    /// Every row, every note, whole names
    #[arg(short, long, global = true, display_order = LOOK)]
    verbose: bool,
}

/// What a verb has to say and how the process ends.
struct Said {
    stdout: String,
    stderr: String,
    code: u8,
}

/// Parses the arguments, runs the verb, prints, and returns the exit code.
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return terminal::usage(&error),
    };
    interrupt::handle();
    let terminal = Terminal::new(&cli.look);
    let progress = Progress::show(&terminal.meter);
    let said = match &cli.verb {
        Verb::Check(args) => check::run(args, &terminal),
        Verb::Merge(args) => merge::run(args, &terminal),
        Verb::Lint(args) => lint::run(args, &terminal),
        Verb::Capture(args) => capture::run(args, &terminal),
        Verb::Inspect(args) => inspected(args, &terminal),
        Verb::Diff(args) => diff::run(args, &terminal),
        Verb::Explain(args) => explain::run(args, &terminal),
        Verb::New(args) => new::run(args, &terminal),
        Verb::Test(args) => test::run(args, &terminal),
        Verb::Export(args) => export::run(args, &terminal),
        Verb::Cache(args) => cache::run(args, &terminal),
        Verb::Schema(args) => schema::run(args, &terminal),
        Verb::Completions(args) => completions::run(args),
        Verb::Man(args) => man::run(args, &terminal),
        Verb::Pack(args) => match pack::run(args) {
            Ok(output) => Said { stdout: output.text, stderr: String::new(), code: u8::from(!output.passed) },
            Err(problem) => failed(&[problem], Format::Human, &terminal),
        },
    };
    drop(progress);
    // What is still being kept for the next run is waited for after the answer is out.
    terminal::print(&said)
}

/// `align inspect`, by the families that `align check` would use here.
fn inspected(args: &inspect::Args, terminal: &Terminal) -> Said {
    let text = check::session().map(|(session, _)| session).and_then(|session| {
        let Style { width, colour, verbose, .. } = terminal.out;
        let look = inspect::Terminal { width, colour, verbose };
        inspect::run(args, session.families(), look, &args.reads.reading(terminal)).map_err(|problem| vec![problem])
    });
    match text {
        Ok(stdout) => Said { stdout, stderr: String::new(), code: 0 },
        Err(problems) => failed(&problems, Format::Human, terminal),
    }
}

/// A run that ended before anything was judged.
fn failed(problems: &[Problem], format: Format, terminal: &Terminal) -> Said {
    let code = exit_code(problems).unwrap_or(2);
    let stdout = match format {
        Format::Json | Format::Html => render(&Outcome::of_problems(problems), format, &terminal.out),
        _ => String::new(),
    };
    Said { stdout, stderr: render_problems(problems, format, &terminal.err), code }
}

/// The exit code of what went wrong, if anything did.
fn exit_code(problems: &[Problem]) -> Option<u8> {
    let class = problems.iter().map(|problem| problem.class).min()?;
    Some(match class {
        ProblemClass::Spec => 2,
        ProblemClass::Trace => 3,
        ProblemClass::Nothing => 4,
    })
}
