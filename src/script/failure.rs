//! What goes wrong in a script, as problems with a caret in it.

use super::api::{self, Kind, Refusal, type_word};
use super::imports::Imports;
use super::limits::{
    ARRAY_ELEMENTS, CALL_DEPTH, EXPRESSION_DEPTH, FUNCTIONS, LITERAL_BYTES, MAP_ENTRIES, MODULES, OPERATIONS,
    SCRIPT_BYTES, STEP, STRING_BYTES, VARIABLES, WORK,
};
use super::undefined;
use crate::diag::{Loc, Problem, SourceFile, Span, escape, shorten};
use rhai::{EvalAltResult, LexError, ParseError, ParseErrorType, Position};
use std::sync::Arc;

/// Characters of a label: it may hold what the script made.
const LABEL: usize = 200;

/// What a failure is about: the rule, its script, and the scripts it imported.
pub(super) struct Failing<'a> {
    pub(super) rule: &'a str,
    pub(super) script: &'a Arc<SourceFile>,
    pub(super) imports: &'a Imports,
}

/// One failure in our words.
struct Words {
    code: &'static str,
    what: String,
    label: String,
    help: Option<String>,
}

impl Words {
    fn new(code: &'static str, what: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code, what: what.into(), label: label.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl Failing<'_> {
    /// A script that does not compile.
    pub(super) fn compiling(&self, error: &ParseError) -> Problem {
        let ParseError(kind, position) = error;
        self.problem(parse_words(kind, self.script, *position), self.script, *position)
    }

    /// A run that failed.
    pub(super) fn running(&self, error: &EvalAltResult) -> Problem {
        let mut calls: Vec<(Arc<SourceFile>, Position, &str)> = Vec::new();
        let mut file = Arc::clone(self.script);
        let mut at = error;
        loop {
            match at {
                EvalAltResult::ErrorInFunctionCall(_, source, inner, position) => {
                    calls.push((Arc::clone(&file), *position, "called from here"));
                    file = self.imports.file(source).unwrap_or(file);
                    at = inner;
                }
                EvalAltResult::ErrorInModule(name, inner, position) => {
                    if let Some(imported) = self.imports.file(name) {
                        calls.push((Arc::clone(&file), *position, "imported here"));
                        file = imported;
                    }
                    at = inner;
                }
                _ => break,
            }
        }
        let mut problem = self.problem(words(at, &file), &file, at.position());
        for (file, position, text) in calls.iter().rev().take(2).filter(|(_, position, _)| !position.is_none()) {
            problem = problem.label(&place(file, *position), *text);
        }
        problem
    }

    /// The engine itself failed.
    pub(super) fn engine(&self, why: String) -> Problem {
        self.problem(Words::new("rule-failed", "fails", "in this script"), self.script, Position::NONE).note(why)
    }

    /// A run that ended with something else than findings.
    pub(super) fn result(&self, what: impl Into<String>, position: Position) -> Problem {
        let words = Words::new("rule-result", what, "the script's last statement")
            .help("end the script with an array of findings, one finding, or nothing: `findings`");
        self.problem(words, self.script, position)
    }

    /// A script without a statement: it would pass for ever.
    pub(super) fn nothing(&self) -> Problem {
        let words = Words::new("rule-empty", "has a script that does nothing", "no statement in this script")
            .help("end it with the findings, as an array or one: functions alone do not run");
        self.problem(words, self.script, Position::NONE)
    }

    /// A text written in the script that is too long.
    pub(super) fn long_literal(&self, position: Position) -> Problem {
        let words =
            limit(format!("holds a text of more than {LITERAL_BYTES} bytes")).help("make it of parts, with `+`");
        self.problem(words, self.script, position)
    }

    /// A script that is too large.
    pub(super) fn too_long(&self) -> Problem {
        let words = limit(format!("has a script of more than {SCRIPT_BYTES} bytes"))
            .help("share functions: `import \"lib/names\" as names;`");
        self.problem(words, self.script, Position::NONE)
    }

    /// A name in the script that nothing has.
    pub(super) fn unknown(&self, what: String, position: Position, hint: Option<String>) -> Problem {
        let words = Words { help: hint, ..Words::new("rule-name", what, "unknown") };
        self.problem(words, self.script, position)
    }

    fn problem(&self, words: Words, file: &Arc<SourceFile>, position: Position) -> Problem {
        Problem::spec(words.code, format!("the rule `{}` {}", self.rule, words.what))
            .label(&place(file, position), shorten(&escape(&words.label), LABEL))
            .maybe_help(words.help)
    }
}

/// The word at a position, or the script's first line where there is none.
fn place(file: &Arc<SourceFile>, position: Position) -> Loc {
    let (Some(line), column) = (position.line(), position.position().unwrap_or(1)) else {
        return Loc::new(file, 0..file.text.lines().next().map_or(0, str::len));
    };
    let before: usize = file.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = file.text.get(before..).unwrap_or_default();
    let start = before + rest.chars().take_while(|&c| c != '\n').take(column - 1).map(char::len_utf8).sum::<usize>();
    let rest = file.text.get(start..).unwrap_or_default();
    let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    let one = rest.chars().next().filter(|&c| c != '\n').map_or(0, char::len_utf8);
    Loc::new(file, Span::new(start, start + word.max(one)))
}

fn parse_words(kind: &ParseErrorType, file: &SourceFile, position: Position) -> Words {
    match kind {
        ParseErrorType::VariableUndefined(name) => undefined(name, file, position),
        ParseErrorType::ModuleUndefined(name) => {
            Words::new("rule-name", format!("uses `{name}::`, which nothing imports"), "not imported")
                .help(format!("write `import \"...\" as {name};` above"))
        }
        ParseErrorType::BadInput(LexError::ImproperSymbol(name, _)) if name == "eval" => no_eval(),
        ParseErrorType::BadInput(LexError::ImproperSymbol(name, _)) if name == "this" => no_this(),
        ParseErrorType::Reserved(name) if name == "try" => {
            Words::new("rule-name", "uses `try`, which rules do not have", "not allowed")
                .help("a failure that is caught would pass unseen: ask first (`is_empty()`, `has_mock`, `known`)")
        }
        ParseErrorType::Reserved(name) if name == "this" => no_this(),
        ParseErrorType::ExprTooDeep => {
            limit(format!("nests deeper than {EXPRESSION_DEPTH} levels")).help("give parts of it names with `let`")
        }
        ParseErrorType::TooManyFunctions => limit(format!("defines more than {FUNCTIONS} functions")),
        ParseErrorType::LiteralTooLarge(what, _) => limit(format!("holds a literal that is too large: {what}")),
        other => Words::new("rule-syntax", "does not compile", lower(&other.to_string()))
            .help("rules are written in Rhai: https://rhai.rs/book"),
    }
}

fn undefined(name: &str, file: &SourceFile, position: Position) -> Words {
    let words = Words::new("rule-name", format!("uses `{name}`, which is not defined here"), "not defined");
    Words { help: undefined::help(name, &file.text, position), ..words }
}

fn refused(refusal: Refusal) -> Words {
    let words = match refusal.kind {
        Kind::Type => Words::new("rule-type", "uses values of types that do not fit", refusal.what),
        Kind::Name => Words::new("rule-name", "asks for something that is not there", refusal.what),
        Kind::Limit => limit(refusal.what),
        Kind::Other => Words::new("rule-failed", "fails", refusal.what),
    };
    if refusal.help.is_empty() { words } else { words.help(refusal.help) }
}

fn no_eval() -> Words {
    Words::new("rule-name", "uses `eval`, which rules do not have", "not allowed")
        .help("call functions by name; a rule is what its file says")
}

fn no_this() -> Words {
    Words::new("rule-name", "uses `this`, which rules do not have", "not allowed")
        .help("give the function a parameter: `fn share(side) { side.graph_share }`")
}

fn words(error: &EvalAltResult, file: &SourceFile) -> Words {
    match error {
        EvalAltResult::ErrorParsing(kind, position) => parse_words(kind, file, *position),
        EvalAltResult::ErrorTooManyOperations(_) => {
            limit(format!("runs longer than {} thousand operations", OPERATIONS / 1_000))
                .help("does a loop end? `mock.kernels` and `e2e.kernels` are one instance and cheaper than all")
        }
        // The steps of what ran inside a function of the engine.
        EvalAltResult::ErrorTerminated(..) => {
            limit(format!("runs longer than {} million steps", WORK / STEP as u64 / 1_000_000))
                .help("does a loop end? `mock.kernels` and `e2e.kernels` are one instance and cheaper than all")
        }
        EvalAltResult::ErrorStackOverflow(_) => limit(format!("calls functions more than {CALL_DEPTH} deep"))
            .help("does a function that calls itself end? a loop needs no depth"),
        EvalAltResult::ErrorTooManyVariables(_) => limit(format!("holds more than {VARIABLES} variables at once")),
        EvalAltResult::ErrorTooManyModules(_) => limit(format!("imports more than {MODULES} scripts")),
        EvalAltResult::ErrorDataTooLarge(what, _) => too_large(what),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => no_function(signature),
        EvalAltResult::ErrorModuleNotFound(why, _) => {
            Words::new("rule-import", "imports a script that it cannot have", why.clone())
                .help("name a script below a rules folder, without `.rhai`: `import \"lib/names\" as names;`")
        }
        EvalAltResult::ErrorMismatchDataType(wanted, found, _)
        | EvalAltResult::ErrorMismatchOutputType(wanted, found, _) => Words::new(
            "rule-type",
            "uses a value of the wrong type",
            format!("takes {}, not {}", type_word(wanted), type_word(found)),
        ),
        EvalAltResult::ErrorRuntime(value, _) => match value.clone().try_cast_result::<Refusal>() {
            Ok(refusal) => refused(refusal),
            Err(value) if value.is_unit() => Words::new("rule-failed", "fails", "thrown without a word"),
            Err(value) => Words::new("rule-failed", "fails", value.to_string()),
        },
        EvalAltResult::ErrorVariableNotFound(name, position) => undefined(name, file, *position),
        EvalAltResult::ErrorDotExpr(text, _) if text.starts_with("No writable") => {
            Words::new("rule-failed", "changes what it was given", "cannot be set")
                .help("keep values of your own in variables: `let share = mock.graph_share;`")
        }
        EvalAltResult::ErrorDotExpr(text, _) => {
            Words::new("rule-name", "asks for something that is not there", lower(text))
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => {
            Words::new("rule-name", "asks for something that is not there", format!("the map has no `{name}`"))
        }
        other => Words::new("rule-failed", "fails", lower(&message(other))),
    }
}

fn limit(what: String) -> Words {
    Words::new("rule-limit", what, "stopped here")
}

fn too_large(what: &str) -> Words {
    let (what, most) = match what {
        what if what.contains("string") => ("a text", format!("{STRING_BYTES} bytes")),
        what if what.contains("map") => ("a map", format!("{MAP_ENTRIES} entries")),
        _ => ("an array", format!("{ARRAY_ELEMENTS} elements")),
    };
    limit(format!("makes {what} of more than {most}"))
}

/// From the engine's `name (type, type)`; a few functions say in words what they do not take.
fn no_function(signature: &str) -> Words {
    let Some((name, types)) = signature.split_once(" (").filter(|(name, _)| !name.contains(' ')) else {
        return Words::new("rule-type", "uses values of types that do not fit", lower(signature));
    };
    let types: Vec<&str> = types.trim_end_matches(')').split(", ").map(type_word).collect();
    let what = format!("calls `{name}({})`, which does not exist", types.join(", "));
    let reference = api::reference();
    let usages: Vec<&str> = reference.iter().filter(|m| m.name == name).map(|m| m.usage.as_str()).collect();
    let words = Words::new("rule-name", what, "no such function");
    if usages.is_empty() { words } else { words.help(format!("it is `{}`", usages.join("`, `"))) }
}

/// The engine's text without its own mention of the place.
fn message(error: &EvalAltResult) -> String {
    let text = error.to_string();
    let place = format!(" ({})", error.position());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
