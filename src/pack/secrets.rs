//! Proof that a file can be shared: every text of every table is searched for what gives a machine or a person away.

use super::patterns::{Patterns, REMOVED, SecretKind, environment};
use super::processes;
use super::source::{Source, Table, quote, text};
use super::tables::is_allowed_fact;
use crate::diag::{Problem, escape, shorten};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One thing in a file that must not be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub table: String,
    pub column: String,
    pub kind: SecretKind,
    /// How many values of this column hold one.
    pub values: u64,
    /// Where it stands, with the secret itself left out.
    pub around: String,
}

/// Everything in a database that must not be shared, by table, column and kind.
///
/// Fails with a [`Problem`] if the file cannot be read. Never writes to it.
pub fn secrets(path: &Path) -> Result<Vec<Secret>, Problem> {
    let source = Source::open(path)?;
    let patterns = Patterns::new(&learn(&source)?)?;
    let mut findings = Findings::default();
    for table in source.tables() {
        match table.name.as_str() {
            // Their rows are whole files and the output of programs.
            "ANALYSIS_FILE" | "ProcessStreams" => search_captured_files(&source, table, &mut findings)?,
            name if holds_facts(name) => search_facts(&source, table, &mut findings)?,
            _ => {}
        }
        search_text(&source, table, &patterns, &mut findings)?;
    }
    search_processes(&source, &mut findings)?;
    search_unused_pages(&source, &mut findings)?;
    Ok(findings.into_list())
}

/// The names of users and hosts that the trace itself tells, longest first.
pub(super) fn learn(source: &Source) -> Result<Vec<(SecretKind, String)>, Problem> {
    let mut names = BTreeSet::new();
    for table in source.tables() {
        if holds_facts(&table.name) {
            each_fact(source, table, |name, value| {
                if let Some(kind @ (SecretKind::UserName | SecretKind::HostName)) = kind_of_fact(name) {
                    names.insert((kind, value.to_owned()));
                }
            })?;
        }
        each_text(source, table, |_, text| {
            for (name, value) in environment(text) {
                match name {
                    "USER" | "LOGNAME" | "USERNAME" => names.insert((SecretKind::UserName, value.to_owned())),
                    "HOST" | "HOSTNAME" => names.insert((SecretKind::HostName, value.to_owned())),
                    _ => false,
                };
            }
            names.extend(owners_of_paths(text).map(|name| (SecretKind::UserName, name.to_owned())));
        })?;
    }
    let mut names: Vec<_> = names.into_iter().filter(|(_, name)| is_telling_name(name)).collect();
    names.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.cmp(b)));
    Ok(names)
}

/// Whose home folders a text names.
fn owners_of_paths(text: &str) -> impl Iterator<Item = &str> {
    let after = ["/home/", "/Users/"].into_iter().flat_map(|root| text.split(root).skip(1));
    after.filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).next())
}

/// Short or common names are words of every trace: looking for them would redact what must be kept.
fn is_telling_name(name: &str) -> bool {
    const COMMON: [&str; 10] =
        ["root", "user", "users", "ubuntu", "runner", "local", "localhost", "test", "model", "nvidia"];
    name.len() >= 4 && !COMMON.contains(&name.to_ascii_lowercase().as_str())
}

/// Tables of name and value pairs about the capture and the machine.
fn holds_facts(table: &str) -> bool {
    matches!(table, "META_DATA_CAPTURE" | "META_DATA_EXPORT" | "EXPORT_META_DATA" | "TARGET_INFO_SYSTEM_ENV")
}

fn kind_of_fact(name: &str) -> Option<SecretKind> {
    if is_allowed_fact(name) {
        return None;
    }
    const NAMES: [(&str, SecretKind); 5] = [
        ("(?i)environ|env_?var", SecretKind::Environment),
        ("(?i)host_?name|target_?name|computer|node_?name", SecretKind::HostName),
        ("(?i)user|login|account", SecretKind::UserName),
        ("(?i)ip_?addr|mac_?addr|serial|uuid", SecretKind::DeviceIdentity),
        ("(?i)command|cmd_?line|argument|argv|executable|work(ing)?_?dir|cwd|path|file", SecretKind::Machine),
    ];
    NAMES.into_iter().find(|(form, _)| Regex::new(form).is_ok_and(|r| r.is_match(name))).map(|(_, kind)| kind)
}

