//! What makes a report valid in its format, for tests of reports; those of the library take it from here too.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test helper")]

use jsonschema::Validator;
use serde_json::Value;
use std::sync::LazyLock;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Fails unless the text is a valid report of the format with this name.
pub(crate) fn assert_valid(format: &str, text: &str) {
    let hostile = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
    };
    // JSON holds names whole; its own escapes make them harmless.
    let found: Vec<char> = text.chars().filter(|c| format != "json" && hostile(*c)).collect();
    assert!(found.is_empty(), "{format}: control characters {found:?} in {text}");
    match format {
        "json" => assert_json(&REPORT, text),
        "sarif" => assert_sarif(text),
        "junit" => assert_junit(text),
        "github" => assert_github(text),
        "markdown" => assert_markdown(text),
        "html" => assert_html(text),
        "human" | "concise" => assert!(text.is_empty() || text.ends_with('\n'), "{text}"),
        other => panic!("no check for the format {other}: write one"),
    }
}

/// One page that loads nothing; what it says and does is tested in `tests/all/html.rs` and in a browser.
fn assert_html(text: &str) {
    assert!(text.starts_with("<!doctype html>") && text.ends_with("</html>\n"), "{text}");
    assert!(text.contains("http-equiv=\"Content-Security-Policy\""), "{text}");
    for outside in ["src=\"http", "href=\"http", "<link", "@import", "<iframe"] {
        assert!(!text.contains(outside), "{outside} in {text}");
    }
}

static REPORT: LazyLock<Validator> = LazyLock::new(|| schema("schemas/report.json"));
static SARIF: LazyLock<Validator> = LazyLock::new(|| schema("tests/data/sarif/sarif-schema-2.1.0.json"));

fn schema(path: &str) -> Validator {
    let text = std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_json(validator: &Validator, text: &str) {
    let document: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{text}", errors.join("\n"));
    assert!(text.ends_with("}\n"));
}

/// The schema, and what it leaves open: indices point at their rules, paths are relative or absolute addresses.
fn assert_sarif(text: &str) {
    assert_json(&SARIF, text);
    let log: Value = serde_json::from_str(text).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut fingerprints = Vec::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        fingerprints.push(result["partialFingerprints"]["alignFinding/v1"].as_str().unwrap());
        let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
        for location in result["locations"].as_array().unwrap().iter().chain(&related) {
            let artifact = &location["physicalLocation"]["artifactLocation"];
            let uri = artifact["uri"].as_str().unwrap();
            let relative = artifact["uriBaseId"] == "%SRCROOT%";
            assert!(relative != (uri.starts_with("builtin:") || uri.starts_with("file://")), "{uri}");
        }
    }
    let count = fingerprints.len();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), count, "two results share a fingerprint");
}

/// Read back, and counted as it says.
fn assert_junit(text: &str) {
    let report = quick_junit::Report::deserialize_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let tests: usize = report.test_suites.iter().map(|suite| suite.test_cases.len()).sum();
    assert_eq!(report.tests, tests);
    assert!(report.test_suites.iter().flat_map(|suite| &suite.test_cases).all(|test| test.classname.is_some()));
}

/// Commands with known properties, then one line that is none.
fn assert_github(text: &str) {
    let property = r"(file|line|col|title)=[^:,\n]*";
    let command = regex::Regex::new(&format!("^::(error|warning|notice) {property}(,{property})*::.")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (last, commands) = lines.split_last().unwrap();
    assert!(last.starts_with("align: "), "{last}");
    for line in commands {
        assert!(command.is_match(line) && !line.contains('\r'), "{line}");
        let escapes = line
            .match_indices('%')
            .all(|(at, _)| ["%25", "%0D", "%0A", "%3A", "%2C"].iter().any(|escape| line[at..].starts_with(escape)));
        assert!(escapes, "{line}");
    }
}

/// Outside of code, only tags of ours, each closed.
fn assert_markdown(text: &str) {
    let tags = regex::Regex::new(r"</?(details|summary)>|<!-- -->|<https://[^\s<>]*>").unwrap();
    let code = regex::Regex::new(r"(?s)(^|\n) *(```+)[a-z]*\n.*?\n *```+(\n|$)").unwrap();
    let mut outside = String::new();
    for line in code.replace_all(text, "\n").lines() {
        outside += &without_spans(line);
        outside.push('\n');
    }
    for tag in ["details", "summary"] {
        let count = |tag: String| outside.matches(&tag).count();
        assert_eq!(count(format!("<{tag}>")), count(format!("</{tag}>")), "{text}");
    }
    let rest = tags.replace_all(&outside, "·");
    assert!(!rest.contains('<'), "{rest}");
    assert!(!rest.contains("](") && !rest.contains("://"), "{rest}");
}

/// The line without its code spans.
fn without_spans(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        // A backslash before it makes it no fence.
        if rest[..at].ends_with('\\') {
            out += &rest[..=at];
            rest = &rest[at + 1..];
            continue;
        }
        out += &rest[..at];
        let fence: String = rest[at..].chars().take_while(|c| *c == '`').collect();
        let body = &rest[at + fence.len()..];
        let close = closing(body, fence.len()).unwrap_or_else(|| panic!("an open code span: {line}"));
        rest = &body[close..];
    }
    out + rest
}

/// Behind the next run of exactly so many backticks.
fn closing(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].find('`') {
        let start = at + next;
        let run = text[start..].chars().take_while(|c| *c == '`').count();
        if run == length {
            return Some(start + run);
        }
        at = start + run;
    }
    None
}
