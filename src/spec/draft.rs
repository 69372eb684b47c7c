//! One spec file read on its own, before what it extends is merged under it.

use super::expectations::{read_layer, report_repeated};
use super::expected::read_tests;
use super::keys::SPEC_FILE;
use super::layer::Layer;
use super::model::Test;
use super::node::integer_of;
use super::reading::{Table, read};
use super::sides::Scope;
use crate::diag::{Loc, Problem, SourceFile, Spanned};
use std::sync::Arc;
use toml::de::DeValue;

/// The version of the format that this program reads.
const VERSION: i64 = 1;

#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) file: Arc<SourceFile>,
    /// The `[spec]` header.
    pub(super) header: Loc,
    pub(super) name: Option<Spanned<String>>,
    pub(super) op: Option<Spanned<String>>,
    pub(super) owner: Option<Spanned<String>>,
    pub(super) doc: Option<Spanned<String>>,
    pub(super) is_abstract: bool,
    pub(super) is_unproven: bool,
    pub(super) shared: Layer,
    pub(super) cases: Vec<(Spanned<String>, Layer)>,
    pub(super) tests: Vec<Test>,
}

/// What a file says, as far as it can be read, with all its mistakes; and what it extends, which is
/// read even if the file has mistakes, so that those of both are reported in one run.
pub(super) fn read_draft(
    file: &Arc<SourceFile>,
    scope: Scope<'_>,
) -> (Result<Draft, Vec<Problem>>, Option<Spanned<String>>) {
    let mut extends = None;
    let draft = read(file, &SPEC_FILE, |top| {
        if !is_version_known(top) {
            return None;
        }
        let header = top.table("spec");
        let text = |name: &str| header.as_ref().and_then(|table| table.text(name));
        let flag = |name: &str| header.as_ref().and_then(|table| table.flag(name)).is_some_and(|flag| flag.value);
        extends = text("extends");
        let cases = top.tables("case");
        report_repeated(&cases, "name", "duplicate-case", "case");
        Some(Draft {
            file: Arc::clone(file),
            header: header.as_ref().map_or_else(|| top.loc.clone(), |table| table.loc.clone()),
            name: text("name"),
            op: text("op"),
            owner: text("owner"),
            doc: text("doc"),
            is_abstract: flag("abstract"),
            is_unproven: flag("unproven"),
            shared: read_layer(top, scope),
            tests: read_tests(top, scope),
            cases: cases
                .iter()
                .filter_map(|case| {
                    let layer = read_layer(case, scope);
                    Some((case.text("name")?, layer))
                })
                .collect(),
        })
    });
    (draft, extends)
}

/// A file of another version has other keys: nothing more is said about it.
fn is_version_known(top: &Table<'_>) -> bool {
    let Some(node) = top.node("align") else {
        return true;
    };
    let DeValue::Integer(integer) = node.value else {
        node.report_wrong_type();
        return true;
    };
    if integer_of(integer) == Some(VERSION) {
        return true;
    }
    top.reading.report_only(
        Problem::spec("unknown-version", format!("this program does not read version {integer} of the format"))
            .label(&node.loc, "unknown version")
            .help(format!("write `align = {VERSION}`, or use a program that reads version {integer}")),
    );
    false
}
