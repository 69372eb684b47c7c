//! `align explain`: what a check, a rule, a common issue, a spec, a key, a verdict or a document means, from the
//! documentation in the binary and in the project.

mod documents;
mod issue;
mod keys;
mod rule;
mod spec;

pub use issue::issue;
pub use keys::reference;

use crate::check::Meta;
use crate::diag::{Problem, escape, nearest};
use crate::pipeline::Session;
use crate::script::RuleDoc;
use crate::spec::BUILTIN;
use documents::{document, documents};
use std::fmt::Write;
use std::path::PathBuf;

/// One page for each verdict, by its heading.
const VERDICTS: &str = include_str!("verdicts.md");

/// Everything that has a name.
#[derive(Debug)]
pub struct Names<'s> {
    session: &'s Session,
    metas: Vec<Meta>,
    /// What `align lint` looks for.
    lints: Vec<Meta>,
    /// Specs by what `align check` takes, each with its own name.
    specs: Vec<(String, String)>,
}

/// What is said of a name.
#[derive(Debug)]
pub enum Answer {
    /// Markdown.
    Page(String),
    /// There is no such name; what there is, as Markdown, where nothing is near.
    Unknown(Problem, Option<String>),
}

impl<'s> Names<'s> {
    /// The names of a session, of the specs of its project, and of lints.
    ///
    /// # Errors
    /// Mistakes in a rule's header.
    pub fn new(session: &'s Session, project_specs: &[PathBuf], lints: Vec<Meta>) -> Result<Self, Vec<Problem>> {
        let mut specs: Vec<(String, String)> = Vec::new();
        for path in session.spec_paths(project_specs) {
            // A spec with mistakes is explained by them, once it is asked for.
            let Ok(spec) = session.read_spec(&path) else { continue };
            // The shipped spec of the same name stands behind a project's own.
            if specs.iter().all(|(_, name)| *name != spec.name.value) {
                specs.push((path.display().to_string(), spec.name.value));
            }
        }
        Ok(Self { session, metas: session.metas()?, lints, specs })
    }

    /// The page of a name.
    ///
    /// # Errors
    /// Mistakes of a rule's header, or of a spec.
    pub fn explain(&self, name: &str) -> Result<Answer, Vec<Problem>> {
        if let Some(lint) = self.lints.iter().find(|lint| lint.name == name) {
            return Ok(Answer::Page(lint.doc.clone()));
        }
        let page = match self.judgement(name)? {
            Some(page) => Some(page),
            None => {
                let plain = self.session.issues().get(name).map(issue).or_else(|| verdict(name));
                match plain.or_else(|| document(name)) {
                    Some(page) => Some(page),
                    None => self.spec(name)?.or_else(|| keys::key(name)),
                }
            }
        };
        Ok(page.map_or_else(|| self.unknown(name), Answer::Page))
    }

    fn judgement(&self, name: &str) -> Result<Option<String>, Vec<Problem>> {
        let Some(meta) = self.metas.iter().find(|meta| meta.name == name) else { return Ok(None) };
        let rules = self.session.rules();
        let is_rule = rules.names().iter().any(|rule| rule == name);
        let declared = if is_rule { rule::parameters(&RuleDoc::read(rules, name)?) } else { String::new() };
        // A common issue may be named like the check that shows it.
        let cause = self.session.issues().get(name).map(|row| format!("\n{}", issue(row))).unwrap_or_default();
        Ok(Some(format!("{}{declared}{cause}", meta.doc)))
    }

    /// A spec by its file, its built-in name or the name that reports use.
    fn spec(&self, name: &str) -> Result<Option<String>, Vec<Problem>> {
        let is_file = name.ends_with(".toml") || name.starts_with(BUILTIN);
        let known = self.specs.iter().find(|(path, own)| path == name || own == name);
        let path = match known {
            Some((path, _)) => path.as_str(),
            None if is_file && (name.starts_with(BUILTIN) || PathBuf::from(name).is_file()) => name,
            None => return Ok(None),
        };
        let path = PathBuf::from(path);
        let read = self.session.read_spec(&path)?;
        let document = self.session.spec_document(&path);
        Ok(Some(spec::spec(&read, document.as_deref(), self.session.rules())))
    }

    /// The list of all names, each with a line.
    pub fn contents(&self) -> String {
        let mut page = "# Checks and rules\n\n".to_owned();
        for meta in &self.metas {
            let _ = writeln!(page, "- `{}` ({}): {}", meta.name, meta.severity, meta.summary);
        }
        page.push_str("\n# Lints\n\n");
        for lint in &self.lints {
            let _ = writeln!(page, "- `{}` ({}): {}", lint.name, lint.severity, lint.summary);
        }
        page.push_str("\n# Common issues\n\n");
        for issue in self.session.issues().iter() {
            let _ = writeln!(page, "- `{}`: {}", issue.id, capital(&issue.title));
        }
        page.push_str("\n# Specs\n\n");
        for (path, name) in &self.specs {
            let _ = writeln!(page, "- `{}`: {name}", escape(path));
        }
        let _ = writeln!(page, "\n# Verdicts\n\n{}\n\n# Documents\n", quoted(verdicts()));
        for (path, title) in documents() {
            let _ = writeln!(page, "- `{path}`: {title}");
        }
        page.push_str("\n`align explain NAME` says more, also of a key by its path: `latency.within`.\n");
        page
    }

    /// There is no such name: the nearest one, or all there are.
    fn unknown(&self, name: &str) -> Answer {
        let documents: Vec<String> = documents().into_iter().map(|(path, _)| path).collect();
        let keys = keys::paths();
        let groups: [(&str, Vec<&str>); 6] = [
            ("Checks and rules", self.metas.iter().map(|meta| meta.name.as_str()).collect()),
            ("Lints", self.lints.iter().map(|lint| lint.name.as_str()).collect()),
            ("Common issues", self.session.issues().iter().map(|issue| issue.id.as_str()).collect()),
            ("Specs", self.specs.iter().flat_map(|(path, own)| [own.as_str(), path.as_str()]).collect()),
            ("Verdicts", verdicts().collect()),
            ("Documents", documents.iter().map(String::as_str).collect()),
        ];
        let all = || groups.iter().flat_map(|(_, names)| names.iter().copied());
        let near = nearest(name, all().chain(keys.iter().map(String::as_str)));
        let problem = Problem::spec("unknown-name", format!("nothing is called `{}`", escape(name)))
            .help("`align explain` lists all names, each with a line")
            .maybe_help(near.map(|right| format!("did you mean `{}`? `align explain` lists all names", escape(right))));
        let list =
            || groups.iter().map(|(title, names)| format!("\n{title}: {}\n", quoted(names.iter().copied()))).collect();
        Answer::Unknown(problem, near.is_none().then(list))
    }
}

fn verdict(name: &str) -> Option<String> {
    let pages = VERDICTS.split("\n# ").map(|page| page.trim_start_matches("# "));
    let page = pages.into_iter().find(|page| page.lines().next().is_some_and(|title| title.eq_ignore_ascii_case(name)));
    page.map(|page| format!("# {page}"))
}

fn verdicts() -> impl Iterator<Item = &'static str> {
    VERDICTS.lines().filter_map(|line| line.strip_prefix("# "))
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{}`", escape(name))).collect::<Vec<_>>().join(", ")
}

/// A sentence as one begins it. Code stays as it is.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
