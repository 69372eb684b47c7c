//! What a rule takes, below its own page.

use super::quoted;
use crate::script::RuleDoc;
use crate::spec::{Declared, Parameter};
use std::fmt::Write;

/// Defaults, and choices where not everything goes.
pub(super) fn parameters(rule: &RuleDoc) -> String {
    if rule.parameters.is_empty() {
        return "\n## Defaults\n\nIt takes no parameters.\n".to_owned();
    }
    let mut out = "\n## Defaults\n\n".to_owned();
    for (name, Declared { default, choices }) in &rule.parameters {
        let _ = writeln!(out, "- `{name} = {}`", toml(default));
        if !choices.is_empty() {
            let _ = writeln!(out, "  (choices: {})", quoted(choices.iter().map(String::as_str)));
        }
    }
    out
}

/// As a spec writes it.
pub(super) fn toml(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Bool(flag) => flag.to_string(),
        Parameter::Integer(whole) => whole.to_string(),
        Parameter::Number(number) => format!("{number:?}"),
        Parameter::Text(text) => format!("{text:?}"),
        Parameter::List(items) => {
            format!("[{}]", items.iter().map(|item| toml(item)).collect::<Vec<_>>().join(", "))
        }
    }
}
