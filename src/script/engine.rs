//! The engine a script is compiled and run with: nothing is there that a rule does not need.

use super::imports::Imports;
use super::limits::{
    ARRAY_ELEMENTS, CALL_DEPTH, EXPRESSION_DEPTH, FUNCTIONS, MAP_ENTRIES, MODULES, OPERATIONS, PRINTED_LINES,
    STRING_BYTES, VARIABLES,
};
use super::{api, budget, operators, parameters};
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage, BasicStringPackage,
    LogicPackage, MoreStringPackage, Package,
};
use rhai::{Engine, OptimizationLevel};
use std::sync::{Arc, Mutex, PoisonError};

/// What scripts printed.
#[derive(Debug, Clone, Default)]
pub(super) struct Printed(Arc<Mutex<Vec<String>>>);

impl Printed {
    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < PRINTED_LINES {
            lines.push(line);
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A fresh engine; nothing of one run is seen by the next.
pub(super) fn engine(imports: &Imports, printed: &Printed) -> Engine {
    let mut engine = bare();
    operators::register(&mut engine);
    api::register(&mut engine);
    parameters::register(&mut engine);
    budget::register(&mut engine);
    engine.set_module_resolver(imports.clone());
    let (print, debug) = (printed.clone(), printed.clone());
    engine.on_print(move |text| print.push(text.to_owned()));
    engine.on_debug(move |text, _, position| debug.push(format!("line {}: {text}", position.line().unwrap_or(1))));
    engine
}

fn bare() -> Engine {
    let mut engine = Engine::new_raw();
    // Not among them: the language core (it sleeps and exits), time, blobs, bit fields, function metadata.
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    engine
        .set_fast_operators(false)
        // The optimiser folds `"a" > 3` with the operators that were replaced.
        .set_optimization_level(OptimizationLevel::None)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_max_operations(OPERATIONS)
        .set_max_call_levels(CALL_DEPTH)
        .set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH)
        .set_max_string_size(STRING_BYTES)
        .set_max_array_size(ARRAY_ELEMENTS)
        .set_max_map_size(MAP_ENTRIES)
        .set_max_variables(VARIABLES)
        .set_max_functions(FUNCTIONS)
        .set_max_modules(MODULES)
        .disable_symbol("eval")
        // Its data would be touched uncounted.
        .disable_symbol("this")
        // Caught, a comparison of unlike values would pass unseen.
        .disable_symbol("try");
    engine
}
