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
    let (glue, around) = (table.flag("glue"), table.flag("around"));
    let (core, companion) = (table.flag("core"), table.flag("companion"));
    for (name, other, says) in [
        ("glue", &glue, "says nothing about the operation"),
        ("around", &around, "part of no operation"),
        ("companion", &companion, "follows from another kernel"),
    ] {
        if let (Some(core), Some(other)) = (core.as_ref().filter(|f| f.value), other.as_ref().filter(|f| f.value)) {
            table.reading.report(
                Problem::spec("conflicting-flags", format!("a family cannot be both {name} and core"))
                    .label(&core.loc, "the heart of an operation")
                    .label(&other.loc, says)
                    .help("keep one of them"),
            );
        }
    }
    Some(Family {
        name: name?.value,
        meaning: meaning?.value,
        patterns: patterns?.into_iter().map(|pattern| pattern.value).collect(),
        glue: glue.is_some_and(|flag| flag.value),
        around: around.is_some_and(|flag| flag.value),
        core: core.is_some_and(|flag| flag.value),
        companion: companion.is_some_and(|flag| flag.value),
    })
}
