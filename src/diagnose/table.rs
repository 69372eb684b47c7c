//! The common-issues table: rows with parsed conditions.

use super::condition::Condition;
use super::fact_names::{FACTS, fact_name};
use crate::diag::{Problem, SourceFile, Spanned, did_you_mean};
use crate::spec::{IssueRow, parse_issue_rows};
use std::sync::Arc;

/// One cause, the evidence it needs, and its fix.
#[derive(Debug, Clone)]
pub struct Issue {
    pub id: String,
    pub title: String,
    /// All must hold.
    pub when: Vec<Condition>,
    /// Codes of findings that it explains.
    pub explains: Vec<String>,
    pub cause: String,
    pub fix: String,
    pub link: Option<String>,
}

/// A table of causes; among equals the earlier one comes first.
#[derive(Debug, Clone, Default)]
pub struct Issues {
    rows: Vec<Issue>,
}

impl Issues {
    pub fn iter(&self) -> impl Iterator<Item = &Issue> {
        self.rows.iter()
    }

    pub fn get(&self, id: &str) -> Option<&Issue> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// Puts another table's rows in front; a row of the same id replaces the shipped one.
    pub fn prepend(&mut self, other: Issues) {
        self.rows.retain(|row| other.get(&row.id).is_none());
        self.rows.splice(0..0, other.rows);
    }
}

/// Reads a table; `checks` are the names that findings can have.
///
/// # Errors
/// All mistakes of the file, each with its place.
pub fn parse_issues(file: &Arc<SourceFile>, checks: &[String]) -> Result<Issues, Vec<Problem>> {
    let mut problems = Vec::new();
    let rows = parse_issue_rows(file)?.into_iter().map(|row| compile(row, checks, &mut problems)).collect();
    if problems.is_empty() { Ok(Issues { rows }) } else { Err(problems) }
}

fn compile(row: IssueRow, checks: &[String], problems: &mut Vec<Problem>) -> Issue {
    let mut when = Vec::new();
    for text in &row.when {
        match Condition::parse(text) {
            Ok(condition) => {
                match fact_name(condition.name()) {
                    _ if condition.is_finding() => known(text, condition.name(), checks, problems),
                    None => problems.push(no_fact(text, condition.name())),
                    Some(_) => {}
                }
                when.push(condition);
            }
            Err(error) => problems.push(
                Problem::spec("bad-condition", error.to_string())
                    .label(&text.loc, "not a condition")
                    .help("write `fact`, `not fact`, `fact > 0.5`, `fact < 2` or `finding:check-name`"),
            ),
        }
    }
    for code in &row.explains {
        known(code, code, checks, problems);
    }
    Issue {
        id: row.id.value,
        title: row.title.value,
        when,
        explains: row.explains.into_iter().map(|e| e.value).collect(),
        cause: row.cause.value,
        fix: row.fix.value,
        link: row.link.map(|l| l.value),
    }
}

/// A condition on a fact that nothing sets would never hold.
fn no_fact(at: &Spanned<String>, name: &str) -> Problem {
    Problem::spec("unknown-fact", format!("there is no fact `{name}`"))
        .label(&at.loc, "never holds")
        .maybe_help(did_you_mean(name, FACTS.iter().map(|fact| fact.name)))
}

fn known(at: &Spanned<String>, code: &str, checks: &[String], problems: &mut Vec<Problem>) {
    if !checks.iter().any(|c| c == code) {
        problems.push(
            Problem::spec("unknown-check", format!("there is no check or rule `{code}`"))
                .label(&at.loc, "unknown")
                .maybe_help(did_you_mean(code, checks.iter().map(String::as_str))),
        );
    }
}
