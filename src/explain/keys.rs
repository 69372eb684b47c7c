//! The reference of keys: one key by its path, one table, or a whole kind of file.

use crate::spec::keys::{FILE_NAMES, FILES, Key, Names, Relation, Shape, TableDoc};
use std::fmt::Write;

/// The page of a key by its path: `latency.within`, `case.mock.each.range`, `families.family.glue`; or of every key
/// of this name.
pub(super) fn key(path: &str) -> Option<String> {
    let found = by_path(path);
    let found = if found.is_empty() && !path.contains('.') { by_name(path) } else { found };
    (!found.is_empty())
        .then(|| found.iter().map(|(path, file, key)| key_page(path, file, key)).collect::<Vec<_>>().join("\n"))
}

/// The paths of all keys, for near misses.
pub(super) fn paths() -> Vec<String> {
    let tables = FILES.into_iter().flatten();
    tables.flat_map(|table| table.keys().map(|key| format!("{}{}", place(table), key.name))).collect()
}

/// What stands before a key's name: `kernel.` for `[[kernel]]`, nothing at the top.
fn place(table: &TableDoc) -> String {
    let title = table.title.split(" (").next().unwrap_or_default();
    let word: String = title.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    let is_place = title.starts_with('`') && word != "align.toml";
    if is_place { format!("{word}.") } else { String::new() }
}

type Found = (String, &'static str, &'static Key);

/// The keys that a path leads to, from the top of every kind of file or from the file's own name.
fn by_path(path: &str) -> Vec<Found> {
    let parts: Vec<&str> = path.split('.').collect();
    let tops = FILE_NAMES.into_iter().zip(FILES);
    let mut found = Vec::new();
    for (file, tables) in tops {
        let Some(top) = tables.first() else { continue };
        let own = parts.strip_prefix(&[file][..]).filter(|rest| !rest.is_empty());
        for way in [Some(parts.as_slice()), own].into_iter().flatten() {
            if let Some(key) = follow(top, way) {
                found.push((way.join("."), file, key));
            }
        }
    }
    found
}

