//! Findings to proposed entries, and what is not to be excused.

use super::entry::Entry;
use super::{open, patterns, place};
use crate::diag::{Problem, Side, duration, signed_percent};
use crate::outcome::{CaseOutcome, FindingOutcome, Outcome, Row, RowMatch};
use crate::pipeline::Options;
use crate::spec::{BUILTIN, Changes, Others, Spec};

/// Findings about what was looked at rather than how it differs: what they say would hold for any exception too.
const NOT_EXCUSABLE: [(&str, &str); 6] = [
    ("no-gpu-data", "the trace shows nothing that could be compared"),
    ("empty-selection", "the operation was not found, so that nothing was compared"),
    ("selection", "with a doubtful selection, nothing that was compared can be trusted"),
    ("trace-provenance", "times of these two traces cannot be held against each other"),
    ("rank-set", "a rank that was not compared has not passed"),
    ("known-difference", "it is about an exception already: remove or correct that"),
];

/// Checks whose findings say where a kernel stands by their side; of others the side is that which lacks it.
const SIDED: [&str; 2] = ["extra-kernel", "memory-operation"];

/// An entry for each open finding of a spec's cases.
///
/// # Errors
/// Why findings cannot be excused.
pub(super) fn entries(
    spec: &Spec,
    outcome: &Outcome,
    options: &Options,
    until: Option<&str>,
) -> Result<Vec<Entry>, Vec<Problem>> {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for case in open(outcome, options).filter(|case| case.file == spec.file.name) {
        let findings = case.findings.iter().filter(|f| f.known.is_none() && f.severity >= options.fail_on);
        let findings: Vec<&FindingOutcome> = findings.collect();
        match refusal(spec, case, &findings) {
            Some(problem) => problems.push(problem),
            None => entries.extend(findings.iter().map(|f| entry(spec, case, f, until))),
        }
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

fn refusal(spec: &Spec, case: &CaseOutcome, findings: &[&FindingOutcome]) -> Option<Problem> {
    let cannot = |what: String| Problem::spec("cannot-excuse", what);
    if spec.file.name.starts_with(BUILTIN) {
        let what = format!("`{}` is part of the program, and nothing can be written to it", spec.file.name);
        return Some(cannot(what).help("write a spec that extends it, and check that"));
    }
    let why = |f: &&&FindingOutcome| NOT_EXCUSABLE.iter().find(|(code, _)| *code == f.code);
    if let Some((finding, (_, why))) = findings.iter().find_map(|f| Some((f, why(&f)?))) {
        let what = format!("{}: {} cannot be excused: {why}", case.title(), finding.code);
        let problem = cannot(what).label(place(spec, case), "this case").note(finding.message.clone());
        return Some(problem.maybe_help(finding.help.clone()));
    }
    let (same, all) = agreement(spec, case);
    if same * 2 >= all {
        return None;
    }
    let mut problem = cannot(format!(
        "{}: too much differs to be excused: {same} of {all} kernels of an instance stand on both sides ({:.0}%)",
        case.title(),
        100.0 * f64::from(same) / f64::from(all.max(1))
    ))
    .label(place(spec, case), "this is another operation: exceptions for all that differs would leave nothing to check")
    .help("correct the mock, or what the spec selects; then declare what is left");
    problem.notes = case.diagnoses.first().map(|d| d.title.clone()).into_iter().collect();
    problem.notes.extend(findings.iter().map(|f| f.message.clone()));
    Some(problem)
}

/// Kernels that are the same on both sides, and kernels of the longer side: those that the spec judges.
fn agreement(spec: &Spec, case: &CaseOutcome) -> (u32, u32) {
    let ignored = spec.cases.iter().any(|c| c.name.value == case.case && c.others.value == Others::Ignore);
    let judged = || case.rows.iter().filter(|row| !ignored || row.entry.is_some());
    let is_same = |row: &&Row| !matches!(row.state, RowMatch::OtherKernel);
    let same = judged().filter(is_same).map(|row| row.mock_calls.min(row.e2e_calls)).sum();
    let on = |calls: fn(&Row) -> u32| judged().map(calls).sum::<u32>();
    (same, on(|row| row.mock_calls).max(on(|row| row.e2e_calls)))
}

fn entry(spec: &Spec, case: &CaseOutcome, finding: &FindingOutcome, until: Option<&str>) -> Entry {
    let names = |row: &Row| [Some(row.exact.clone()), row.e2e_exact.clone()];
    let others: Vec<String> = case.rows.iter().flat_map(names).flatten().collect();
    let several = spec.cases.len() > 1;
    let figures = impact(case, finding);
    Entry {
        kernels: patterns::tight(&finding.kernels, &others),
        check: finding.code.clone(),
        side: finding.side.filter(|_| finding.kernels.is_empty() || SIDED.contains(&finding.code.as_str())),
        at_most: at_most(case, finding),
        latency: finding.ratio.map(Changes::around),
        cases: several.then(|| case.case.clone()).into_iter().collect(),
        impact: figures.map(|figures| if several { format!("{}: {figures}", case.case) } else { figures }),
        until: until.map(str::to_owned),
    }
}

/// As many kernels of an instance as stand on one side alone, or in another one's place. Of a kernel that stands elsewhere
/// in the order there is no more and no less.
fn at_most(case: &CaseOutcome, finding: &FindingOutcome) -> Option<u32> {
    let named = |name: &String| finding.kernels.contains(name);
    let rows = case.rows.iter().filter(|row| named(&row.exact) || row.e2e_exact.as_ref().is_some_and(named));
    let beyond = |row: &Row| row.mock_calls.abs_diff(row.e2e_calls);
    let most: u32 = match finding.code.as_str() {
        "kernel-name" => rows.filter(|row| row.state == RowMatch::OtherKernel).map(|row| row.mock_calls).sum(),
        "extra-kernel" | "memory-operation" | "kernel-count" | "missing-critical-kernel" => rows.map(beyond).sum(),
        _ => 0,
    };
    (most > 0).then_some(most)
}

/// What the kernels of a finding, or the instance, take on both sides.
fn impact(case: &CaseOutcome, finding: &FindingOutcome) -> Option<String> {
    let latency = case.latency.as_ref()?;
    let sides = |mock: f64, e2e: f64| format!("mock {}, E2E {}", duration(mock), duration(e2e));
    if finding.kernels.is_empty() || finding.code == "latency-ratio" {
        let (mock, e2e) = (latency.mock_median_ns, latency.e2e_median_ns);
        let ratio = latency.interval.map(|i| format!(" ({})", signed_percent(i.ratio))).unwrap_or_default();
        return Some(format!("one instance: {}{ratio}", sides(mock, e2e)));
    }
    let named = |name: &String| finding.kernels.contains(name);
    let rows: Vec<&Row> =
        case.rows.iter().filter(|r| named(&r.exact) || r.e2e_exact.as_ref().is_some_and(named)).collect();
    let sum = |side: Side| -> f64 {
        let time = |row: &&Row| match side {
            Side::Mock => row.mock_ns.unwrap_or(0.0) * f64::from(row.mock_calls),
            Side::E2e => row.e2e_ns.unwrap_or(0.0) * f64::from(row.e2e_calls),
        };
        rows.iter().map(time).sum()
    };
    let (mock, e2e) = (sum(Side::Mock), sum(Side::E2e));
    let sign = if mock < e2e { "-" } else { "+" };
    Some(format!("{sign}{} an instance ({})", duration((mock - e2e).abs()), sides(mock, e2e)))
}
