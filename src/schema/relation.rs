//! How the keys of a table depend on each other, as a schema.

use super::shape::{no_family, not_zero};
use crate::spec::keys::Relation;
use serde_json::{Value, json};

pub(super) fn relation(relation: &Relation) -> Value {
    match *relation {
        Relation::OneOf(keys) => json!({ "oneOf": each_required(keys) }),
        Relation::SomeOf(keys) => json!({ "anyOf": each_required(keys) }),
        Relation::Beside { key, with } => {
            json!({ "anyOf": [{ "not": { "required": [key] } }, { "anyOf": each_required(with) }] })
        }
        Relation::Unless { key, required } => {
            json!({ "anyOf": [{ "required": [key] }, { "required": required }] })
        }
        Relation::Needs { flag, key } => where_true(flag, &json!({ "required": [key] })),
        Relation::NotBoth(one, other) => {
            where_true(one, &json!({ "properties": { other: { "not": { "const": true } } } }))
        }
        Relation::NoFamily { flag, patterns } => where_true(flag, &json!({ "properties": { patterns: no_family() } })),
        Relation::NotZero { flag, count } => where_true(flag, &json!({ "properties": { count: not_zero() } })),
        Relation::NotOn { side, selection } => {
            let selects = json!({ "type": "object", "required": [selection] });
            let any = json!({ "anyOf": [selects, { "type": "array", "contains": selects }] });
            json!({ "properties": { side: { "properties": { "each": { "not": any } } } } })
        }
        Relation::NotIn { tables, key } => {
            json!({ "properties": { tables: { "items": { "not": { "required": [key] } } } } })
        }
    }
}

fn each_required(keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| json!({ "required": [key] })).collect()
}

fn where_true(flag: &str, then: &Value) -> Value {
    let not_set = json!({ "not": { "required": [flag], "properties": { flag: { "const": true } } } });
    json!({ "anyOf": [not_set, then] })
}