fn search_facts(source: &Source, table: &Table, findings: &mut Findings) -> Result<(), Problem> {
    each_fact(source, table, |name, value| {
        if value != REMOVED
            && let Some(kind) = kind_of_fact(name)
        {
            findings.add(&table.name, "value", kind, || format!("{name} = {REMOVED}"));
        }
    })
}

fn search_captured_files(source: &Source, table: &Table, findings: &mut Findings) -> Result<(), Problem> {
    source.rows(table, |_| {
        findings.add(&table.name, "*", SecretKind::Machine, || "captured files and program output".to_owned());
        Ok(())
    })
}

fn search_text(source: &Source, table: &Table, patterns: &Patterns, findings: &mut Findings) -> Result<(), Problem> {
    each_text(source, table, |column, text| {
        match (table.name.as_str(), column) {
            ("TARGET_INFO_GPU", "uuid" | "busLocation") => {
                findings.add(&table.name, column, SecretKind::DeviceIdentity, || REMOVED.to_owned());
            }
            ("TARGET_INFO_SYSTEM_ENV", "devStateName") if text != "Local (CLI)" => {
                findings.add(&table.name, column, SecretKind::HostName, || REMOVED.to_owned());
            }
            _ => {}
        }
        let found = patterns.find(text);
        let kinds: BTreeSet<SecretKind> = found.iter().map(|(_, kind)| *kind).collect();
        for kind in kinds {
            findings.add(&table.name, column, kind, || match kind {
                SecretKind::Environment => format!("{} variables", environment(text).len()),
                _ => around(text, patterns),
            });
        }
    })
}

/// An export lists whatever ran on the machine.
fn search_processes(source: &Source, findings: &mut Findings) -> Result<(), Problem> {
    let Some(table) = source.table("PROCESSES") else { return Ok(()) };
    let Some(column) = processes::column(table) else { return Ok(()) };
    let Some(known) = processes::with_rows(source, |_, _| Box::new(|_| Ok(true)))? else { return Ok(()) };
    source.rows(table, |row| {
        if !processes::key(row, column).is_some_and(|key| known.contains(&key)) {
            findings.add(&table.name, "*", SecretKind::OtherProcesses, || REMOVED.to_owned());
        }
        Ok(())
    })
}

/// Deleted rows stay in the file's unused pages until it is written anew.
fn search_unused_pages(source: &Source, findings: &mut Findings) -> Result<(), Problem> {
    let count: i64 = source
        .connection
        .query_row("PRAGMA freelist_count", [], |row| row.get(0))
        .map_err(|e| source.unreadable(&e))?;
    if count > 0 {
        findings.add("(none)", "*", SecretKind::DeletedRows, || format!("{count} unused pages"));
    }
    Ok(())
}

fn around(text: &str, patterns: &Patterns) -> String {
    shorten(&escape(&patterns.redact(text).unwrap_or_default()), 80)
}

fn each_fact(source: &Source, table: &Table, mut visit: impl FnMut(&str, &str)) -> Result<(), Problem> {
    let (Some(name), Some(value)) = (table.position("name"), table.position("value")) else { return Ok(()) };
    source.rows(table, |values| {
        if let (Some(name), Some(value)) = (values.get(name).and_then(text), values.get(value).and_then(text))
            && !value.is_empty()
        {
            visit(&name, &value);
        }
        Ok(())
    })
}

/// Every non-empty text or blob of a table, column by column.
fn each_text(source: &Source, table: &Table, mut visit: impl FnMut(&str, &str)) -> Result<(), Problem> {
    for column in &table.columns {
        let (name, of) = (quote(&column.name), quote(&table.name));
        let sql = format!("SELECT {name} FROM {of} WHERE typeof({name}) IN ('text', 'blob') AND {name} <> ''");
        let fail = |e: rusqlite::Error| source.unreadable(&e);
        let mut statement = source.connection.prepare(&sql).map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let bytes = row.get_ref(0).map_err(fail)?.as_bytes().unwrap_or_default();
            visit(&column.name, &String::from_utf8_lossy(bytes));
        }
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Findings(BTreeMap<(String, String, SecretKind), (u64, String)>);

impl Findings {
    fn add(&mut self, table: &str, column: &str, kind: SecretKind, around: impl FnOnce() -> String) {
        let key = (table.to_owned(), column.to_owned(), kind);
        let (values, _) = self.0.entry(key).or_insert_with(|| (0, around()));
        *values += 1;
    }

    fn into_list(self) -> Vec<Secret> {
        let secret = |((table, column, kind), (values, around))| Secret { table, column, kind, values, around };
        self.0.into_iter().map(secret).collect()
    }
}
