//! What may stand at the top of a spec and in a case: expectations and tolerances.

use super::sides::SIDE;
use super::{Key, Names, Relation, Shape, TableDoc};

pub(super) const SHARED: &[Key] = &[
    Key::new("mock", Shape::Table(&SIDE), "mock.trace = \"mock.sqlite\"", "The micro-benchmark's side."),
    Key::new("e2e", Shape::Table(&SIDE), "e2e.trace = \"e2e.sqlite\"", "The full model's side."),
    Key::new("kernel", Shape::Tables(&KERNEL), "[[kernel]]", "An expected kernel; overridden by `name`."),
    Key::new("kernels", Shape::Table(&KERNELS), "[kernels]", "What holds for all kernels together."),
    Key::new("latency", Shape::Table(&LATENCY), "latency = { within = \"10%\" }", "Tolerances of mock / E2E."),
    Key::new("launch", Shape::Table(&LAUNCH), "launch = { compare = \"same\" }", "Eager launches against CUDA graphs."),
    Key::new(
        "known_difference",
        Shape::Tables(&KNOWN_DIFFERENCE),
        "[[known_difference]]",
        "A declared, reasoned exception to a finding; added to inherited ones.",
    ),
    Key::new("checks", Shape::Table(&CHECKS), "[checks]", "Severities per check or rule."),
    Key::new("rule", Shape::Tables(&RULE), "[[rule]]", "A scripted rule to run; overridden by `use`."),
];

pub static KERNEL: TableDoc = TableDoc::new(
    "`[[kernel]]`",
    "One line of the expected kernel list.",
    &[&[
        Key::new("name", Shape::Text, "name = \"attention forward\"", "The name reports use; same name overrides.")
            .required(),
        Key::new(
            "match",
            Shape::KernelPatterns,
            "match = [\"*flash_fwd*\", \"/^fmha_v[12]/\"]",
            "Kernel names: glob, /regex/, or family:NAME (not for a critical entry).",
        )
        .required()
        .filled(),
        Key::new(
            "count",
            Shape::Count,
            "count = \"1..=2\"",
            "How often in one instance: 1, \"1..=2\", \"1..\" or \"any\".",
        )
        .default("1"),
        Key::new("critical", Shape::Flag, "critical = true", "Without it the operation is another one.")
            .default("false"),
        Key::new("within", Shape::Tolerance, "within = \"25%\"", "This kernel's own latency tolerance."),
    ]],
)
.related(&[
    Relation::NoFamily { flag: "critical", patterns: "match" },
    Relation::NotZero { flag: "critical", count: "count" },
]);

pub static KERNELS: TableDoc = TableDoc::new(
    "`[kernels]`",
    "What holds for all kernels together.",
    &[&[
        Key::new(
            "others",
            Shape::Choice(&["must-match", "ignore", "forbid"]),
            "others = \"must-match\"",
            "Kernels no entry names: must be the same on both sides, or are ignored or forbidden.",
        )
        .default("\"must-match\""),
        Key::new(
            "order",
            Shape::Choice(&["strict", "set"]),
            "order = \"strict\"",
            "Whether kernels must run in the same order on both sides.",
        )
        .default("\"strict\""),
        Key::new(
            "identity",
            Shape::Choice(&["normalised", "base", "family"]),
            "identity = \"base\"",
            "How alike two kernels' names must be to count as the same; finer differences are notes.",
        )
        .default("\"normalised\""),
    ]],
);

pub static LATENCY: TableDoc = TableDoc::new(
    "`[latency]`",
    "Tolerances of the ratio mock / E2E, in both directions.",
    &[&[
        Key::new("within", Shape::Tolerance, "within = \"10%\"", "How far the instance's ratio may be from 1.")
            .default("\"10%\""),
        Key::new("reason", Shape::Text, "reason = \"the flush evicts more\"", "Why this tolerance and no tighter one."),
        Key::new(
            "kernel",
            Shape::Table(&LATENCY_KERNEL),
            "kernel = { within = \"25%\", floor = \"5% of instance\" }",
            "The tolerance of one kernel.",
        ),
        Key::new(
            "own-spread",
            Shape::Flag,
            "own-spread = true",
            "Data-dependent work: widen to the E2E's own spread; needs a `reason`.",
        )
        .default("false"),
    ]],
)
.related(&[Relation::Needs { flag: "own-spread", key: "reason" }]);

