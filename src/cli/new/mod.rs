//! `align new`: one file a thing that can be made.

mod rule;
mod spec;

use super::Said;
use super::terminal::Terminal;

/// Makes a first version of something to be put right by hand.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum What {
    /// Make a rule's folder with a script, a page and cases, which passes `align test`
    Rule(rule::Args),
    /// Draft a spec from a mock's and an E2E's trace
    Spec(Box<spec::Args>),
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    match &args.what {
        What::Rule(args) => rule::run(args, terminal),
        What::Spec(args) => spec::run(args, terminal),
    }
}
