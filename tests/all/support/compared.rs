//! A case's traces, opened, selected and compared.

use super::families;
use align::compare::Comparison;
use align::select::select;
use align::spec::{Case, SideSpec};
use align::trace::{Trace, open};
use std::sync::Arc;

pub(crate) fn compared(case: &Case) -> Arc<Comparison> {
    let (mock, e2e, families) = (trace(&case.mock), trace(&case.e2e), Arc::new(families()));
    let selected = select(case, &mock, &e2e, &families).unwrap_or_else(|missing| panic!("{missing:?}"));
    Arc::new(Comparison::new(mock, e2e, families, selected, case, &[]))
}

fn trace(side: &SideSpec) -> Arc<Trace> {
    let path = side.trace.as_ref().expect("the case names its trace");
    open(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}
