//! Why a report was not exported, and what to do.

use crate::diag::{Problem, escape, shorten};
use std::io;
use std::path::PathBuf;
use std::process::Output;

const BY_HAND: &str = "nsys export --type sqlite -o OUT.sqlite REPORT.nsys-rep";
/// Lines of what `nsys` said that are shown, from its last on, and letters of each.
const LINES: usize = 4;
const LETTERS: usize = 200;

#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such program, or it may not be run.
    NotRun { nsys: PathBuf, given: bool, error: io::Error },
    /// It ended without an export.
    Ended { version: Option<String>, output: Output },
    /// The folder for exports cannot be written to.
    Folder(io::Error),
}

impl Failure {
    /// `head` are the first bytes of the report, which say who wrote it.
    pub(super) fn into_problem(self, shown: &str, head: &[u8]) -> Problem {
        match self {
            Self::NotRun { nsys, given, error } => not_run(shown, &nsys.display().to_string(), given, &error),
            Self::Ended { version, output } => ended(shown, head, version.as_deref(), &output),
            Self::Folder(error) => super::unkept(shown, &error),
        }
    }
}

fn not_run(shown: &str, nsys: &str, given: bool, error: &io::Error) -> Problem {
    let nsys = escape(nsys);
    let (code, message) = match (error.kind(), given) {
        (io::ErrorKind::NotFound, false) => (
            "nsys-missing",
            format!("`{shown}` is a report that `nsys` must export, and there is no `nsys` on the PATH"),
        ),
        (io::ErrorKind::NotFound, true) => {
            ("nsys-missing", format!("`{shown}` is a report that `nsys` must export, and there is none at `{nsys}`"))
        }
        _ => ("nsys-export", format!("`{nsys}` cannot be run to export `{shown}`")),
    };
    let problem = match error.kind() {
        io::ErrorKind::NotFound => Problem::trace(code, message),
        _ => Problem::trace(code, message).note(escape(&error.to_string())),
    };
    problem.help(format!("name it with --nsys FILE, or export the report where there is one: {BY_HAND}"))
}

fn ended(shown: &str, head: &[u8], version: Option<&str>, output: &Output) -> Problem {
    let (of_report, of_nsys) = (written_by(head), version.and_then(numbers));
    let is_older = of_report.as_ref().zip(of_nsys.as_ref()).is_some_and(|(report, nsys)| nsys < report);
    let mut problem = if is_older {
        Problem::trace("nsys-older", format!("`{shown}` was written by a newer Nsight Systems than the `nsys` here"))
            .help(format!("export it with the version it was written by, or a newer one: {BY_HAND}"))
    } else if output.status.code().is_none() {
        Problem::trace("nsys-export", format!("`nsys` was stopped while it exported `{shown}`"))
            .help(format!("try again, or export it yourself: {BY_HAND}"))
    } else {
        Problem::trace("nsys-export", format!("`nsys` could not export `{shown}`"))
            .help(format!("see whether it can by hand: {BY_HAND}"))
    };
    let lines = said(output);
    match output.status.code() {
        Some(0) => problem = problem.note("it wrote no SQLite database"),
        Some(code) if lines.is_empty() => problem = problem.note(format!("nsys ended with exit code {code}")),
        _ => {}
    }
    for line in lines {
        problem = problem.note(format!("nsys says: {line}"));
    }
    let dotted = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
    if let (Some(report), Some(nsys)) = (of_report, of_nsys) {
        problem = problem.note(format!("the report is of version {}, this nsys is {}", dotted(&report), dotted(&nsys)));
    }
    problem
}

/// The last lines that `nsys` printed, errors first, without its bars of progress.
fn said(output: &Output) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = [text(&output.stdout), text(&output.stderr)].concat();
    let lines: Vec<&str> =
        all.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty() && !line.contains(": [")).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default();
    last.iter().map(|line| shorten(&escape(line), LETTERS)).collect()
}

/// The version in a report's first bytes, `… Report 2023@4@4@54-…`.
fn written_by(head: &[u8]) -> Option<Vec<u64>> {
    let head = String::from_utf8_lossy(head);
    let (_, rest) = head.split_once("Report ")?;
    numbers(&rest.replace('@', "."))
}

/// The first dotted numbers of a text that begin with a year.
fn numbers(text: &str) -> Option<Vec<u64>> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let numbers: Vec<u64> = word.split('.').map_while(|number| number.parse().ok()).collect();
        (numbers.len() >= 2 && numbers.first().is_some_and(|year| (2000..3000).contains(year))).then_some(numbers)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart_by_their_numbers() {
        let report = written_by(b"NVIDIA Tegra Profiler Report 2023@4@4@54-234433681190v0.\x0a\x0b");
        assert_eq!(report, Some(vec![2023, 4, 4, 54]));
        let nsys = numbers("NVIDIA Nsight Systems version 2023.4.4.54-234433681190v0");
        assert_eq!(nsys, report);
        assert!(numbers("version 2025.3.2.1") > report);
        assert_eq!(numbers("no version"), None);
        assert_eq!(written_by(b"NVIDIA"), None);
    }
}
