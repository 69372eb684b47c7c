//! Tables of kernel families.

use super::expectations::report_repeated;
use super::keys::FAMILIES;
use super::reading::{Table, read};
use crate::diag::{Problem, SourceFile};
use crate::kernel::Family;
use std::sync::Arc;

/// The families of a file, in its order: the first that matches a kernel wins.
///
/// # Errors
/// All mistakes of the file, each with its place.
pub fn parse_families(file: &Arc<SourceFile>) -> Result<Vec<Family>, Vec<Problem>> {
    read(file, &FAMILIES, |top| {
        let tables = top.tables("family");
        report_repeated(&tables, "name", "duplicate-family", "family");
        Some(tables.iter().filter_map(read_family).collect())
    })
}

fn read_family(table: &Table<'_>) -> Option<Family> {
    let (name, meaning) = (table.text("name"), table.text("meaning"));
    let patterns = table.node("patterns").and_then(|node| {
        node.report_if_no_items();
        node.text_patterns()
    });
    let (glue, core) = (table.flag("glue"), table.flag("core"));
    if let (Some(glue), Some(core)) = (glue.as_ref().filter(|f| f.value), core.as_ref().filter(|f| f.value)) {
        table.reading.report(
            Problem::spec("conflicting-flags", "a family cannot be both glue and core")
                .label(&core.loc, "the heart of an operation")
                .label(&glue.loc, "says nothing about the operation")
                .help("keep one of them"),
        );
    }
    let companion = table.flag("companion");
    if let (Some(core), Some(companion)) = (core.as_ref().filter(|f| f.value), companion.as_ref().filter(|f| f.value)) {
        table.reading.report(
            Problem::spec("conflicting-flags", "a family cannot be both core and companion")
                .label(&core.loc, "the heart of an operation")
                .label(&companion.loc, "follows from another kernel")
                .help("keep one of them"),
        );
    }
    Some(Family {
        name: name?.value,
        meaning: meaning?.value,
        patterns: patterns?.into_iter().map(|pattern| pattern.value).collect(),
        glue: glue.is_some_and(|flag| flag.value),
        core: core.is_some_and(|flag| flag.value),
        companion: companion.is_some_and(|flag| flag.value),
    })
}
