//! The book: pages that are made from the code are current, every page is in the contents, every link leads somewhere.
//!
//! `UPDATE_DOCS=1 cargo test --test all docs` writes the made pages anew.

use crate::support::pairs;
use crate::support::reference;
use align::check::Meta;
use align::diagnose::Issue;
use align::explain::{issue, reference as keys};
use align::pipeline::Session;
use pairs::{ATTENTION, OTHERS, Pair};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const MADE: &str = "<!-- Made from the code: UPDATE_DOCS=1 cargo test --test all docs -->\n\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Checks that come with the program, without rules.
fn checks(session: &Session) -> Vec<Meta> {
    let rules = session.rules().names();
    session.metas().unwrap().into_iter().filter(|meta| !rules.contains(&meta.name)).collect()
}

/// Every made page by its path below `docs/`.
fn made() -> BTreeMap<String, String> {
    let session = Session::shipped().unwrap();
    let (checks, issues) = (checks(&session), session.issues());
    let mut pages = BTreeMap::from([
        ("spec-reference.md".to_owned(), spec_reference()),
        ("other-files.md".to_owned(), other_files()),
        ("rule-api.md".to_owned(), format!("# What a rule can ask\n\n{MADE}{}", reference::rule_api().trim_start())),
        ("checks.md".to_owned(), list_of_checks(&checks)),
        ("issues.md".to_owned(), list_of_issues(issues.iter())),
    ]);
    for meta in &checks {
        let explained: Vec<&Issue> = issues.iter().filter(|issue| issue.explains.contains(&meta.name)).collect();
        pages.insert(format!("checks/{}.md", meta.name), check_page(meta, &explained));
    }
    for row in issues.iter() {
        pages.insert(format!("issues/{}.md", row.id), issue_page(row, &checks));
    }
    pages
}

fn spec_reference() -> String {
    format!(
        "# Every key of a spec\n\n{MADE}What an editor shows, `align explain KEY` prints (`align explain latency.within`), \
         and `align` accepts, is this; [writing a spec](writing-a-spec.md) is the guide to it.\n\n{}",
        keys("spec")
    )
}

fn other_files() -> String {
    let mut page = format!("# Every key of the other files\n\n{MADE}");
    for (file, title, what) in [
        ("project", "`align.toml`", "The defaults of a project, in its root."),
        ("families", "Families", "`specs/families.toml`, and the tables that `families` in `align.toml` names."),
        ("common-issues", "Issues", "`rules/common-issues.toml`, and the tables that `issues` in `align.toml` names."),
        ("rule-header", "Rules", "What stands between two lines of `+++` at the top of a rule's `rule.md`."),
    ] {
        page += &format!("## {title}\n\n{what}\n\n{}", keys(file).replace("## ", "### "));
    }
    page
}

fn list_of_checks(checks: &[Meta]) -> String {
    let mut page = format!(
        "# Checks\n\n{MADE}What is judged, and how much it weighs where a spec does not say otherwise.\n\n| check | severity | |\n|---|---|---|\n"
    );
    for Meta { name, severity, summary, .. } in checks {
        page += &format!("| [`{name}`](checks/{name}.md) | {severity} | {summary} |\n");
    }
    page
}

fn list_of_issues<'a>(issues: impl Iterator<Item = &'a Issue>) -> String {
    let mut page = format!("# Common issues\n\n{MADE}Causes that `align` knows, each with its evidence and fix.\n\n");
    for issue in issues {
        page += &format!("- [`{}`](issues/{}.md): {}\n", issue.id, issue.id, issue.title);
    }
    page
}

fn check_page(meta: &Meta, explained: &[&Issue]) -> String {
    let mut page = format!("{}\n", meta.doc.trim_end()).replacen("\n\n", &format!("\n\n{MADE}"), 1);
    if !explained.is_empty() {
        page += "\n## Common issues behind it\n\n";
        for issue in explained {
            page += &format!("- [`{}`](../issues/{}.md): {}\n", issue.id, issue.id, issue.title);
        }
    }
    page
}

fn issue_page(row: &Issue, checks: &[Meta]) -> String {
    let mut page = issue(row).replacen("\n\n", &format!("\n\n{MADE}"), 1);
    // In a book a document is a link.
    if let Some(link) = row.link.as_deref().and_then(|link| link.strip_prefix("docs/")) {
        page = page.replace(&format!("More: `align explain docs/{link}`"), &format!("More: [{link}](../{link})"));
    }
    let names: BTreeSet<&str> = row
        .explains
        .iter()
        .map(String::as_str)
        .chain(row.when.iter().filter(|condition| condition.is_finding()).map(|condition| condition.name()))
        .collect();
    let related: Vec<&Meta> = checks.iter().filter(|meta| names.contains(meta.name.as_str())).collect();
    if let Some(pair) = ATTENTION.iter().chain(OTHERS.iter()).find(|pair| pair.must == row.id) {
        page += &format!("\n## Example\n\n{}", example(pair));
    }
    if !related.is_empty() {
        page += "\n## Related checks\n\n";
        for Meta { name, summary, .. } in related {
            page += &format!("- [`{name}`](../checks/{name}.md): {summary}\n");
        }
    }
    page
}

