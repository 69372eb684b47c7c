//! Tables of common issues, as written; what their conditions mean is the diagnosis' business.

use super::expectations::report_repeated;
use super::keys::ISSUES;
use super::reading::{Table, read};
use crate::diag::{Problem, SourceFile, Spanned};
use std::sync::Arc;

/// One row of a table of common issues.
#[derive(Debug, Clone)]
pub struct IssueRow {
    pub id: Spanned<String>,
    pub title: Spanned<String>,
    pub when: Vec<Spanned<String>>,
    pub explains: Vec<Spanned<String>>,
    pub cause: Spanned<String>,
    pub fix: Spanned<String>,
    pub link: Option<Spanned<String>>,
}

/// The rows of a file, in its order.
///
/// # Errors
/// All mistakes of the file, each with its place.
pub fn parse_issue_rows(file: &Arc<SourceFile>) -> Result<Vec<IssueRow>, Vec<Problem>> {
    read(file, &ISSUES, |top| {
        let tables = top.tables("issue");
        report_repeated(&tables, "id", "duplicate-issue", "issue");
        Some(tables.iter().filter_map(read_row).collect())
    })
}

fn read_row(table: &Table<'_>) -> Option<IssueRow> {
    let (id, title) = (table.text("id"), table.text("title"));
    let when = table.texts("when");
    let explains = table.texts("explains").unwrap_or_default();
    let (cause, fix, link) = (table.text("cause"), table.text("fix"), table.text("link"));
    Some(IssueRow { id: id?, title: title?, when: when?, explains, cause: cause?, fix: fix?, link })
}
