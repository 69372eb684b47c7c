//! Mock-layer fixes: what to do, as a list to tick off, each with the cases that need it.

use super::text::{code, sentence};
use crate::diag::{Severity, Verdict};
use crate::outcome::{CaseOutcome, Outcome};

/// The likeliest cause's fix for each case, and what findings say that it does not explain.
pub(super) fn render(outcome: &Outcome) -> String {
    let mut fixes: Vec<Fix> = Vec::new();
    let judged = outcome.cases.iter().filter(|case| case.verdict != Verdict::Pass);
    for (case, fix) in judged.flat_map(|case| of_case(case).into_iter().map(move |fix| (case, fix))) {
        match fixes.iter_mut().find(|known| known.todo == fix.todo && known.why == fix.why) {
            Some(known) => known.cases.push(case.title()),
            None => fixes.push(Fix { cases: vec![case.title()], ..fix }),
        }
    }
    let mut out = "# Mock-layer fixes\n\n".to_owned();
    if fixes.is_empty() {
        out += "Nothing to fix.\n";
    }
    out.extend(fixes.iter().map(Fix::write));
    out
}

struct Fix {
    todo: String,
    why: String,
    cases: Vec<String>,
}

impl Fix {
    fn write(&self) -> String {
        let cases: Vec<String> = self.cases.iter().map(|case| code(case)).collect();
        format!("- [ ] {}\n  - because {}\n  - in {}\n", sentence(&self.todo), sentence(&self.why), cases.join(", "))
    }
}

fn of_case(case: &CaseOutcome) -> Vec<Fix> {
    let fix = |todo: &str, why: &str| Fix { todo: todo.to_owned(), why: why.to_owned(), cases: Vec::new() };
    let mut fixes: Vec<Fix> = case.diagnoses.first().map(|first| fix(&first.fix, &first.title)).into_iter().collect();
    let explained = |code: &String| case.diagnoses.first().is_some_and(|first| first.explains.contains(code));
    let open = case.findings.iter().filter(|finding| {
        finding.known.is_none() && finding.severity >= Severity::Warning && !explained(&finding.code)
    });
    fixes.extend(open.filter_map(|finding| Some(fix(finding.help.as_deref()?, &finding.message))));
    fixes
}
