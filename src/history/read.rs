//! Reading a history: all of it, or what is wrong with it and where.

use super::lock::{ATTEMPTS, lock};
use super::record::{FORMAT, Record};
use crate::diag::{Loc, Problem, SourceFile, escape, plural, refuse_special};
use crate::limits::HISTORY_BYTES;
use rayon::prelude::*;
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

/// So many broken lines are shown: a file that is no history has nothing else.
const SHOWN: usize = 5;

/// Earlier runs, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    pub records: Vec<Record>,
}

/// Reads a history that this run can continue. One that is missing is empty if it can be made.
///
/// # Errors
/// It is no file, cannot be read or written, or has lines that are no records, each with its place.
pub fn read(path: &Path) -> Result<History, Vec<Problem>> {
    match text(path).map_err(|problem| vec![problem])? {
        Some(text) => parse(&path.to_string_lossy(), text),
        None => Ok(History::default()),
    }
}

/// The bytes of the file; nothing where there is none yet.
fn text(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    if let Err(why) = refuse_special(path) {
        return Err(unusable(path, "continued", why));
    }
    if path.is_dir() {
        return Err(unusable(path, "continued", "it is a folder"));
    }
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if path.symlink_metadata().is_ok() {
                return Err(unusable(path, "made", "it is a link that leads nowhere"));
            }
            let is_there = folder.is_dir() && path.file_name().is_some();
            return if is_there { Ok(None) } else { Err(unusable(path, "made", "its folder is missing")) };
        }
        Err(error) => return Err(unusable(path, "continued", &error.to_string())),
    };
    // No line is seen while another run writes it.
    lock(&file, ATTEMPTS, File::try_lock_shared).map_err(|error| unusable(path, "read", &error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(HISTORY_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unusable(path, "read", &error.to_string()))?;
    if bytes.len() as u64 > HISTORY_BYTES {
        let most = format!("it has more than {} MiB", HISTORY_BYTES >> 20);
        return Err(unusable(path, "read", &most).help("move the file away: the next run begins a new one"));
    }
    Ok(Some(bytes))
}

/// As a run that ends well will open it, so that one which cannot be written is found before anything is judged.
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

pub(super) fn unusable(path: &Path, what: &str, why: &str) -> Problem {
    let shown = escape(&path.display().to_string());
    Problem::spec("unusable-history", format!("the history `{shown}` cannot be {what}"))
        .note(why)
        .help("name a file that can be read and written, in a folder that exists: --history FILE")
}

/// Every line a record; empty lines are let be.
fn parse(name: &str, bytes: Vec<u8>) -> Result<History, Vec<Problem>> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(vec![no_text(name, &error)]),
    };
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        if !line.trim().is_empty() {
            lines.push((start, line));
        }
        start += line.len() + 1;
    }
    let parsed: Vec<Result<Record, Flaw>> = lines.par_iter().map(|(_, line)| record(line)).collect();
    let mut records = Vec::with_capacity(parsed.len());
    let mut flaws: Vec<(usize, usize, Flaw)> = Vec::new();
    for ((start, line), result) in lines.iter().zip(parsed) {
        match result {
            Ok(record) => records.push(record),
            Err(flaw) => flaws.push((*start, line.trim_end().len(), flaw)),
        }
    }
    if flaws.is_empty() {
        return Ok(History { records });
    }
    let is_other = records.is_empty() && flaws.iter().all(|(.., flaw)| !flaw.is_newer);
    let more = flaws.len().saturating_sub(SHOWN);
    let file = SourceFile::new(name, text);
    let mut problems: Vec<Problem> =
        flaws.into_iter().take(if is_other { 1 } else { SHOWN }).map(|found| problem(&file, found, is_other)).collect();
    if let Some(last) = problems.pop() {
        let rest = format!("{} of the file are wrong too", plural(more, "more line"));
        problems.push(if more > 0 { last.note(rest) } else { last });
    }
    Err(problems)
}

/// Why a line is no record, and where in it.
struct Flaw {
    is_newer: bool,
    at: usize,
    why: String,
}

/// What every line has, of whatever version.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

fn record(line: &str) -> Result<Record, Flaw> {
    let newer = |format: u32| Flaw {
        is_newer: true,
        at: line.find("\"format\"").unwrap_or(0),
        why: format!("format {format}, where this `align` knows {FORMAT}"),
    };
    match serde_json::from_str::<Record>(line) {
        Ok(record) if record.format == FORMAT => Ok(record),
        Ok(record) => Err(newer(record.format)),
        Err(error) => match serde_json::from_str::<Version>(line) {
            Ok(Version { format }) if format != FORMAT => Err(newer(format)),
            _ => {
                let why = match error.is_eof() {
                    true => "the line ends too early".to_owned(),
                    false => error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
                };
                Err(Flaw { is_newer: false, at: error.column().saturating_sub(1).min(line.len()), why })
            }
        },
    }
}

