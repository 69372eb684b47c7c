//! What values a key takes, as a schema. Grammars are the reader's own, written as regular expressions.

use super::names::Vocabulary;
use super::table::reference;
use crate::limits::TOLERANCE_MOST;
use crate::spec::keys::{Key, Shape};
use serde_json::{Map, Value, json};

/// Something besides white space.
const TEXT: &str = r"\S";
/// No glob means the brackets of `[CUDA memset]` as a class of characters.
const CUDA: &str = r"^\[CUDA ";
/// Not an expression of nothing.
const NO_EXPRESSION: &str = "^//$";
const FAMILY: &str = "^family:";
/// `10%`, at most the whole.
const PERCENT: &str = r"^\s*0*(\d{1,2}(\.\d*)?|\.\d+|100(\.0*)?)\s*%\s*(of instance)?\s*$";
const ZERO_PERCENT: &str = r"^\s*(0+(\.0*)?|\.0+)\s*%";
const COUNT: &str = r"^\s*(any|0*\d{1,10}(\s*\.\.(\s*=\s*0*\d{1,10})?)?)\s*$";
/// `-40%..=-25%`; nothing gets faster by all its time.
const CHANGES: &str = concat!(
    r"^\s*(\+?0*\d{1,6}(\.\d*)?|-0*\d{1,2}(\.\d*)?)\s*%\s*\.\.\s*=",
    r"\s*(\+?0*\d{1,6}(\.\d*)?|-0*\d{1,2}(\.\d*)?)\s*%\s*$"
);
const ZERO_COUNT: &str = r"^\s*0+(\s*\.\.\s*=\s*0+)?\s*$";
/// A framework's name, and something behind it.
const RELEASE: &str = r"^\s*[A-Za-z][A-Za-z0-9._-]*(\s|[<>=!,]|$)";
/// A day of the calendar; only a leap year has a 29th of February.
const DATE: &str = concat!(
    r"^\s*(\d{4}-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d{4}-(0[469]|11)-(0[1-9]|[12]\d|30)",
    r"|\d{4}-02-(0[1-9]|1\d|2[0-8])|(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)\s*$"
);
const CONDITION: &str = concat!(
    r"^\s*(not\s+(finding:\s*)?[A-Za-z0-9._/-]+",
    r"|(finding:\s*)?[A-Za-z0-9._/-]+(\s*[<>]\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)?)\s*$"
);

/// The values of a key, with what it says, its default and an example.
pub(super) fn key(key: &Key, vocabulary: &Vocabulary) -> Value {
    let mut schema = object(shape(key, vocabulary));
    // Beside a reference everything else is ignored.
    if let Some(target) = schema.remove("$ref") {
        schema.insert("allOf".to_owned(), json!([{ "$ref": target }]));
    }
    schema.insert("description".to_owned(), json!(key.doc));
    if let Some(default) = key.default.and_then(value) {
        schema.insert("default".to_owned(), default);
    }
    if let Some(example) = example(key) {
        schema.insert("examples".to_owned(), json!([example]));
    }
    Value::Object(schema)
}

