//! A rule's parameters: the header's defaults, overridden by the spec's `with`, typed.

use super::api::{Failure, unknown};
use crate::diag::{Loc, Problem, Spanned, did_you_mean, escape};
use crate::spec::{Declared, Given, Parameter, RuleUse};
use rhai::{Array, Dynamic, Engine, ImmutableString};
use std::collections::BTreeMap;
use std::sync::Arc;

type Declarations = BTreeMap<String, Declared>;

/// `params` in a script.
#[derive(Debug, Clone)]
pub(super) struct Params(Arc<BTreeMap<String, Parameter>>);

impl Params {
    fn get(&self, name: &str) -> Result<Dynamic, Failure> {
        let value = self.0.get(name).map(dynamic);
        value.ok_or_else(|| unknown(format!("there is no parameter `{name}`"), name, self.names()))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Params>("params")
        .register_indexer_get(|params: &mut Params, name: ImmutableString| params.get(&name));
}

/// The values of one use of a rule.
///
/// # Errors
/// Parameters that the rule does not declare, or that are of another type or none of its choices, each with its
/// place in the spec.
pub(super) fn resolve(used: &RuleUse, declared: &Declarations) -> Result<Params, Vec<Problem>> {
    let mut values: BTreeMap<String, Parameter> =
        declared.iter().map(|(name, declared)| (name.clone(), declared.default.value.clone())).collect();
    let mut problems = Vec::new();
    for (name, given) in &used.with {
        let Some(parameter) = declared.get(name) else {
            problems.push(undeclared(used, name, given, declared));
            continue;
        };
        match (convert(&given.value, &parameter.default), parameter.wrong(&given.value)) {
            (None, _) => problems.push(wrong_type(used, name, &given.value, &parameter.default)),
            (_, Some((wrong, loc))) => problems.push(no_choice(used, name, wrong, loc, &parameter.choices)),
            (Some(value), None) => drop(values.insert(name.clone(), value)),
        }
    }
    if problems.is_empty() { Ok(Params(Arc::new(values))) } else { Err(problems) }
}

fn undeclared(used: &RuleUse, name: &str, given: &Given, declared: &Declarations) -> Problem {
    let hint = did_you_mean(name, declared.keys().map(String::as_str));
    Problem::spec("unknown-parameter", format!("the rule `{}` has no parameter `{name}`", used.name.value))
        .label(&given.key, "unknown parameter")
        .maybe_help(hint.or_else(|| Some("the rule takes no parameters: leave `with` out".to_owned())))
}

fn no_choice(used: &RuleUse, name: &str, wrong: &str, loc: &Loc, choices: &[String]) -> Problem {
    let rule = &used.name.value;
    Problem::spec("unknown-choice", format!("`{name}` of the rule `{rule}` takes no `{}`", escape(wrong)))
        .label(loc, "not among its choices")
        .maybe_help(did_you_mean(wrong, choices.iter().map(String::as_str)))
}

fn wrong_type(used: &RuleUse, name: &str, given: &Spanned<Parameter>, default: &Spanned<Parameter>) -> Problem {
    let (wanted, found) = (word(&default.value), word(&given.value));
    Problem::spec("parameter-type", format!("`{name}` of the rule `{}` takes {wanted}, not {found}", used.name.value))
        .label(&given.loc, format!("this is {found}"))
        .label(&default.loc, "its default")
        .help("give a value of the default's type")
}

/// A value as the default's type: a whole number is a number, and one text a list of one.
fn convert(given: &Spanned<Parameter>, default: &Spanned<Parameter>) -> Option<Parameter> {
    match (&given.value, &default.value) {
        (Parameter::Bool(_), Parameter::Bool(_))
        | (Parameter::Integer(_), Parameter::Integer(_))
        | (Parameter::Text(_), Parameter::Text(_)) => Some(given.value.clone()),
        (Parameter::Number(number), Parameter::Number(_)) => (!number.is_nan()).then(|| given.value.clone()),
        (Parameter::Integer(whole), Parameter::Number(_)) => Some(Parameter::Number(*whole as f64)),
        (Parameter::List(items), Parameter::List(defaults)) => {
            // An empty default says nothing of its elements: texts are meant.
            let text = Spanned::new(Parameter::Text(String::new()), default.loc.clone());
            let element = defaults.first().unwrap_or(&text);
            let convert = |item: &Spanned<Parameter>| Some(Spanned::new(convert(item, element)?, item.loc.clone()));
            items.iter().map(convert).collect::<Option<_>>().map(Parameter::List)
        }
        (Parameter::Text(_), Parameter::List(_)) => {
            convert(&Spanned::new(Parameter::List(vec![given.clone()]), given.loc.clone()), default)
        }
        _ => None,
    }
}

fn word(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Bool(_) => "a boolean".to_owned(),
        Parameter::Integer(_) => "a whole number".to_owned(),
        Parameter::Number(number) if number.is_nan() => "no number".to_owned(),
        Parameter::Number(_) => "a number".to_owned(),
        Parameter::Text(_) => "a text".to_owned(),
        Parameter::List(items) => match items.first() {
            None => "a list".to_owned(),
            Some(first) => format!("a list with {}", word(first)),
        },
    }
}

fn dynamic(parameter: &Parameter) -> Dynamic {
    match parameter {
        Parameter::Bool(flag) => (*flag).into(),
        Parameter::Integer(whole) => (*whole).into(),
        Parameter::Number(number) => (*number).into(),
        Parameter::Text(text) => text.clone().into(),
        Parameter::List(items) => Dynamic::from_array(items.iter().map(|item| dynamic(item)).collect::<Array>()),
    }
}
