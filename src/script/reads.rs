//! What a script reads, as far as its text tells.

use super::api;
use rhai::{AST, ASTNode, Expr};
use std::collections::BTreeSet;

/// The parameters that a script reads by name; `None` if it hands `params` on as a whole, or asks by a name that it puts
/// together.
pub(super) fn parameters_read(ast: &AST) -> Option<BTreeSet<String>> {
    let mut read = BTreeSet::new();
    let mut by_name = 0;
    let mut mentioned = 0;
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(expression)) = path.last() {
            match expression {
                Expr::Dot(pair, ..) if is_params(&pair.lhs) => {
                    by_name += 1;
                    read.extend(first_name(&pair.rhs));
                }
                Expr::Index(pair, ..) if is_params(&pair.lhs) => {
                    if let Expr::StringConstant(name, _) = &pair.rhs {
                        by_name += 1;
                        read.insert(name.to_string());
                    }
                }
                expression if is_params(expression) => mentioned += 1,
                _ => {}
            }
        }
        true
    });
    (mentioned <= by_name).then_some(read)
}

/// The families that a script's texts name: `family:gemm`.
pub(super) fn families_named(ast: &AST) -> Vec<String> {
    let mut named = BTreeSet::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::StringConstant(text, _))) = path.last() {
            named.insert(text.strip_prefix("family:").unwrap_or(text.as_str()).to_owned());
        }
        true
    });
    named.into_iter().collect()
}

fn is_params(expression: &Expr) -> bool {
    matches!(expression, Expr::Variable(name, ..) if name.1 == api::PARAMS)
}

fn first_name(chain: &Expr) -> Option<String> {
    match chain {
        Expr::Property(property, _) => Some(property.2.to_string()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => first_name(&pair.lhs),
        _ => None,
    }
}
