//! Where reports go: one to stdout, others to the files that `--output FORMAT=FILE` names.

use crate::diag::{Problem, escape, refuse_special};
use crate::outcome::Outcome;
use crate::report::{Format, Style, render};
use crate::save;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// `FORMAT=FILE`; `-` is stdout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub format: Format,
    pub file: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    /// # Errors
    /// What to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text.split_once('=').ok_or("not FORMAT=FILE, for example sarif=align.sarif")?;
        if file.is_empty() {
            return Err("no file is named; FORMAT=FILE, or FORMAT=- for stdout".to_owned());
        }
        Ok(Self { format: format.parse()?, file: PathBuf::from(file) })
    }
}

/// The reports of a run, by what the command line asks for.
#[derive(Debug)]
pub(super) struct Outputs {
    /// What goes to stdout.
    pub(super) format: Format,
    /// Each with its file without links and `..`.
    files: Vec<(Output, PathBuf)>,
}

impl Outputs {
    /// Refuses what cannot be followed before anything is judged.
    ///
    /// # Errors
    /// All mistakes: a file named twice, or for something else; a folder that is missing, what is no file. `others`: files
    /// that the run writes beside reports, each with what it is.
    pub(super) fn plan(
        format: Option<Format>,
        asked: &[Output],
        others: &[(&Path, &str)],
    ) -> Result<Self, Vec<Problem>> {
        let (to_stdout, files): (Vec<&Output>, Vec<&Output>) =
            asked.iter().partition(|output| output.file == Path::new("-"));
        let mut problems = Vec::new();
        if to_stdout.len() + usize::from(format.is_some()) > 1 {
            let message = "only one report can go to stdout";
            problems.push(Problem::spec("bad-output", message).help("name a file: --output FORMAT=FILE"));
        }
        let mut planned: Vec<(Output, PathBuf)> = Vec::new();
        // What is wrong with these themselves is said where they are read or written.
        let others: Vec<(PathBuf, &str)> =
            others.iter().filter_map(|(file, what)| Some((place(file).ok()?, *what))).collect();
        let other = |path: &PathBuf| others.iter().find(|(file, _)| file == path).map(|(_, what)| *what);
        for output in files {
            match place(&output.file) {
                Ok(path) if planned.iter().any(|(_, known)| *known == path) => {
                    let message = format!("`{}` is named for two reports", shown(&output.file));
                    problems.push(Problem::spec("bad-output", message).help("name another file for one of them"));
                }
                Ok(path) => match other(&path) {
                    Some(what) => {
                        let message = format!("`{}` is named for a report and for {what}", shown(&output.file));
                        problems.push(Problem::spec("bad-output", message).help("name another file for one of them"));
                    }
                    None => planned.push((output.clone(), path)),
                },
                Err(problem) => problems.push(problem),
            }
        }
        let format = to_stdout.first().map(|output| output.format).or(format).unwrap_or_default();
        if problems.is_empty() { Ok(Self { format, files: planned }) } else { Err(problems) }
    }

