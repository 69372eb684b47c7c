//! What editors read: JSON Schemas of the files that people write, made from the tables of keys, so that an editor and
//! `align` refuse the same; and definitions of the script API.
//!
//! Draft 7, which editors for TOML understand whole. Names that a project can add to (checks, rules, families) are
//! suggested, never required.

mod definitions;
mod names;
mod relation;
mod shape;
mod table;

pub use definitions::definitions;
pub use names::Vocabulary;

use crate::spec::keys::{FAMILIES, ISSUES, PROJECT, RULE_HEADER, SPEC_FILE, TableDoc};
use serde_json::{Map, Value, json};

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// A kind of file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Spec,
    Project,
    CommonIssues,
    Families,
    RuleHeader,
}

impl Schema {
    pub const ALL: [Self; 5] = [Self::Spec, Self::Project, Self::CommonIssues, Self::Families, Self::RuleHeader];

    /// What `align schema` takes, and the schema's file without `.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Project => "project",
            Self::CommonIssues => "common-issues",
            Self::Families => "families",
            Self::RuleHeader => "rule-header",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|schema| schema.name() == name)
    }

    /// What it describes, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Spec => "a spec",
            Self::Project => "`align.toml`",
            Self::CommonIssues => "a table of common issues",
            Self::Families => "a table of kernel families",
            Self::RuleHeader => "the header of a rule's `rule.md`",
        }
    }

    /// The file's outermost table.
    pub fn table(self) -> &'static TableDoc {
        match self {
            Self::Spec => &SPEC_FILE,
            Self::Project => &PROJECT,
            Self::CommonIssues => &ISSUES,
            Self::Families => &FAMILIES,
            Self::RuleHeader => &RULE_HEADER,
        }
    }

    /// The whole schema as JSON, with a line feed at its end.
    pub fn text(self, vocabulary: &Vocabulary) -> String {
        let mut root = table::table(self.table(), vocabulary);
        let definitions = below(&root, self.table(), vocabulary);
        root.insert("$schema".to_owned(), json!(DRAFT));
        root.insert("title".to_owned(), json!(self.title().replace('`', "")));
        root.insert("definitions".to_owned(), Value::Object(definitions));
        format!("{:#}\n", Value::Object(root))
    }
}

/// Every table below the outermost one, once, and the values that they share.
fn below(root: &Map<String, Value>, top: &'static TableDoc, vocabulary: &Vocabulary) -> Map<String, Value> {
    let mut all = shape::shared(vocabulary);
    let mut open = vec![top];
    while let Some(doc) = open.pop() {
        for inner in doc.keys().filter_map(|key| key.shape.table()) {
            let name = table::name(inner);
            if !all.contains_key(&name) {
                all.insert(name, Value::Object(table::table(inner, vocabulary)));
                open.push(inner);
            }
        }
    }
    let mut used = Map::new();
    let mut wanted: Vec<String> = root.values().flat_map(references).collect();
    while let Some(name) = wanted.pop() {
        if let Some(definition) = all.remove(&name) {
            wanted.extend(references(&definition));
            used.insert(name, definition);
        }
    }
    used
}

/// The names of the definitions that a schema refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(entries) => {
            let own = entries.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            own.map(str::to_owned).into_iter().chain(entries.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
