//! What can be said of a script before it runs: every name it uses must be one that exists, also on a path
//! that no run has taken yet.

use super::api;
use super::failure::Failing;
use super::imports::Imports;
use super::limits::LITERAL_BYTES;
use crate::diag::{Problem, did_you_mean};
use rhai::{AST, ASTNode, Engine, Expr, FnCallExpr, ModuleResolver, Position, Stmt};
use std::collections::BTreeSet;

/// Words that the engine itself knows as functions.
const BUILT_IN: &[&str] = &["Fn", "call", "curry", "type_of", "print", "debug", "is_shared", "is_def_var", "is_def_fn"];

/// What other tools call reporting.
const REPORTING: &[&str] = &[
    "add_finding",
    "assert",
    "emit",
    "err",
    "error",
    "fail",
    "failure",
    "issue",
    "log",
    "note",
    "panic",
    "problem",
    "raise",
    "report",
    "violation",
    "warn",
    "warning",
];

/// Problems with names and imports, in the order of the script.
pub(super) fn vet(
    ast: &AST,
    engine: &Engine,
    imports: &Imports,
    parameters: &[&str],
    failing: &Failing<'_>,
) -> Vec<Problem> {
    let names = Names::new(ast, engine);
    let mut problems: Vec<(Position, Problem)> = Vec::new();
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(expression)) => problems.extend(names.expression(expression, parameters, failing)),
            Some(ASTNode::Stmt(Stmt::FnCall(call, position))) => problems.extend(names.call(call, *position, failing)),
            Some(ASTNode::Stmt(Stmt::Import(import, _))) => {
                // A path that is put together is looked for when the script runs.
                if let Expr::StringConstant(path, position) = &import.0 {
                    let found = imported(path, *position, engine, imports, failing);
                    problems.extend(found.into_iter().map(|problem| (*position, problem)));
                }
            }
            _ => {}
        }
        true
    });
    problems.sort_by_key(|(position, _)| *position);
    problems.dedup_by(|a, b| a.1 == b.1);
    problems.into_iter().map(|(_, problem)| problem).collect()
}

struct Names {
    functions: BTreeSet<String>,
    properties: BTreeSet<String>,
}

impl Names {
    fn new(ast: &AST, engine: &Engine) -> Self {
        let mut functions: BTreeSet<String> = BUILT_IN.iter().map(|&name| name.to_owned()).collect();
        let mut properties: BTreeSet<String> = BTreeSet::new();
        for name in engine.collect_fn_metadata(None, |function| Some(function.metadata.name.to_string()), true) {
            match name.strip_prefix("get$") {
                Some(property) => properties.insert(property.to_owned()),
                None => functions.insert(name),
            };
        }
        functions.extend(ast.iter_functions().map(|function| function.name.to_owned()));
        // The script's own maps have the keys it writes.
        ast.walk(&mut |path| {
            if let Some(ASTNode::Expr(Expr::Map(entries, _))) = path.last() {
                properties.extend(entries.0.iter().map(|(key, _)| key.name.to_string()));
            }
            true
        });
        Self { functions, properties }
    }

    fn expression(&self, expression: &Expr, parameters: &[&str], failing: &Failing<'_>) -> Option<(Position, Problem)> {
        match expression {
            Expr::Dot(pair, ..) if is_params(&pair.lhs) => {
                let (name, position) = first_property(&pair.rhs)?;
                let known = parameters.contains(&name);
                (!known).then(|| {
                    let hint = did_you_mean(name, parameters.iter().copied());
                    let none = "declare it under `parameters` in the header of `rule.md`";
                    let what = format!("uses the parameter `{name}`, which its header does not declare");
                    (position, failing.unknown(what, position, hint.or_else(|| Some(none.to_owned()))))
                })
            }
            Expr::Dot(pair, ..) => {
                let (name, position) = first_property(&pair.rhs)?;
                (!self.properties.contains(name)).then(|| {
                    let hint = did_you_mean(name, self.properties.iter().map(String::as_str));
                    let what = format!("asks for the property `{name}`, which nothing has");
                    (position, failing.unknown(what, position, hint))
                })
            }
            Expr::StringConstant(text, position) if text.len() > LITERAL_BYTES => {
                Some((*position, failing.long_literal(*position)))
            }
            // What they hold would be touched uncounted.
            Expr::Variable(variable, _, position) if !variable.2.is_empty() => {
                let what = format!("reads `{}` by its full name", variable.1);
                let hint = "hand values over: a function has parameters, and an imported script gives functions";
                Some((*position, failing.unknown(what, *position, Some(hint.to_owned()))))
            }
            Expr::FnCall(call, position) | Expr::MethodCall(call, position) => self.call(call, *position, failing),
            _ => None,
        }
    }

    fn call(&self, call: &FnCallExpr, position: Position, failing: &Failing<'_>) -> Option<(Position, Problem)> {
        let name = call.name.as_str();
        // What is qualified belongs to an imported script; operators are judged by their values' types.
        if call.is_qualified() || call.is_operator_call() || self.functions.contains(name) || name.starts_with("anon$")
        {
            return None;
        }
        if REPORTING.contains(&name) {
            let hint = "report with `finding(\"…\")`, and end the script with the findings".to_owned();
            return Some((
                position,
                failing.unknown(format!("calls `{name}`, which does not exist"), position, Some(hint)),
            ));
        }
        let hint = did_you_mean(name, self.functions.iter().map(String::as_str).filter(|name| !name.contains('$')))
            .filter(|hint| hint.starts_with("did you mean"));
        let hint = hint.unwrap_or_else(|| "a rule has no files, no clock and no environment".to_owned());
        let what = format!("calls `{name}`, which does not exist");
        Some((position, failing.unknown(what, position, Some(hint))))
    }
}

/// What is wrong with an imported script.
fn imported(path: &str, position: Position, engine: &Engine, imports: &Imports, failing: &Failing<'_>) -> Vec<Problem> {
    if let Err(error) = imports.resolve(engine, None, path, position) {
        return vec![failing.running(&error)];
    }
    // It could be resolved, with all that it imports: what follows comes to an end.
    let Ok(file) = imports.open(path) else { return Vec::new() };
    let Ok(ast) = engine.compile(&file.text) else { return Vec::new() };
    vet(&ast, engine, imports, &[], &Failing { script: &file, ..*failing })
}

fn is_params(expression: &Expr) -> bool {
    matches!(expression, Expr::Variable(name, ..) if name.1 == api::PARAMS)
}

/// The property that a chain begins with.
fn first_property(chain: &Expr) -> Option<(&str, Position)> {
    match chain {
        Expr::Property(property, position) => Some((property.2.as_str(), *position)),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => first_property(&pair.lhs),
        _ => None,
    }
}