fn follow(top: &'static TableDoc, way: &[&str]) -> Option<&'static Key> {
    let (name, rest) = way.split_first()?;
    let key = top.key(name)?;
    if rest.is_empty() { Some(key) } else { follow(key.shape.table()?, rest) }
}

fn by_name(name: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (file, tables) in FILE_NAMES.into_iter().zip(FILES) {
        for table in tables {
            found.extend(table.key(name).map(|key| (format!("{}{name}", place(table)), file, key)));
        }
    }
    found
}

fn key_page(path: &str, file: &str, key: &Key) -> String {
    let mut page = format!("# {path}\n\n{}\n\n", key.doc);
    let _ = writeln!(page, "- a key of `{file}` files: `{}`", key.example);
    let _ = writeln!(page, "- takes {}", takes(key));
    if let Some(default) = key.default {
        let _ = writeln!(page, "- when absent: `{default}`");
    }
    if key.required {
        page.push_str("- required\n");
    }
    if let Some(table) = key.shape.table() {
        let _ = write!(page, "\n{}", rows(table));
    }
    page
}

/// The tables of a kind of file, as Markdown below level-two headings.
pub fn reference(file: &str) -> String {
    let tables =
        FILE_NAMES.into_iter().zip(FILES).find(|(name, _)| *name == file).map_or(&[][..], |(_, tables)| tables);
    tables.iter().map(|table| format!("## {}\n\n{}\n\n{}\n", capital_title(table), table.doc, rows(table))).collect()
}

fn capital_title(table: &TableDoc) -> String {
    super::capital(table.title)
}

/// A table's keys, and how they depend on each other.
fn rows(table: &TableDoc) -> String {
    let mut out = String::new();
    if let Some(Shape::Severity) = table.open {
        out.push_str("Any check or rule by its name, with `error`, `warning`, `note` or `off`.\n");
    }
    if table.keys().next().is_some() {
        out.push_str("| key | takes | when absent | meaning |\n|---|---|---|---|\n");
    }
    for key in table.keys() {
        let absent = match key.default {
            Some(default) => format!("`{default}`"),
            None if key.required => "a mistake".to_owned(),
            None => String::new(),
        };
        let example = key.example.replace('|', "\\|");
        let _ = writeln!(out, "| `{}` | {} | {absent} | {} `{example}` |", key.name, takes(key), key.doc);
    }
    for relation in table.relations {
        let _ = write!(out, "\n{}\n", sentence(relation));
    }
    out
}

/// The values a key takes, in words.
fn takes(key: &Key) -> String {
    let filled = if key.filled { ", at least one" } else { "" };
    match key.shape {
        Shape::Choice(words) => listed(words, "or"),
        Shape::Choices(words) => format!("one or several of {}", listed(words, "and")),
        Shape::Severity => listed(&["error", "warning", "note", "off"], "or"),
        Shape::Text => "a text".to_owned(),
        Shape::Texts => format!("a text or several{filled}"),
        Shape::Name(names) => format!("the name of {}", of(names)),
        Shape::Names(names) => format!("names of {}{filled}", of(names)),
        Shape::Glob => "a glob".to_owned(),
        Shape::Globs => format!("a glob or several{filled}"),
        Shape::NamePatterns => format!("globs and `/expressions/`{filled}"),
        Shape::KernelPattern => "a glob, an `/expression/` or `family:NAME`".to_owned(),
        Shape::KernelPatterns => format!("globs, `/expressions/` and `family:NAME`{filled}"),
        Shape::Conditions => format!("conditions{filled}"),
        Shape::Release => "a framework, with a version or bounds of one".to_owned(),
        Shape::Flag => "`true` or `false`".to_owned(),
        Shape::True => "`true`".to_owned(),
        Shape::Version(only) => format!("`{only}`"),
        Shape::Whole(least) => format!("a whole number from {least}"),
        Shape::Count => "a count: `1`, `\"1..=2\"`, `\"1..\"`, `\"any\"`".to_owned(),
        Shape::Tolerance => "a percentage in quotes, above 0% and at most 100%, or a fraction".to_owned(),
        Shape::Share => "a percentage in quotes, at most 100%, or a fraction".to_owned(),
        Shape::Changes => "a range of percentages, both ends included".to_owned(),
        Shape::Date => "a day".to_owned(),
        Shape::Table(table) => format!("a table: {}", table.title),
        Shape::Tables(table) => format!("tables: {}", table.title),
        Shape::Alternatives(table) => format!("{}: one or several in order, or `\"auto\"`", table.title),
        Shape::Parameters => "names and values".to_owned(),
    }
}

fn of(names: Names) -> &'static str {
    match names {
        Names::Judgements => "checks and rules",
        Names::Rules => "a rule",
        Names::Reported => "checks, rules and common issues",
    }
}

fn sentence(relation: &Relation) -> String {
    match *relation {
        Relation::OneOf(keys) => format!("Exactly one of {} is set.", listed(keys, "and")),
        Relation::SomeOf(keys) => format!("At least one of {} is set.", listed(keys, "and")),
        Relation::Beside { key, with } => format!("`{key}` goes only with {}.", listed(with, "or")),
        Relation::Unless { key, required } => format!("Without `{key}`, {} are required.", listed(required, "and")),
        Relation::Needs { flag, key } => format!("`{flag} = true` needs `{key}`."),
        Relation::NotBoth(one, other) => format!("`{one}` and `{other}` are not both true."),
        Relation::NoFamily { flag, patterns } => format!("With `{flag} = true`, `{patterns}` names no family."),
        Relation::NotZero { flag, count } => format!("With `{flag} = true`, `{count}` is not 0."),
        Relation::NotIn { tables, key } => format!("`{tables}` cannot have `{key}` here."),
        Relation::NotOn { side, selection } => format!("`each` of `{side}` cannot use `{selection}`."),
    }
}

/// `a`, `b` or `c`.
fn listed(words: &[&str], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_path_and_by_its_name() {
        for path in ["latency.within", "spec.latency.within", "case.mock.each.range", "kernel.count", "fail-on"] {
            assert!(key(path).is_some(), "{path}");
        }
        assert!(key("spec.name").is_some_and(|page| page.contains("# spec.name")), "a key of [spec]");
        assert!(key("within").is_some_and(|page| page.matches("\n- takes").count() > 2), "all of its name");
        assert_eq!((key("latency.witin"), key("witin")), (None, None));
    }

    #[test]
    fn every_path_is_explained() {
        for path in paths() {
            let name = path.rsplit('.').next().unwrap_or_default();
            assert!(key(&path).or_else(|| key(name)).is_some(), "{path}");
        }
    }
}
