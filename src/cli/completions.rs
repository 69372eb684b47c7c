//! `align completions`: what a shell reads to complete verbs and options, made from their one definition.

use super::{Cli, Said};
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints what a shell reads to complete verbs, options and their values.
///
/// bash: `align completions bash > ~/.local/share/bash-completion/completions/align`; zsh: into a file `_align` in a
/// folder of `fpath`; fish: `align completions fish > ~/.config/fish/completions/align.fish`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

pub(super) fn run(args: &Args) -> Said {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "align", &mut text);
    Said { stdout: String::from_utf8_lossy(&text).into_owned(), stderr: String::new(), code: 0 }
}
