//! `align explain`: what a check, a rule, a common issue or a verdict means, from the documentation in the binary.

use super::check::session;
use super::documents::{document, documents};
use super::terminal::Terminal;
use super::{Said, failed};
use crate::check::Meta;
use crate::diag::{Problem, escape, nearest};
use crate::diagnose::{Condition, Issue, fact_name};
use crate::lint;
use crate::pipeline::Session;
use crate::report::{Format, page};
use crate::script::RuleDoc;
use crate::spec::{Declared, Parameter};
use std::fmt::Write;

/// One page for each verdict, by its heading.
const VERDICTS: &str = include_str!("verdicts.md");

/// Explains a check, a rule, a common issue, a verdict or a document; without a name, lists them all.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Its name, as reports show it
    pub name: Option<String>,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let opened = session().and_then(|(session, _)| session.metas().map(|metas| (session, metas)));
    let (session, metas) = match opened {
        Ok(opened) => opened,
        Err(problems) => return failed(&problems, Format::Human, terminal),
    };
    let Some(name) = &args.name else { return shown(&contents(&session, &metas), terminal) };
    match explanation(&session, &metas, name) {
        Ok(Some(markdown)) => shown(&markdown, terminal),
        Ok(None) => unknown(&session, &metas, name, terminal),
        Err(problems) => failed(&problems, Format::Human, terminal),
    }
}

fn shown(markdown: &str, terminal: &Terminal) -> Said {
    Said { stdout: page(markdown, &terminal.out), stderr: String::new(), code: 0 }
}

/// The Markdown page of a name.
fn explanation(session: &Session, metas: &[Meta], name: &str) -> Result<Option<String>, Vec<Problem>> {
    if let Some(lint) = lint::metas().into_iter().find(|lint| lint.name == name) {
        return Ok(Some(lint.doc));
    }
    if let Some(meta) = metas.iter().find(|meta| meta.name == name) {
        let is_rule = session.rules().names().iter().any(|rule| rule == name);
        let declared = if is_rule { parameters(&RuleDoc::read(session.rules(), name)?) } else { String::new() };
        // A common issue may be named like the check that shows it.
        let cause = session.issues().get(name).map(|row| format!("\n{}", issue(row))).unwrap_or_default();
        return Ok(Some(format!("{}{declared}{cause}", meta.doc)));
    }
    let issue = session.issues().get(name).map(issue);
    Ok(issue.or_else(|| verdict(name)).or_else(|| document(name)))
}

/// What a rule takes: defaults, and choices where not everything goes.
fn parameters(rule: &RuleDoc) -> String {
    if rule.parameters.is_empty() {
        return "\n## Defaults\n\nIt takes no parameters.\n".to_owned();
    }
    let mut out = "\n## Defaults\n\n".to_owned();
    for (name, Declared { default, choices }) in &rule.parameters {
        let _ = writeln!(out, "- `{name} = {}`", toml(default));
        if !choices.is_empty() {
            let _ = writeln!(out, "  (choices: {})", quoted(choices.iter().map(String::as_str)));
        }
    }
    out
}

fn toml(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Bool(flag) => flag.to_string(),
        Parameter::Integer(whole) => whole.to_string(),
        Parameter::Number(number) => format!("{number:?}"),
        Parameter::Text(text) => format!("{text:?}"),
        Parameter::List(items) => {
            format!("[{}]", items.iter().map(|item| toml(item)).collect::<Vec<_>>().join(", "))
        }
    }
}

fn issue(issue: &Issue) -> String {
    let mut page = format!(
        "# {}\n\n{}.\n\n## Cause\n\n{}.\n\n## How to fix\n\n{}.\n",
        issue.id,
        capital(&issue.title),
        capital(&issue.cause),
        capital(&issue.fix)
    );
    page.push_str("\n## Evidence\n\nIt is the cause if all of these hold:\n\n");
    for condition in &issue.when {
        let _ = writeln!(page, "- `{condition}`: {}", meaning(condition));
    }
    let _ = writeln!(page, "\nIt explains findings of {}.", quoted(issue.explains.iter().map(String::as_str)));
    match &issue.link {
        Some(link) if document(link).is_some() => {
            let _ = writeln!(page, "\nMore: `align explain {link}`");
        }
        Some(link) => {
            let _ = writeln!(page, "\nMore: `{link}`");
        }
        None => {}
    }
    page
}

/// What a condition asks for, in words.
fn meaning(condition: &Condition) -> String {
    let name = condition.name();
    let what = match fact_name(name) {
        _ if condition.is_finding() => format!("`{name}` has found something that is no mere note"),
        Some(fact) => fact.meaning.to_owned(),
        // No table with such a fact is read.
        None => name.to_owned(),
    };
    if condition.is_negated() { format!("not so, or none: {what}") } else { what }
}

fn verdict(name: &str) -> Option<String> {
    let pages = VERDICTS.split("\n# ").map(|page| page.trim_start_matches("# "));
    let page = pages.into_iter().find(|page| page.lines().next().is_some_and(|title| title.eq_ignore_ascii_case(name)));
    page.map(|page| format!("# {page}"))
}

fn verdicts() -> impl Iterator<Item = &'static str> {
    VERDICTS.lines().filter_map(|line| line.strip_prefix("# "))
}

fn contents(session: &Session, metas: &[Meta]) -> String {
    let mut page = "# Checks and rules\n\n".to_owned();
    for meta in metas {
        let _ = writeln!(page, "- `{}` ({}): {}", meta.name, meta.severity, meta.summary);
    }
    page.push_str("\n# Lints\n\n");
    for lint in lint::metas() {
        let _ = writeln!(page, "- `{}` ({}): {}", lint.name, lint.severity, lint.summary);
    }
    page.push_str("\n# Common issues\n\n");
    for issue in session.issues().iter() {
        let _ = writeln!(page, "- `{}`: {}", issue.id, capital(&issue.title));
    }
    let _ = writeln!(page, "\n# Verdicts\n\n{}\n\n# Documents\n", quoted(verdicts()));
    for (path, title) in documents() {
        let _ = writeln!(page, "- `{path}`: {title}");
    }
    page.push_str("\n`align explain NAME` says more.\n");
    page
}

/// There is no such name: the nearest one, or all there are.
fn unknown(session: &Session, metas: &[Meta], name: &str, terminal: &Terminal) -> Said {
    let documents: Vec<String> = documents().into_iter().map(|(path, _)| path).collect();
    let lints: Vec<String> = lint::metas().into_iter().map(|lint| lint.name).collect();
    let groups: [(&str, Vec<&str>); 5] = [
        ("Checks and rules", metas.iter().map(|meta| meta.name.as_str()).collect()),
        ("Lints", lints.iter().map(String::as_str).collect()),
        ("Common issues", session.issues().iter().map(|issue| issue.id.as_str()).collect()),
        ("Verdicts", verdicts().collect()),
        ("Documents", documents.iter().map(String::as_str).collect()),
    ];
    let near = nearest(name, groups.iter().flat_map(|(_, names)| names.iter().copied()));
    let problem = Problem::spec("unknown-name", format!("nothing is called `{}`", escape(name)))
        .help("`align explain` lists all names, each with a line")
        .maybe_help(near.map(|right| format!("did you mean `{right}`? `align explain` lists all names")));
    let mut said = failed(&[problem], Format::Human, terminal);
    if near.is_none() {
        let all: String =
            groups.iter().map(|(title, names)| format!("\n{title}: {}\n", quoted(names.iter().copied()))).collect();
        said.stderr += &format!("\n{}", page(&all, &terminal.err));
    }
    said
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A sentence as one begins it. Code stays as it is.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
