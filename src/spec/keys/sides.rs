//! Where to look on one side, and what one instance of the operation is.

use super::{Key, Relation, Shape, TableDoc};

pub static SIDE: TableDoc = TableDoc::new(
    "a side (`mock`, `e2e`)",
    "One side: its trace, where in it to look, and what one instance is.",
    &[&[
        Key::new(
            "trace",
            Shape::Text,
            "mock.trace = \"traces/mock.sqlite\"",
            "The profiler's export, relative to this file; a folder or a glob for one a rank: `\"ranks/*.sqlite\"`.",
        ),
        Key::new(
            "ranks",
            Shape::Whole(1),
            "e2e.ranks = 8",
            "How many ranks' traces there must be; gaps in their numbers are found without it.",
        ),
        Key::new(
            "framework",
            Shape::Release,
            "e2e.framework = \"vllm 0.24.0\"",
            "What the trace was captured with: a name and its version; known differences may ask for it.",
        ),
        Key::new(
            "within",
            Shape::Globs,
            "e2e.within = [\"measured\", \"step:*:decode\"]",
            "Globs of NVTX ranges open at launch, outermost first, gaps allowed.",
        ),
        Key::new(
            "each",
            Shape::Alternatives(&EACH),
            "mock.each = [{ range = \"replay\" }, { graph-launch = true }]",
            "What one instance is: alternatives tried in order, or \"auto\".",
        )
        .filled()
        .default("\"auto\""),
        Key::new(
            "warmup",
            Shape::Whole(0),
            "mock.warmup = 1",
            "Leading instances to leave out before anything is measured.",
        ),
        Key::new(
            "repeats",
            Shape::Whole(1),
            "mock.repeats = 6",
            "How many iterations one found instance holds; found when absent.",
        ),
        Key::new(
            "process",
            Shape::Table(&PROCESS),
            "e2e.process = { has-range = \"forward:*\" }",
            "Which process of the trace to look in.",
        ),
    ]],
);

pub static EACH: TableDoc = TableDoc::new(
    "`each`",
    "What one instance is: exactly one of `range`, `module`, `graph-launch`, `period`, `kernels`, `like`.",
    &[&[
        Key::new("range", Shape::Glob, "{ range = \"replay\" }", "One occurrence of an NVTX range open at launch."),
        Key::new(
            "module",
            Shape::Glob,
            "{ module = \"*.self_attn.attn\" }",
            "One call of a framework's module, open at launch or at graph capture.",
        ),
        Key::new("graph-launch", Shape::True, "{ graph-launch = true }", "One replay of a CUDA graph."),
        Key::new("period", Shape::True, "{ period = true }", "One period of the stream's repeating sequence."),
        Key::new(
            "kernels",
            Shape::KernelPattern,
            "{ kernels = \"*flash_fwd*\" }",
            "From one kernel that matches to the next: glob, /regex/ or family:NAME.",
        ),
        Key::new(
            "like",
            Shape::Choice(&["mock"]),
            "{ like = \"mock\" }",
            "An occurrence of the mock's kernel sequence (E2E side only).",
        ),
        Key::new(
            "without",
            Shape::Globs,
            "{ module = \"*.experts\", without = [\"*.gate\"] }",
            "Nested ranges or modules that are not part of it; with `range` or `module`.",
        ),
        Key::new(
            "after",
            Shape::KernelPattern,
            "{ like = \"mock\", after = \"family:attn_combine\" }",
            "Only right after a kernel that matches; with `like`.",
        ),
        Key::new(
            "before",
            Shape::KernelPattern,
            "{ like = \"mock\", before = \"family:norm\" }",
            "Only right before a kernel that matches; with `like`.",
        ),
    ]],
)
.related(&[
    Relation::OneOf(SELECTORS),
    Relation::Beside { key: "without", with: &["range", "module"] },
    Relation::Beside { key: "after", with: &["like"] },
    Relation::Beside { key: "before", with: &["like"] },
]);

/// Keys of `each`, one of which says what an instance is; the others refine it.
pub(in crate::spec) const SELECTORS: &[&str] = &["range", "module", "graph-launch", "period", "kernels", "like"];
/// Keys of `process`.
pub(in crate::spec) const PROCESS_KEYS: &[&str] = &["has-range", "has-kernel", "index"];

pub static PROCESS: TableDoc = TableDoc::new(
    "`process`",
    "Which process of a trace to look in: exactly one of these.",
    &[&[
        Key::new(
            "has-range",
            Shape::Glob,
            "process = { has-range = \"forward:*\" }",
            "The process that holds such an NVTX range.",
        ),
        Key::new(
            "has-kernel",
            Shape::KernelPattern,
            "process = { has-kernel = \"*flash*\" }",
            "The process that launches such a kernel.",
        ),
        Key::new(
            "index",
            Shape::Whole(0),
            "process = { index = 0 }",
            "The n-th process that launches kernels, from 0, by first launch.",
        ),
    ]],
)
.related(&[Relation::OneOf(PROCESS_KEYS)]);
