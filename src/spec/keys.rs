//! Every key of every table, described once: what reading validates against, what a near miss is
//! looked for in, and what the schema and the reference are made from.

mod project;
mod relation;
mod rule;
mod shape;
mod shared;
mod sides;
mod spec;
mod test;

pub use project::{FAMILIES, FAMILY, ISSUE, ISSUES, PROJECT};
pub use relation::Relation;
pub use rule::RULE_HEADER;
pub use shape::{Names, Shape};
pub use shared::{CHECKS, KERNEL, KERNELS, KNOWN_DIFFERENCE, LATENCY, LATENCY_KERNEL, LAUNCH, RULE};
pub use sides::{EACH, PROCESS, SIDE};
pub(super) use sides::{PROCESS_KEYS, SELECTORS};
pub use spec::{CASE, SPEC, SPEC_FILE};
pub use test::TEST;

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// An empty array is a mistake.
    pub filled: bool,
    /// What holds where the key is absent, as TOML.
    pub default: Option<&'static str>,
    /// Texts it cannot be.
    pub refused: &'static [&'static str],
    /// A value as one would write it.
    pub example: &'static str,
    /// What it says, in one line.
    pub doc: &'static str,
}

impl Key {
    const fn new(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Self {
        Self { name, shape, required: false, filled: false, default: None, refused: &[], example, doc }
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn filled(self) -> Self {
        Self { filled: true, ..self }
    }

    const fn default(self, value: &'static str) -> Self {
        Self { default: Some(value), ..self }
    }

    const fn refused(self, texts: &'static [&'static str]) -> Self {
        Self { refused: texts, ..self }
    }
}

/// One table and its keys.
#[derive(Debug)]
pub struct TableDoc {
    /// Its header or place, as messages name it.
    pub title: &'static str,
    pub doc: &'static str,
    /// In groups, since a case takes what the top of the file takes.
    pub groups: &'static [&'static [Key]],
    /// Keys that are names from the vocabulary rather than the ones listed.
    pub open: Option<Shape>,
    /// How keys depend on each other.
    pub relations: &'static [Relation],
}

impl TableDoc {
    const fn new(title: &'static str, doc: &'static str, groups: &'static [&'static [Key]]) -> Self {
        Self { title, doc, groups, open: None, relations: &[] }
    }

    const fn related(self, relations: &'static [Relation]) -> Self {
        Self { relations, ..self }
    }

    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

/// The tables of a spec, in the order of a reference.
pub const SPEC_TABLES: &[&TableDoc] = &[
    &SPEC_FILE,
    &SPEC,
    &CASE,
    &SIDE,
    &EACH,
    &PROCESS,
    &KERNEL,
    &KERNELS,
    &LATENCY,
    &LATENCY_KERNEL,
    &LAUNCH,
    &KNOWN_DIFFERENCE,
    &CHECKS,
    &RULE,
    &TEST,
];

/// The tables of every kind of file: specs, a project, families, common issues, a rule.
pub const FILES: [&[&TableDoc]; 5] =
    [SPEC_TABLES, &[&PROJECT], &[&FAMILIES, &FAMILY], &[&ISSUES, &ISSUE], &[&RULE_HEADER]];

/// What each of [`FILES`] is called.
pub const FILE_NAMES: [&str; 5] = ["spec", "project", "families", "common-issues", "rule-header"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described_once_and_has_an_example() {
        for table in FILES.into_iter().flatten() {
            let mut names: Vec<&str> = table.keys().map(|key| key.name).collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}: a key stands twice", table.title);
            for key in table.keys() {
                assert!(!key.doc.is_empty() && !key.example.is_empty(), "{}.{}", table.title, key.name);
            }
        }
    }

    #[test]
    fn every_table_a_key_leads_to_is_listed() {
        for table in FILES.into_iter().flatten() {
            for key in table.keys() {
                if let Shape::Table(inner) | Shape::Tables(inner) | Shape::Alternatives(inner) = key.shape {
                    assert!(FILES.into_iter().flatten().any(|t| std::ptr::eq(*t, inner)), "{}", inner.title);
                }
            }
        }
    }
}