fn shape(key: &Key, vocabulary: &Vocabulary) -> Value {
    let several = |one: Value| several(one, key.filled);
    match key.shape {
        Shape::Text => reference("text"),
        Shape::Texts => several(reference("text")),
        Shape::Name(names) => suggested(vocabulary.names(names)),
        Shape::Names(names) => several(suggested(vocabulary.names(names))),
        Shape::Glob => reference("glob"),
        Shape::Globs => several(reference("glob")),
        Shape::NamePatterns if key.refused.is_empty() => several(reference("name-pattern")),
        Shape::NamePatterns => several(json!({ "allOf": [reference("name-pattern")], "not": { "enum": key.refused } })),
        Shape::KernelPattern => reference("kernel-pattern"),
        Shape::KernelPatterns => several(reference("kernel-pattern")),
        Shape::Conditions => several(reference("condition")),
        Shape::Release => json!({ "type": "string", "pattern": RELEASE }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::True => json!({ "const": true }),
        Shape::Version(only) => json!({ "const": only }),
        Shape::Whole(least) => json!({ "type": "integer", "minimum": least, "maximum": u32::MAX }),
        Shape::Count => reference("count"),
        Shape::Tolerance => reference("tolerance"),
        Shape::Share => reference("share"),
        Shape::Changes => json!({ "type": "string", "pattern": CHANGES }),
        Shape::Date => json!({ "type": "string", "pattern": DATE }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::Choices(words) => several(json!({ "enum": words })),
        Shape::Severity => reference("severity"),
        Shape::Parameters => json!({ "type": "object", "additionalProperties": reference("parameter") }),
        Shape::Table(doc) => reference(&super::table::name(doc)),
        Shape::Tables(doc) => json!({ "type": "array", "items": reference(&super::table::name(doc)) }),
        Shape::Alternatives(doc) => {
            let one = reference(&super::table::name(doc));
            json!({ "anyOf": [{ "const": "auto" }, one, { "type": "array", "items": one, "minItems": 1 }] })
        }
    }
}

/// The values of an open table.
pub(super) fn open(shape: Shape) -> Value {
    match shape {
        Shape::Severity => reference("severity"),
        _ => json!({}),
    }
}

/// Values that several keys take.
pub(super) fn shared(vocabulary: &Vocabulary) -> Map<String, Value> {
    let fraction = |least: &str| json!({ "type": "number", least: 0, "maximum": TOLERANCE_MOST });
    let pattern = json!({
        "type": "string", "pattern": TEXT,
        "not": { "anyOf": [{ "pattern": CUDA }, { "pattern": NO_EXPRESSION }] },
    });
    let mut name_pattern = object(pattern.clone());
    name_pattern.insert("allOf".to_owned(), json!([{ "not": { "pattern": FAMILY } }]));
    name_pattern.insert("description".to_owned(), json!("A glob, or a regular expression between slashes."));
    object(json!({
        "text": { "type": "string", "pattern": TEXT },
        "glob": {
            "description": "A glob: `*` and `?` match every character, a backslash takes the next one literally.",
            "type": "string", "pattern": TEXT, "not": { "pattern": CUDA },
        },
        "name-pattern": name_pattern,
        "kernel-pattern": {
            "description": "A glob, a regular expression between slashes, or `family:NAME`.",
            "anyOf": [{ "enum": vocabulary.families() }, pattern],
        },
        "condition": {
            "description": "`fact`, `not fact`, `fact > 0.5`, `fact < 2`, `finding:check-name`, `not finding:check-name`.",
            "anyOf": [{ "enum": Vocabulary::facts() }, { "type": "string", "pattern": CONDITION }],
        },
        "count": {
            "description": "`1`, `\"1..=2\"`, `\"1..\"` or `\"any\"`.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u32::MAX },
                { "const": "any" },
                { "type": "string", "pattern": COUNT },
            ],
        },
        "tolerance": {
            "description": "A percentage in quotes, or a fraction; above 0 and at most the whole.",
            "anyOf": [
                { "type": "string", "pattern": PERCENT, "not": { "pattern": ZERO_PERCENT } },
                fraction("exclusiveMinimum"),
            ],
        },
        "share": {
            "description": "A percentage in quotes, or a fraction; at most the whole.",
            "anyOf": [{ "type": "string", "pattern": PERCENT }, fraction("minimum")],
        },
        "severity": { "enum": ["error", "warning", "note", "off"] },
        "parameter": {
            "description": "A boolean, a number, a string, or an array of them.",
            "anyOf": [
                { "type": ["boolean", "number", "string"] },
                { "type": "array", "items": { "$ref": "#/definitions/parameter" } },
            ],
        },
    }))
}

/// A count that is not zero.
pub(super) fn not_zero() -> Value {
    json!({ "not": { "anyOf": [{ "const": 0 }, { "type": "string", "pattern": ZERO_COUNT }] } })
}

/// A pattern or an array of patterns, none of them a family.
pub(super) fn no_family() -> Value {
    let family = json!({ "type": "string", "pattern": FAMILY });
    json!({ "not": { "anyOf": [family, { "type": "array", "contains": family }] } })
}

/// One value, or an array of them.
fn several(one: Value, filled: bool) -> Value {
    let mut array = object(json!({ "type": "array", "items": one }));
    if filled {
        array.insert("minItems".to_owned(), json!(1));
    }
    json!({ "anyOf": [one, array] })
}

/// Any text, and the names an editor can offer.
fn suggested(names: Vec<Value>) -> Value {
    json!({ "anyOf": [{ "enum": names }, reference("text")] })
}

/// The example's value: what stands behind the key in it. A table's header is no value.
fn example(key: &Key) -> Option<Value> {
    let table: toml::Table = toml::from_str(key.example).ok().or_else(|| {
        // `{ range = "replay" }`, as alternatives are written.
        toml::from_str(&format!("each = {}", key.example))
            .ok()
            .and_then(|t: toml::Table| t.get("each")?.as_table().cloned())
    })?;
    let named = table.get(key.name);
    let value = named.or_else(|| table.values().next()?.as_table()?.get(key.name)).or_else(|| table.values().next())?;
    let is_header = matches!(key.shape, Shape::Table(_) | Shape::Tables(_)) && key.example.starts_with('[');
    if is_header { None } else { Some(plain(value)) }
}

/// A value in TOML as JSON.
fn value(toml: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(&format!("value = {toml}")).ok()?;
    table.get("value").map(plain)
}

/// As an editor shows it to a schema: a date is a text.
fn plain(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(whole) => json!(whole),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => items.iter().map(plain).collect(),
        toml::Value::Table(table) => table.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}
