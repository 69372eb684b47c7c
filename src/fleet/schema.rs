//! The JSON Schema of a partial result, made from the types that are written and from their comments.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::{FORMAT, Partial, SCHEMA};
use schemars::generate::SchemaSettings;

#[test]
fn the_schema_is_that_of_the_types() {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Partial>();
    schema.insert("title".to_owned(), "a partial result of align".into());
    let format = schema.pointer_mut("/properties/format").and_then(serde_json::Value::as_object_mut).unwrap();
    format.insert("const".to_owned(), FORMAT.into());
    let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/partial.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let current = std::fs::read_to_string(path).unwrap_or_default() == made;
    assert!(current, "{path} is not current: run UPDATE_DOCS=1 cargo test --lib fleet::schema");
    assert!(SCHEMA == made || std::env::var_os("UPDATE_DOCS").is_some());
}
