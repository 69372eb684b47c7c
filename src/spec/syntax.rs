//! TOML syntax: reports each broken statement once and blanks it, so that the rest of the file is
//! still read and one mistake does not cascade into many.

use super::statement::{Statement, is_header, statements};
use crate::diag::{Loc, Problem, SourceFile};
use std::ops::Range;
use std::sync::Arc;
use toml::de::DeTable;

/// After so many broken statements, or repeated keys, a file is no longer read further.
const MOST_ERRORS: usize = 20;

/// The text with every broken statement blanked out (byte offsets stay), and what was wrong.
pub(super) fn repair(file: &Arc<SourceFile>) -> (String, Vec<Problem>) {
    let mut text = file.text.clone();
    let mut problems = unclosed(file, &mut text);
    while problems.len() < MOST_ERRORS {
        let (_, errors) = DeTable::parse_recoverable(&text);
        let (duplicates, mut broken): (Vec<_>, Vec<_>) = errors.into_iter().partition(is_duplicate);
        broken.sort_by_key(|error| error.span().map(|span| span.start));
        let Some(error) = broken.first() else {
            problems.extend(duplicates.iter().take(MOST_ERRORS).map(|error| duplicate(file, &text, error)));
            return (text, problems);
        };
        let statement = extent(&text, error.span().map_or(0, |span| span.start));
        problems.push(syntax(file, &text, error, &statement));
        if !blank(&mut text, &statement) {
            break;
        }
    }
    // What is left cannot be trusted to be a mistake of its own.
    let all = 0..text.len();
    blank(&mut text, &all);
    (text, problems)
}

fn is_duplicate(error: &toml::de::Error) -> bool {
    error.message().starts_with("duplicate key") || error.message().starts_with("cannot extend value")
}

/// Brackets and quotes that are never closed swallow what follows; they are found first.
fn unclosed(file: &Arc<SourceFile>, text: &mut String) -> Vec<Problem> {
    let mut problems = Vec::new();
    for Statement { lines, unclosed } in statements(&file.text) {
        let Some(opener) = unclosed.filter(|_| !file.text.get(lines.clone()).is_some_and(is_header)) else {
            continue;
        };
        let what = match file.text.get(opener.clone()) {
            Some("[") => "array",
            Some("{") => "inline table",
            _ => "multi-line string",
        };
        problems.push(
            Problem::spec("syntax", format!("this {what} is never closed"))
                .label(&Loc::new(file, opener), "opened here")
                .help("close it before the next key or table begins"),
        );
        blank(text, &lines);
    }
    problems.truncate(MOST_ERRORS);
    problems
}

/// The statement that an error is in; below a broken header, also the keys whose owner is unknown.
fn extent(text: &str, at: usize) -> Range<usize> {
    let mut rest =
        statements(text).into_iter().map(|s| s.lines).skip_while(|lines| lines.end <= at && lines.end < text.len());
    let Some(mut lines) = rest.next() else {
        return 0..text.len();
    };
    let header = |lines: &Range<usize>| text.get(lines.clone()).is_some_and(|t| t.trim_start().starts_with('['));
    if header(&lines) {
        for next in rest.take_while(|lines| !header(lines)) {
            lines.end = next.end;
        }
    }
    lines
}

/// Replaces lines by spaces; false if they were blank already.
fn blank(text: &mut String, lines: &Range<usize>) -> bool {
    let Some(old) = text.get(lines.clone()) else {
        return false;
    };
    let was_blank = old.trim().is_empty();
    let spaces: String = old.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(lines.clone(), &spaces);
    !was_blank
}

