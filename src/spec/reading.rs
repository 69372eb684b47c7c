//! Reads the tables of one file by their documentation: unknown, missing and mistyped keys become
//! problems, all of them, and what is right is still read.

use super::keys::{FILES, Key, SPEC_FILE, TableDoc};
use super::node::Node;
use super::syntax;
use crate::diag::{Loc, Problem, SourceFile, Spanned, did_you_mean, nearest_many};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// One file being read and what was found wrong in it so far.
pub(super) struct Reading<'a> {
    pub(super) file: &'a Arc<SourceFile>,
    problems: RefCell<Vec<Problem>>,
    /// Keys may have been lost to a broken statement, so none is reported as missing.
    broken: bool,
}

/// Parses `file` and reads it with `read`; fails with all problems, in the order of the file.
pub(super) fn read<T>(
    file: &Arc<SourceFile>,
    doc: &'static TableDoc,
    read: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    let (text, problems) = syntax::repair(file);
    let broken = problems.iter().any(|problem| problem.code == "syntax");
    let (tree, _) = DeTable::parse_recoverable(&text);
    let reading = Reading { file, problems: RefCell::new(problems), broken };
    let needs_something = doc.keys().any(|key| key.required);
    let result = if tree.get_ref().is_empty() && needs_something && !broken {
        reading.report(empty_file(file, doc));
        None
    } else {
        read(&Table::new(&reading, doc, tree.get_ref(), reading.loc(first_line(&text))))
    };
    let mut problems = reading.problems.into_inner();
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.loc.span));
    match result {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems),
    }
}

fn empty_file(file: &Arc<SourceFile>, doc: &TableDoc) -> Problem {
    let needed: Vec<String> = doc.keys().filter(|key| key.required).map(|key| format!("`{}`", key.example)).collect();
    let state = if file.text.trim().is_empty() { "is empty" } else { "holds only comments" };
    Problem::spec("empty-file", format!("{} {state}", file.name))
        .label(&Loc::new(file, 0..0), "nothing here")
        .help(format!("it needs {}", needed.join(" and ")))
}

/// The first line that says something; of a file of comments, the first of those.
fn first_line(text: &str) -> Range<usize> {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        (start, line.trim())
    });
    let mut first = None;
    let said = lines.find(|(start, line)| {
        first = first.or(Some((*start, *line)).filter(|_| !line.is_empty()));
        !line.is_empty() && !line.starts_with('#')
    });
    said.or(first).map_or(0..0, |(start, line)| start..start + line.len())
}

impl Reading<'_> {
    pub(super) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Reports a problem that makes all others meaningless.
    pub(super) fn report_only(&self, problem: Problem) {
        *self.problems.borrow_mut() = vec![problem];
    }

    pub(super) fn loc(&self, span: Range<usize>) -> Loc {
        Loc::new(self.file, span)
    }
}

