//! The terminal: colour, width, and printing that a closed pipe does not break.

use super::reads::cache;
use super::{Look, Said};
use crate::meter::Meter;
use crate::report::Style;
use crate::trace::Cache;
use anstream::{AutoStream, ColorChoice};
use std::io::{IsTerminal, Write};

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

/// Columns where the output is not a terminal.
const PLAIN_WIDTH: usize = 100;

/// How both streams look, and what lasts as long as the process.
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) out: Style,
    pub(super) err: Style,
    pub(super) meter: Meter,
    pub(super) cache: Option<Cache>,
}

impl Terminal {
    pub(super) fn new(look: &Look) -> Self {
        let style = |colour: bool, is_terminal: bool| Style {
            colour,
            width: width(is_terminal),
            quiet: look.quiet,
            verbose: look.verbose,
            ..Style::default()
        };
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let auto = |choice: ColorChoice| choice != ColorChoice::Never;
        let colour = |detected: ColorChoice| match look.color {
            When::Auto => auto(detected),
            When::Always => true,
            When::Never => false,
        };
        Self {
            out: style(colour(AutoStream::choice(&out)), out.is_terminal()),
            err: style(colour(AutoStream::choice(&err)), err.is_terminal()),
            meter: Meter::default(),
            cache: cache(),
        }
    }
}

fn width(is_terminal: bool) -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
    asked.or_else(|| if is_terminal { seen() } else { None }).unwrap_or(PLAIN_WIDTH)
}

/// Prints a verb's output; the exit code. A reader that closed the pipe had enough: no error. A full disk is one: a
/// report that was cut off must not pass.
pub(super) fn print(said: &Said) -> u8 {
    // What cannot be told has nobody left to be told.
    let _ = std::io::stderr().lock().write_all(said.stderr.as_bytes());
    let mut out = std::io::stdout().lock();
    match out.write_all(said.stdout.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let _ = writeln!(std::io::stderr(), "error: the output cannot be written whole: {error}");
            UNWRITTEN
        }
        _ => said.code,
    }
}

/// The exit code where the output could not be written: as for an argument that cannot be followed.
const UNWRITTEN: u8 = 2;

/// Help and version go to stdout and are no error; wrong arguments are.
pub(super) fn usage(error: &clap::Error) -> u8 {
    let _ = error.print();
    u8::from(error.use_stderr()) * 2
}
