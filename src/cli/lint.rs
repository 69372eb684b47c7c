//! `align lint`: remarks on specs, families and rules, without traces.

use super::check::{session, severity};
use super::terminal::Terminal;
use super::{Said, failed};
use crate::diag::{Problem, ProblemClass, Severity};
use crate::lint::{self, Material};
use crate::outcome::LintOutcome;
use crate::report::{Format, render_lint, render_problems};
use std::path::PathBuf;

/// Reports mistakes, and what is right and probably not meant, in specs, tables of families and rules. Traces need not
/// exist. Without a spec, those that `align.toml` names; a project's rules and families always.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Spec files and tables of families, or folders of them
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,
    /// How to report: human, concise (one line a finding) or json
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = Format::without_page)]
    pub format: Format,
    /// The least severity that fails: error, warning or note
    #[arg(long, value_name = "SEVERITY", value_parser = severity, default_value = "warning")]
    pub fail_on: Severity,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let (session, project) = match session() {
        Ok(opened) => opened,
        Err(problems) => return failed(&problems, args.format, terminal),
    };
    let listed = |of: fn(&crate::spec::Project) -> &Vec<crate::diag::Spanned<PathBuf>>| -> Vec<PathBuf> {
        project.iter().flat_map(|project| of(project).iter().map(|path| path.value.clone())).collect()
    };
    let paths = if args.specs.is_empty() { listed(|p| &p.specs) } else { args.specs.clone() };
    let (material, problems) = Material::read(&session, &paths, &listed(|p| &p.families));
    if material.count() == 0 && problems.is_empty() {
        let nothing = Problem::new(ProblemClass::Nothing, "nothing-linted", "there is nothing to lint")
            .help("align lint SPEC.toml, or set `specs = [\"specs\"]` in `align.toml`");
        return failed(&[nothing], args.format, terminal);
    }
    let remarks = lint::run(&material);
    let outcome = LintOutcome::new(material.count(), &remarks, &problems);
    let found = remarks.iter().any(|remark| remark.severity >= args.fail_on);
    Said {
        code: if problems.is_empty() { u8::from(found) } else { 2 },
        stdout: render_lint(&outcome, &remarks, args.format, &terminal.out),
        stderr: render_problems(&problems, args.format, &terminal.err),
    }
}
