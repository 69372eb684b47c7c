//! The header of a rule's `rule.md`.

use super::{Key, Shape, TableDoc};

pub static RULE_HEADER: TableDoc = TableDoc::new(
    "the header of `rule.md`",
    "How much a rule weighs and what it takes; TOML between two lines of `+++`.",
    &[&[
        Key::new(
            "severity",
            Shape::Choice(&["error", "warning", "note"]),
            "severity = \"error\"",
            "The severity of its findings unless the script or the spec says otherwise.",
        )
        .required(),
        Key::new(
            "needs",
            Shape::Choices(&["api-calls", "launch-shapes"]),
            "needs = [\"api-calls\"]",
            "What it needs of both traces, else it is skipped.",
        ),
        Key::new(
            "parameters",
            Shape::Parameters,
            "parameters = { min_share = 0.95 }",
            "Names and defaults; a default's type is the parameter's type.",
        ),
        Key::new(
            "choices",
            Shape::Parameters,
            "choices = { sides = [\"mock\", \"e2e\"] }",
            "The texts that a parameter can be, or its list hold; without them, any.",
        ),
    ]],
);
