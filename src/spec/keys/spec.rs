//! The top of a spec file, `[spec]` and `[[case]]`.

use super::shared::SHARED;
use super::test::TEST;
use super::{Key, Relation, Shape, TableDoc};

pub static SPEC_FILE: TableDoc = TableDoc::new(
    "the top of the file",
    "One TOML file about one operation. What stands at the top is shared by all cases.",
    &[
        &[
            Key::new("align", Shape::Version(1), "align = 1", "The version of the format: 1.").required(),
            Key::new("spec", Shape::Table(&SPEC), "[spec]", "What this spec is about.").required(),
            Key::new("case", Shape::Tables(&CASE), "[[case]]", "A pair of traces to check."),
            Key::new("test", Shape::Tables(&TEST), "[[test]]", "What `align test` expects of a case on given traces."),
        ],
        SHARED,
    ],
)
.related(&[Relation::NotOn { side: "mock", selection: "like" }]);

pub static SPEC: TableDoc = TableDoc::new(
    "`[spec]`",
    "What this spec is about.",
    &[&[
        Key::new("name", Shape::Text, "name = \"vllm/attention\"", "The name reports use; required, may be inherited."),
        Key::new(
            "op",
            Shape::Text,
            "op = \"generation_attention\"",
            "The operation under test; required, may be inherited.",
        ),
        Key::new("owner", Shape::Text, "owner = \"attention team\"", "Whom to ask."),
        Key::new("doc", Shape::Text, "doc = \"why these kernels\"", "What a reader should know."),
        Key::new(
            "extends",
            Shape::Text,
            "extends = \"builtin:base/vllm\"",
            "The spec this one builds on: `builtin:NAME`, or a path relative to this file.",
        ),
        Key::new(
            "abstract",
            Shape::Flag,
            "abstract = true",
            "Only there to be extended: left out when a folder is checked.",
        )
        .default("false"),
        Key::new(
            "unproven",
            Shape::Flag,
            "unproven = true",
            "No trace shows yet that it is right: left out when a folder is checked, and said in its reports.",
        )
        .default("false"),
    ]],
)
.related(&[Relation::Unless { key: "extends", required: &["name", "op"] }]);

pub static CASE: TableDoc = TableDoc::new(
    "`[[case]]`",
    "One pair of traces to check. Whatever may stand at the top may stand here and overrides it.",
    &[&[Key::new("name", Shape::Text, "name = \"decode\"", "The name `--case` takes.").required()], SHARED],
)
.related(&[
    Relation::NotOn { side: "mock", selection: "like" },
    Relation::NotIn { tables: "known_difference", key: "cases" },
]);
