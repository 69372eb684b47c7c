//! What is linted: specs with what they are built on, tables of families, and rules.

use crate::diag::{Loc, Problem, SourceFile, unique};
use crate::kernel::Families;
use crate::pipeline::Session;
use crate::script::{Inspected, inspect};
use crate::spec::{self, Case, FamilyRow, Layered};
use std::path::PathBuf;
use std::sync::Arc;

/// Everything that could be read.
#[derive(Debug)]
pub struct Material {
    pub specs: Vec<Spec>,
    pub tables: Vec<Table>,
    pub rules: Vec<Inspected>,
    /// All families, the project's in front of the shipped ones.
    pub families: Arc<Families>,
    /// Names of families that common issues ask for.
    pub in_issues: Vec<String>,
}

/// A spec, case by case with what it is built on.
#[derive(Debug)]
pub struct Spec {
    pub layered: Layered,
}

/// A table of families.
#[derive(Debug)]
pub struct Table {
    pub file: Arc<SourceFile>,
    pub rows: Vec<FamilyRow>,
}

impl Spec {
    pub fn cases(&self) -> &[Case] {
        &self.layered.spec.cases
    }

    /// Each case with the same case of the files that the spec extends, if it extends any.
    pub fn over_base(&self) -> impl Iterator<Item = (&Case, &Case)> {
        self.layered.spec.cases.iter().zip(&self.layered.base)
    }

    /// Whether something stands in the spec's own file, and is said there at all.
    pub fn is_own(&self, loc: &Loc) -> bool {
        let spec = &self.layered.spec;
        loc.file.name == spec.file.name && loc.span != spec.name.loc.span
    }
}

impl Material {
    /// Reads what the paths hold, the given tables, and the project's own rules; with all mistakes of all of them.
    pub fn read(session: &Session, paths: &[PathBuf], tables: &[PathBuf]) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let (specs, mut found) = spec::discover_to_lint(paths).unwrap_or_else(|mistakes| {
            problems.extend(mistakes);
            Default::default()
        });
        found.extend(tables.iter().filter(|table| !found.contains(table)).cloned().collect::<Vec<_>>());
        let mut material = Self {
            specs: Vec::new(),
            tables: Vec::new(),
            rules: Vec::new(),
            families: Arc::clone(session.families()),
            in_issues: session.issues().iter().flat_map(|issue| &issue.when).map(|c| c.name().to_owned()).collect(),
        };
        for path in &specs {
            match session.load_layered(path) {
                Ok(layered) => material.specs.push(Spec { layered }),
                // Two specs that extend the same broken file have the same mistakes.
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        for path in &found {
            let read = spec::read_file(path).map_err(|problem| vec![problem]);
            match read.and_then(|file| Ok(Table { rows: spec::parse_family_rows(&file)?, file })) {
                Ok(table) => material.tables.push(table),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        for name in session.rules().own_names() {
            match inspect(session.rules(), &name) {
                Ok(rule) => material.rules.push(rule),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        (material, unique(problems))
    }

    /// How many files and rules were linted.
    pub fn count(&self) -> usize {
        self.specs.len() + self.tables.len() + self.rules.len()
    }

    /// Every text that a finding can point into, once.
    pub fn files(&self) -> Vec<&Arc<SourceFile>> {
        let specs = self.specs.iter().map(|spec| &spec.layered.spec.file);
        let others = self.tables.iter().map(|table| &table.file).chain(self.rules.iter().map(|rule| &rule.doc));
        let mut files: Vec<&Arc<SourceFile>> = specs.chain(others).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup_by(|a, b| a.name == b.name);
        files
    }
}
