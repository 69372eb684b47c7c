//! `align cache`: what is kept of traces that were read, and its removal.

use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, escape, plural};
use crate::report::Format;
use crate::trace::{CACHE_BYTES, Cache};
use bytesize::ByteSize;

/// Traces of some size are kept as they lie in memory, so that a second run need not decode them. What is kept is bounded:
/// what was used longest ago goes first. ALIGN_CACHE_DIR names another folder.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Verb {
    /// Where it is, and how much it holds (the default)
    Show,
    /// Print the folder alone
    Dir,
    /// Remove everything that is kept
    Clear,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let Some(cache) = &terminal.cache else { return failed(&[no_place()], Format::Human, terminal) };
    let folder = cache.folder().display().to_string();
    let done = match args.verb.as_ref().unwrap_or(&Verb::Show) {
        Verb::Show => Ok(show(cache)),
        Verb::Dir => Ok(folder + "\n"),
        Verb::Clear => clear(cache),
    };
    match done {
        Ok(stdout) => Said { stdout, stderr: String::new(), code: 0 },
        Err(problem) => failed(&[problem], Format::Human, terminal),
    }
}

fn show(cache: &Cache) -> String {
    let entries = cache.entries();
    let bytes = ByteSize(entries.iter().map(|entry| entry.bytes).sum());
    let (folder, most) = (escape(&cache.folder().display().to_string()), ByteSize(CACHE_BYTES));
    format!("{folder}\n{}, {bytes} of at most {most}\n", plural(entries.len(), "trace"))
}

fn clear(cache: &Cache) -> Result<String, Problem> {
    let folder = escape(&cache.folder().display().to_string());
    let (removed, errors) = cache.clear();
    if let Some(error) = errors.first() {
        let (done, left) = (plural(removed.len(), "trace"), plural(errors.len(), "file"));
        return Err(Problem::spec(
            "unwritable-file",
            format!("the cache in `{folder}` cannot be cleared: {left} stay"),
        )
        .note(format!("{error}; removed: {done}"))
        .help("check that the folder and what is in it are yours, and can be written to"));
    }
    let bytes = ByteSize(removed.iter().map(|entry| entry.bytes).sum());
    Ok(format!("removed {}, {bytes}\n", plural(removed.len(), "trace")))
}

fn no_place() -> Problem {
    Problem::spec("no-cache", "there is no folder for a cache").help("set HOME, or name a folder in ALIGN_CACHE_DIR")
}
