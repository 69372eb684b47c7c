//! The guide to rules: its example runs.

use crate::support;
use align::check::Context;
use align::diag::{SourceFile, Verdict};
use align::script::{Rules, load};
use align::spec::{Library, Vocabulary, load_text};
use std::path::Path;
use support::compared::compared;
use support::{families, render};

const PAGE: &str = "docs/rules.md";

fn page() -> String {
    std::fs::read_to_string(PAGE).expect("the guide is there")
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
