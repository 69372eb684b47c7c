//! `import`: other scripts of the rules folders, and nothing else.

use super::library::Rules;
use super::limits::{MODULES, SCRIPT_BYTES};
use crate::diag::SourceFile;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Resolves imports in the rules folders and remembers the texts, for carets.
#[derive(Debug, Clone, Default)]
pub(super) struct Imports {
    rules: Rules,
    files: Arc<Mutex<BTreeMap<String, Arc<SourceFile>>>>,
    /// Scripts whose import has begun and not ended.
    open: Arc<Mutex<Vec<String>>>,
}

impl Imports {
    pub(super) fn new(rules: &Rules) -> Self {
        Self { rules: rules.clone(), ..Self::default() }
    }

    /// The text of a script imported so far, by its name.
    pub(super) fn file(&self, name: &str) -> Option<Arc<SourceFile>> {
        lock(&self.files).get(name).cloned()
    }

    /// The script that a path means.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(super) fn open(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        let file = self.rules.module(path)?;
        if file.text.len() > SCRIPT_BYTES {
            return Err(format!("it has more than {SCRIPT_BYTES} bytes"));
        }
        lock(&self.files).insert(file.name.clone(), Arc::clone(&file));
        Ok(file)
    }
}

impl ModuleResolver for Imports {
    fn resolve(
        &self,
        engine: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let file = self.open(path).and_then(|file| self.enter(&file)).map_err(|why| {
            let inner = EvalAltResult::ErrorModuleNotFound(why, position);
            Box::new(EvalAltResult::ErrorInModule(path.to_owned(), Box::new(inner), position))
        })?;
        let module = evaluate(engine, &file)
            .map_err(|error| Box::new(EvalAltResult::ErrorInModule(file.name.clone(), error, position)));
        lock(&self.open).pop();
        module
    }
}

impl Imports {
    /// The engine counts modules only once they are loaded: a script that imports itself never is.
    fn enter(&self, file: &Arc<SourceFile>) -> Result<Arc<SourceFile>, String> {
        let mut open = lock(&self.open);
        if open.contains(&file.name) {
            return Err("it imports itself".to_owned());
        }
        if open.len() >= MODULES {
            return Err(format!("imports are nested more than {MODULES} deep"));
        }
        open.push(file.name.clone());
        Ok(Arc::clone(file))
    }
}

fn evaluate(engine: &Engine, file: &SourceFile) -> Result<Shared<Module>, Box<EvalAltResult>> {
    let mut ast = engine.compile(&file.text)?;
    ast.set_source(file.name.as_str());
    Module::eval_ast_as_new(Scope::new(), &ast, engine).map(Shared::new)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
