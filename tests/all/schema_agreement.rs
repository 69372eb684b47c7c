//! What a schema refuses `align` refuses, and the other way round: every key of every table is dropped, misspelt and
//! given values of every kind.

use crate::support;
use crate::support::schemas;
use align::diag::{Problem, SourceFile};
use align::diagnose::parse_issues;
use align::schema::Schema;
use align::script::Rules;
use align::spec::keys::{FILES, TableDoc};
use align::spec::{Vocabulary, load_project, load_text, parse_families, parse_rule_header};
use jsonschema::Validator;
use proptest::prelude::*;
use schemas::{json_of, root, validator};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// What only `align` can know: a problem's code, and what its text holds.
const ALIGN_ONLY: &[(&str, &str)] = &[
    // Names that a project can add to.
    ("unknown-check", ""),
    ("unknown-rule", ""),
    ("unknown-family", ""),
    ("unknown-report", ""),
    ("unknown-fact", ""),
    ("unknown-parameter", ""),
    // What stands elsewhere: in another table, another file, or a folder.
    ("unknown-case", ""),
    ("ambiguous-test", ""),
    ("duplicate-case", ""),
    ("duplicate-family", ""),
    ("duplicate-issue", ""),
    ("duplicate-kernel", ""),
    ("duplicate-rule", ""),
    ("duplicate-test", ""),
    ("conflicting-test", ""),
    ("extends-cycle", ""),
    ("missing-file", ""),
    ("missing-key", "[spec] lacks"),
    ("missing-spec", ""),
    ("wrong-type", "cannot have these choices"),
    ("unknown-choice", "is none of its choices"),
    // Grammars and numbers that an expression cannot hold.
    ("bad-pattern", "this glob is not valid"),
    ("bad-pattern", "this regular expression is not valid"),
    ("bad-count", "reversed"),
    ("bad-count", "too many"),
    ("bad-version", ""),
    ("bad-range", "reversed"),
    ("bound-of-nothing", "`latency`"),
    // JSON knows one kind of number.
    ("wrong-type", "this is a number"),
    // To a schema a date is a text.
    ("wrong-type", "this is a date or time"),
    ("wrong-type", "{ x = 2026-12-31 }"),
    ("wrong-type", "x = 2026-12-31"),
    // TOML itself.
    ("syntax", ""),
    ("duplicate-key", ""),
];

/// One kind of file: a document with every key of every table, and who judges it.
struct Kind {
    schema: Schema,
    validator: Validator,
    document: toml::Table,
}

fn kind(schema: Schema) -> &'static Kind {
    static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| Schema::ALL.into_iter().map(new_kind).collect());
    KINDS.iter().find(|kind| kind.schema == schema).unwrap()
}

fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(support::vocabulary);
    &VOCABULARY
}

fn new_kind(schema: Schema) -> Kind {
    let name = match schema {
        Schema::Spec => "spec.toml",
        Schema::Project => "align.toml",
        Schema::CommonIssues => "common-issues.toml",
        Schema::Families => "families.toml",
        Schema::RuleHeader => "rule.md",
    };
    let text = std::fs::read_to_string(root().join("tests/data/every-key").join(name)).unwrap();
    let toml = if schema == Schema::RuleHeader { text.split("+++").nth(1).unwrap() } else { &text };
    Kind { schema, validator: validator(schema), document: toml::from_str(toml).unwrap() }
}

/// What `align` says of a document.
fn read(schema: Schema, document: &toml::Table) -> Vec<Problem> {
    let text = toml::to_string(document).unwrap();
    let file = SourceFile::new("a.toml", &text);
    match schema {
        Schema::Spec => load_text(&file, Path::new(""), vocabulary(), &support::library()).err(),
        Schema::Families => parse_families(&file).err(),
        Schema::CommonIssues => parse_issues(&file, &["latency-ratio", "kernel-name"].map(str::to_owned)).err(),
        Schema::Project => {
            let folder = tempfile::tempdir().unwrap();
            for name in ["specs", "rules", "tests/cases", "families.toml", "common-issues.toml"] {
                std::fs::create_dir_all(folder.path().join(name)).unwrap();
            }
            std::fs::write(folder.path().join("align.toml"), text).unwrap();
            load_project(&folder.path().join("align.toml")).err()
        }
        Schema::RuleHeader => rule_problems(&text),
    }
    .unwrap_or_default()
}

/// The header's mistakes; what a rule needs is known to who runs it.
fn rule_problems(header: &str) -> Option<Vec<Problem>> {
    let text = format!("+++\n{header}+++\n# a rule\n\nIt is one.\n");
    if let Err(problems) = parse_rule_header(&SourceFile::new("rule.md", &text)) {
        return Some(problems);
    }
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("team/a");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("rule.md"), text).unwrap();
    std::fs::write(place.join("rule.rhai"), "let a = 1;").unwrap();
    let spec = "align = 1\n[spec]\nname = 'a'\nop = 'b'\n[[rule]]\nuse = 'team/a'\n";
    let vocabulary = Vocabulary { rules: vec!["team/a".to_owned()], ..Vocabulary::default() };
    let spec = load_text(&SourceFile::new("a.toml", spec), Path::new(""), &vocabulary, &support::library()).unwrap();
    align::script::load(&Rules::new([folder.path().to_owned()]), &spec.cases[0].rules).err()
}

