//! Tables of kernel families.

use super::expectations::report_repeated;
use super::keys::FAMILIES;
use super::reading::{Table, read};
use crate::diag::{Loc, Problem, SourceFile};
use crate::kernel::Family;
use std::sync::Arc;

/// The families of a file, in its order: the first that matches a kernel wins.
///
/// # Errors
/// All mistakes of the file, each with its place.
pub fn parse_families(file: &Arc<SourceFile>) -> Result<Vec<Family>, Vec<Problem>> {
    Ok(parse_family_rows(file)?.into_iter().map(|row| row.family).collect())
}

/// A family with its places in the file.
#[derive(Debug, Clone)]
pub struct FamilyRow {
    pub family: Family,
    /// Of its name.
    pub loc: Loc,
    /// Of its patterns, in step with them.
    pub patterns: Vec<Loc>,
}

/// As [`parse_families`], with places.
///
/// # Errors
/// As [`parse_families`].
pub fn parse_family_rows(file: &Arc<SourceFile>) -> Result<Vec<FamilyRow>, Vec<Problem>> {
    read(file, &FAMILIES, |top| {
        let tables = top.tables("family");
        report_repeated(&tables, "name", "duplicate-family", "family");
        Some(tables.iter().filter_map(read_family).collect())
    })
}

fn read_family(table: &Table<'_>) -> Option<FamilyRow> {
    let (name, meaning) = (table.text("name"), table.text("meaning"));
    let patterns = table.node("patterns").and_then(|node| node.text_patterns());
    let (glue, around) = (table.flag("glue"), table.flag("around"));
    let (core, companion, by_shape) = (table.flag("core"), table.flag("companion"), table.flag("by-shape"));
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
    let (name, patterns) = (name?, patterns?);
    Some(FamilyRow {
        loc: name.loc.clone(),
        patterns: patterns.iter().map(|pattern| pattern.loc.clone()).collect(),
        family: Family {
            name: name.value,
            meaning: meaning?.value,
            patterns: patterns.into_iter().map(|pattern| pattern.value).collect(),
            glue: glue.is_some_and(|flag| flag.value),
            around: around.is_some_and(|flag| flag.value),
            core: core.is_some_and(|flag| flag.value),
            companion: companion.is_some_and(|flag| flag.value),
            by_shape: by_shape.is_some_and(|flag| flag.value),
        },
    })
}
