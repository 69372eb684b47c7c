//! A run of tests for programs.

use super::{State, Suite};
use crate::outcome::ProblemOutcome;
use serde::Serialize;

/// The version of the serialised form; grows with every incompatible change.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'s> {
    format: u32,
    tests: Vec<TestDocument<'s>>,
    /// What kept specs, rules or tests from being run.
    problems: Vec<ProblemOutcome>,
    stale: Vec<ProblemOutcome>,
    uncovered: Vec<ProblemOutcome>,
}

#[derive(Serialize)]
struct TestDocument<'s> {
    file: &'s str,
    title: &'s str,
    state: State,
    reports: &'s [String],
    silent: &'s [String],
    problems: Vec<ProblemOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<&'s str>,
}

/// One document, ending in a line feed.
pub fn render(suite: &Suite) -> String {
    let problems = |list: &[crate::diag::Problem]| list.iter().map(ProblemOutcome::from).collect();
    let document = Document {
        format: FORMAT,
        tests: suite
            .tests
            .iter()
            .map(|test| TestDocument {
                file: &test.file,
                title: &test.title,
                state: test.state,
                reports: &test.shows,
                silent: &test.clears,
                problems: problems(&test.problems),
                difference: test.difference.as_deref(),
            })
            .collect(),
        problems: problems(&suite.mistakes),
        stale: problems(&suite.stale),
        uncovered: problems(&suite.uncovered),
    };
    serde_json::to_string_pretty(&document).map_or_else(|_| String::new(), |text| text + "\n")
}
