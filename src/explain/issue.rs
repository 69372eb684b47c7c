//! The page of a common issue, from its row.

use super::documents::document;
use super::{capital, quoted};
use crate::diagnose::{Condition, Issue, fact_name};
use std::fmt::Write;

/// Its title, cause, fix and evidence, as Markdown.
pub fn issue(issue: &Issue) -> String {
    let mut page = format!(
        "# {}\n\n{}.\n\n## Cause\n\n{}.\n\n## How to fix\n\n{}.\n",
        issue.id,
        capital(&issue.title),
        capital(&issue.cause),
        capital(&issue.fix)
    );
    page.push_str("\n## Evidence\n\nIt is the cause if all of these hold:\n\n");
    for condition in &issue.when {
        let _ = writeln!(page, "- `{condition}`: {}", meaning(condition));
    }
    let _ = writeln!(page, "\nIt explains findings of {}.", quoted(issue.explains.iter().map(String::as_str)));
    match &issue.link {
        Some(link) if document(link).is_some() => {
            let _ = writeln!(page, "\nMore: `align explain {link}`");
        }
        Some(link) => {
            let _ = writeln!(page, "\nMore: `{link}`");
        }
        None => {}
    }
    page
}

/// What a condition asks for, in words.
fn meaning(condition: &Condition) -> String {
    let name = condition.name();
    let what = match fact_name(name) {
        _ if condition.is_finding() => format!("`{name}` has found something that is no mere note"),
        Some(fact) => fact.meaning.to_owned(),
        // No table with such a fact is read.
        None => name.to_owned(),
    };
    if condition.is_negated() { format!("not so, or none: {what}") } else { what }
}
