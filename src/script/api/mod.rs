//! What a script sees: typed values with documented properties and functions.
//!
//! Each row below registers a property, a method or a function together with its documentation, so that
//! nothing can be one without the other; [`reference()`] lists them all. Values are handles into the shared
//! [`Comparison`](crate::compare::Comparison). No property is ever absent: where there is nothing to say it
//! is empty, zero or an error that names what to ask first.

mod finding;
mod instance;
mod kernel;
mod latency;
mod member;
mod position;
mod side;
mod statistics;
mod text;
mod trace;
mod value;

pub(super) use finding::Draft;
pub use member::{Constant, Member, MemberKind};
pub(super) use value::{Failure, Kind, Refusal, failure, over_limit, type_word, unknown, wrong_type};

use crate::check::Context;
use crate::diag::Side;
use member::Api;
use rhai::{Dynamic, Engine, Scope};
use std::sync::Arc;

/// The constant that holds the parameters.
pub(super) const PARAMS: &str = "params";

/// The values every rule finds, in this order.
pub const CONSTANTS: &[Constant] = &[
    Constant { name: "mock", of: "side", doc: "The micro-benchmark." },
    Constant { name: "e2e", of: "side", doc: "The full model." },
    Constant { name: "positions", of: "array of position", doc: "The two kernel sequences, aligned." },
    Constant { name: "latency", of: "latency", doc: "The instance's time, mock against E2E." },
    Constant { name: PARAMS, of: "params", doc: "The rule's parameters, by name: `params.min_share`." },
    Constant { name: "op", of: "text", doc: "The operation under test, as the spec names it." },
    Constant { name: "case_name", of: "text", doc: "The case's name; empty if the spec has no cases." },
];

/// Registers everything.
pub(super) fn register(engine: &mut Engine) {
    let mut api = Api::new(engine);
    describe(&mut api);
}

/// Every property, method and function with its documentation.
pub fn reference() -> Vec<Member> {
    let mut engine = Engine::new_raw();
    let mut api = Api::new(&mut engine);
    describe(&mut api);
    api.members
}

fn describe(api: &mut Api<'_>) {
    side::describe(api);
    trace::describe(api);
    instance::describe(api);
    kernel::describe(api);
    position::describe(api);
    latency::describe(api);
    finding::describe(api);
    statistics::describe(api);
    text::describe(api);
}

/// A scope with every constant's name, for compiling.
pub(super) fn names_only() -> Scope<'static> {
    let mut scope = Scope::new();
    for constant in CONSTANTS {
        scope.push_constant_dynamic(constant.name, Dynamic::UNIT);
    }
    scope
}

/// The constants' values for one case.
pub(super) fn scope(context: &Context<'_>, params: Dynamic) -> Scope<'static> {
    let comparison = context.comparison;
    let side = |side| Dynamic::from(side::SideHandle { comparison: Arc::clone(comparison), side });
    let mut scope = Scope::new();
    for constant in CONSTANTS {
        let value = match constant.name {
            "mock" => side(Side::Mock),
            "e2e" => side(Side::E2e),
            "positions" => position::all(comparison),
            "latency" => Dynamic::from(latency::Latency(Arc::clone(comparison))),
            PARAMS => params.clone(),
            "op" => context.spec.op.value.clone().into(),
            _ => context.case.name.value.clone().into(),
        };
        scope.push_constant_dynamic(constant.name, value);
    }
    scope
}
