//! `align.toml`, tables of families and tables of common issues.

use super::{Key, Names, Relation, Shape, TableDoc};

pub static PROJECT: TableDoc = TableDoc::new(
    "`align.toml`",
    "A project's defaults. Paths are relative to this file.",
    &[&[
        Key::new("specs", Shape::Texts, "specs = [\"specs\"]", "Files and folders to check when none is given."),
        Key::new("rules", Shape::Texts, "rules = [\"rules\"]", "Folders of scripted rules."),
        Key::new("families", Shape::Texts, "families = [\"specs/families.toml\"]", "Tables of families, first wins."),
        Key::new("issues", Shape::Texts, "issues = [\"rules/common-issues.toml\"]", "Tables of common issues."),
        Key::new(
            "tests",
            Shape::Texts,
            "tests = [\"tests/cases\"]",
            "Files and folders of tests for `align test`, besides `specs` and `rules`.",
        ),
        Key::new(
            "cover-checks",
            Shape::Flag,
            "cover-checks = true",
            "Let `align test` ask for a test in which each built-in check reports something, not only each rule and common issue of the project.",
        ),
        Key::new(
            "fail-on",
            Shape::Choice(&["error", "warning", "note"]),
            "fail-on = \"error\"",
            "The least severity that fails a run.",
        )
        .default("\"error\""),
        Key::new("allow-inconclusive", Shape::Flag, "allow-inconclusive = true", "Let INCONCLUSIVE pass a run.")
            .default("false"),
    ]],
);

pub static FAMILIES: TableDoc = TableDoc::new(
    "the top of the file",
    "Named classes of kernel names; the first that matches wins.",
    &[&[Key::new("family", Shape::Tables(&FAMILY), "[[family]]", "One class of names.").required()]],
);

pub static FAMILY: TableDoc = TableDoc::new(
    "`[[family]]`",
    "One class of kernel names that count as the same work.",
    &[&[
        Key::new("name", Shape::Text, "name = \"attention\"", "What `family:NAME` takes.").required(),
        Key::new("meaning", Shape::Text, "meaning = \"attention core\"", "What such kernels do.").required(),
        Key::new(
            "patterns",
            Shape::NamePatterns,
            "patterns = [\"*flash_fwd_*\"]",
            "Globs or /regex/ on the demangled name.",
        )
        .required()
        .filled(),
        Key::new("glue", Shape::Flag, "glue = true", "Says nothing about which operation it belongs to.")
            .default("false"),
        Key::new("around", Shape::Flag, "around = true", "Belongs to no operation: bookkeeping, checks, set-up.")
            .default("false"),
        Key::new("core", Shape::Flag, "core = true", "The heart of an operation: another one is another backend.")
            .default("false"),
        Key::new("companion", Shape::Flag, "companion = true", "Comes and goes with another kernel's variant.")
            .default("false"),
        Key::new(
            "by-shape",
            Shape::Flag,
            "by-shape = true",
            "A library picks among its kernels by shape and data type.",
        )
        .default("false"),
    ]],
)
.related(&[
    Relation::NotBoth("glue", "core"),
    Relation::NotBoth("around", "core"),
    Relation::NotBoth("companion", "core"),
]);

pub static ISSUES: TableDoc = TableDoc::new(
    "the top of the file",
    "Common issues: what findings and facts together mean, and what to do.",
    &[&[Key::new("issue", Shape::Tables(&ISSUE), "[[issue]]", "One cause.").required()]],
);

pub static ISSUE: TableDoc = TableDoc::new(
    "`[[issue]]`",
    "One cause, the evidence it needs, and its fix.",
    &[&[
        Key::new("id", Shape::Text, "id = \"cache-warm\"", "What `align explain` takes.").required(),
        Key::new("title", Shape::Text, "title = \"cache-warm mock\"", "One line, as reports show it.").required(),
        Key::new(
            "when",
            Shape::Conditions,
            "when = [\"names-equal\", \"latency.ratio < 1\"]",
            "Facts and findings that must all hold: `fact`, `not fact`, `fact > 0.5`, `finding:check-name`.",
        )
        .required()
        .filled(),
        Key::new(
            "explains",
            Shape::Names(Names::Judgements),
            "explains = [\"latency-ratio\"]",
            "Checks whose findings it explains.",
        ),
        Key::new("cause", Shape::Text, "cause = \"the working set stays in L2\"", "Why it happens.").required(),
        Key::new("fix", Shape::Text, "fix = \"overwrite L2 before each iteration\"", "What to do.").required(),
        Key::new(
            "link",
            Shape::Text,
            "link = \"docs/latency.md\"",
            "A document that says more: one that `align explain` shows, or an address.",
        ),
    ]],
);
