//! The schemas in `schemas/` are what the program prints, and no good file is refused.

use crate::support::schemas;
use align::pipeline::Session;
use align::schema::{Schema, definitions};
use align::script::api::{CONSTANTS, reference};
use align::spec::{Library, Vocabulary, keys, load_text};
use schemas::{files, json_of, root, shipped_names, validator};
use std::path::Path;

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

#[test]
fn the_schemas_are_what_the_program_prints() {
    let names = shipped_names();
    for schema in Schema::ALL {
        let path = root().join(format!("schemas/{}.json", schema.name()));
        if updating() {
            std::fs::write(&path, schema.text(&names)).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let current = written == schema.text(&names);
        assert!(current, "{} is not current: run UPDATE_DOCS=1 cargo test --test all schemas", path.display());
    }
}

#[test]
fn the_definitions_of_scripts_are_what_the_program_prints() {
    let path = root().join("rules/align.d.rhai");
    if updating() {
        std::fs::write(&path, definitions()).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap_or_default() == definitions();
    assert!(current, "{} is not current: run UPDATE_DOCS=1 cargo test --test all schemas", path.display());
}

/// The grammar of definitions, as far as it is used: a module, constants, functions and getters, types with arrays.
#[test]
fn the_definitions_of_scripts_are_well_formed() {
    let of = r"(\?|[A-Za-z_]\w*|\[+(\?|[A-Za-z_]\w*)\]+)";
    let statement = regex::Regex::new(&format!(
        r"^(module static|const [a-z]\w*: {of}|fn (get )?[a-z]\w*\(([a-z]\w*: {of}(, [a-z]\w*: {of})*)?\) -> {of});$"
    ));
    let statement = statement.unwrap();
    let text = definitions();
    let mut statements = 0;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("///")) {
        assert!(statement.is_match(line), "{line}");
        statements += 1;
    }
    assert_eq!(statements, 1 + CONSTANTS.len() + reference().len(), "one for each");
    // Brackets close, and no parameter is a word of the language.
    assert_eq!(text.matches('[').count(), text.matches(']').count());
    for word in ["fn", "let", "const", "this", "in", "if", "for", "type", "import", "export", "return"] {
        assert!(!text.contains(&format!("({word}: ")) && !text.contains(&format!(", {word}: ")), "{word}");
    }
}

/// Whether a file is there to be wrong.
fn is_broken(path: &Path) -> bool {
    path.strip_prefix(root()).unwrap().starts_with("tests/specs")
}

#[test]
fn no_good_file_of_the_repository_is_refused() {
    let mut seen = 0;
    for (path, schema) in files().into_iter().filter(|(path, _)| !is_broken(path)) {
        let table: toml::Value = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let validator = validator(schema);
        let errors: Vec<String> =
            validator.iter_errors(&json_of(&table)).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {}", path.display(), errors.join("\n"));
        seen += 1;
    }
    assert!(seen > 30, "{seen} files");
}

#[test]
fn every_shipped_rule_has_a_header_that_its_schema_takes() {
    let validator = validator(Schema::RuleHeader);
    let rules = Session::shipped().unwrap().rules().names();
    assert!(rules.len() > 3);
    for rule in rules {
        let text = std::fs::read_to_string(root().join("rules").join(&rule).join("rule.md")).unwrap();
        let header: toml::Value = toml::from_str(text.split("+++").nth(1).unwrap()).unwrap();
        assert!(validator.is_valid(&json_of(&header)), "{rule}");
    }
}

/// A spec without anything that has a default, or with every default written out.
fn spec(written: bool) -> align::spec::Spec {
    let mut text = "align = 1\n[spec]\nname = 'a'\nop = 'b'\n".to_owned();
    let tables = [&keys::KERNELS, &keys::LATENCY, &keys::LATENCY_KERNEL, &keys::LAUNCH, &keys::SIDE, &keys::KERNEL];
    for (table, header) in
        tables.into_iter().zip(["[kernels]", "[latency]", "[latency.kernel]", "[launch]", "[mock]", "[[kernel]]"])
    {
        text += &format!("{header}\n");
        if header == "[[kernel]]" {
            text += "name = 'a'\nmatch = 'b'\n";
        }
        for key in table.keys().filter(|_| written) {
            text += &key.default.map(|value| format!("{} = {value}\n", key.name)).unwrap_or_default();
        }
    }
    let file = align::diag::SourceFile::new("a.toml", text);
    load_text(&file, Path::new(""), &Vocabulary::default(), &Library::default()).unwrap()
}

#[test]
fn the_defaults_that_schemas_show_are_those_that_hold() {
    let (bare, written) = (spec(false), spec(true));
    let (bare, written) = (&bare.cases[0], &written.cases[0]);
    assert_eq!(bare.others.value, written.others.value);
    assert_eq!(bare.order.value, written.order.value);
    assert_eq!(bare.identity.value, written.identity.value);
    assert_eq!(bare.launch.value, written.launch.value);
    assert_eq!(bare.mock.each.len(), written.mock.each.len());
    assert_eq!(bare.kernels[0].count.value, written.kernels[0].count.value);
    assert_eq!(bare.kernels[0].critical, written.kernels[0].critical);
    let numbers = |l: &align::spec::Latency| [l.within.value, l.kernel_within.value, l.kernel_floor.value];
    assert_eq!(numbers(&bare.latency), numbers(&written.latency));
    assert!(!written.latency.own_spread.as_ref().unwrap().value);
}