fn syntax(file: &Arc<SourceFile>, text: &str, error: &toml::de::Error, statement: &Range<usize>) -> Problem {
    let mut span = error.span().unwrap_or(0..0);
    let line = text.get(statement.clone()).unwrap_or_default().trim();
    // An empty span at a line's end would point past what is wrong.
    if span.is_empty()
        && text.as_bytes().get(span.end).is_none_or(|&byte| byte == b'\n')
        && span.start > statement.start
    {
        span.start -= text.get(..span.start).and_then(|t| t.chars().next_back()).map_or(0, char::len_utf8);
    }
    let in_value = line.find('=').is_some_and(|n| span.start > statement.start + n);
    let said = error.message();
    let (message, help) = match unquoted(line).filter(|_| in_value) {
        _ if said.starts_with("invalid date") => {
            (format!("this is no date: {said}"), Some("a day is written `2026-12-31`".to_owned()))
        }
        Some(quoted) => {
            ("this value is no number, boolean or date".to_owned(), Some(format!("text stands in quotes: `{quoted}`")))
        }
        None => (format!("this is not TOML: {said}"), help(said)),
    };
    Problem::spec("syntax", message).label(&Loc::new(file, span), "here").maybe_help(help)
}

/// For `key = value` whose value is bare: the same in quotes.
fn unquoted(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=').filter(|_| !line.starts_with('['))?;
    let value = value.split('#').next().unwrap_or_default().trim();
    let bare = !value.is_empty() && !value.contains(['"', '\'', '[', '{', '\n', '\\']);
    (bare && !key.trim().is_empty()).then(|| format!("{} = \"{value}\"", key.trim()))
}

fn help(message: &str) -> Option<String> {
    let help = if message.contains("escape") {
        "in \"double quotes\" a backslash is written twice; 'single quotes' take everything as it is"
    } else if message.contains("string, expected") {
        "close the quotes on the same line; text over several lines stands in \"\"\"three quotes\"\"\""
    } else if message.contains("key with no value") {
        "write `key = value`"
    } else if message.contains("table, expected `]`") {
        "close the header: `[table]` or `[[table]]`"
    } else {
        return None;
    };
    Some(help.to_owned())
}

fn duplicate(file: &Arc<SourceFile>, text: &str, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let name = text.get(span.clone()).unwrap_or_default();
    let problem = Problem::spec("duplicate-key", format!("`{name}` is set twice"))
        .label(&Loc::new(file, span.clone()), "set again here")
        .help("keep one of them");
    match first_use(text, name, span.start) {
        Some(first) => problem.label(&Loc::new(file, first), "first set here"),
        None => problem,
    }
}

/// Where the same key stands before `at`: in its own statement, else in its table, else as a header.
fn first_use(text: &str, name: &str, at: usize) -> Option<Range<usize>> {
    let before: Vec<Range<usize>> =
        statements(text).into_iter().map(|s| s.lines).take_while(|lines| lines.start <= at).collect();
    let (own, earlier) = before.split_last()?;
    let header = |lines: &Range<usize>| text.get(lines.clone()).is_some_and(is_header);
    let in_statement = |lines: &Range<usize>, limit: usize| -> Option<Range<usize>> {
        let part = text.get(lines.start..limit)?;
        let key = |&(offset, found): &(usize, &str)| {
            let border = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '-'));
            border(part.get(..offset).and_then(|t| t.chars().next_back()))
                && border(part.get(offset + found.len()..).and_then(|t| t.chars().next()))
        };
        let (offset, found) = part.match_indices(name).find(key)?;
        Some(lines.start + offset..lines.start + offset + found.len())
    };
    if header(own) {
        return earlier.iter().filter(|lines| header(lines)).find_map(|lines| in_statement(lines, lines.end)).or_else(
            || {
                earlier
                    .iter()
                    .take_while(|lines| !header(lines))
                    .find_map(|lines| in_statement(lines, key_end(text, lines)))
            },
        );
    }
    in_statement(own, at).or_else(|| {
        let table = earlier.iter().rev().take_while(|lines| !header(lines));
        table.filter_map(|lines| in_statement(lines, key_end(text, lines))).last()
    })
}

/// Where a statement's key ends and its value begins.
fn key_end(text: &str, lines: &Range<usize>) -> usize {
    text.get(lines.clone()).and_then(|t| t.find('=')).map_or(lines.end, |n| lines.start + n)
}
