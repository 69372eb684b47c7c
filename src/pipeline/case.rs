//! One case: refuse, select, compare, check, diagnose.

use super::exceptions::{Entry, Exceptions};
use super::jobs::Job;
use super::{Options, Session, distributions, rows, timeline};
use crate::check::{self, Check, Context, Judgement, Unselected};
use crate::compare::{Comparison, Facts};
use crate::diag::{Finding, Problem, Severity, Side, SourceFile, Verdict};
use crate::diagnose::{self, Cause};
use crate::fleet::{Measured, RankJudged, StoredProblem};
use crate::outcome::{CaseOutcome, CheckOutcome, Counts, Diagnosis, FindingOutcome, LatencyOutcome, SideOutcome};
use crate::select::{self, Selected, Selection, Summed};
use crate::spec::{SideSpec, Spec};
use crate::trace::Trace;
use rayon::prelude::*;
use std::sync::Arc;

/// A judged case, problems of rules met on the way, and what rules printed.
pub(super) struct Judged<'s> {
    pub(super) outcome: CaseOutcome,
    /// Its known differences, in step with the outcome's; none where nothing was compared.
    pub(super) known: Vec<Entry<'s>>,
    pub(super) problems: Vec<Problem>,
    pub(super) printed: Vec<String>,
    pub(super) measured: Option<Measured>,
}

impl Judged<'_> {
    pub(super) fn new(outcome: CaseOutcome) -> Self {
        Self { outcome, known: Vec::new(), problems: Vec::new(), printed: Vec::new(), measured: None }
    }

    /// What is kept where the case may be one rank of several.
    pub(super) fn into_rank(self) -> RankJudged {
        RankJudged {
            outcome: self.outcome,
            known: self.known.into_iter().map(|entry| entry.used).collect(),
            measured: self.measured,
            problems: self.problems.into_iter().map(StoredProblem::from).collect(),
            printed: self.printed,
        }
    }
}

/// Judges one case on a pair of traces. `measure`: these may be those of one rank of several.
pub(super) fn judge<'s>(
    session: &Session,
    job: &Job<'s>,
    (mock, e2e): (Arc<Trace>, Arc<Trace>),
    measure: bool,
    options: &Options,
) -> Judged<'s> {
    let mut outcome = empty(job, &mock, &e2e);
    if refuse(session, &mut outcome, &mock, &e2e) {
        return Judged::new(outcome);
    }
    let exceptions = Exceptions::new(job.case, options.today.as_deref(), &mock, &e2e);
    let (mock, selected, summed) = match select_both(session, job, &mock, &e2e) {
        Ok(found) => found,
        Err(not_found) => {
            let trace = if not_found.side == Side::Mock { &mock } else { &e2e };
            let mut finding =
                check::empty_selection(&Unselected { spec: job.spec, case: job.case, trace, not_found: &not_found });
            let facts = selection_facts(not_found.side, trace);
            let mut verdict = Verdict::Fail;
            // The E2E is searched for what the mock launches, unless that is a summary.
            let looked_at: &[&Trace] = match not_found.side {
                Side::Mock => &[&*mock],
                Side::E2e if mock.summary.is_some() => &[&*e2e],
                Side::E2e => &[&*mock, &*e2e],
            };
            if let Some(reason) = check::unfound_by_names(looked_at) {
                (finding.severity, verdict) = (Severity::Warning, Verdict::Inconclusive);
                let name = finding.code.clone();
                outcome.checks.push(CheckOutcome { name, verdict, reason: Some(reason), findings: 1 });
            }
            conclude(session, &mut outcome, vec![finding], &facts, verdict);
            return Judged::new(outcome);
        }
    };
    let families = Arc::clone(&session.families);
    let mut comparison = Comparison::new(mock, e2e, families, selected, job.case, &exceptions.active());
    comparison.summed = summed;
    let comparison = Arc::new(comparison);
    let context = Context { spec: job.spec, case: job.case, comparison: &comparison };
    let mut judged = Judged::new(outcome);
    check_all(session, &context, job.rules, exceptions, &mut judged, options);
    judged.measured = measure.then(|| Measured::of(&comparison, job.case));
    judged
}

type Found = (Arc<Trace>, Selected, Option<Summed>);

/// The instances of both sides; of a mock that is a summary, also the trace of its one iteration.
fn select_both(
    session: &Session,
    job: &Job<'_>,
    mock: &Arc<Trace>,
    e2e: &Trace,
) -> Result<Found, Box<select::NotFound>> {
    match &mock.summary {
        Some(summary) => {
            let found = select::select_by_summary(job.case, mock, summary, e2e, &session.families)?;
            Ok((Arc::new(found.mock), found.selected, Some(found.summed)))
        }
        None => Ok((Arc::clone(mock), select::select(job.case, mock, e2e, &session.families)?, None)),
    }
}

