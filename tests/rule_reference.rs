//! The guide to rules: its reference is what scripts see, and its example runs.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod support;

use align::check::Context;
use align::diag::{SourceFile, Verdict};
use align::script::api::{self, Member, MemberKind};
use align::script::limits::LIMITS;
use align::script::{Rules, load};
use align::spec::{Library, Vocabulary, load_text};
use std::path::Path;
use support::compared::compared;
use support::{families, render};

const PAGE: &str = "docs/rules.md";
const MARK: &str = "<!-- reference: UPDATE_DOCS=1 cargo test --test rule_reference -->\n";

fn page() -> String {
    std::fs::read_to_string(PAGE).expect("the guide is there")
}

/// A table of members, methods and functions with an example.
fn table<'a>(members: impl Iterator<Item = &'a Member>) -> String {
    let mut out = "| what | gives | meaning |\n|---|---|---|\n".to_owned();
    for Member { usage, gives, doc, example, .. } in members {
        let example = if example.is_empty() { String::new() } else { format!(" `{}`", example.replace('|', "\\|")) };
        out += &format!("| `{usage}` | {gives} | {doc}{example} |\n");
    }
    out
}

/// 500000 as 500,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .map(|(at, digit)| if comma(at) { format!(",{digit}") } else { digit.to_string() })
        .collect()
}

/// What the guide says from the mark on.
fn reference() -> String {
    let members = api::reference();
    let mut out = "\n## What every rule finds\n\n| name | type | meaning |\n|---|---|---|\n".to_owned();
    for constant in api::CONSTANTS {
        out += &format!("| `{}` | {} | {} |\n", constant.name, constant.of, constant.doc);
    }
    out += "\n## Types\n\nTimes are in nanoseconds and sizes in bytes. No property is ever absent. Behind a call stands an expression that is true.\n";
    let mut types: Vec<&str> = Vec::new();
    for member in members.iter().filter(|member| member.kind != MemberKind::Function) {
        if !types.contains(&member.of) {
            types.push(member.of);
        }
    }
    for of in types {
        out += &format!("\n### {of}\n\n{}", table(members.iter().filter(|member| member.of == of)));
    }
    let functions = members.iter().filter(|member| member.kind == MemberKind::Function);
    out += &format!("\n## Functions\n\n{}", table(functions));
    out += "\nFrom Rhai itself: arithmetic, logic, and its functions on texts, arrays and maps (`filter`, `map`, `reduce`, `len`, `contains` …).\n";
    out += "\n## Limits\n\nThey count work and sizes, never time: a script ends at the same place on every machine.\n\n| at most | of |\n|---|---|\n";
    for limit in LIMITS {
        out += &format!("| {} | {} |\n", grouped(limit.most), limit.what);
    }
    out
}

#[test]
fn the_guide_lists_what_scripts_see() {
    let page = page();
    let (guide, written) = page.split_once(MARK).expect("the mark above the reference");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        // In one step: the other test reads it meanwhile.
        let new = format!("{PAGE}.new");
        std::fs::write(&new, format!("{guide}{MARK}{}", reference())).expect("written");
        std::fs::rename(&new, PAGE).expect("renamed");
        return;
    }
    assert!(written == reference(), "{PAGE} is not current: run UPDATE_DOCS=1 cargo test --test rule_reference");
}

/// The code below a paragraph that begins with a file's name, or the page's first block of a language.
fn block<'a>(page: &'a str, before: &str) -> &'a str {
    let rest = page.split_once(before).unwrap_or_else(|| panic!("no `{before}`")).1;
    let (_, rest) = rest.split_once("```").expect("a block");
    let (_, rest) = rest.split_once('\n').expect("a language");
    rest.split_once("```").expect("the block's end").0
}

#[test]
fn the_guides_example_runs() {
    let page = page();
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("rules/team/few-small-kernels");
    std::fs::create_dir_all(&place).expect("created");
    for file in ["rule.rhai", "rule.md"] {
        let text = block(&page, &format!("`rules/team/few-small-kernels/{file}`:"));
        std::fs::write(place.join(file), text).expect("written");
    }
    let rules = Rules::new([folder.path().join("rules")]);
    let vocabulary = Vocabulary { rules: rules.names(), families: families(), ..Vocabulary::default() };
    let judge = |mock: &str| {
        let text = format!(
            "align = 1\n[spec]\nname = \"a\"\nop = \"attention\"\n[mock]\ntrace = \"vllm_mock_attn_decode_{mock}.sqlite\"\n\
             each = {{ range = \"replay\" }}\n[e2e]\ntrace = \"vllm_e2e_eager.sqlite\"\n\
             within = [\"measured\", \"step:*:decode\"]\neach = {{ module = \"*.self_attn.attn\" }}\n{}",
            block(&page, "And in a spec:")
        );
        let file = SourceFile::new("spec.toml", text);
        let spec = load_text(&file, Path::new("snapshots/traces"), &vocabulary, &Library::default())
            .unwrap_or_else(|problems| panic!("{}", render(&problems)));
        let checks = load(&rules, &spec.cases[0].rules).unwrap_or_else(|problems| panic!("{}", render(&problems)));
        let comparison = compared(&spec.cases[0]);
        checks[0].run(&Context { spec: &spec, case: &spec.cases[0], comparison: &comparison })
    };
    for (mock, findings) in [("aligned", 0), ("extra_kernels", 1)] {
        let judgement = judge(mock);
        assert_eq!((judgement.verdict, judgement.problem), (Verdict::Pass, None), "{mock}");
        assert_eq!(judgement.findings.len(), findings, "{mock}: {:?}", judgement.findings);
    }
}
