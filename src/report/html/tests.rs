//! What holds for the page of any outcome.

use super::super::sample;
use super::super::tests::scrambled;
use super::{SCRIPT, STYLE, render};
use crate::diag::{Problem, SourceFile};
use crate::outcome::{CaseOutcome, Outcome};

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "\" onmouseover=\"alert(4)\" '",
    "a\u{202e}b\u{0}c\u{2028}d",
    "{{ page.verdict }} {% raw %}",
    "</style><!-- &lt;svg onload=alert(5)>",
];

fn hostile() -> Option<Outcome> {
    let texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    let samples = [sample::pictured(sample::failing()), sample::pictured(sample::known()), sample::refused()];
    let cases: Option<Vec<CaseOutcome>> = samples.into_iter().map(|case| scrambled(case, &texts)).collect();
    let mut outcome = sample::outcome(cases?);
    let places = outcome.cases.iter_mut().flat_map(|case| &mut case.findings).filter_map(|f| f.place.as_mut());
    places.for_each(|place| place.file = "spec".to_owned());
    outcome.sources = vec![SourceFile::new("spec", HOSTILE.join("\n"))];
    outcome.problems = vec![(&Problem::spec("code", HOSTILE[0]).help(HOSTILE[2]).note(HOSTILE[4])).into()];
    Some(outcome)
}

/// The page's elements, without what stands inside scripts and styles.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at + 1..at + end];
        tags.push(tag.to_owned());
        rest = &rest[at + end + 1..];
        for raw in ["script", "style"] {
            if tag.starts_with(raw) {
                let close = format!("</{raw}");
                rest = rest.find(&close).map_or("", |at| &rest[at..]);
            }
        }
    }
    tags
}

#[test]
fn hostile_text_is_inert_everywhere() {
    let outcome = hostile();
    assert!(outcome.is_some(), "a sample is lost");
    let page = outcome.as_ref().map(render).unwrap_or_default();
    let tags = tags(&page);
    let count = |name: &str| tags.iter().filter(|tag| tag.split_whitespace().next() == Some(name)).count();
    assert_eq!((count("script"), count("/script"), count("style"), count("img")), (2, 2, 1, 0));
    // Attribute values are quoted and escaped: what could be an event handler stands in none.
    let handlers: Vec<&String> = tags.iter().filter(|tag| handler(tag)).collect();
    assert!(handlers.is_empty(), "{handlers:?}");
    for raw in ["\u{202e}", "\u{0}", "\u{2028}"] {
        assert!(!page.contains(raw), "{raw:?}");
    }
    for shown in ["&lt;script&gt;alert(1)", "\\u{202e}", "\\u{0}", "{{ page.verdict }}", "&lt;img src=x onerror"] {
        assert!(page.contains(shown), "{shown} is not shown");
    }
}

/// Whether a tag has an attribute that runs script, outside of quoted values.
fn handler(tag: &str) -> bool {
    let outside: String = tag.split('"').step_by(2).collect();
    outside.split_whitespace().any(|word| word.starts_with("on"))
}

#[test]
fn every_element_is_closed() {
    let void = ["!doctype", "meta", "br", "path/", "rect/", "line/", "circle/"];
    let page = render(&sample::outcome(vec![sample::pictured(sample::failing()), sample::known(), sample::skipped()]));
    let mut open: Vec<String> = Vec::new();
    for tag in tags(&page) {
        let name = tag.split_whitespace().next().unwrap_or_default().to_owned();
        if let Some(closed) = name.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(closed), "in {tag}");
        } else if !void.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn script_and_style_stand_in_the_page_as_their_hashes_say() {
    for (text, close) in [(SCRIPT, "</script"), (STYLE, "</style")] {
        assert!(!text.contains(close) && !text.contains("<!--") && !text.contains('\r'));
    }
    let page = render(&sample::outcome(vec![sample::passing()]));
    assert!(page.contains(&format!("<style>{STYLE}</style>")) && page.contains(&format!("<script>{SCRIPT}</script>")));
    for outside in ["http:", "https:", "url(", "@import", "fetch(", "innerHTML", "eval("] {
        let own = format!("{STYLE}{SCRIPT}").replace("http://www.w3.org/2000/svg", "").replace("url(#", "");
        assert!(!own.contains(outside), "{outside}");
    }
    assert!(!page.contains(" style=\""), "the policy forbids styles in attributes");
}

#[test]
fn a_run_without_cases_is_a_page_too() {
    let nothing = render(&Outcome::of_problems(&[]));
    assert!(nothing.contains("Nothing was checked"));
    let problem = Problem::trace("unreadable", "the file is no trace").help("export it again");
    let page = render(&Outcome::of_problems(&[problem]));
    assert!(page.contains("the file is no trace") && page.contains("export it again") && page.contains("FAIL"));
}
