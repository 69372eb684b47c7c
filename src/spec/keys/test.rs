//! `[[test]]`: what `align test` expects of a case.

use super::{Key, Names, Relation, Shape, TableDoc};

pub static TEST: TableDoc = TableDoc::new(
    "`[[test]]`",
    "What a case must say of given traces. `align check` does not run it, `align test` does.",
    &[&[
        Key::new("name", Shape::Text, "name = \"wrong shape\"", "What is wrong with the mock, or what is right.")
            .required(),
        Key::new("case", Shape::Text, "case = \"decode\"", "The case; needed where the spec has several."),
        Key::new(
            "mock",
            Shape::Text,
            "mock = \"traces/wrong_shape.sqlite\"",
            "The mock's trace, relative to this file; the case's own if absent.",
        ),
        Key::new(
            "e2e",
            Shape::Text,
            "e2e = \"traces/other_model.sqlite\"",
            "The E2E's trace, relative to this file; the case's own if absent.",
        ),
        Key::new(
            "reports",
            Shape::Names(Names::Reported),
            "reports = [\"inputs-differ\", \"launch-shape\"]",
            "Checks, rules and common issues that must be reported; common issues from the first diagnosis on.",
        ),
        Key::new(
            "silent",
            Shape::Names(Names::Reported),
            "silent = [\"kernel-name\"]",
            "Checks, rules and common issues that must not be reported.",
        ),
        Key::new(
            "today",
            Shape::Date,
            "today = 2027-01-01",
            "The day by which known differences expire; none does if absent.",
        ),
        Key::new(
            "verdict",
            Shape::Choice(&["pass", "fail", "inconclusive", "skipped"]),
            "verdict = \"pass\"",
            "The case's verdict. Without it: no pass where `reports` names something, else any.",
        ),
    ]],
)
.related(&[Relation::SomeOf(&["reports", "silent", "verdict"])]);
