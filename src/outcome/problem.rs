//! Problems as they are serialised.

use super::finding::Place;
use crate::diag::{Problem, ProblemClass};
use serde::{Deserialize, Serialize};

/// One mistake in the input, or a trace that cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemOutcome {
    pub code: String,
    /// `spec`, `trace` or `nothing`: decides the exit code.
    pub class: String,
    pub message: String,
    pub places: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<String>,
    pub notes: Vec<String>,
}

impl From<&Problem> for ProblemOutcome {
    fn from(problem: &Problem) -> Self {
        let class = match problem.class {
            ProblemClass::Spec => "spec",
            ProblemClass::Trace => "trace",
            ProblemClass::Nothing => "nothing",
        };
        Self {
            code: problem.code.to_owned(),
            class: class.to_owned(),
            message: problem.message.clone(),
            places: problem.labels.iter().map(|label| Place::new(&label.loc, label.text.as_str())).collect(),
            help: problem.help.clone(),
            notes: problem.notes.clone(),
        }
    }
}
