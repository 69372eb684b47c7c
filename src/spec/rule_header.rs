//! The header of a rule: TOML between two lines of `+++` at the top of its `rule.md`.

use super::expectations::severity;
use super::keys::RULE_HEADER;
use super::model::{Given, Parameter};
use super::reading::{Table, read};
use crate::diag::{Loc, Problem, Severity, SourceFile, Spanned, did_you_mean};
use std::collections::BTreeMap;
use std::sync::Arc;

const FENCE: &str = "+++";

/// What a rule says of itself.
#[derive(Debug, Clone)]
pub struct RuleHeader {
    pub severity: Severity,
    pub needs: Vec<Spanned<String>>,
    pub parameters: BTreeMap<String, Declared>,
    /// The Markdown below the header.
    pub doc: String,
}

/// A parameter that a rule takes.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its type is the parameter's type.
    pub default: Spanned<Parameter>,
    /// The texts it can be, or its list hold; empty: any.
    pub choices: Vec<String>,
}

/// Reads a `rule.md`.
///
/// # Errors
/// All mistakes of the header, each with its place.
pub fn parse_rule_header(file: &Arc<SourceFile>) -> Result<RuleHeader, Vec<Problem>> {
    let Some((toml, doc)) = split(&file.text) else {
        let problem = Problem::spec("missing-key", format!("{} has no header", file.name))
            .label(&Loc::new(file, 0..0), "no line of `+++` here")
            .help("begin with `+++`, a line `severity = \"error\"`, and another `+++`");
        return Err(vec![problem]);
    };
    // Blanked instead of cut, so that every span holds in the whole file.
    let header = SourceFile::new(&file.name, format!("{}{toml}", " ".repeat(FENCE.len())));
    let mut header = read(&header, &RULE_HEADER, |top| {
        let parameters = parameters(top);
        Some(RuleHeader {
            severity: top.choice("severity", severity)?.value,
            needs: top.texts("needs").unwrap_or_default(),
            parameters: parameters?,
            doc: doc.trim_start().to_owned(),
        })
    })?;
    let whole = |loc: &mut Loc| loc.file = Arc::clone(file);
    header.needs.iter_mut().for_each(|need| whole(&mut need.loc));
    header.parameters.values_mut().for_each(|parameter| whole(&mut parameter.default.loc));
    Ok(header)
}

/// The parameters with the choices each has.
fn parameters(top: &Table<'_>) -> Option<BTreeMap<String, Declared>> {
    let table = |name| top.node(name).map_or_else(|| Some(BTreeMap::new()), |node| node.parameters());
    let (defaults, choices) = (table("parameters")?, table("choices")?);
    let mut declared: BTreeMap<String, Declared> = defaults
        .into_iter()
        .map(|(name, given)| (name, Declared { default: given.value, choices: Vec::new() }))
        .collect();
    for (name, given) in choices {
        match choose(&name, &given, &mut declared) {
            Ok(()) => {}
            Err(problem) => top.reading.report(*problem),
        }
    }
    Some(declared)
}

/// Gives a parameter its choices.
fn choose(name: &str, given: &Given, declared: &mut BTreeMap<String, Declared>) -> Result<(), Box<Problem>> {
    let names: Vec<String> = declared.keys().cloned().collect();
    let Some(parameter) = declared.get_mut(name) else {
        let problem = Problem::spec("unknown-parameter", format!("`choices` for `{name}`, which is no parameter"))
            .label(&given.key, "not declared under `parameters`")
            .maybe_help(did_you_mean(name, names.iter().map(String::as_str)));
        return Err(Box::new(problem));
    };
    let of_text = texts(&parameter.default).is_some();
    let choices = texts(&given.value).filter(|choices| of_text && !choices.is_empty());
    let Some(choices) = choices else {
        let problem = Problem::spec("wrong-type", format!("`{name}` cannot have these choices"))
            .label(&given.value.loc, "a parameter of text has an array of texts to choose from")
            .help("for example: `choices = { sides = [\"mock\", \"e2e\"] }`");
        return Err(Box::new(problem));
    };
    parameter.choices = choices.into_iter().map(|(choice, _)| choice.to_owned()).collect();
    match parameter.wrong(&parameter.default) {
        None => Ok(()),
        Some((wrong, loc)) => Err(Box::new(
            Problem::spec("unknown-choice", format!("the default `{wrong}` of `{name}` is none of its choices"))
                .label(loc, "not among the choices")
                .maybe_help(did_you_mean(wrong, parameter.choices.iter().map(String::as_str))),
        )),
    }
}

impl Declared {
    /// The first text of a value that is not allowed, with its place.
    pub fn wrong<'a>(&self, value: &'a Spanned<Parameter>) -> Option<(&'a str, &'a Loc)> {
        let allowed = |text: &str| self.choices.is_empty() || self.choices.iter().any(|choice| choice == text);
        texts(value)?.into_iter().find(|(text, _)| !allowed(text))
    }
}

/// The texts of a text or of a list of texts, each with its place.
fn texts(value: &Spanned<Parameter>) -> Option<Vec<(&str, &Loc)>> {
    match &value.value {
        Parameter::List(items) => items.iter().map(text).collect(),
        _ => text(value).map(|text| vec![text]),
    }
}

fn text(value: &Spanned<Parameter>) -> Option<(&str, &Loc)> {
    match &value.value {
        Parameter::Text(text) => Some((text, &value.loc)),
        _ => None,
    }
}

/// The header's TOML, from the first line feed on, and what follows it.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(FENCE).filter(|rest| rest.starts_with(['\n', '\r']))?;
    let end = rest.find("\n+++")?;
    Some((rest.get(..=end)?, rest.get(end + 1 + FENCE.len()..)?))
}
