//! `align new rule`: the folder of a new rule.

use crate::cli::check::session;
use crate::cli::terminal::Terminal;
use crate::cli::{Said, failed};
use crate::diag::{Problem, escape};
use crate::report::Format;
use crate::spec::PROJECT_FILE;
use crate::{save, scaffold};
use std::path::{Path, PathBuf};

/// Makes a rule's folder in the project's first rules folder. Where there is no `align.toml`, one is made that names
/// the folder `rules`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The rule's name, its path below the rules folder: team/no-small-kernels
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    match make(&args.name) {
        Ok(stdout) => Said { stdout, stderr: String::new(), code: 0 },
        Err(problems) => failed(&problems, Format::Human, terminal),
    }
}

fn make(name: &str) -> Result<String, Vec<Problem>> {
    let (session, project) = session()?;
    let (rules, is_new) = match &project {
        None => (PathBuf::from("rules"), true),
        Some(project) => match project.rules.first() {
            Some(folder) => (folder.value.clone(), false),
            None => return Err(vec![no_folder(&project.file.name)]),
        },
    };
    let mut taken = session.check_names();
    taken.extend(session.rules().names());
    let files = scaffold::rule(&rules, name, &taken).map_err(|problem| vec![problem])?;
    let mut said = String::new();
    if is_new {
        save::create(Path::new(PROJECT_FILE), "rules = [\"rules\"]\n").map_err(|problem| vec![problem])?;
        said += &format!("wrote {PROJECT_FILE}\n");
    }
    for file in files {
        said += &format!("wrote {}\n", escape(&file.display().to_string()));
    }
    if is_new {
        said += &format!(
            "\n{PROJECT_FILE} names only the rules: add `specs = [\"FOLDER\"]`, so that `align test` and `align lint` find your specs too.\n"
        );
    }
    said += "\nNow change the script, its page and its cases, and see with `align test` that they agree.\n";
    Ok(said)
}

fn no_folder(project: &str) -> Problem {
    Problem::spec("no-rules-folder", format!("{} names no rules folder", escape(project)))
        .help("make one, and add `rules = [\"rules\"]`")
}