pub static LATENCY_KERNEL: TableDoc = TableDoc::new(
    "`latency.kernel`",
    "The tolerance of one kernel.",
    &[&[
        Key::new("within", Shape::Tolerance, "within = \"25%\"", "How far one kernel's ratio may be from 1.")
            .default("\"25%\""),
        Key::new(
            "floor",
            Shape::Share,
            "floor = \"5% of instance\"",
            "A kernel is judged only if its change moves the instance by at least this share.",
        )
        .default("\"5% of instance\""),
    ]],
);

pub static LAUNCH: TableDoc = TableDoc::new(
    "`[launch]`",
    "How launch modes are compared.",
    &[&[Key::new(
        "compare",
        Shape::Choice(&["same", "ignore"]),
        "compare = \"same\"",
        "same: an eager mock against a graph E2E is an error, the reverse a note.",
    )
    .default("\"same\"")]],
);

pub static KNOWN_DIFFERENCE: TableDoc = TableDoc::new(
    "`[[known_difference]]`",
    "A declared, reasoned, expiring exception to a finding.",
    &[&[
        Key::new(
            "kernels",
            Shape::NamePatterns,
            "kernels = \"*FillFunctor*\"",
            "Which kernels: glob or /regex/; any if absent.",
        )
        .filled()
        .refused(&["*", "**", "/.*/"]),
        Key::new(
            "checks",
            Shape::Names(Names::Judgements),
            "checks = [\"extra-kernel\"]",
            "Which checks or rules; any if absent.",
        )
        .filled(),
        Key::new("side", Shape::Choice(&["mock", "e2e"]), "side = \"mock\"", "Which side deviates; either if absent."),
        Key::new(
            "at-most",
            Shape::Whole(1),
            "at-most = 2",
            "The most kernels of one instance that it covers; with more it covers none. Any number if absent.",
        ),
        Key::new(
            "latency",
            Shape::Changes,
            "latency = \"-40%..=-25%\"",
            "The latencies, mock against E2E, of which it covers the finding of `latency-ratio`; any if absent.",
        ),
        Key::new(
            "cases",
            Shape::Globs,
            "cases = [\"decode*\"]",
            "The cases in which it holds, by name or glob; every case if absent. Not in a `[[case]]`, which is one.",
        )
        .filled(),
        Key::new(
            "gpu",
            Shape::Globs,
            "gpu = \"*H100*\"",
            "Holds only where both traces were captured on such a GPU: globs on the model that `trace-provenance` names.",
        )
        .filled(),
        Key::new(
            "framework",
            Shape::Release,
            "framework = \"vllm >=0.24, <0.26\"",
            "Holds only for this framework, at these versions; a side says its own with the key of the same name.",
        ),
        Key::new("reason", Shape::Text, "reason = \"the harness zeroes its workspace\"", "Why it is there.").required(),
        Key::new("impact", Shape::Text, "impact = \"+1.1 us per iteration\"", "What it costs."),
        Key::new("owner", Shape::Text, "owner = \"collector team\"", "Who removes it."),
        Key::new("until", Shape::Date, "until = 2026-12-31", "The last day on which it holds."),
        Key::new("link", Shape::Text, "link = \"https://example.com/1\"", "Where it is discussed."),
    ]],
)
.related(&[
    Relation::SomeOf(&["kernels", "checks"]),
    Relation::Beside { key: "at-most", with: &["kernels"] },
    Relation::Beside { key: "latency", with: &["checks"] },
]);

pub static CHECKS: TableDoc = TableDoc {
    title: "`[checks]`",
    doc: "A severity per check or rule: error, warning, note or off.",
    groups: &[],
    open: Some(Shape::Severity),
    relations: &[],
};

pub static RULE: TableDoc = TableDoc::new(
    "`[[rule]]`",
    "A scripted rule to run.",
    &[&[
        Key::new(
            "use",
            Shape::Name(Names::Rules),
            "use = \"vllm/graph-share\"",
            "The rule's name: its folder under `rules/`.",
        )
        .required(),
        Key::new("with", Shape::Parameters, "with = { min_share = 0.95 }", "Its parameters."),
    ]],
);
