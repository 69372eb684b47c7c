//! A compiled rule: a check like any other.

use super::api::{self, Draft};
use super::engine::{Printed, engine};
use super::failure::Failing;
use super::imports::Imports;
use super::isolate::isolated;
use super::library::Rules;
use super::parameters::Params;
use crate::check::{Check, Context, Judgement, Meta, Need};
use crate::diag::{Finding, Loc, Problem, SourceFile};
use rhai::{AST, Array, Dynamic, Position};
use std::sync::Arc;

/// A rule with its parameters, ready to run.
#[derive(Debug)]
pub struct Rule {
    pub(super) meta: Meta,
    pub(super) needs: Vec<Need>,
    pub(super) script: Arc<SourceFile>,
    pub(super) ast: AST,
    pub(super) rules: Rules,
    pub(super) params: Params,
    /// Where the spec uses it.
    pub(super) used: Loc,
}

impl Check for Rule {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn needs(&self) -> &[Need] {
        &self.needs
    }

    fn asks_for_names(&self) -> bool {
        true
    }

    /// A script that fails is a problem of the judgement, never a pass.
    fn run(&self, context: &Context<'_>) -> Judgement {
        let imports = Imports::new(&self.rules);
        let printed = Printed::default();
        let failing = Failing { rule: &self.meta.name, script: &self.script, imports: &imports };
        let ended = isolated(|| self.evaluate(context, &imports, &printed, &failing));
        let mut judgement = match ended {
            Ok(Ok(findings)) => Judgement::of(findings),
            Ok(Err(problem)) => Judgement::broken(*problem),
            Err(why) => Judgement::broken(failing.engine(why)),
        };
        judgement.printed = printed.lines();
        judgement
    }
}

impl Rule {
    fn evaluate(
        &self,
        context: &Context<'_>,
        imports: &Imports,
        printed: &Printed,
        failing: &Failing<'_>,
    ) -> Result<Vec<Finding>, Box<Problem>> {
        let engine = engine(imports, printed);
        let mut scope = api::scope(context, Dynamic::from(self.params.clone()));
        let result = engine.eval_ast_with_scope::<Dynamic>(&mut scope, &self.ast);
        let value = result.map_err(|error| Box::new(failing.running(&error)))?;
        let word = |value: &Dynamic| api::type_word(engine.map_type_name(value.type_name())).to_owned();
        let last = self.ast.statements().last().map_or(Position::NONE, |statement| statement.position());
        let drafts = drafts(value, word).map_err(|what| Box::new(failing.result(what, last)))?;
        Ok(drafts.into_iter().map(|draft| self.finish(draft)).collect())
    }

    fn finish(&self, draft: Draft) -> Finding {
        draft.finish(&self.meta.name, self.meta.severity).at(&self.used, "found by this rule")
    }
}

/// What a script ended with.
///
/// # Errors
/// In words, where it is neither findings nor nothing.
fn drafts(value: Dynamic, word: impl Fn(&Dynamic) -> String) -> Result<Vec<Draft>, String> {
    if value.is_unit() {
        return match Draft::made() {
            0 => Ok(Vec::new()),
            // Lost to a semicolon they would pass unseen.
            _ => Err("makes findings and returns none".to_owned()),
        };
    }
    let items = match value.try_cast_result::<Array>() {
        Ok(items) => items,
        Err(value) => vec![value],
    };
    let draft = |item: Dynamic| {
        let word = word(&item);
        item.try_cast::<Draft>().ok_or_else(|| format!("returns {word} where only findings count"))
    };
    items.into_iter().map(draft).collect()
}
