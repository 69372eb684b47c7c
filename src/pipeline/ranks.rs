//! Every pair of traces judged on its own, those of a case put together.

use super::case::{self, Judged};
use super::exceptions::Exceptions;
use super::jobs::{Job, Pair, named, path};
use super::traces::Traces;
use super::{Options, Session};
use crate::diag::{Problem, Severity, Side, Verdict, escape};
use crate::fleet::{self, Concluded, Fold, Folded, RankId, RankResult, RankState, RankTrace, Unread};
use crate::outcome::{CheckOutcome, FindingOutcome};
use crate::trace::Trace;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The traces of a job that are to be kept while it is judged: those that are not of one rank alone.
pub(super) fn shared<'j>(job: &'j Job<'_>) -> impl Iterator<Item = &'j Path> {
    Side::BOTH.into_iter().filter_map(|side| job.shared(side))
}

/// What is kept of a rank beyond its outcome.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keep {
    /// The result is written down, for others to be added to it.
    pub(super) partial: bool,
}

/// A trace that was read, or why it was not.
type Read = Result<Arc<Trace>, Problem>;

/// What is judged while a rank's own traces are in memory: pairs of one or more jobs.
type Unit<'j> = (Pair, Vec<(usize, &'j Pair)>);

/// Judges all jobs; a fold for each. Traces of single ranks are read when their turn comes and dropped afterwards, so that
/// as many are in memory as there are threads.
pub(super) fn judge(session: &Session, jobs: &[Job<'_>], traces: &Traces, keep: Keep, options: &Options) -> Vec<Fold> {
    let judge = Judge { session, jobs, traces, keep, options };
    let mut folds: Vec<Fold> = jobs.iter().map(|_| Fold::default()).collect();
    let at_once = |job: &Job<'_>| job.pairs.len() == 1;
    let plain: Vec<(usize, RankResult)> = jobs
        .par_iter()
        .enumerate()
        .filter(|(_, job)| at_once(job))
        .filter_map(|(at, job)| Some((at, judge.pair(job, job.pairs.first()?, |path| traces.get(path, session)))))
        .collect();
    plain.into_iter().for_each(|(at, result)| folds[at].add(result));
    let units = units(jobs.iter().enumerate().filter(|(_, job)| !at_once(job)));
    for wave in units.chunks(rayon::current_num_threads().max(1)) {
        let judged: Vec<Vec<(usize, RankResult)>> = wave.par_iter().map(|unit| judge.unit(unit)).collect();
        judged.into_iter().flatten().for_each(|(at, result)| folds[at].add(result));
    }
    folds
}

/// Pairs by the traces that are not shared by all of their job's.
fn units<'j>(jobs: impl Iterator<Item = (usize, &'j Job<'j>)>) -> Vec<Unit<'j>> {
    let mut units: BTreeMap<Pair, Vec<(usize, &Pair)>> = BTreeMap::new();
    for (at, job) in jobs {
        let own =
            |pair: &Pair, side| if job.shared(side).is_some() { Path::new("") } else { path(pair, side) }.to_owned();
        for pair in &job.pairs {
            let key = Pair { mock: own(pair, Side::Mock), e2e: own(pair, Side::E2e) };
            units.entry(key).or_default().push((at, pair));
        }
    }
    units.into_iter().collect()
}

/// What all ranks are judged by.
struct Judge<'a> {
    session: &'a Session,
    jobs: &'a [Job<'a>],
    traces: &'a Traces,
    keep: Keep,
    options: &'a Options,
}

impl Judge<'_> {
    fn unit(&self, (own, pairs): &Unit<'_>) -> Vec<(usize, RankResult)> {
        let read = |path: &Path| (!path.as_os_str().is_empty()).then(|| self.session.open_once(path));
        let (mock, e2e): (Option<Read>, Option<Read>) = (read(&own.mock), read(&own.e2e));
        let of = |path: &Path| match (&mock, &e2e) {
            (Some(mock), _) if path == own.mock => mock.clone(),
            (_, Some(e2e)) if path == own.e2e => e2e.clone(),
            _ => self.traces.get(path, self.session),
        };
        pairs.iter().map(|(at, pair)| (*at, self.pair(&self.jobs[*at], pair, of))).collect()
    }

    fn pair(&self, job: &Job<'_>, pair: &Pair, read: impl Fn(&Path) -> Read) -> RankResult {
        let (mock, e2e) = (read(&pair.mock), read(&pair.e2e));
        let rank = |path: &Path, trace: &Read| {
            let trace = trace.as_ref().ok().map(AsRef::as_ref);
            let digest = trace.filter(|_| self.keep.partial).map(Trace::digest);
            RankTrace {
                path: path.to_string_lossy().into_owned(),
                id: RankId::of(path, trace),
                digest: digest.unwrap_or_default(),
            }
        };
        let (of_mock, of_e2e) = (rank(&pair.mock, &mock), rank(&pair.e2e, &e2e));
        // One op cannot be told from others in a summary.
        let e2e = e2e.and_then(|trace| match &trace.summary {
            Some(summary) => {
                Err(trace.lacks_operations(summary, "it cannot show one op among others, so that it is no E2E side"))
            }
            None => Ok(trace),
        });
        let room = |trace: Arc<Trace>| self.session.reading.room_to_judge(&trace).map(|()| trace);
        let state = match (mock.and_then(room), e2e.and_then(room)) {
            (Ok(mock), Ok(e2e)) => {
                let _under_way = self.session.reading.meter.begin(format!("judging {}", escape(&job.title())), 0);
                let measure = self.keep.partial || job.is_ranked();
                let judged = case::judge(self.session, job, (mock, e2e), measure, self.options);
                RankState::Judged(Box::new(judged.into_rank()))
            }
            (mock, e2e) => {
                let unread = |side, problem: Option<Problem>| problem.map(|p| Unread { side, problem: p.into() });
                let unread = [unread(Side::Mock, mock.err()), unread(Side::E2e, e2e.err())];
                RankState::Unreadable(unread.into_iter().flatten().collect())
            }
        };
        RankResult { mock: of_mock, e2e: of_e2e, times: 1, state }
    }
}

