//! `align schema`: what editors need to know of specs, of other files and of rules.

use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, did_you_mean, escape};
use crate::pipeline::Session;
use crate::report::Format;
use crate::schema::{Schema, Vocabulary, definitions};
use std::fmt::Write;

/// Prints the JSON Schema of a kind of file, or the definitions of the script API; without a name, lists them.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// spec, project, common-issues, families, rule-header or rhai
    pub name: Option<String>,
}

/// Of scripts, which have no schema.
const DEFINITIONS: (&str, &str) = ("rhai", "what scripts of rules find, for Rhai's language server (`.d.rhai`)");

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let said = |stdout: String| Said { stdout, stderr: String::new(), code: 0 };
    let Some(name) = &args.name else {
        let mut list = String::new();
        for (name, title) in Schema::ALL.map(|schema| (schema.name(), schema.title())).into_iter().chain([DEFINITIONS])
        {
            let _ = writeln!(list, "{name:<14} {title}");
        }
        return said(list);
    };
    if name == DEFINITIONS.0 {
        return said(definitions());
    }
    let Some(schema) = Schema::of_name(name) else {
        let names = Schema::ALL.map(Schema::name).into_iter().chain([DEFINITIONS.0]);
        let problem = Problem::spec("unknown-name", format!("there is no schema `{}`", escape(name)))
            .maybe_help(did_you_mean(name, names));
        return failed(&[problem], Format::Human, terminal);
    };
    match Session::shipped().and_then(|session| Vocabulary::new(&session)) {
        Ok(vocabulary) => said(schema.text(&vocabulary)),
        Err(problems) => failed(&problems, Format::Human, terminal),
    }
}