fn only_align_knows(problem: &Problem) -> bool {
    let text = support::render(std::slice::from_ref(problem));
    ALIGN_ONLY.iter().any(|(code, part)| problem.code == *code && text.contains(part))
}

/// Whether both take a document or both refuse it; what only `align` can know is no disagreement.
fn agreed(kind: &Kind, document: &toml::Table, what: &str) -> bool {
    let problems = read(kind.schema, document);
    let errors: Vec<String> = kind
        .validator
        .iter_errors(&json_of(&toml::Value::Table(document.clone())))
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    if !errors.is_empty() {
        assert!(!problems.is_empty(), "{what}: only the schema refuses:\n{}", errors.join("\n"));
        return true;
    }
    assert!(problems.iter().all(only_align_knows), "{what}: only align refuses:\n{}", support::render(&problems));
    false
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// Every table of a document with its documentation, by the way to it.
fn tables(table: &toml::Table, doc: &'static TableDoc, way: &[Step], found: &mut Vec<(Vec<Step>, &'static TableDoc)>) {
    found.push((way.to_vec(), doc));
    for (name, value) in table {
        let Some(inner) = doc.key(name).and_then(|key| key.shape.table()) else { continue };
        let step = |more: &[Step]| [way, &[Step::Key(name.clone())], more].concat();
        match value {
            toml::Value::Table(table) => tables(table, inner, &step(&[]), found),
            toml::Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    tables(item.as_table().unwrap(), inner, &step(&[Step::Index(at)]), found);
                }
            }
            _ => {}
        }
    }
}

/// A copy of a document in which one table was changed.
fn changed(document: &toml::Table, way: &[Step], change: impl FnOnce(&mut toml::Table)) -> toml::Table {
    let mut whole = toml::Value::Table(document.clone());
    let mut at = &mut whole;
    for step in way {
        at = match step {
            Step::Key(name) => &mut at[name.as_str()],
            Step::Index(index) => &mut at[*index],
        };
    }
    change(at.as_table_mut().unwrap());
    whole.as_table().unwrap().clone()
}