fn problem(file: &Arc<SourceFile>, (start, length, flaw): (usize, usize, Flaw), is_other: bool) -> Problem {
    let shown = escape(&file.name);
    let at = (start + flaw.at).min(start + length.saturating_sub(1));
    let loc = Loc::new(file, at..at + 1);
    let (code, message) = if flaw.is_newer {
        ("newer-history", format!("another version of `align` wrote to the history `{shown}`"))
    } else if is_other {
        ("broken-history", format!("`{shown}` is no history of runs"))
    } else {
        ("broken-history", format!("a line of the history `{shown}` is no record of a run"))
    };
    let help = if flaw.is_newer {
        "use that version, or name another file: --history FILE"
    } else if is_other {
        "name another file: --history FILE; it is made if it is missing"
    } else {
        "take the line out, or restore it; nothing was written"
    };
    Problem::spec(code, message).label(&loc, flaw.why).help(help)
}

/// The place of the first byte that is no text.
fn no_text(name: &str, error: &std::string::FromUtf8Error) -> Problem {
    let at = error.utf8_error().valid_up_to();
    // Up to there the bytes are as they were, so that the place is the same.
    let file = SourceFile::new(name, String::from_utf8_lossy(error.as_bytes()));
    let flaw = Flaw { is_newer: false, at: 0, why: "no UTF-8 from here on".to_owned() };
    problem(&file, (at, 1, flaw), at == 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;

    const LINE: &str = r#"{"format":1,"time":"2026-11-24T13:29:53Z","align":"0.1.0","verdict":"pass","cases":[]}"#;

    /// The code and the place of each problem.
    fn wrong(text: &str) -> Vec<(&'static str, usize, usize)> {
        let problems = parse("h", text.as_bytes().to_vec()).unwrap_err();
        let place = |problem: &Problem| problem.labels[0].loc.line_column();
        problems.iter().map(|problem| (problem.code, place(problem).0, place(problem).1)).collect()
    }

    #[test]
    fn lines_are_records_and_empty_ones_are_let_be() {
        let parsed = parse("h", format!("{LINE}\n\n{LINE}\r\n \n{LINE}").into_bytes()).unwrap();
        assert_eq!(parsed.records.len(), 3);
        assert_eq!(parse("h", Vec::new()).unwrap(), History::default());
    }

    #[test]
    fn what_is_added_within_a_format_is_passed_over() {
        let more = LINE.replace("\"cases\"", "\"later\":[1],\"cases\"");
        assert_eq!(parse("h", more.into_bytes()).unwrap().records.len(), 1);
    }

    #[test]
    fn a_broken_line_is_found_with_its_place() {
        let half = &LINE[..40];
        assert_eq!(wrong(&format!("{LINE}\n{half}\n{LINE}\n")), [("broken-history", 2, 40)]);
        assert_eq!(wrong(&format!("{LINE}\n{}\n", LINE.replace("0.1.0\"", "0.1.0"))).len(), 1);
        assert_eq!(wrong(&format!("{LINE}\n{}", LINE.replace("24T", "24 "))), [("broken-history", 2, 41)]);
    }

    #[test]
    fn a_newer_format_is_told_from_a_broken_line() {
        let newer = LINE.replace("\"format\":1", "\"format\":2");
        assert_eq!(wrong(&format!("{LINE}\n{newer}\n")), [("newer-history", 2, 2)]);
        let other = r#"{"format": 7, "cases": {"a": 1}}"#;
        assert_eq!(wrong(other), [("newer-history", 1, 2)]);
    }

    #[test]
    fn a_file_of_another_kind_is_refused_once() {
        assert_eq!(wrong("align = 1\n[spec]\nname = 'a'\n").len(), 1);
        assert_eq!(wrong("{\n  \"format\": 1\n}\n").len(), 1);
        let binary = parse("h", b"SQLite format 3\0\xff".to_vec()).unwrap_err();
        assert_eq!(binary[0].labels[0].text, "no UTF-8 from here on");
    }

    #[test]
    fn of_many_broken_lines_some_are_shown_and_all_counted() {
        let problems = parse("h", format!("{LINE}\n{}", "x\n".repeat(9)).into_bytes()).unwrap_err();
        assert_eq!(
            (problems.len(), problems[4].notes.as_slice()),
            (5, ["4 more lines of the file are wrong too".to_owned()].as_slice())
        );
    }

    #[test]
    fn impossible_figures_are_no_record() {
        let of = |ratio: &str, tolerance: &str| {
            let side = r#"{"trace":"a","instances":1,"median_ns":null}"#;
            let case = format!(
                r#"{{"file":"a","spec":"a","case":"","verdict":"pass","ratio":{ratio},"tolerance":{tolerance},"mock":{side},"e2e":{side}}}"#
            );
            parse("h", LINE.replace("[]", &format!("[{case}]")).into_bytes()).is_ok()
        };
        assert!(of(r#"{"ratio":1.0,"low":0.9,"high":1.1}"#, "0.1") && of("null", "null"));
        assert!(!of(r#"{"ratio":-1.0,"low":0.9,"high":1.1}"#, "0.1"));
        assert!(!of(r#"{"ratio":1.0,"low":1.2,"high":1.1}"#, "0.1"));
        assert!(!of(r#"{"ratio":1.0,"low":0.9,"high":1e999}"#, "0.1"));
        assert!(!of("null", "-0.1"));
    }
}
