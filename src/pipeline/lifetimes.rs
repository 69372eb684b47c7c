//! Known differences over a whole run: which are stale, which have ended or soon will. An entry that several cases
//! share is stale only if none of them needs it, and nothing is said of cases that were not compared.

use super::exceptions::Entry;
use super::jobs::Job;
use super::{Options, case, scope};
use crate::check;
use crate::diag::{Finding, Problem, Severity, Verdict};
use crate::fleet::{Beyond, Scope, Unsaid};
use crate::limits::KNOWN_DIFFERENCE_NOTICE_DAYS;
use crate::outcome::{CaseOutcome, FindingOutcome, KnownState};
use crate::spec::{Case, KnownDifference, Spec};
use time::Date;

/// One entry of a spec in every case that was compared: (which case of the run, which entry of it).
struct Uses<'s> {
    spec: &'s Spec,
    known: &'s KnownDifference,
    at: Vec<(usize, usize)>,
}

/// What is to be said of an entry in a case, and what it turns out to be there.
struct Said {
    case: usize,
    entry: usize,
    finding: Option<Finding>,
    state: Option<KnownState>,
}

/// The cases of a run that could be judged, and those that could not.
type Cases<'s> = [Result<case::Judged<'s>, Vec<Problem>>];

/// Adds what is to be said of known differences to the cases in which they stand. Where there are other ranks
/// (not `complete`), these may need what none here does.
pub(super) fn settle(jobs: &[Job<'_>], judged: &mut Cases<'_>, complete: bool, options: &Options) {
    for uses in uses(jobs, judged) {
        for said in said(&uses, judged, complete, options) {
            let level = jobs[said.case].case.checks.get(check::KNOWN_DIFFERENCE).map(|s| s.value);
            let Ok(judged) = &mut judged[said.case] else { continue };
            if let (Some(state), Some(known)) = (said.state, judged.outcome.known.get_mut(said.entry)) {
                known.state = state;
            }
            if let Some(finding) = said.finding.filter(|_| level != Some(None)) {
                add(&mut judged.outcome, finding, level.flatten(), options);
            }
        }
    }
}

fn add(outcome: &mut CaseOutcome, mut finding: Finding, level: Option<Severity>, options: &Options) {
    finding.severity = case::severity(finding.severity, Severity::Warning, level);
    if finding.severity >= options.fail_on {
        outcome.verdict = Verdict::Fail;
    }
    outcome.findings.push(FindingOutcome::from(finding));
    outcome.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
}

/// Every entry of the run once for each spec that has it.
fn uses<'s>(jobs: &[Job<'s>], judged: &Cases<'s>) -> Vec<Uses<'s>> {
    let mut all: Vec<Uses<'s>> = Vec::new();
    for (case, (job, judged)) in jobs.iter().zip(judged).enumerate() {
        for (entry, found) in judged.iter().flat_map(|judged| judged.known.iter().enumerate()) {
            match all.iter_mut().find(|u| std::ptr::eq(u.spec, job.spec) && u.known.loc == found.known.loc) {
                Some(uses) => uses.at.push((case, entry)),
                None => all.push(Uses { spec: job.spec, known: found.known, at: vec![(case, entry)] }),
            }
        }
    }
    all
}

fn said(uses: &Uses<'_>, judged: &Cases<'_>, complete: bool, options: &Options) -> Vec<Said> {
    let all: Vec<(usize, usize, &Entry<'_>)> = uses
        .at
        .iter()
        .filter_map(|&(case, entry)| Some((case, entry, judged[case].as_ref().ok()?.known.get(entry)?)))
        .collect();
    let known = uses.known;
    let finding = |case, entry, finding| Said { case, entry, finding: Some(finding), state: None };
    let mut said: Vec<Said> = Vec::new();
    for &(case, entry, found) in &all {
        match found.used.scope {
            Scope::Unsaid(Unsaid::Framework(side)) => {
                said.push(finding(case, entry, check::without_framework(known, side)))
            }
            Scope::Unsaid(Unsaid::Gpu(side)) => said.push(finding(case, entry, check::without_gpu(known, side))),
            Scope::Inside | Scope::Outside => {}
        }
    }
    let inside: Vec<(usize, usize, &Entry<'_>)> =
        all.into_iter().filter(|(.., e)| e.used.scope == Scope::Inside).collect();
    for &(case, entry, found) in inside.iter().filter(|(.., found)| !found.used.expired) {
        match found.used.beyond {
            Some(Beyond::Kernels(kernels)) => said.push(finding(case, entry, check::too_many(known, kernels))),
            Some(Beyond::Latency(ratio)) => said.push(finding(case, entry, check::too_far(known, ratio))),
            None => {}
        }
    }
    // One that is exceeded has its difference still.
    let inside: Vec<_> =
        inside.into_iter().filter(|(.., found)| found.used.expired || found.used.beyond.is_none()).collect();
    let used = || inside.iter().filter(|(.., entry)| entry.used.covers > 0);
    let Some(&(case, entry, first)) = used().next().or(inside.first()) else { return said };
    if let Some(until) = known.until.as_ref().filter(|_| first.used.expired) {
        let ended = |&(case, entry, found): &(usize, usize, &Entry<'_>)| {
            finding(case, entry, check::expired(known, &until.value, found.used.covers))
        };
        // Where it would cover nothing it is said once.
        said.extend(used().map(ended).chain(inside.first().filter(|_| first.used.covers == 0).map(ended)));
    } else if first.used.covers > 0 {
        let days = known.until.as_ref().and_then(|until| days_left(&until.value, options.today.as_deref()));
        if let Some(days) = days.filter(|days| *days <= KNOWN_DIFFERENCE_NOTICE_DAYS) {
            said.push(finding(case, entry, check::ending(known, days)));
        }
    } else if complete && is_judged_everywhere(uses, judged) {
        said.extend(inside.iter().map(|&(case, entry, _)| Said {
            case,
            entry,
            finding: None,
            state: Some(KnownState::Stale),
        }));
        said.push(finding(case, entry, check::stale(known)));
    }
    said
}

/// Whether every case in which the entry may hold was compared. Another spec may need what stands in a file that this
/// one extends.
fn is_judged_everywhere(uses: &Uses<'_>, judged: &Cases<'_>) -> bool {
    let compared = |case: &Case| {
        let name = |&(at, _): &(usize, usize)| judged[at].as_ref().is_ok_and(|j| j.outcome.case == case.name.value);
        uses.at.iter().any(name)
    };
    let holds =
        |case: &&Case| case.known.iter().any(|k| k.loc == uses.known.loc) && scope::is_possible(uses.known, case);
    uses.known.loc.file.name == uses.spec.file.name && uses.spec.cases.iter().filter(holds).all(compared)
}

/// Days from today to the last one, which still counts: 0 on the day itself.
fn days_left(until: &str, today: Option<&str>) -> Option<i64> {
    let day = |text: &str| Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok();
    Some((day(until)? - day(today?)?).whole_days())
}
