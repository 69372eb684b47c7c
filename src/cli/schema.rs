//! `align schema`: what editors need to know of specs, of other files and of rules.

use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, did_you_mean, escape};
use crate::fleet;
use crate::history;
use crate::outcome;
use crate::pipeline::Session;
use crate::report::Format;
use crate::schema::{Schema, Vocabulary, definitions};
use std::fmt::Write;

/// Prints the JSON Schema of a kind of file, or the definitions of the script API; without a name, lists them.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// spec, project, common-issues, families, rule-header, report, diff, history, partial or rhai
    pub name: Option<String>,
}

/// Of what `align check --format json` prints.
const REPORT: (&str, &str) = ("report", "what `align check --format json` prints");

/// Of what `--history` writes.
const HISTORY: (&str, &str) = ("history", "a line of what `align check --history` writes");

/// Of what `align diff --format json` prints.
const DIFF: (&str, &str) = ("diff", "what `align diff --format json` prints");

/// Of what `--partial` writes.
const PARTIAL: (&str, &str) = ("partial", "what `align check --partial` writes");

/// Of scripts, which have no schema.
const DEFINITIONS: (&str, &str) = ("rhai", "what scripts of rules find, for Rhai's language server (`.d.rhai`)");

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let said = |stdout: String| Said { stdout, stderr: String::new(), code: 0 };
    let Some(name) = &args.name else {
        let mut list = String::new();
        let files = Schema::ALL.map(|schema| (schema.name(), schema.title()));
        for (name, title) in files.into_iter().chain([REPORT, DIFF, HISTORY, PARTIAL, DEFINITIONS]) {
            let _ = writeln!(list, "{name:<14} {title}");
        }
        return said(list);
    };
    if name == DEFINITIONS.0 {
        return said(definitions());
    }
    if name == REPORT.0 {
        return said(outcome::SCHEMA.to_owned());
    }
    if name == HISTORY.0 {
        return said(history::SCHEMA.to_owned());
    }
    if name == PARTIAL.0 {
        return said(fleet::SCHEMA.to_owned());
    }
    if name == DIFF.0 {
        return said(outcome::DIFF_SCHEMA.to_owned());
    }
    let Some(schema) = Schema::of_name(name) else {
        let names =
            Schema::ALL.map(Schema::name).into_iter().chain([REPORT.0, DIFF.0, HISTORY.0, PARTIAL.0, DEFINITIONS.0]);
        let problem = Problem::spec("unknown-name", format!("there is no schema `{}`", escape(name)))
            .maybe_help(did_you_mean(name, names));
        return failed(&[problem], Format::Human, terminal);
    };
    match Session::shipped().and_then(|session| Vocabulary::new(&session)) {
        Ok(vocabulary) => said(schema.text(&vocabulary)),
        Err(problems) => failed(&problems, Format::Human, terminal),
    }
}
