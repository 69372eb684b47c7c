//! `critical-but-optional`: an entry that must be there, and need not.

use super::{Found, Lint, Material, meta};
use crate::check::Meta;
use crate::diag::{Problem, Severity};

pub(super) struct CriticalButOptional;

impl Lint for CriticalButOptional {
    fn meta(&self) -> Meta {
        meta("critical-but-optional", Severity::Warning, include_str!("critical_but_optional.md"))
    }

    fn run(&self, material: &Material) -> Vec<Found> {
        let entries = material
            .specs
            .iter()
            .flat_map(|spec| spec.cases().iter().flat_map(move |c| c.kernels.iter().map(move |k| (spec, k))));
        entries
            .filter(|(spec, entry)| entry.critical && entry.count.value.least == 0 && spec.is_own(&entry.count.loc))
            .map(|(_, entry)| {
                let (name, count) = (&entry.name.value, entry.count.value);
                let what = format!("`{name}` is critical, and its count ({count}) lets it be absent");
                let problem = Problem::spec("critical-but-optional", what)
                    .label(&entry.count.loc, "may be 0")
                    .label(&entry.name.loc, "critical: must be there")
                    .help("write `count = \"1..\"`, or drop `critical`");
                Found::from(problem)
            })
            .collect()
    }
}
