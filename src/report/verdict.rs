//! A case's verdict in one line, and a run's in numbers.

use super::table::ratio;
use super::wrap::{count, line};
use crate::diag::{Severity, Verdict};
use crate::outcome::{CaseOutcome, Counts, FindingOutcome, Outcome, RowMatch};

/// What stands behind a verdict's word and the case's title.
pub(super) fn text(case: &CaseOutcome) -> String {
    match case.verdict {
        Verdict::Pass => passed(case),
        Verdict::Fail => failed(case),
        Verdict::Inconclusive | Verdict::Skipped => {
            let reason = reason(case, case.verdict).unwrap_or_else(|| match case.verdict {
                Verdict::Skipped => "nothing could be judged".to_owned(),
                _ => "not everything could be judged".to_owned(),
            });
            let counts = Counts::of([case]);
            join([Some(reason), counted(&counts), known(&counts)])
        }
    }
}

/// "2 errors; 1 known difference covers 3 findings": what stands behind a run's totals, if there is any.
pub(super) fn behind_totals(outcome: &Outcome) -> Option<String> {
    let counts = Counts::of(&outcome.cases);
    let parts = [counted(&counts), known(&counts)];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

/// "2 known differences cover 3 findings, 1 expired, 1 stale"; `None` where none of them says anything.
fn known(counts: &Counts) -> Option<String> {
    let known = counts.known_differences;
    let verb = if known.used == 1 { "covers" } else { "cover" };
    let used = format!("{} {verb} {}", count(known.used, "known difference"), count(known.covers, "finding"));
    let mut first = known.used == 0;
    let mut ended = |n: usize, word: &str| {
        if std::mem::take(&mut first) {
            format!("{} {word}", count(n, "known difference"))
        } else {
            format!("{n} {word}")
        }
    };
    let mut parts = Vec::new();
    parts.extend((known.used > 0).then_some(used));
    parts.extend((known.expired > 0).then(|| ended(known.expired, "expired")));
    parts.extend((known.stale > 0).then(|| ended(known.stale, "stale")));
    (!parts.is_empty()).then(|| parts.join(", "))
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

/// "FAIL: 2 passed, 1 failed; 1 error": a run in one line.
pub(super) fn summary(outcome: &Outcome) -> String {
    let totals = join(totals(outcome).into_iter().map(|(_, text)| Some(text)));
    let problems = outcome.problems.len();
    let parts = [
        (!totals.is_empty()).then_some(totals),
        behind_totals(outcome),
        (problems > 0).then(|| format!("{} with the input", count(problems, "problem"))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let said = if parts.is_empty() { "nothing was checked".to_owned() } else { parts.join("; ") };
    format!("{}: {said}", outcome.verdict)
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
    let counts = Counts::of([case]);
    join([names, latency, Some(instances), counted(&counts), known(&counts)])
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
    let counts = Counts::of([case]);
    let known = known(&counts).map(|known| format!(" ({known})")).unwrap_or_default();
    match (counted(&counts), first) {
        (Some(counted), Some(first)) => format!("{counted}{known}: {}", with_ranks(case, first)),
        (counted, first) => {
            counted.or(first).or_else(|| reason(case, Verdict::Fail)).unwrap_or_default() + known.as_str()
        }
    }
}

/// Also which ranks were not compared, or stand for others: whoever reads one line alone must know.
fn with_ranks(case: &CaseOutcome, first: String) -> String {
    let set = |finding: &&FindingOutcome| finding.code == "rank-set" && finding.known.is_none();
    let errors = case.findings.iter().filter(set).filter(|finding| finding.severity == Severity::Error);
    let others = errors.map(|finding| line(&finding.message)).filter(|message| *message != first);
    std::iter::once(first.clone()).chain(others).collect::<Vec<_>>().join("; ")
}

/// "2 errors, 1 warning", of what no known difference covers; `None` if there are none.
fn counted(counts: &Counts) -> Option<String> {
    let counts = [(counts.errors, "error"), (counts.warnings, "warning")];
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
