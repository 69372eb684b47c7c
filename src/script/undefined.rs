//! A variable that nothing defines: what helps depends on where it stands.

use super::api;
use crate::diag::did_you_mean;
use rhai::{AST, ASTNode, Engine, Position, Stmt};
use std::collections::BTreeSet;

/// What to do about `name`, which is not defined at `position` of a script.
pub(super) fn help(name: &str, script: &str, position: Position) -> Option<String> {
    // A second reading, by an engine that takes any variable.
    let ast = Engine::new_raw().compile(script).ok();
    let constants = || api::CONSTANTS.iter().map(|constant| constant.name).filter(|known| *known != name);
    // The script's own text defines what every rule finds only where it does not reach: in a function.
    let hidden = api::CONSTANTS.iter().any(|constant| constant.name == name);
    if hidden || ast.as_ref().is_some_and(|ast| in_function(ast, position)) {
        let hint = did_you_mean(name, constants()).filter(|hint| hint.starts_with("did you mean"));
        let hint = hint.map_or(String::new(), |hint| format!("{hint} "));
        return Some(format!("{hint}a function sees only its own parameters: hand the value over"));
    }
    let own = ast.as_ref().map(variables).unwrap_or_default();
    let known: Vec<&str> = own.iter().map(String::as_str).filter(|own| *own != name).collect();
    // The script's own names are known to whoever wrote it: all are listed only of the constants.
    let near = did_you_mean(name, known.into_iter().chain(constants())).filter(|hint| hint.starts_with("did you mean"));
    near.or_else(|| did_you_mean(name, constants()))
}

/// Whether `position` lies in the body of a function; closures see what is around them.
fn in_function(ast: &AST, position: Position) -> bool {
    let functions = ast.iter_fn_def().filter(|function| !function.name.starts_with("anon$"));
    functions.map(|function| &function.body).any(|b| b.start_position() <= position && position <= b.end_position())
}

/// The names that `let` and `const` give.
fn variables(ast: &AST) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Stmt(Stmt::Var(variable, ..))) = path.last() {
            names.insert(variable.0.name.to_string());
        }
        true
    });
    names
}
