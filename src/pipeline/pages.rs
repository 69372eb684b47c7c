//! The documentation of what spoke, for reports that carry it.

use super::{Loaded, Session};
use crate::check::{self, Meta};
use crate::diag::Verdict;
use crate::outcome::{CaseOutcome, Page};
use std::collections::BTreeMap;

/// One page for each check or rule that found something or could not say, by name.
pub(super) fn of_findings(session: &Session, specs: &[Loaded], cases: &[CaseOutcome]) -> Vec<Page> {
    let around = check::around();
    let rules = specs.iter().flat_map(|loaded| loaded.rules.iter().flatten());
    let checks = session.checks.iter().chain(rules).map(|check| check.meta());
    let metas: BTreeMap<&str, &Meta> = checks.chain(&around).map(|meta| (meta.name.as_str(), meta)).collect();
    let found = |name: &str| cases.iter().flat_map(|case| &case.findings).any(|finding| finding.code == name);
    let open = |name: &str| {
        let checks = cases.iter().flat_map(|case| &case.checks);
        checks.into_iter().any(|check| check.name == name && check.verdict > Verdict::Pass)
    };
    metas.into_values().filter(|meta| found(&meta.name) || open(&meta.name)).map(page).collect()
}

fn page(meta: &Meta) -> Page {
    Page { name: meta.name.clone(), severity: meta.severity, summary: meta.summary.clone(), text: meta.doc.clone() }
}
