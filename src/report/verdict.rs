//! A case's verdict in one line, and a run's in numbers.

use super::table::ratio;
use super::wrap::{count, line};
use crate::diag::{Severity, Verdict};
use crate::outcome::{CaseOutcome, Outcome, RowMatch};

/// What stands behind a verdict's word and the case's title.
pub(super) fn text(case: &CaseOutcome) -> String {
    match case.verdict {
        Verdict::Pass => passed(case),
        Verdict::Fail => failed(case),
        Verdict::Inconclusive | Verdict::Skipped => {
            let reason = reason(case, case.verdict).unwrap_or_else(|| match case.verdict {
                Verdict::Skipped => "nothing could be judged".to_owned(),
                _ => "too little data to say".to_owned(),
            });
            join([Some(reason), counted(case)])
        }
    }
}

/// "3 passed, 1 failed": what became of the cases, leaving out what did not occur.
pub(super) fn totals(outcome: &Outcome) -> Vec<(Verdict, String)> {
    let kinds = [
        (Verdict::Pass, "passed"),
        (Verdict::Fail, "failed"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::Skipped, "skipped"),
    ];
    let of = |verdict: Verdict| outcome.cases.iter().filter(|case| case.verdict == verdict).count();
    kinds
        .into_iter()
        .filter(|(verdict, _)| of(*verdict) > 0)
        .map(|(verdict, word)| (verdict, format!("{} {word}", of(verdict))))
        .collect()
}

fn join(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn passed(case: &CaseOutcome) -> String {
    let differ = case.rows.iter().filter(|row| !matches!(row.state, RowMatch::Match | RowMatch::OtherShape)).count();
    let names = match (case.rows.len(), differ) {
        (0, _) => None,
        (_, 0) => Some("names and counts match".to_owned()),
        (_, n) => Some(format!(
            "{} as allowed",
            if n == 1 { "1 kernel differs".to_owned() } else { format!("{n} kernels differ") }
        )),
    };
    let latency = case.latency.as_ref().filter(|l| l.interval.is_some()).map(|l| format!("latency {}", ratio(l)));
    let instances = format!("{} vs {} instances", case.mock.instances, case.e2e.instances);
    let known: usize = case.known.iter().map(|known| known.covers).sum();
    let known = (known > 0).then(|| count(known, "known difference"));
    join([names, latency, Some(instances), counted(case), known])
}

fn failed(case: &CaseOutcome) -> String {
    let first = case.diagnoses.first().map(|diagnosis| line(&diagnosis.title)).or_else(|| {
        let worst = case.worst()?;
        case.findings.iter().find(|f| f.known.is_none() && f.severity == worst).map(|f| line(&f.message))
    });
    if case.refused {
        let why = first.map(|first| format!(": {first}")).unwrap_or_default();
        return format!("nothing was compared{why}");
    }
    match (counted(case), first) {
        (Some(counted), Some(first)) => format!("{counted}: {first}"),
        (counted, first) => counted.or(first).or_else(|| reason(case, Verdict::Fail)).unwrap_or_default(),
    }
}

/// "2 errors, 1 warning", of what no known difference covers; `None` if there are none.
fn counted(case: &CaseOutcome) -> Option<String> {
    let of = |severity: Severity| case.findings.iter().filter(|f| f.known.is_none() && f.severity == severity).count();
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning")].map(|(s, word)| (of(s), word));
    let words: Vec<String> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(n, word)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The first check with this verdict and why, and how many more there are.
fn reason(case: &CaseOutcome, verdict: Verdict) -> Option<String> {
    let mut checks = case.checks.iter().filter(|check| check.verdict == verdict);
    let first = checks.next()?;
    let more = checks.count();
    let why = first.reason.as_deref().map(|reason| format!(": {}", line(reason))).unwrap_or_default();
    let more = if more > 0 { format!(" (and {})", count(more, "more check")) } else { String::new() };
    Some(format!("{}{why}{more}", line(&first.name)))
}
