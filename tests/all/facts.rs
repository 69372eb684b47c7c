//! Facts: each that the common issues ask for has a meaning, each that has a meaning is set somewhere, and what real
//! traces set is among them.

use crate::support;
use align::check::Context;
use align::diagnose::{Condition, FACTS, fact_name, facts};
use align::spec::{load, parse_issue_rows, read_file};
use std::path::Path;
use support::compared::compared;
use support::render;
use walkdir::WalkDir;

#[test]
fn every_fact_of_a_common_issue_has_a_meaning() {
    let file = read_file(Path::new("rules/common-issues.toml")).expect("readable");
    let rows = parse_issue_rows(&file).unwrap_or_else(|problems| panic!("{}", render(&problems)));
    for text in rows.iter().flat_map(|row| &row.when) {
        let condition = Condition::parse(text).expect("a condition");
        assert!(condition.is_finding() || fact_name(condition.name()).is_some(), "{}", text.value);
    }
}

/// The ways in which a fact's name may be written where it is set.
fn written(name: &str) -> Vec<String> {
    let side = name.replacen("mock.", "{side}.", 1).replacen("e2e.", "{side}.", 1);
    let family = name.replace("FAMILY", "{family}");
    let word = |text: &str| text.replacen("missing", "{word}", 1).replacen("extra", "{word}", 1);
    [name.to_owned(), side, word(&family), word(name), family].map(|text| format!("\"{text}\"")).to_vec()
}

#[test]
fn every_fact_with_a_meaning_is_set_somewhere() {
    let sources: String = WalkDir::new("src")
        .into_iter()
        .map(|entry| entry.expect("readable").into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs") && !path.ends_with("fact_names.rs"))
        .map(|path| std::fs::read_to_string(path).expect("readable"))
        .collect();
    for fact in FACTS {
        assert!(written(fact.name).iter().any(|text| sources.contains(text)), "`{}` is set nowhere", fact.name);
        assert!(!fact.meaning.ends_with('.') && fact.meaning.len() > 10, "{}", fact.name);
    }
}

#[test]
fn every_fact_of_real_traces_has_a_meaning() {
    let mut seen = 0;
    for mock in ["aligned", "extra_kernels", "missing_kv", "wrong_backend", "wrong_shape"] {
        let mut spec = load(Path::new("specs/attention.toml"), &support::vocabulary(), &support::library())
            .unwrap_or_else(|problems| panic!("{}", render(&problems)));
        let mut case = spec.cases.remove(1);
        if let Some(trace) = &mut case.mock.trace {
            trace.value = format!("snapshots/traces/vllm_mock_attn_decode_{mock}.sqlite").into();
        }
        let comparison = compared(&case);
        for (name, _) in facts(&Context { spec: &spec, case: &case, comparison: &comparison }).iter() {
            assert!(fact_name(name).is_some(), "`{name}` has no meaning");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} facts");
}