    /// Refuses to write over what is read; such a file is written no more.
    ///
    /// # Errors
    /// Each file that is one of these inputs.
    pub(super) fn spare(&mut self, inputs: impl IntoIterator<Item = PathBuf>) -> Result<(), Vec<Problem>> {
        let inputs: Vec<PathBuf> = inputs.into_iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut problems = Vec::new();
        self.files.retain(|(output, whole)| {
            let spared = inputs.contains(whole);
            if spared {
                problems.push(reads(&output.file));
            }
            !spared
        });
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Writes every file, in place of an older one.
    ///
    /// # Errors
    /// All files that cannot be written.
    pub(super) fn write(&self, outcome: &Outcome, style: &Style) -> Result<(), Vec<Problem>> {
        let style = Style { colour: false, width: Style::default().width, ..*style };
        let write =
            |(output, _): &(Output, PathBuf)| save::replace(&output.file, render(outcome, output.format, &style)).err();
        let problems: Vec<Problem> = self.files.iter().filter_map(write).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// A file that would take the place of one of the inputs.
fn reads(file: &Path) -> Problem {
    let message = format!("the report would overwrite `{}`, which this run reads", shown(file));
    Problem::spec("bad-output", message).help("name another file")
}

/// Refuses to write over what is read, whatever else may be overwritten.
///
/// # Errors
/// The file is one of these inputs.
pub(super) fn refuse_input(file: &Path, inputs: impl IntoIterator<Item = PathBuf>) -> Result<(), Problem> {
    let whole = place(file)?;
    let same = |input: PathBuf| input.canonicalize().is_ok_and(|input| input == whole);
    if inputs.into_iter().any(same) { Err(reads(file)) } else { Ok(()) }
}

/// The file itself, so that two ways to write its name are one.
pub(super) fn place(file: &Path) -> Result<PathBuf, Problem> {
    let refused = |why: &str, help: &str| {
        Err(Problem::spec("bad-output", format!("`{}` cannot be written: {why}", shown(file))).help(help.to_owned()))
    };
    if let Err(why) = refuse_special(file) {
        return refused(why, "name a file, or `-` for stdout");
    }
    if file.is_dir() {
        return refused("it is a folder", "name a file in it");
    }
    if let Ok(path) = file.canonicalize() {
        return Ok(path);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), file.file_name()) {
        (Ok(folder), Some(name)) if folder.is_dir() => Ok(folder.join(name)),
        _ => refused("its folder is missing", "make the folder first, or name another"),
    }
}

fn shown(file: &Path) -> String {
    escape(&file.display().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;

    fn output(text: &str) -> Output {
        text.parse().unwrap()
    }

    #[test]
    fn an_output_is_a_format_and_a_file() {
        assert_eq!(output("json=a=b.json"), Output { format: Format::Json, file: "a=b.json".into() });
        assert!("report.json".parse::<Output>().is_err_and(|why| why.contains("FORMAT=FILE")));
        assert!("jsn=a".parse::<Output>().is_err_and(|why| why.contains("`json`")));
        assert!("json=".parse::<Output>().is_err_and(|why| why.contains("no file")));
    }

    #[test]
    fn stdout_takes_one_report() {
        let format = |asked: Option<Format>, outputs: &[Output]| Outputs::plan(asked, outputs, &[]).map(|o| o.format);
        assert_eq!(format(None, &[]).unwrap(), Format::Human);
        assert_eq!(format(None, &[output("json=-")]).unwrap(), Format::Json);
        assert_eq!(format(Some(Format::Human), &[output("json=-")]).unwrap_err().len(), 1);
        assert_eq!(format(None, &[output("json=-"), output("sarif=-")]).unwrap_err().len(), 1);
    }

    #[test]
    fn a_file_is_named_once_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Output { format: Format::Json, file: folder.path().join(name) };
        let two = Outputs::plan(None, &[at("a.json"), at("./a.json")], &[]).unwrap_err();
        assert!(two[0].message.contains("named for two reports"), "{}", two[0].message);
        assert!(Outputs::plan(None, &[at("none/a.json")], &[]).unwrap_err()[0].message.contains("folder is missing"));
        assert!(Outputs::plan(None, &[at("")], &[]).unwrap_err()[0].message.contains("a folder"));
    }

    #[test]
    fn a_report_never_replaces_the_history() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output { format: Format::Json, file: folder.path().join("./h.jsonl") };
        let refused = Outputs::plan(None, &[output], &[(&folder.path().join("h.jsonl"), "the history")]).unwrap_err();
        assert!(refused[0].message.contains("for the history"), "{}", refused[0].message);
    }

    #[test]
    fn what_is_read_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("a.toml");
        std::fs::write(&spec, "").unwrap();
        let mut outputs =
            Outputs::plan(None, &[Output { format: Format::Json, file: folder.path().join("./a.toml") }], &[]).unwrap();
        assert_eq!(outputs.spare([folder.path().join("b")]), Ok(()));
        assert_eq!(outputs.spare([spec]).unwrap_err().len(), 1);
        assert!(outputs.files.is_empty());
    }
}