/// The outcome before anything is known but the traces.
fn empty(job: &Job<'_>, mock: &Trace, e2e: &Trace) -> CaseOutcome {
    let side = |trace: &Trace, spec: &SideSpec| SideOutcome {
        trace: trace.path.clone(),
        provenance: trace.provenance.clone(),
        framework: spec.framework.as_deref().map(ToString::to_string),
        ..SideOutcome::default()
    };
    CaseOutcome {
        file: job.spec.file.name.clone(),
        spec: job.spec.name.value.clone(),
        op: job.spec.op.value.clone(),
        owner: job.spec.owner.as_ref().map(|o| o.value.clone()),
        unproven: job.spec.is_unproven,
        case: job.case.name.value.clone(),
        verdict: Verdict::Skipped,
        refused: false,
        mock: side(mock, &job.case.mock),
        e2e: side(e2e, &job.case.e2e),
        rows: Vec::new(),
        latency: None,
        timeline: None,
        distributions: None,
        trend: None,
        checks: Vec::new(),
        findings: Vec::new(),
        diagnoses: Vec::new(),
        known: Vec::new(),
        counts: Counts::default(),
    }
}

/// A trace that cannot show the op's kernels is refused before anything is searched.
fn refuse(session: &Session, outcome: &mut CaseOutcome, mock: &Trace, e2e: &Trace) -> bool {
    let unfit: Vec<(Finding, Facts)> = [(Side::Mock, mock), (Side::E2e, e2e)]
        .into_iter()
        .filter_map(|(side, trace)| check::unfit(side, trace))
        .collect();
    if unfit.is_empty() {
        return false;
    }
    outcome.refused = true;
    let mut all = Facts::default();
    let mut findings = Vec::new();
    for (finding, facts) in unfit {
        findings.push(finding);
        for (name, fact) in facts.iter() {
            all.set(name, fact.value, &fact.text);
        }
    }
    conclude(session, outcome, findings, &all, Verdict::Fail);
    true
}

fn selection_facts(side: Side, trace: &Trace) -> Facts {
    let mut facts = Facts::default();
    facts.flag("no-ranges", trace.ranges.is_empty(), format!("the {side} trace has no NVTX ranges"));
    facts
}

fn conclude(session: &Session, outcome: &mut CaseOutcome, findings: Vec<Finding>, facts: &Facts, verdict: Verdict) {
    outcome.diagnoses = diagnose::diagnose(&session.issues, facts, &findings).into_iter().map(diagnosis).collect();
    outcome.findings = findings.into_iter().map(FindingOutcome::from).collect();
    outcome.verdict = verdict;
}

/// Adds the causes of what is said of several ranks.
pub(super) fn explain(session: &Session, outcome: &mut CaseOutcome, findings: &[Finding]) {
    for cause in diagnose::diagnose(&session.issues, &Facts::default(), findings) {
        if !outcome.diagnoses.iter().any(|known| known.issue == cause.issue.id) {
            outcome.diagnoses.push(diagnosis(cause));
        }
    }
}

fn diagnosis(cause: Cause<'_>) -> Diagnosis {
    Diagnosis {
        issue: cause.issue.id.clone(),
        title: cause.issue.title.clone(),
        cause: cause.issue.cause.clone(),
        fix: cause.issue.fix.clone(),
        link: cause.issue.link.clone(),
        evidence: cause.evidence,
        explains: cause.explains,
    }
}

