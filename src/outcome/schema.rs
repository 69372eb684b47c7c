//! The JSON Schema of the report, made from the types that are serialised and from their comments.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::{DIFF_SCHEMA, DiffOutcome, FORMAT, Outcome, SCHEMA};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

fn made<T: JsonSchema>(title: &str) -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    let format = schema.pointer_mut("/properties/format").and_then(serde_json::Value::as_object_mut).unwrap();
    format.insert("const".to_owned(), FORMAT.into());
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

#[test]
fn the_schemas_are_those_of_the_types() {
    let report = (made::<Outcome>("the report of a run of align"), SCHEMA, "report");
    let diff = (made::<DiffOutcome>("the report of align diff"), DIFF_SCHEMA, "diff");
    for (made, embedded, name) in [report, diff] {
        let path = format!("{}/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let current = std::fs::read_to_string(&path).unwrap_or_default() == made;
        assert!(current, "{path} is not current: run UPDATE_DOCS=1 cargo test --lib outcome::schema");
        assert!(embedded == made || std::env::var_os("UPDATE_DOCS").is_some());
    }
}
