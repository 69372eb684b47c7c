//! Definitions of the script API for Rhai's language server (`.d.rhai`), made from its reference.

use crate::script::api::{CONSTANTS, Member, MemberKind, reference};
use std::fmt::Write;

const HEAD: &str = "\
/// What a rule of `align` finds: constants, types and functions.
///
/// For Rhai's language server, which reads every `.d.rhai` file of a workspace. Made by `align schema rhai`.
module static;
";

/// The type of an argument, by the name that the reference gives it.
const ARGUMENTS: &[(&str, &str)] = &[
    ("expression", "String"),
    ("message", "String"),
    // A time is a whole number or one with a fraction.
    ("ns", "?"),
    ("numbers", "Array"),
    ("pattern", "String"),
    ("patterns", "[String]"),
    // A kernel, a side or its name.
    ("place", "?"),
    ("position", "position"),
    ("share", "float"),
    ("side", "?"),
    ("text", "String"),
    ("word", "String"),
];

/// The whole file.
pub fn definitions() -> String {
    let mut out = HEAD.to_owned();
    for constant in CONSTANTS {
        let _ = write!(out, "\n/// {}\nconst {}: {};\n", constant.doc, constant.name, type_of(constant.of));
    }
    for member in reference() {
        let _ = write!(out, "\n/// {}\n", member.doc);
        if !member.example.is_empty() {
            let _ = write!(out, "///\n/// ```rhai\n/// {}\n/// ```\n", member.example);
        }
        let _ = writeln!(out, "{};", signature(&member));
    }
    out
}

/// `fn get name(kernel: kernel) -> String`.
fn signature(member: &Member) -> String {
    let Member { kind, of, name, usage, gives, .. } = member;
    let gives = type_of(gives);
    let given = usage.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    let given = given.split(", ").filter(|name| !name.is_empty());
    let arguments = given.map(|name| format!("{name}: {}", argument(name)));
    match kind {
        MemberKind::Property => format!("fn get {name}({of}: {of}) -> {gives}"),
        MemberKind::Method => {
            let all: Vec<String> = std::iter::once(format!("this_{of}: {of}")).chain(arguments).collect();
            format!("fn {name}({}) -> {gives}", all.join(", "))
        }
        MemberKind::Function => format!("fn {name}({}) -> {gives}", arguments.collect::<Vec<_>>().join(", ")),
    }
}

fn argument(name: &str) -> &'static str {
    ARGUMENTS.iter().find(|(known, _)| *known == name).map_or("?", |(_, of)| of)
}

/// A type of the reference in Rhai's words.
fn type_of(word: &str) -> String {
    match word {
        "text" => "String".to_owned(),
        "boolean" => "bool".to_owned(),
        "integer" => "int".to_owned(),
        "number" => "float".to_owned(),
        // Each rule's are its own.
        "params" => "?".to_owned(),
        _ => match word.strip_prefix("array of ") {
            Some(items) => format!("[{}]", type_of(items)),
            None => word.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_has_a_type() {
        for member in reference() {
            let arguments = member.usage.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
            for name in arguments.split(", ").filter(|name| !name.is_empty()) {
                assert!(ARGUMENTS.iter().any(|(known, _)| *known == name), "{}: {name}", member.usage);
            }
        }
    }
}