/// A table with its documentation.
pub(super) struct Table<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) doc: &'static TableDoc,
    /// The header, or the braces.
    pub(super) loc: Loc,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// Reports unknown and missing keys at once.
    pub(super) fn new(reading: &'a Reading<'a>, doc: &'static TableDoc, entries: &'a DeTable<'a>, loc: Loc) -> Self {
        let table = Self { reading, doc, loc, entries };
        table.report_unknown_keys();
        if !reading.broken {
            for key in doc.keys().filter(|key| key.required && !entries.contains_key(key.name)) {
                table.report_missing(key.name);
            }
        }
        table
    }

    fn report_unknown_keys(&self) {
        if self.doc.open.is_some() {
            return;
        }
        for key in self.entries.keys().filter(|key| self.doc.key(key.get_ref()).is_none()) {
            let (name, title) = (key.get_ref(), self.doc.title);
            self.reading.report(
                Problem::spec("unknown-key", format!("`{name}` is not a key of {title}"))
                    .label(&self.reading.loc(key.span()), "unknown key")
                    .maybe_help(key_hint(name, self.doc)),
            );
        }
    }

    /// Says that a key is needed and how it is written.
    pub(super) fn report_missing(&self, name: &str) {
        let example = self.doc.key(name).map(|key| format!("add it, for example: `{}`", key.example));
        self.reading.report(
            Problem::spec("missing-key", format!("{} lacks `{name}`", self.doc.title))
                .label(&self.loc, format!("no `{name}` here"))
                .maybe_help(example),
        );
    }

    pub(super) fn is_broken(&self) -> bool {
        self.reading.broken
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// A key's text, if it is one; whoever reads it later reports what is wrong with it.
    pub(super) fn peek(&self, name: &str) -> Option<Spanned<String>> {
        let value = self.entries.get(name)?;
        let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty())?;
        Some(Spanned::new(text.to_owned(), self.reading.loc(value.span())))
    }

    /// The value of a documented key.
    pub(super) fn node(&self, name: &str) -> Option<Node<'a>> {
        let key = self.doc.key(name);
        debug_assert!(key.is_some(), "{} documents no `{name}`", self.doc.title);
        let (written, value) = self.entries.get_key_value(name)?;
        Some(Node {
            reading: self.reading,
            key: key?,
            key_loc: self.reading.loc(written.span()),
            loc: self.reading.loc(value.span()),
            value: value.get_ref(),
        })
    }

    /// Every key and value of an open table, in the order of the file.
    pub(super) fn open_entries(&self, key: &'static Key) -> Vec<(Spanned<String>, Node<'a>)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let node = |(name, value): (&'a toml::Spanned<toml::de::DeString<'a>>, &'a toml::Spanned<DeValue<'a>>)| {
            let key_loc = self.reading.loc(name.span());
            let loc = self.reading.loc(value.span());
            let node = Node { reading: self.reading, key, key_loc: key_loc.clone(), loc, value: value.get_ref() };
            (Spanned::new(name.get_ref().to_string(), key_loc), node)
        };
        entries.into_iter().map(node).collect()
    }

    pub(super) fn text(&self, name: &str) -> Option<Spanned<String>> {
        self.node(name)?.text()
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<Spanned<String>>> {
        self.node(name)?.texts()
    }

    pub(super) fn flag(&self, name: &str) -> Option<Spanned<bool>> {
        self.node(name)?.flag()
    }

    pub(super) fn whole(&self, name: &str) -> Option<Spanned<u32>> {
        self.node(name)?.whole()
    }

    pub(super) fn choice<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Spanned<T>> {
        self.node(name)?.choice(parse)
    }

    pub(super) fn table(&self, name: &str) -> Option<Table<'a>> {
        self.node(name)?.table()
    }

    pub(super) fn tables(&self, name: &str) -> Vec<Table<'a>> {
        self.node(name).map(|node| node.tables()).unwrap_or_default()
    }
}

/// The nearest keys of this table, else the tables in which the key belongs, else all keys.
fn key_hint(wrong: &str, doc: &'static TableDoc) -> Option<String> {
    let quoted = |names: Vec<&str>| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ");
    let near = nearest_many(wrong, doc.keys().map(|key| key.name), 2);
    if !near.is_empty() {
        return Some(format!("did you mean {}?", quoted(near)));
    }
    let same_file = FILES.into_iter().find(|tables| tables.iter().any(|table| std::ptr::eq(*table, doc)));
    let homes: Vec<&TableDoc> =
        same_file.unwrap_or_default().iter().copied().filter(|table| table.key(wrong).is_some()).collect();
    match homes.first() {
        // TOML gives every key below a header to that table.
        Some(top) if std::ptr::eq(*top, &SPEC_FILE) => Some(format!(
            "`{wrong}` is not part of {}: write it above the first `[table]`, or in a `[[case]]`",
            doc.title
        )),
        Some(_) => {
            let titles: Vec<&str> = homes.iter().map(|table| table.title).collect();
            Some(format!("`{wrong}` belongs in {}", titles.join(" or ")))
        }
        None => did_you_mean(wrong, doc.keys().map(|key| key.name)),
    }
}
