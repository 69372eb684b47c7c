//! Several traces as one: a folder or a glob stands for every trace in it, one a rank.

use super::format::{Likely, is_trace, likely};
use crate::diag::{Problem, escape, nearest_file};
use crate::limits::RANKS_MOST;
use globset::GlobBuilder;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// What a path stands for.
#[derive(Debug, Default)]
pub struct Sources {
    /// In natural order (`r2` before `r10`).
    pub traces: Vec<PathBuf>,
    /// What could not be looked into: a trace in it is none of the others.
    pub problems: Vec<Problem>,
}

/// The traces that a path stands for: itself, or all that a folder or a glob holds. A file of that very name is never a
/// glob.
///
/// # Errors
/// A folder or a glob without any trace, one with too many, and a glob that is none.
pub fn sources(path: &Path) -> Result<Sources, Problem> {
    if path.is_dir() && !is_trace(path) {
        return some(path, in_folder(path)?);
    }
    if path.exists() || !is_glob(path) {
        return Ok(Sources { traces: vec![path.to_owned()], problems: Vec::new() });
    }
    some(path, by_glob(path)?)
}

/// Whether a path holds what only a glob does.
fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{'])
}

fn some(path: &Path, mut found: Sources) -> Result<Sources, Problem> {
    let shown = escape(&path.display().to_string());
    if found.traces.is_empty() {
        if let Some(problem) = found.problems.pop() {
            return Err(problem);
        }
        let what = if path.is_dir() { "the folder holds" } else { "the pattern matches" };
        let problem = Problem::trace("trace-missing", format!("`{shown}`: {what} no trace"));
        let help = "give one trace, a folder of one trace a rank, or a glob in quotes: 'ranks/*.sqlite'";
        let folder = Some(literal(path)).filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        return Err(problem.help(help).maybe_help(folder.and_then(|folder| nearest_file(&folder))));
    }
    found.traces.sort_by(|a, b| natural(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(found)
}

fn too_many(path: &Path) -> Problem {
    let shown = escape(&path.display().to_string());
    Problem::trace("too-many-traces", format!("`{shown}` stands for more than {RANKS_MOST} files"))
        .help("name the folder or the files of one run")
}

/// Every file below a folder, and every folder that is a trace itself, in the spelling of the path that was given. Links are
/// followed; one that leads nowhere is taken for a file, one that leads back to where it stands in is what cannot be looked
/// into.
fn files(folder: &Path, depth: usize) -> impl Iterator<Item = Result<PathBuf, Problem>> {
    let mut entries = WalkDir::new(folder).max_depth(depth).follow_links(true).sort_by_file_name().into_iter();
    std::iter::from_fn(move || {
        loop {
            match entries.next()? {
                Ok(entry) if entry.file_type().is_file() => return Some(Ok(entry.into_path())),
                Ok(entry) if entry.depth() > 0 && is_trace(entry.path()) => {
                    entries.skip_current_dir();
                    return Some(Ok(entry.into_path()));
                }
                Ok(_) => {}
                Err(error) => {
                    let leads_nowhere = |path: &&Path| error.loop_ancestor().is_none() && path.is_symlink();
                    return Some(match error.path().filter(leads_nowhere) {
                        Some(link) => Ok(link.to_owned()),
                        None => Err(closed(&error)),
                    });
                }
            }
        }
    })
}

fn closed(error: &walkdir::Error) -> Problem {
    let shown = |path: &Path| escape(&path.display().to_string());
    let path = error.path().map(shown).unwrap_or_default();
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!("`{path}` is a link that leads back to `{}`, around itself", shown(ancestor));
        return Problem::trace("trace-unreadable", message)
            .help("take the link away, or let it lead to the trace that is meant");
    }
    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    Problem::trace("trace-unreadable", format!("`{path}` cannot be looked into"))
        .note(escape(&why))
        .help("traces may be in it: make it readable, or take it away")
}

/// Every file that is a trace by its content, and those that are named as these are: a file that broke is not a rank
/// that is missing. Where some are traces for sure, other JSON, tables and reports are so only under a name of which the
/// others have none: `rank1.json` beside `rank0.sqlite`, but not beside `rank1.sqlite`, nor `report.json`.
fn in_folder(folder: &Path) -> Result<Sources, Problem> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for file in files(folder, usize::MAX).take(RANKS_MOST + 1) {
        match file {
            Ok(path) => all.push(path),
            Err(problem) => problems.push(problem),
        }
    }
    if all.len() + problems.len() > RANKS_MOST {
        return Err(too_many(folder));
    }
    let of = |path: &PathBuf| if path.is_dir() { Likely::Sure } else { likely(path) };
    let likely: Vec<Likely> = all.iter().map(of).collect();
    let best = likely.iter().copied().max().unwrap_or(Likely::No);
    let is_best = |likely: &Likely| *likely == best && best > Likely::No;
    let extension = |path: &Path| path.extension().map(|end| end.to_ascii_lowercase());
    let endings: BTreeSet<_> =
        all.iter().zip(&likely).filter(|(_, l)| is_best(l)).filter_map(|(path, _)| extension(path)).collect();
    let named = |path: &Path| extension(path).is_some_and(|end| endings.contains(&end));
    let taken: Vec<bool> = all.iter().zip(&likely).map(|(path, likely)| is_best(likely) || named(path)).collect();
    let without_ending = |path: &PathBuf| stem(path.strip_prefix(folder).unwrap_or(path));
    let stems: BTreeSet<String> = all.iter().zip(&taken).filter(|(_, t)| **t).map(|(p, _)| without_ending(p)).collect();
    let forms: BTreeSet<String> = stems.iter().map(|stem| form(stem)).collect();
    let is_rank_of_its_own = |path: &PathBuf| {
        let stem = without_ending(path);
        forms.contains(&form(&stem)) && !stems.contains(&stem)
    };
    let is_taken =
        |(at, path): &(usize, &PathBuf)| taken[*at] || (likely[*at] > Likely::No && is_rank_of_its_own(path));
    let traces = all.iter().enumerate().filter(is_taken).map(|(_, path)| path.clone()).collect();
    Ok(Sources { traces, problems })
}

