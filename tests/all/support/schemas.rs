//! What the tests of schemas share: validators, values as an editor hands them over, the files of the repository.

use align::pipeline::Session;
use align::schema::{Schema, Vocabulary};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn shipped_names() -> Vocabulary {
    Vocabulary::new(&Session::shipped().expect("embedded files")).expect("headers of shipped rules")
}

pub(crate) fn validator(schema: Schema) -> Validator {
    let schema: Value = serde_json::from_str(&schema.text(&shipped_names())).expect("JSON");
    jsonschema::draft7::new(&schema).expect("a schema")
}

/// A document as an editor hands it to a schema: dates are texts.
pub(crate) fn json_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(whole) => json!(whole),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => items.iter().map(json_of).collect(),
        toml::Value::Table(table) => table.iter().map(|(name, value)| (name.clone(), json_of(value))).collect(),
    }
}

/// Every TOML file of the repository that has a schema, in order.
pub(crate) fn files() -> Vec<(PathBuf, Schema)> {
    let mut files = vec![root().join("align.toml")];
    for folder in ["specs", "rules", "tests"] {
        let found = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter();
        files.extend(
            found.map(|entry| entry.unwrap().into_path()).filter(|p| p.extension().is_some_and(|e| e == "toml")),
        );
    }
    files.into_iter().map(|path| (schema_of(&path), path)).map(|(schema, path)| (path, schema)).collect()
}

fn schema_of(path: &Path) -> Schema {
    match path.file_name().unwrap().to_str().unwrap() {
        "align.toml" => Schema::Project,
        "families.toml" => Schema::Families,
        "common-issues.toml" => Schema::CommonIssues,
        _ => Schema::Spec,
    }
}
