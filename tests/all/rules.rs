//! Shipped rules are documented; `align test` runs their cases.

use crate::support;
use align::script::{RuleDoc, Rules};
use support::render;

const HEADINGS: [&str; 4] = ["## Why it matters", "## Parameters", "## Example", "## How to fix"];

#[test]
fn every_rule_is_documented() {
    for name in Rules::default().names() {
        let doc = RuleDoc::read(&Rules::default(), &name).unwrap_or_else(|problems| panic!("{}", render(&problems)));
        assert!(doc.meta.doc.starts_with(&format!("# {name}\n")), "{name}: the title is not its name");
        assert!(doc.meta.summary.len() > 20, "{name}: no summary");
        for heading in HEADINGS {
            assert!(doc.meta.doc.contains(&format!("\n{heading}\n")), "{name} lacks `{heading}`");
        }
        for parameter in doc.parameters.keys() {
            assert!(doc.meta.doc.contains(&format!("`{parameter}`")), "{name}: `{parameter}` is not described");
        }
        assert!(doc.meta.doc.contains(&format!("[{name}]: ")), "{name}: the example shows no finding");
    }
}

#[test]
fn every_rule_is_named_in_kebab_case() {
    let names = Rules::default().names();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let kebab = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        assert!(name.split('/').all(kebab), "{name}");
    }
}