/// A path without all that stands behind the first dot of its name.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bare = name.split_once('.').map_or(name.as_str(), |(bare, _)| bare);
    path.with_file_name(bare).to_string_lossy().into_owned()
}

/// A name with its numbers taken out: what the names of ranks have in common.
fn form(stem: &str) -> String {
    let mut form = String::new();
    let mut left = stem;
    while let Some((piece, after)) = piece(left) {
        form.push_str(if digits(piece).is_some() { "#" } else { piece });
        left = after;
    }
    form
}

fn by_glob(path: &Path) -> Result<Sources, Problem> {
    let shown = escape(&path.display().to_string());
    let glob = GlobBuilder::new(&path.to_string_lossy()).literal_separator(true).build();
    let glob = glob.map_err(|error| {
        Problem::trace("trace-missing", format!("`{shown}` is neither a file nor a glob"))
            .note(error.kind().to_string())
            .help("put what is meant as it stands in brackets: `[*]`")
    })?;
    let (matcher, root) = (glob.compile_matcher(), literal(path));
    let start = if root.as_os_str().is_empty() { Path::new(".") } else { &root };
    let open = path.components().count() - root.components().count();
    let depth = if path.to_string_lossy().contains("**") { usize::MAX } else { open };
    // A walk from `.` gives `./a` for what the pattern calls `a`.
    let spelt = |file: PathBuf| match root.as_os_str().is_empty() {
        true => file.strip_prefix(".").map(Path::to_owned).unwrap_or(file),
        false => file,
    };
    // As in a shell, what cannot be listed matches nothing.
    let all = files(start, depth).flatten().map(spelt).filter(|file| matcher.is_match(file));
    let found: Vec<PathBuf> = all.take(RANKS_MOST + 1).collect();
    match found.len() > RANKS_MOST {
        true => Err(too_many(path)),
        false => Ok(Sources { traces: found, problems: Vec::new() }),
    }
}

/// The folders in front of the first one that a pattern leaves open.
fn literal(path: &Path) -> PathBuf {
    let parts: Vec<Component<'_>> = path.components().collect();
    let fixed = |part: &&Component<'_>| !is_glob(Path::new(part.as_os_str()));
    let folders = &parts[..parts.len().saturating_sub(1)];
    folders.iter().take_while(fixed).collect()
}

/// The order in which people count: runs of digits by their value, everything else by its bytes.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (piece(left), piece(right)) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some((x, after_x)), Some((y, after_y))) => {
                let order = match (digits(x), digits(y)) {
                    (Some(x), Some(y)) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
                    _ => x.cmp(y),
                };
                if order != Ordering::Equal {
                    return order;
                }
                (left, right) = (after_x, after_y);
            }
        }
    }
}

/// The first run of digits or of anything else, and what follows it.
fn piece(text: &str) -> Option<(&str, &str)> {
    let first = text.bytes().next()?.is_ascii_digit();
    let end = text.bytes().position(|byte| byte.is_ascii_digit() != first).unwrap_or(text.len());
    text.split_at_checked(end)
}