/// The result of a case from those of its ranks.
///
/// # Errors
/// The problems of traces, where none could be judged.
pub(super) fn conclude<'s>(
    session: &Session,
    job: &Job<'s>,
    fold: Fold,
    complete: bool,
    options: &Options,
) -> Result<Judged<'s>, Vec<Problem>> {
    let mut problems = job.problems.clone();
    match fold.conclude(job.case, complete) {
        Concluded::Plain(RankResult { state: RankState::Judged(judged), .. }) => {
            let mut outcome = judged.outcome;
            if !problems.is_empty() {
                // The one trace that was found may be one of several.
                outcome.verdict = outcome.verdict.max(Verdict::Inconclusive);
            }
            problems.extend(judged.problems.iter().map(Problem::from));
            let known = Exceptions::used(job.case, judged.known).entries;
            Ok(Judged { known, problems, printed: judged.printed, ..Judged::new(outcome) })
        }
        Concluded::Plain(RankResult { mock, e2e, state: RankState::Unreadable(found), .. }) => {
            problems.extend(found.iter().map(|unread| match unread.side {
                Side::Mock => named(Problem::from(&unread.problem), &job.case.mock, Path::new(&mock.path)),
                Side::E2e => named(Problem::from(&unread.problem), &job.case.e2e, Path::new(&e2e.path)),
            }));
            Err(problems)
        }
        Concluded::Ranked(folded) => {
            problems.extend(folded.problems.iter().cloned());
            Ok(ranked(session, job, *folded, problems, options))
        }
        Concluded::Unreadable(found) => {
            problems.extend(found);
            Err(problems)
        }
    }
}

/// Adds what is said across ranks, as the spec weighs and excuses it.
fn ranked<'s>(
    session: &Session,
    job: &Job<'s>,
    folded: Folded,
    problems: Vec<Problem>,
    options: &Options,
) -> Judged<'s> {
    let mut exceptions = Exceptions::used(job.case, folded.known);
    let mut judged = Judged { problems, printed: folded.printed, ..Judged::new(folded.outcome) };
    let outcome = &mut judged.outcome;
    let mut found = Vec::new();
    for across in folded.across {
        let own = fleet::weight(across.check);
        let level = job.case.checks.get(across.check).map(|severity| severity.value);
        if level == Some(None) {
            continue;
        }
        let mut findings = across.findings;
        for finding in &mut findings {
            finding.severity = case::severity(finding.severity, own, level.flatten());
            finding.known = exceptions.cover(finding);
        }
        let open = findings.iter().filter(|finding| finding.known.is_none());
        let said = if open.clone().any(|f| f.severity >= options.fail_on) { Verdict::Fail } else { Verdict::Pass };
        add(&mut outcome.checks, across.check, said, open.count());
        if own == Severity::Error || said > Verdict::Pass {
            outcome.verdict = outcome.verdict.max(said);
        }
        found.extend(findings);
    }
    case::explain(session, outcome, &found);
    outcome.findings.extend(found.into_iter().map(FindingOutcome::from));
    outcome.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if !judged.problems.is_empty() {
        // What was not compared has not passed.
        outcome.verdict = outcome.verdict.max(Verdict::Inconclusive);
    }
    if !exceptions.entries.is_empty() {
        outcome.known = exceptions.outcomes();
    }
    judged.known = exceptions.entries;
    judged
}

/// A check may have judged each rank as well.
fn add(checks: &mut Vec<CheckOutcome>, name: &str, verdict: Verdict, findings: usize) {
    match checks.iter_mut().find(|check| check.name == name) {
        Some(check) => {
            check.verdict = check.verdict.max(verdict);
            check.findings += findings;
        }
        None => checks.push(CheckOutcome { name: name.to_owned(), verdict, reason: None, findings }),
    }
}
