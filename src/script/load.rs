//! Compiles and checks the rules a spec uses, when the spec is loaded.

use super::api;
use super::engine::{Printed, engine};
use super::failure::Failing;
use super::imports::Imports;
use super::isolate::isolated;
use super::library::{RuleFiles, Rules};
use super::limits::SCRIPT_BYTES;
use super::parameters::resolve;
use super::reads::{families_named, parameters_read};
use super::rule::Rule;
use super::vet::vet;
use crate::check::{Check, Meta, Need};
use crate::diag::{Problem, Severity, SourceFile, Spanned, did_you_mean};
use crate::spec::{Declared, RuleHeader, RuleUse, parse_rule_header};
use rhai::AST;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a rule says of itself, for `align explain` and the reference.
#[derive(Debug, Clone)]
pub struct RuleDoc {
    pub meta: Meta,
    pub parameters: BTreeMap<String, Declared>,
}

impl RuleDoc {
    /// Reads the documentation of the rule `name`.
    ///
    /// # Errors
    /// There is no such rule, or its header has mistakes.
    pub fn read(rules: &Rules, name: &str) -> Result<Self, Vec<Problem>> {
        let files = rules.files(name).map_err(|problem| vec![problem])?;
        let header = parse_rule_header(&files.doc)?;
        Ok(Self { meta: meta(name, header.severity, &header.doc), parameters: header.parameters })
    }
}

/// What can be said of a rule that nothing runs.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// Its `rule.md`.
    pub doc: Arc<SourceFile>,
    /// Parameters that the header declares and the script never reads, at their defaults.
    pub unread: Vec<Spanned<String>>,
    /// Texts of the script and of what it imports, as far as they name families.
    pub families: Vec<String>,
}

/// Compiles a rule as a spec that uses it would.
///
/// # Errors
/// All mistakes of its header and its script.
pub fn inspect(rules: &Rules, name: &str) -> Result<Inspected, Vec<Problem>> {
    let files = rules.files(name).map_err(|problem| vec![problem])?;
    let header = parse_rule_header(&files.doc)?;
    let (needs, ast) = (needs(&header), compile(rules, name, &files, &header));
    let ast = match (needs, ast) {
        (Ok(_), Ok(ast)) => ast,
        (needs, ast) => return Err([needs.err(), ast.err()].into_iter().flatten().flatten().collect()),
    };
    let read = parameters_read(&ast);
    let unread = header.parameters.iter().filter(|(name, _)| read.as_ref().is_some_and(|read| !read.contains(*name)));
    Ok(Inspected {
        unread: unread.map(|(name, declared)| Spanned::new(name.clone(), declared.default.loc.clone())).collect(),
        families: families_named(&ast),
        doc: files.doc,
    })
}

/// The rules of a spec's case, compiled, with their parameters.
///
/// # Errors
/// All mistakes of all of them: of the headers and scripts, and of the parameters the spec gives.
pub fn load(rules: &Rules, uses: &[RuleUse]) -> Result<Vec<Box<dyn Check>>, Vec<Problem>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    let mut problems = Vec::new();
    for used in uses {
        match load_one(rules, used) {
            Ok(rule) => checks.push(Box::new(rule)),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(checks) } else { Err(problems) }
}

fn load_one(rules: &Rules, used: &RuleUse) -> Result<Rule, Vec<Problem>> {
    let name = &used.name;
    let files = rules.files(name).map_err(|problem| vec![problem.label(&name.loc, "used here")])?;
    let header = parse_rule_header(&files.doc)?;
    let (needs, ast, params) =
        (needs(&header), compile(rules, name, &files, &header), resolve(used, &header.parameters));
    match (needs, ast, params) {
        (Ok(needs), Ok(ast), Ok(params)) => Ok(Rule {
            meta: meta(name, header.severity, &header.doc),
            needs,
            script: files.script,
            ast,
            rules: rules.clone(),
            params,
            used: name.loc.clone(),
        }),
        (needs, ast, params) => Err([needs.err(), ast.err(), params.err()].into_iter().flatten().flatten().collect()),
    }
}

/// The summary is the first line of the text.
fn meta(name: &str, severity: Severity, doc: &str) -> Meta {
    let summary = doc.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    Meta { name: name.to_owned(), severity, summary: summary.to_owned(), doc: doc.to_owned() }
}

fn needs(header: &RuleHeader) -> Result<Vec<Need>, Vec<Problem>> {
    // A script may ask for anything that a single operation has.
    let (mut needs, mut problems) = (vec![Need::Operations], Vec::new());
    for need in &header.needs {
        match need.as_str() {
            "api-calls" => needs.push(Need::ApiCalls),
            "launch-shapes" => needs.push(Need::LaunchShapes),
            other => problems.push(
                Problem::spec("unknown-choice", format!("a rule cannot need `{other}`"))
                    .label(&need.loc, "unknown")
                    .maybe_help(did_you_mean(other, ["api-calls", "launch-shapes"])),
            ),
        }
    }
    if problems.is_empty() { Ok(needs) } else { Err(problems) }
}

fn compile(rules: &Rules, name: &str, files: &RuleFiles, header: &RuleHeader) -> Result<AST, Vec<Problem>> {
    let imports = Imports::new(rules);
    let failing = Failing { rule: name, script: &files.script, imports: &imports };
    let parameters: Vec<&str> = header.parameters.keys().map(String::as_str).collect();
    let compiled = isolated(|| {
        if files.script.text.len() > SCRIPT_BYTES {
            return Err(vec![failing.too_long()]);
        }
        let engine = engine(&imports, &Printed::default());
        let ast = engine
            .compile_with_scope(&api::names_only(), &files.script.text)
            .map_err(|error| vec![failing.compiling(&error)])?;
        if ast.statements().is_empty() {
            return Err(vec![failing.nothing()]);
        }
        let problems = vet(&ast, &engine, &imports, &parameters, &failing);
        if problems.is_empty() { Ok(ast) } else { Err(problems) }
    });
    compiled.unwrap_or_else(|why| Err(vec![failing.engine(why)]))
}
