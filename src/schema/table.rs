//! A table as a schema: its keys, which of them are required, and how they depend on each other.

use super::names::Vocabulary;
use super::{relation, shape};
use crate::spec::keys::TableDoc;
use serde_json::{Map, Value, json};

pub(super) fn table(doc: &TableDoc, vocabulary: &Vocabulary) -> Map<String, Value> {
    let mut properties: Map<String, Value> =
        doc.keys().map(|key| (key.name.to_owned(), shape::key(key, vocabulary))).collect();
    let required: Vec<&str> = doc.keys().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("description".to_owned(), json!(doc.doc));
    let others = match doc.open {
        // Known names are offered; others are a project's own.
        Some(open) => {
            let known = |(name, summary): (&str, &str)| {
                (name.to_owned(), json!({ "description": summary, "allOf": [shape::open(open)] }))
            };
            properties.extend(vocabulary.judgements().map(known));
            shape::open(open)
        }
        None => json!(false),
    };
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), others);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !doc.relations.is_empty() {
        schema.insert("allOf".to_owned(), doc.relations.iter().map(relation::relation).collect());
    }
    schema
}

/// A table's name among the definitions: the words of its title.
pub(super) fn name(doc: &TableDoc) -> String {
    let title = doc.title.split(" (").next().unwrap_or_default();
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !matches!(*word, "" | "a"));
    words.collect::<Vec<_>>().join("-")
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}
