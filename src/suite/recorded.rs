//! What tests said when it was last found right: one text file beside a spec, a section a test.

use super::{State, Tested};
use crate::diag::{Loc, Problem, SourceFile, escape};
use crate::save;
use crate::spec::read_file;
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HEADER: &str = "# What tests report. Written by `align test --bless`, to be read in a review.\n";
const SECTION: &str = "== ";

/// How a spec's file of recorded words ends.
pub(super) const EXTENSION: &str = "expected";

/// One file: its sections by heading.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    source: Option<Arc<SourceFile>>,
    sections: BTreeMap<String, String>,
    /// It has another beginning: somebody else's file.
    foreign: bool,
}

impl Recorded {
    fn parse(source: Arc<SourceFile>) -> Self {
        let text = source.text.replace("\r\n", "\n");
        let mut sections = BTreeMap::new();
        for section in text.split(&format!("\n{SECTION}")).skip(1) {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            sections.insert(heading.to_owned(), body.trim_end().to_owned() + "\n");
        }
        let foreign = !text.starts_with(HEADER);
        Self { source: Some(source), sections, foreign }
    }

    pub(super) fn section(&self, heading: &str) -> Option<&str> {
        self.sections.get(&escape(heading)).map(String::as_str)
    }
}

/// Reads the files that are there.
pub(super) fn read(paths: impl Iterator<Item = PathBuf>, mistakes: &mut Vec<Problem>) -> BTreeMap<PathBuf, Recorded> {
    let paths: BTreeSet<PathBuf> = paths.collect();
    let mut files = BTreeMap::new();
    for path in paths {
        let recorded = match path.exists().then(|| read_file(&path)) {
            None => Recorded::default(),
            Some(Ok(source)) => Recorded::parse(source),
            Some(Err(problem)) => {
                mistakes.push(problem);
                continue;
            }
        };
        files.insert(path, recorded);
    }
    files
}

/// Adds what stands beside these specs and belongs to none of their tests, such as that of a spec whose last test is
/// gone. Files of others may have the same ending.
pub(super) fn add_orphans(files: &mut BTreeMap<PathBuf, Recorded>, specs: impl Iterator<Item = PathBuf>) {
    for path in specs.map(|spec| spec.with_extension(EXTENSION)) {
        if files.contains_key(&path) || !path.is_file() {
            continue;
        }
        let recorded = read_file(&path).ok().map(Recorded::parse).filter(|recorded| !recorded.foreign);
        files.extend(recorded.map(|recorded| (path, recorded)));
    }
}

/// Sections that belong to no test.
pub(super) fn stale(files: &BTreeMap<PathBuf, Recorded>, tests: &[Tested]) -> Vec<Problem> {
    let alive = headings(tests);
    let mut problems = Vec::new();
    for (path, file) in files {
        for heading in file.sections.keys().filter(|heading| !alive.contains(&(path.as_path(), (*heading).clone()))) {
            let Some(source) = &file.source else { continue };
            let line = format!("{SECTION}{heading}");
            let start = source.text.find(&line).unwrap_or(0);
            problems.push(
                Problem::spec("stale-snapshot", format!("no test is called `{heading}`"))
                    .label(&Loc::new(source, start..start + line.len()), "recorded here")
                    .help("align test --bless drops it"),
            );
        }
    }
    problems
}

fn headings(tests: &[Tested]) -> BTreeSet<(&Path, String)> {
    // A test that is not as expected keeps what is recorded of it.
    places(tests).map(|(file, section)| (file, escape(section))).collect()
}

fn places(tests: &[Tested]) -> impl Iterator<Item = (&Path, &str)> {
    tests.iter().filter_map(|test| test.recorded_in.as_ref()).map(|(file, section)| (file.as_path(), section.as_str()))
}

/// Writes what changed; how many tests were recorded anew.
pub(super) fn bless(files: &BTreeMap<PathBuf, Recorded>, tests: &[Tested], whole: bool) -> Result<usize, Vec<Problem>> {
    let alive = headings(tests);
    let mut recorded = 0;
    let mut problems = Vec::new();
    for (path, file) in files {
        let mut sections = file.sections.clone();
        if whole {
            sections.retain(|heading, _| alive.contains(&(path.as_path(), heading.clone())));
        }
        let blessed = |test: &&Tested| matches!(test.state, State::Wrong | State::NoSnapshot);
        for test in tests.iter().filter(blessed) {
            if let (Some((_, section)), Some(now)) = (test.recorded_in.as_ref().filter(|(at, _)| at == path), &test.now)
            {
                recorded += 1;
                sections.insert(escape(section), now.clone());
            }
        }
        if sections != file.sections {
            problems.extend(write(path, file, &sections, tests).err());
        }
    }
    if problems.is_empty() { Ok(recorded) } else { Err(problems) }
}

fn write(path: &Path, file: &Recorded, sections: &BTreeMap<String, String>, tests: &[Tested]) -> Result<(), Problem> {
    let shown = escape(&path.display().to_string());
    if file.foreign {
        return Err(Problem::spec("foreign-file", format!("`{shown}` was not written by `align test --bless`"))
            .help("move it away: it is not overwritten"));
    }
    if sections.is_empty() {
        return fs::remove_file(path).map_err(|error| {
            Problem::spec("unwritable-file", format!("`{shown}` cannot be removed")).note(error.to_string())
        });
    }
    // In the order of the tests, as a reviewer reads them.
    let order = |heading: &str| places(tests).position(|(at, section)| at == path && escape(section) == heading);
    let mut sorted: Vec<(&String, &String)> = sections.iter().collect();
    sorted.sort_by_key(|(heading, _)| order(heading));
    let mut text = HEADER.to_owned();
    for (heading, body) in sorted {
        text += &format!("\n{SECTION}{heading}\n{body}");
    }
    save::replace(path, &text)
}

/// The lines that differ, each after `-` or `+`, with a line around them.
pub(super) fn difference(then: &str, now: &str) -> String {
    let diff = TextDiff::from_lines(then, now);
    let mut out = String::new();
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            out += &format!("{sign} {}\n", change.value().trim_end());
        }
    }
    out
}