/// A run of digits without leading zeros.
fn digits(piece: &str) -> Option<&str> {
    piece.starts_with(|c: char| c.is_ascii_digit()).then(|| piece.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;

    fn folder(names: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(root: &Path, found: &[PathBuf]) -> Vec<String> {
        found.iter().map(|path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect()
    }

    const TRACE: &str = "align-trace 1\n";

    #[test]
    fn numbers_are_ordered_by_value() {
        let mut names = vec!["r10", "r9", "r09", "r1", "a", "r1b", "r"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a", "r", "r1", "r1b", "r09", "r9", "r10"]);
    }

    #[test]
    fn a_folder_is_every_trace_in_it_and_what_is_named_as_they_are() {
        let folder = folder(&[
            ("rank10.trace", TRACE),
            ("rank2.trace", TRACE),
            ("rank3.trace", "broken"),
            ("log.txt", "rank 3 died"),
            ("node1/rank11.trace", TRACE),
        ]);
        let found = sources(folder.path()).unwrap().traces;
        assert_eq!(names(folder.path(), &found), ["node1/rank11.trace", "rank2.trace", "rank3.trace", "rank10.trace"]);
    }

    #[test]
    fn a_rank_in_another_form_is_a_rank_and_another_form_of_a_rank_is_none() {
        let kineto = "{\"traceEvents\": []}";
        let folder = folder(&[
            ("node0/rank0.trace", TRACE),
            ("node0/rank0.json", kineto),
            ("node0/rank1.pt.json", kineto),
            ("node1/rank2.json", kineto),
            ("node1/report.json", kineto),
            ("node1/rank2_notes.json", kineto),
            ("node1/rank3.log", "text"),
        ]);
        let found = sources(folder.path()).unwrap().traces;
        assert_eq!(names(folder.path(), &found), ["node0/rank0.trace", "node0/rank1.pt.json", "node1/rank2.json"]);
    }

    #[test]
    fn a_folder_of_tables_is_a_rank() {
        let folder = folder(&[("rank0.trace", TRACE)]);
        let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquetdir");
        for rank in ["rank1", "rank2"] {
            let place = folder.path().join(rank);
            std::fs::create_dir(&place).unwrap();
            for table in std::fs::read_dir(&tables).unwrap().flatten() {
                std::fs::copy(table.path(), place.join(table.file_name())).unwrap();
            }
        }
        let at = |path: &str| names(folder.path(), &sources(&folder.path().join(path)).unwrap().traces);
        assert_eq!(at(""), ["rank0.trace", "rank1", "rank2"]);
        assert_eq!(at("rank*"), ["rank0.trace", "rank1", "rank2"]);
        assert_eq!(at("**/rank[12]"), ["rank1", "rank2"]);
    }

    #[test]
    fn a_glob_takes_what_it_names_and_a_file_of_that_name_is_itself() {
        let folder = folder(&[("a/r1.trace", TRACE), ("b/r2.trace", "broken"), ("b/r2.log", ""), ("b/[x].trace", "")]);
        let at = |glob: &str| sources(&folder.path().join(glob)).map(|found| names(folder.path(), &found.traces));
        assert_eq!(at("*/r*.trace").unwrap(), ["a/r1.trace", "b/r2.trace"]);
        assert_eq!(at("**/*.trace").unwrap().len(), 3);
        assert_eq!(at("{a,b}/r?.trace").unwrap(), ["a/r1.trace", "b/r2.trace"]);
        assert_eq!(at("b/[x].trace").unwrap(), ["b/[x].trace"]);
        assert_eq!(at("none.trace").unwrap(), ["none.trace"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_told_and_one_that_leads_nowhere_is_a_trace_that_broke() {
        let folder = folder(&[("ranks/r1.trace", TRACE), ("ranks/r2.trace", TRACE), ("loop/a.log", "")]);
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink(at("ranks"), at("ranks/again")).unwrap();
        std::os::unix::fs::symlink("none", at("ranks/r3.trace")).unwrap();
        std::os::unix::fs::symlink("r4.trace", at("ranks/r4.trace")).unwrap();
        std::os::unix::fs::symlink("none", at("ranks/note.txt")).unwrap();
        std::os::unix::fs::symlink(".", at("loop/loop")).unwrap();
        let found = sources(&at("ranks")).unwrap();
        let all = ["ranks/r1.trace", "ranks/r2.trace", "ranks/r3.trace", "ranks/r4.trace"];
        assert_eq!(names(folder.path(), &found.traces), all);
        let [problem] = found.problems.as_slice() else { unreachable!("{:?}", found.problems) };
        assert!(problem.message.contains("again` is a link that leads back to `") && problem.help.is_some());
        // A glob finds what it names, however deep it may look.
        assert_eq!(names(folder.path(), &sources(&at("ranks/*.trace")).unwrap().traces), all);
        assert_eq!(names(folder.path(), &sources(&at("**/r?.trace")).unwrap().traces), all);
        assert!(sources(&at("loop")).unwrap_err().message.contains("leads back"));
    }

    #[test]
    fn nothing_is_a_problem_with_a_way_out() {
        let folder = folder(&[("ranks/notes.txt", "")]);
        let at = |glob: &str| sources(&folder.path().join(glob)).unwrap_err();
        assert!(at("rank/*.sqlite").message.contains("matches no trace"));
        assert!(at("ranks").message.contains("holds no trace"));
        assert!(at("ranks/[.sqlite").message.contains("neither a file nor a glob"));
    }
}
