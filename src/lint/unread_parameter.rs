//! `unread-parameter`: parameters that a rule declares and its script never reads.

use super::{Found, Lint, Material, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity};

pub(super) struct UnreadParameter;

impl Lint for UnreadParameter {
    fn meta(&self) -> Meta {
        meta("unread-parameter", Severity::Warning, include_str!("unread_parameter.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let unread = material.rules.iter().flat_map(|rule| &rule.unread);
        unread
            .map(|name| {
                let what = format!("the script never reads `{}`", name.value);
                let problem = Problem::spec("unread-parameter", what)
                    .label(&name.loc, "declared here, and without effect")
                    .help(format!("use `params.{}` in the script, or drop it", name.value));
                Found::from(problem)
            })
            .collect()
    }
}
