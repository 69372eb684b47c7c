//! `align explain`: pages for the terminal.

use super::check::session;
use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::Problem;
use crate::explain::{Answer, Names};
use crate::lint;
use crate::report::{Format, page};
use crate::spec::Project;

/// Explains a check, a rule, a common issue, a spec, a key, a verdict or a document; without a name, lists them all.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Its name, as reports show it; a spec's file; a key's path (`latency.within`)
    pub name: Option<String>,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    explained(args, terminal).unwrap_or_else(|problems| failed(&problems, Format::Human, terminal))
}

fn explained(args: &Args, terminal: &Terminal) -> Result<Said, Vec<Problem>> {
    let (session, project) = session()?;
    let listed = |project: &Project| project.specs.iter().map(|path| path.value.clone()).collect::<Vec<_>>();
    let names = Names::new(&session, &project.as_ref().map(listed).unwrap_or_default(), lint::metas())?;
    let shown = |markdown: &str| Said { stdout: page(markdown, &terminal.out), stderr: String::new(), code: 0 };
    let Some(name) = &args.name else { return Ok(shown(&names.contents())) };
    Ok(match names.explain(name)? {
        Answer::Page(markdown) => shown(&markdown),
        Answer::Unknown(problem, all) => {
            let mut said = failed(&[problem], Format::Human, terminal);
            if let Some(all) = all {
                said.stderr += &format!("\n{}", page(&all, &terminal.err));
            }
            said
        }
    })
}
