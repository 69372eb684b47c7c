//! What the tests of specifications share: a vocabulary, built-in specs, a plain renderer.

pub(crate) mod compared;
pub(crate) mod page_files;
pub(crate) mod page_text;
pub(crate) mod pairs;
pub(crate) mod perfetto_file;
pub(crate) mod printed;
pub(crate) mod program;
pub(crate) mod rank_files;
pub(crate) mod reference;
pub(crate) mod schemas;
pub(crate) mod trace_file;
pub(crate) mod valid;

use align::diag::{Label, Problem, SourceFile};
use align::kernel::Families;
use align::spec::{Library, Vocabulary, parse_families};
use std::fmt::Write;

pub(crate) fn families() -> Families {
    let file = SourceFile::new("specs/families.toml", include_str!("../../../specs/families.toml"));
    Families::new(parse_families(&file).expect("the shipped families have no mistakes"))
}

pub(crate) fn vocabulary() -> Vocabulary {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Vocabulary {
        checks: owned(&["kernel-name", "kernel-count", "extra-kernel", "kernel-order", "latency-ratio", "launch-gap"]),
        rules: owned(&["vllm/graph-share", "fused-norm"]),
        families: families(),
        causes: owned(&["no-gpu-data", "inputs-differ", "cache-warm"]),
        ..Vocabulary::default()
    }
}

pub(crate) fn library() -> Library {
    let base = r#"
align = 1
[spec]
name     = "base/vllm"
op       = "any"
owner    = "engine team"
abstract = true
[latency]
within = "12%"
reason = "measured"
[[kernel]]
name  = "attention"
match = "*old*"
"#;
    Library::new([("base/vllm.toml", base)])
}

/// Problems as plain text: every label with its line and a caret.
pub(crate) fn render(problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let _ = writeln!(out, "{}: {}", problem.code, problem.message);
        for label in &problem.labels {
            render_label(&mut out, label);
        }
        for note in &problem.notes {
            let _ = writeln!(out, "  note: {note}");
        }
        if let Some(help) = &problem.help {
            let _ = writeln!(out, "  help: {help}");
        }
        out.push('\n');
    }
    out
}

fn render_label(out: &mut String, label: &Label) {
    let (line, column) = label.loc.line_column();
    let text = label.loc.file.text.lines().nth(line - 1).unwrap_or_default();
    let room = (text.chars().count() + 2).saturating_sub(column).max(1);
    let span = label.loc.file.text.get(label.loc.span.start..label.loc.span.end).unwrap_or_default();
    let carets = "^".repeat(span.chars().count().clamp(1, room));
    let _ = writeln!(out, "  {}:{line}:{column}", label.loc.file.name);
    let _ = writeln!(out, "    | {text}");
    let _ = writeln!(out, "    | {}{carets} {}", " ".repeat(column - 1), label.text);
}