fn each_table(mut visit: impl FnMut(&Kind, &[Step], &'static TableDoc)) {
    for schema in Schema::ALL {
        let kind = kind(schema);
        let mut found = Vec::new();
        tables(&kind.document, schema.table(), &[], &mut found);
        for (way, doc) in found {
            visit(kind, &way, doc);
        }
    }
}

fn value(toml: &str) -> toml::Value {
    toml::from_str::<toml::Table>(&format!("v = {toml}")).unwrap()["v"].clone()
}

/// Values of every kind, good for some keys and bad for the others.
const VALUES: &[&str] = &[
    "true",
    "false",
    "0",
    "1",
    "7",
    "-1",
    "5000000000",
    "0.5",
    "1.0",
    "0.0",
    "1.5",
    "nan",
    "2026-12-31",
    "07:32:00",
    "2026-12-31T07:32:00Z",
    "[]",
    "[7]",
    "[\"x\", 7]",
    "[\"\"]",
    "[\"x\"]",
    "[{}]",
    "{}",
    "{ x = 1 }",
    "{ x = {} }",
    "{ x = 2026-12-31 }",
    "''",
    "' '",
    "'x'",
    "'auto'",
    "'mock'",
    "'any'",
    "'off'",
    "'error'",
    "'2..'",
    "'2..=1'",
    "'+1'",
    "'0'",
    "'..=0'",
    "'0..=0'",
    "'0%'",
    "'100%'",
    "'101%'",
    "'.5 % of instance'",
    "'-5%'",
    "'1e1%'",
    "'inf%'",
    "'family:attention'",
    "'family:nope'",
    "'/a/'",
    "'//'",
    "'/(/'",
    "'[a'",
    "'[CUDA memset]'",
    "'*'",
    "'/.*/'",
    "'2024-02-29'",
    "'2026-02-29'",
    "'2026-13-01'",
    "'names-equal'",
    "'not names-equal > 1'",
    "'a b'",
    "'a > b'",
    "'latency.ratio < .5e-1'",
    "'finding:kernel-name'",
    "'api-calls'",
    "'same'",
    "'pass'",
    "'strict'",
];

#[test]
fn every_key_of_every_table_is_in_a_document() {
    let mut seen = BTreeSet::new();
    each_table(|kind, way, doc| {
        let mut keys = Vec::new();
        changed(&kind.document, way, |table| keys = table.keys().cloned().collect());
        seen.extend(keys.into_iter().map(|key| (doc.title, key)));
    });
    for table in FILES.into_iter().flatten() {
        for key in table.keys() {
            assert!(seen.contains(&(table.title, key.name.to_owned())), "{}: {}", table.title, key.name);
        }
    }
}

#[test]
fn both_take_the_documents_with_every_key() {
    for schema in Schema::ALL {
        let kind = kind(schema);
        assert!(!agreed(kind, &kind.document, schema.name()));
        assert_eq!(support::render(&read(schema, &kind.document)), "", "{}", schema.name());
    }
}

#[test]
fn both_refuse_a_misspelt_key_and_a_required_one_that_is_dropped() {
    each_table(|kind, way, doc| {
        let mut keys = Vec::new();
        changed(&kind.document, way, |table| keys = table.keys().cloned().collect());
        for name in keys {
            let what = format!("{}: `{name}`", doc.title);
            let misspelt = changed(&kind.document, way, |table| {
                let value = table.remove(&name).unwrap();
                table.insert(format!("{name}x"), value);
            });
            let refused = agreed(kind, &misspelt, &what);
            assert!(refused || doc.open.is_some(), "{what}");
            let dropped = changed(&kind.document, way, |table| drop(table.remove(&name)));
            let refused = agreed(kind, &dropped, &what);
            assert!(refused || !doc.key(&name).is_some_and(|key| key.required), "{what}");
        }
    });
}

#[test]
fn both_refuse_the_same_values_of_every_key() {
    each_table(|kind, way, doc| {
        let open = doc.open.map(|_| "kernel-order");
        for name in doc.keys().map(|key| key.name).chain(open) {
            let mut refused = 0;
            for text in VALUES {
                let document = changed(&kind.document, way, |table| drop(table.insert(name.to_owned(), value(text))));
                refused += usize::from(agreed(kind, &document, &format!("{}: `{name} = {text}`", doc.title)));
            }
            assert!(refused > 0, "{}: `{name}` takes everything", doc.title);
        }
    });
}

#[test]
fn a_broken_spec_is_refused_by_both_where_its_schema_can_know() {
    let validator = validator(Schema::Spec);
    let mut refused = 0;
    for entry in std::fs::read_dir(root().join("tests/specs")).unwrap() {
        let path = entry.unwrap().path();
        let Some(text) = std::fs::read_to_string(&path).ok().filter(|_| path.is_file()) else { continue };
        let problems = align::spec::load(&path, &support::vocabulary(), &support::library()).err().unwrap_or_default();
        let Ok(document) = toml::from_str::<toml::Value>(&text) else { continue };
        let is_valid = validator.is_valid(&json_of(&document));
        // What it extends is another file, with a judgement of its own.
        let own = path.display().to_string();
        let mut here = problems.iter().filter(|p| p.labels.first().is_some_and(|label| label.loc.file.name == own));
        let elsewhere = |p: &Problem| only_align_knows(p) || p.code == "abstract-spec";
        assert!(!problems.is_empty(), "{own}: only the schema refuses");
        assert!(!is_valid || here.all(elsewhere), "{own}: only align refuses:\n{}", support::render(&problems));
        refused += usize::from(!is_valid);
    }
    assert!(refused > 12, "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Texts that are nearly right, in the keys that have a grammar of their own.
    #[test]
    fn both_read_the_same_grammars(
        key in prop::sample::select(vec!["count", "within", "floor", "until", "match", "when"]),
        count in "[ ]?(any|[-+]?[0-9]{0,11}([ .]?[.][.][ ]?=?[ ]?[0-9]{0,3})?)[ ]?",
        percent in "[ ]?[-+]?[0-9]{0,4}[.]?[0-9]{0,2}(e1)?[ ]?%?[ ]?(of instance)?",
        date in "(2024|2025|1900|2000|20)-[0-9]{1,2}-[0-9]{1,2}",
        condition in "(not )?[ ]?(finding:)?(names-equal|latency.ratio|kernel-name|x)( ?[<>] ?[-+]?[0-9]{0,2}[.]?[0-9]?(e[-+]?[0-9])?)?",
        pattern in "(family:|/|\\[CUDA |)[a-z*]{0,3}/?",
    ) {
        let (text, schema, doc) = match key {
            "count" => (count, Schema::Spec, "`[[kernel]]`"),
            "within" => (percent, Schema::Spec, "`[[kernel]]`"),
            "floor" => (percent, Schema::Spec, "`latency.kernel`"),
            "until" => (date, Schema::Spec, "`[[known_difference]]`"),
            "match" => (pattern, Schema::Spec, "`[[kernel]]`"),
            _ => (condition, Schema::CommonIssues, "`[[issue]]`"),
        };
        let kind = kind(schema);
        let mut found = Vec::new();
        tables(&kind.document, schema.table(), &[], &mut found);
        let (way, _) = found.into_iter().find(|(_, table)| table.title == doc).unwrap();
        let document = changed(&kind.document, &way, |table| drop(table.insert(key.to_owned(), toml::Value::String(text.clone()))));
        agreed(kind, &document, &format!("{key} = {text:?}"));
    }
}