fn check_all<'s>(
    session: &Session,
    context: &Context<'_>,
    rules: &[Box<dyn Check>],
    mut exceptions: Exceptions<'s>,
    judged: &mut Judged<'s>,
    options: &Options,
) {
    let mut findings: Vec<Finding> = Vec::new();
    let mut verdict = Verdict::Skipped;
    exceptions.count_excused(context.comparison);
    let checks: Vec<&dyn Check> = session.checks.iter().chain(rules).map(AsRef::as_ref).collect();
    let (judgements, facts) = rayon::join(|| judgements(context, &checks), || diagnose::facts(context));
    for (check, judgement) in checks.iter().zip(judgements) {
        let meta = check.meta();
        let Some((level, judgement)) = judgement else {
            judged.outcome.checks.push(CheckOutcome {
                name: meta.name.clone(),
                verdict: Verdict::Skipped,
                reason: Some("turned off in the spec".to_owned()),
                findings: 0,
            });
            continue;
        };
        judged.problems.extend(judgement.problem);
        judged.printed.extend(judgement.printed.iter().map(|line| format!("{}: {line}", meta.name)));
        let mut own: Vec<Finding> = judgement.findings;
        for finding in &mut own {
            finding.severity = severity(finding.severity, meta.severity, level);
            finding.known = exceptions.cover(finding);
        }
        let failed = own.iter().any(|f| f.known.is_none() && f.severity >= options.fail_on);
        let said = if failed { Verdict::Fail } else { judgement.verdict };
        // What only warns or notes decides nothing: with all judging checks off, nothing was checked.
        if meta.severity == Severity::Error || said > Verdict::Pass {
            verdict = verdict.max(said);
        }
        judged.outcome.checks.push(CheckOutcome {
            name: meta.name.clone(),
            verdict: said,
            reason: judgement.reason,
            findings: own.iter().filter(|f| f.known.is_none()).count(),
        });
        findings.extend(own);
    }
    // Stable: within a severity the checks' own order, which puts first what explains more.
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    judged.outcome.known = exceptions.outcomes();
    judged.known = exceptions.entries;
    describe(context, &mut judged.outcome);
    conclude(session, &mut judged.outcome, findings, &facts, verdict);
}

/// What each check says, beside the severity that the spec asks for; `None` for one that it turns off. Checks know nothing
/// of each other: they run at once.
fn judgements(context: &Context<'_>, checks: &[&dyn Check]) -> Vec<Option<(Option<Severity>, Judgement)>> {
    let judge = |check: &&dyn Check| match context.case.checks.get(&check.meta().name).map(|asked| asked.value) {
        Some(None) => None,
        level => Some((level.flatten(), run(*check, context))),
    };
    checks.par_iter().map(judge).collect()
}

/// Runs a check, or says why these traces cannot be checked.
fn run(check: &dyn Check, context: &Context<'_>) -> Judgement {
    for need in check.needs() {
        for side in Side::BOTH {
            if let Some(reason) = need.unmet(side, context.comparison.trace(side)) {
                return Judgement::skipped(reason);
            }
        }
    }
    check::held_open(context, check, check.run(context))
}

/// The spec's severity replaces the check's own; lesser findings of the check are only ever lowered.
pub(super) fn severity(found: Severity, own: Severity, asked: Option<Severity>) -> Severity {
    match asked {
        Some(asked) if found == own => asked,
        Some(asked) => found.min(asked),
        None => found,
    }
}

fn describe(context: &Context<'_>, outcome: &mut CaseOutcome) {
    let comparison = context.comparison;
    for side in Side::BOTH {
        let selection = comparison.selection(side);
        let slot = if side == Side::Mock { &mut outcome.mock } else { &mut outcome.e2e };
        slot.method = Some(selection.method);
        slot.how.clone_from(&selection.how);
        slot.confidence = selection.confidence;
        slot.instances = selection.instances.len();
        slot.kernels = selection.sequence.len();
        slot.graph_share = comparison.mode(side).graph_share;
        slot.left_out.clone_from(&selection.left_out);
        slot.second = second_opinion(selection);
    }
    outcome.rows = rows::rows(context);
    match &comparison.summed {
        Some(summed) => outcome.mock.instances = usize::try_from(summed.iterations).unwrap_or(usize::MAX),
        None => {
            outcome.timeline = timeline::timeline(context);
            outcome.distributions = Some(distributions::distributions(context));
        }
    }
    let instance = &comparison.instance;
    outcome.latency = Some(LatencyOutcome {
        mock_median_ns: instance.mock_median_ns,
        e2e_median_ns: instance.e2e_median_ns,
        mock_busy_ns: instance.mock_busy_ns,
        e2e_busy_ns: instance.e2e_busy_ns,
        interval: instance.interval,
        tolerance: check::latency_tolerance(context),
        reason: context.case.latency.reason.as_ref().map(|r| r.value.clone()),
    });
}

fn second_opinion(selection: &Selection) -> Option<String> {
    selection.second.as_ref().map(
        |s| {
            if s.agrees { format!("{} agrees", s.how) } else { format!("{} disagrees", s.how) }
        },
    )
}

/// The files that a spec's values come from, without repetition.
pub(super) fn add_sources(spec: &Spec, sources: &mut Vec<Arc<SourceFile>>) {
    let mut add = |file: &Arc<SourceFile>| {
        if !sources.iter().any(|s| s.name == file.name) {
            sources.push(Arc::clone(file));
        }
    };
    add(&spec.file);
    for file in &spec.files {
        add(file);
    }
}
