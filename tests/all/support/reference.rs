//! The reference of the script API as Markdown, from its rows.

use align::script::api::{self, Member, MemberKind};
use align::script::limits::LIMITS;

/// A table of members, methods and functions with an example.
fn table<'a>(members: impl Iterator<Item = &'a Member>) -> String {
    let mut out = "| what | gives | meaning |\n|---|---|---|\n".to_owned();
    for Member { usage, gives, doc, example, .. } in members {
        let example = if example.is_empty() { String::new() } else { format!(" `{}`", example.replace('|', "\\|")) };
        out += &format!("| `{usage}` | {gives} | {doc}{example} |\n");
    }
    out
}

/// 500000 as 500,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .map(|(at, digit)| if comma(at) { format!(",{digit}") } else { digit.to_string() })
        .collect()
}

/// The whole reference, below level-two headings.
pub(crate) fn rule_api() -> String {
    let members = api::reference();
    let mut out = "\n## What every rule finds\n\n| name | type | meaning |\n|---|---|---|\n".to_owned();
    for constant in api::CONSTANTS {
        out += &format!("| `{}` | {} | {} |\n", constant.name, constant.of, constant.doc);
    }
    out += "\n## Types\n\nTimes are in nanoseconds and sizes in bytes. No property is ever absent. Behind a call stands an expression that is true.\n";
    let mut types: Vec<&str> = Vec::new();
    for member in members.iter().filter(|member| member.kind != MemberKind::Function) {
        if !types.contains(&member.of) {
            types.push(member.of);
        }
    }
    for of in types {
        out += &format!("\n### {of}\n\n{}", table(members.iter().filter(|member| member.of == of)));
    }
    let functions = members.iter().filter(|member| member.kind == MemberKind::Function);
    out += &format!("\n## Functions\n\n{}", table(functions));
    out += "\nFrom Rhai itself: arithmetic, logic, and its functions on texts, arrays and maps (`filter`, `map`, `reduce`, `len`, `contains` …).\n";
    out += "\n## Limits\n\nThey count work and sizes, never time: a script ends at the same place on every machine.\n\n| at most | of |\n|---|---|\n";
    for limit in LIMITS {
        out += &format!("| {} | {} |\n", grouped(limit.most), limit.what);
    }
    out
}
