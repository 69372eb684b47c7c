//! `align explain`: what a check, a common issue or a rule means, from the documentation in the binary.

use super::check::session;
use super::terminal::Terminal;
use super::{Said, failed};
use crate::check::Meta;
use crate::diag::{Problem, did_you_mean, escape};
use crate::diagnose::Issue;
use crate::pipeline::Session;
use crate::report::{Format, page};
use std::fmt::Write;

/// Explains a check, a common issue or a rule; without a name, lists them all.
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
    let found = match &args.name {
        None => Some(contents(&session, &metas)),
        Some(name) => explanation(&session, &metas, name),
    };
    match found {
        Some(markdown) => Said { stdout: page(&markdown, &terminal.out), stderr: String::new(), code: 0 },
        None => {
            let problem = unknown(&session, &metas, args.name.as_deref().unwrap_or_default());
            failed(&[problem], Format::Human, terminal)
        }
    }
}

/// The Markdown page of a name.
fn explanation(session: &Session, metas: &[Meta], name: &str) -> Option<String> {
    let check = metas.iter().find(|meta| meta.name == name).map(|meta| meta.doc.clone());
    check.or_else(|| session.issues().get(name).map(issue))
}

fn issue(issue: &Issue) -> String {
    let mut page = format!(
        "# {}\n\n{}.\n\n## Cause\n\n{}.\n\n## How to fix\n\n{}.\n",
        issue.id, issue.title, issue.cause, issue.fix
    );
    page.push_str("\n## Evidence\n\nIt is the cause if all of these hold:\n\n");
    for condition in &issue.when {
        let _ = writeln!(page, "- `{condition}`");
    }
    let explains: Vec<String> = issue.explains.iter().map(|e| format!("`{e}`")).collect();
    let _ = writeln!(page, "\nIt explains findings of {}.", explains.join(", "));
    if let Some(link) = &issue.link {
        let _ = writeln!(page, "\nMore: `{link}`");
    }
    page
}

fn contents(session: &Session, metas: &[Meta]) -> String {
    let mut page = "# Checks and rules\n\n".to_owned();
    for meta in metas {
        let _ = writeln!(page, "- `{}` ({}): {}", meta.name, meta.severity, meta.summary);
    }
    page.push_str("\n# Common issues\n\n");
    for issue in session.issues().iter() {
        let _ = writeln!(page, "- `{}`: {}", issue.id, issue.title);
    }
    page.push_str("\n`align explain NAME` says more.\n");
    page
}

fn unknown(session: &Session, metas: &[Meta], name: &str) -> Problem {
    let names: Vec<&str> =
        metas.iter().map(|m| m.name.as_str()).chain(session.issues().iter().map(|i| i.id.as_str())).collect();
    Problem::spec("unknown-name", format!("there is no check, issue or rule `{}`", escape(name)))
        .maybe_help(did_you_mean(name, names))
        .note("`align explain` lists all")
}