/// The command that shows an issue on shipped traces, and the diagnosis in its report.
fn example(pair: &Pair) -> String {
    let trace = |name: &str| format!("snapshots/traces/{name}.sqlite");
    let (mock, e2e) = (trace(pair.mock), trace(pair.e2e));
    let arguments = ["check", pair.spec, "--case", pair.case, "--mock", &mock, "--e2e", &e2e];
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    command.args(arguments).current_dir(root()).env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let diagnosis: Vec<&str> =
        output.lines().skip_while(|line| !line.starts_with("diagnosis")).take_while(|line| !line.is_empty()).collect();
    let verdict: Vec<&str> = output.lines().skip_while(|line| !line.starts_with("FAIL")).collect();
    // A trace that cannot show the op is refused, with the cause in the message.
    let shown = match (diagnosis.join("\n"), verdict.join("\n")) {
        (diagnosis, verdict) if verdict.is_empty() || diagnosis.is_empty() => format!("{diagnosis}{verdict}"),
        (diagnosis, verdict) => format!("{diagnosis}\n…\n{verdict}"),
    };
    assert!(shown.len() > 40, "{}: {output}", pair.must);
    format!("```text\n$ align {}\n…\n{shown}\n```\n", arguments.join(" "))
}

#[test]
fn the_made_pages_are_current() {
    let made = made();
    for (name, text) in &made {
        let path = root().join("docs").join(name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        let current = std::fs::read_to_string(&path).unwrap_or_default() == *text;
        assert!(current, "{} is not current: run UPDATE_DOCS=1 cargo test --test all docs", path.display());
    }
    for page in pages().iter().filter(|page| page.components().count() > 1) {
        assert!(made.contains_key(page.to_str().unwrap()), "docs/{} is made from nothing", page.display());
    }
}

/// Every page, by its path below `docs/`.
fn pages() -> Vec<PathBuf> {
    let docs = root().join("docs");
    let found = walkdir::WalkDir::new(&docs).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let pages = found.filter(|path| path.extension().is_some_and(|e| e == "md"));
    pages
        .map(|path| path.strip_prefix(&docs).unwrap().to_owned())
        .filter(|page| page != Path::new("SUMMARY.md"))
        .collect()
}

/// The contents with the lines below `checks.md` and `issues.md` made from what there is.
fn summary(written: &str) -> String {
    let session = Session::shipped().unwrap();
    let listed = |folder: &str, names: Vec<String>| -> String {
        names.iter().map(|name| format!("  - [{name}]({folder}/{name}.md)\n")).collect()
    };
    let mut out = String::new();
    for line in written.lines().filter(|line| !line.starts_with("  - ")) {
        out += &format!("{line}\n");
        if line.ends_with("(checks.md)") {
            out += &listed("checks", checks(&session).into_iter().map(|meta| meta.name).collect());
        } else if line.ends_with("(issues.md)") {
            out += &listed("issues", session.issues().iter().map(|issue| issue.id.clone()).collect());
        }
    }
    out
}

#[test]
fn every_page_is_in_the_contents() {
    let path = root().join("docs/SUMMARY.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let current = summary(&written);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &current).unwrap();
    } else {
        assert!(written == current, "docs/SUMMARY.md is not current: run UPDATE_DOCS=1 cargo test --test all docs");
    }
    let listed: Vec<&str> = current.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let pages: Vec<String> = pages().iter().map(|page| page.display().to_string()).collect();
    for page in &pages {
        assert_eq!(listed.iter().filter(|name| *name == page).count(), 1, "docs/{page} stands once in docs/SUMMARY.md");
    }
    assert_eq!(listed.len(), pages.len(), "docs/SUMMARY.md lists a page that is not there");
}

#[test]
fn every_link_of_the_book_leads_to_a_page_and_a_heading() {
    for page in pages() {
        let path = root().join("docs").join(&page);
        let text = std::fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            if file.contains("://") {
                continue;
            }
            let to = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(to.exists(), "docs/{}: {target}", page.display());
            let text = std::fs::read_to_string(&to).unwrap_or_default();
            let anchor = |line: &str| {
                let plain = line.trim_start_matches('#').trim().to_lowercase();
                plain
                    .chars()
                    .filter_map(|c| {
                        if c == ' ' { Some('-') } else { Some(c).filter(|c| c.is_alphanumeric() || "-_".contains(*c)) }
                    })
                    .collect::<String>()
            };
            let found = heading.is_empty()
                || text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading);
            assert!(found, "docs/{}: {target}: no such heading", page.display());
        }
    }
}

#[test]
fn the_book_is_where_its_settings_say() {
    let settings: toml::Table =
        toml::from_str(&std::fs::read_to_string(root().join("docs/book.toml")).unwrap()).unwrap();
    let folder = root().join("docs").join(settings["book"]["src"].as_str().unwrap());
    assert!(folder.join("SUMMARY.md").is_file());
    let built = settings["build"]["build-dir"].as_str().unwrap();
    assert!(built.starts_with("../target/"), "nothing is built into the sources: {built}");
}
