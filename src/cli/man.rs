//! `align man`: the manual, made from the one definition of verbs and options.

use super::terminal::Terminal;
use super::{Cli, Said, failed};
use crate::diag::{Problem, did_you_mean, escape, plural};
use crate::report::Format;
use crate::save;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Prints the manual as `man` reads it: of everything, or of one verb. `align man check | man -l -` shows it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Only this verb's page, such as `check` or `new spec`
    #[arg(value_name = "VERB", conflicts_with = "dir")]
    pub verb: Vec<String>,
    /// Write one file a page (align.1, align-check.1, …) into this folder, which is made if missing; only pages of `align` are replaced
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// Stands at the head of every page, as a comment: by it, pages of earlier versions are known.
const MARK: &str = ".\\\" Written by `align man`.\n";

/// A page and its name: `align-new-spec`.
struct Page {
    name: String,
    text: String,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let said = asked(args).and_then(|pages| match &args.dir {
        None => Ok(Said { stdout: pages.into_iter().map(|page| page.text).collect(), stderr: String::new(), code: 0 }),
        Some(folder) => written(folder, &pages),
    });
    said.unwrap_or_else(|problems| failed(&problems, Format::Human, terminal))
}

/// The pages that are asked for.
///
/// # Errors
/// There is no such verb.
fn asked(args: &Args) -> Result<Vec<Page>, Vec<Problem>> {
    let mut command = Cli::command();
    command.build();
    let mut place = &command;
    for verb in &args.verb {
        let verbs = || place.get_subcommands().filter(|verb| verb.get_name() != "help");
        place = match verbs().find(|known| known.get_name() == verb) {
            Some(found) => found,
            None => {
                let names = verbs().map(Command::get_name);
                let problem = Problem::spec("unknown-name", format!("there is no verb `{}`", escape(verb)));
                return Err(vec![problem.maybe_help(did_you_mean(verb, names))]);
            }
        };
    }
    let mut pages = Vec::new();
    add(place, args.verb.is_empty(), &mut pages);
    Ok(pages)
}

/// A verb's page, and then those of its own verbs: all of them where everything is asked for, or where it is nothing
/// without them.
fn add(command: &Command, all: bool, pages: &mut Vec<Page>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = MARK.as_bytes().to_vec();
    // Writing to memory does not fail.
    let _ = Man::new(command.clone()).source(concat!("align ", env!("CARGO_PKG_VERSION"))).render(&mut text);
    pages.push(Page { name, text: String::from_utf8_lossy(&text).into_owned() });
    if all || command.is_subcommand_required_set() {
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            add(verb, all, pages);
        }
    }
}

/// Writes all pages, or none where one of them would replace something else.
///
/// # Errors
/// All files that stand in the way, or the first that cannot be written.
fn written(folder: &Path, pages: &[Page]) -> Result<Said, Vec<Problem>> {
    let files: Vec<PathBuf> = pages.iter().map(|page| folder.join(format!("{}.1", page.name))).collect();
    let in_the_way: Vec<Problem> = files.iter().filter(|file| !may_replace(file)).map(|file| exists(file)).collect();
    if !in_the_way.is_empty() {
        return Err(in_the_way);
    }
    fs::create_dir_all(folder).map_err(|error| {
        let shown = escape(&folder.display().to_string());
        vec![Problem::spec("unwritable-file", format!("`{shown}` cannot be made")).note(error.to_string())]
    })?;
    for (file, page) in files.iter().zip(pages) {
        save::replace(file, &page.text).map_err(|problem| vec![problem])?;
    }
    let shown = escape(&folder.display().to_string());
    Ok(Said { stdout: String::new(), stderr: format!("wrote {} to {shown}\n", plural(pages.len(), "page")), code: 0 })
}

/// Nothing is there yet, or a page of an earlier version.
fn may_replace(file: &Path) -> bool {
    let mut head = String::new();
    let starts = |file: File| file.take(MARK.len() as u64).read_to_string(&mut head).is_ok() && head == MARK;
    file.symlink_metadata().is_err() || (file.is_file() && File::open(file).is_ok_and(starts))
}

fn exists(file: &Path) -> Problem {
    let shown = escape(&file.display().to_string());
    Problem::spec("file-exists", format!("`{shown}` exists and is no page that `align man` wrote"))
        .help("choose another folder, or move the file away: only pages of `align` are replaced")
}
