//! JSON, written from our own model: places have lines and columns, names are whole and unescaped.

use crate::diag::{Problem, ProblemClass};
use crate::outcome::{FORMAT, Outcome, Place};
use serde::Serialize;

pub(super) fn render(outcome: &Outcome) -> String {
    document(outcome)
}

pub(super) fn problems(problems: &[Problem]) -> String {
    document(&Problems { format: FORMAT, problems: problems.iter().map(ProblemEntry::of).collect() })
}

#[derive(Serialize)]
struct Problems<'a> {
    format: u32,
    problems: Vec<ProblemEntry<'a>>,
}

#[derive(Serialize)]
struct ProblemEntry<'a> {
    code: &'a str,
    class: &'static str,
    message: &'a str,
    places: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    notes: &'a [String],
}

impl<'a> ProblemEntry<'a> {
    fn of(problem: &'a Problem) -> Self {
        Self {
            code: problem.code,
            class: match problem.class {
                ProblemClass::Spec => "spec",
                ProblemClass::Trace => "trace",
                ProblemClass::Nothing => "nothing",
            },
            message: &problem.message,
            places: problem.labels.iter().map(|label| Place::new(&label.loc, label.text.as_str())).collect(),
            help: problem.help.as_deref(),
            notes: &problem.notes,
        }
    }
}

/// Numbers that are not finite are `null`. Our types have string keys only, so that this cannot fail; should it
/// ever, the document says so rather than be cut short.
fn document(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value);
    let mut text = text.unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string());
    text.push('\n');
    text
}
