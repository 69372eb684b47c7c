//! `unused-family`: families that classify nothing and that nothing names.

use super::{Found, Lint, Material, meta, overlapping_entries};
use crate::check::Meta;
use crate::diag::{Problem, Severity};
use crate::kernel::{Identity, KernelPattern};
use crate::spec::{Each, FamilyRow, ProcessFilter};
use std::collections::BTreeSet;

pub(super) struct UnusedFamily;

impl Lint for UnusedFamily {
    fn meta(&self) -> Meta {
        meta("unused-family", Severity::Warning, include_str!("unused_family.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let named = named(material);
        let names = overlapping_entries::names();
        let rows = material.tables.iter().flat_map(|table| &table.rows);
        rows.filter(|row| !is_used(row, material, &named, &names))
            .map(|row| {
                let name = &row.family.name;
                let what = format!("nothing names the family `{name}`, and no known kernel falls into it");
                let problem = Problem::spec("unused-family", what)
                    .label(&row.loc, "never used")
                    .help(format!("name it (`match = \"family:{name}\"`), correct its patterns, or drop it"));
                Found::from(problem)
            })
            .collect()
    }
}

/// A family with a role takes part in every comparison; the others are used if they are named, or if a kernel that was
/// seen falls into them.
fn is_used(row: &FamilyRow, material: &Material, named: &BTreeSet<String>, names: &[Identity]) -> bool {
    let family = &row.family;
    let role = family.glue || family.around || family.core || family.companion || family.by_shape;
    let first = |name: &Identity| material.families.name_of(name) == Some(family.name.as_str());
    // A table that the project does not use yet is judged by itself.
    let known = material.families.names().any(|other| other == family.name);
    let matched = |name: &Identity| family.patterns.iter().any(|p| p.matches(&name.exact)) && (!known || first(name));
    role || named.contains(&family.name) || names.iter().any(matched)
}

/// The families that specs, rules and common issues name.
fn named(material: &Material) -> BTreeSet<String> {
    let mut named: BTreeSet<String> = BTreeSet::new();
    let mut pattern = |pattern: &KernelPattern| {
        if let KernelPattern::Family(_, text) = pattern {
            named.insert(text.trim_start_matches("family:").to_owned());
        }
    };
    for case in material.specs.iter().flat_map(|spec| spec.cases()) {
        case.kernels.iter().flat_map(|entry| &entry.patterns).for_each(|p| pattern(&p.value));
        for side in [&case.mock, &case.e2e] {
            for each in &side.each {
                match &each.value {
                    Each::Anchor { kernel } => pattern(kernel),
                    Each::Like { after, before } => after.iter().chain(before).for_each(&mut pattern),
                    _ => {}
                }
            }
            if let Some(ProcessFilter::HasKernel(kernel)) = side.process.as_ref().map(|p| &p.value) {
                pattern(kernel);
            }
        }
    }
    named.extend(material.rules.iter().flat_map(|rule| rule.families.iter().cloned()));
    // A fact ends in the family's name: `missing.rope`.
    named.extend(material.in_issues.iter().filter_map(|fact| Some(fact.rsplit_once('.')?.1.to_owned())));
    named
}
