//! Holds what came out to what must.

use super::plan::{Expectation, Planned, Wanted};
use super::recorded::{self, Recorded};
use super::reported::{found, rank, text};
use super::{State, Tested};
use crate::diag::{Problem, Severity, Spanned, Verdict, escape};
use crate::outcome::CaseOutcome;
use crate::pipeline::{Run, Session};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What every check and rule weighs, by name.
pub(super) fn severities(session: &Session) -> BTreeMap<String, Severity> {
    // A rule whose header is broken is reported where it is used.
    session.metas().unwrap_or_default().into_iter().map(|meta| (meta.name, meta.severity)).collect()
}

/// How one test ended.
pub(super) fn judge(
    test: &Planned<'_>,
    run: Run,
    severities: &BTreeMap<String, Severity>,
    files: &BTreeMap<PathBuf, Recorded>,
) -> Tested {
    let names = |list: &[Spanned<String>]| list.iter().map(|name| name.value.clone()).collect();
    let mut tested = Tested {
        file: test.file().name.clone(),
        title: test.title.clone(),
        state: State::AsExpected,
        shows: names(&test.expectation.reports),
        clears: names(&test.expectation.silent),
        problems: Vec::new(),
        difference: None,
        recorded_in: test.recorded_in.clone().map(|file| (file, test.section.clone())),
        now: None,
    };
    let Some(case) = run.outcome.cases.first().filter(|_| run.problems.is_empty()) else {
        tested.state = State::Broken;
        tested.problems = run.problems;
        return tested;
    };
    if let Some(problem) = unrun(test, case) {
        tested.state = State::Broken;
        tested.problems = vec![problem];
        return tested;
    }
    let held = Held { test, case, severities };
    if let Some((state, problem)) = held.mismatch() {
        tested.state = state;
        tested.problems = vec![problem];
        return tested;
    }
    if let Some(file) = &test.recorded_in {
        let now = text(case, test.expectation.rule.as_deref());
        compare(&mut tested, test, files.get(file), &now);
        tested.now = Some(now);
    }
    tested
}

/// A rule or a check that was not run says nothing by its silence.
fn unrun(test: &Planned<'_>, case: &CaseOutcome) -> Option<Problem> {
    let Expectation { rule, at, silent, .. } = &test.expectation;
    let ran = |name: &str| case.checks.iter().find(|check| check.name == *name);
    let skipped = |name: &str| ran(name).is_some_and(|check| check.verdict == Verdict::Skipped);
    let (name, at) = match rule {
        Some(rule) if skipped(rule) || ran(rule).is_none() => (rule, at),
        Some(_) => return None,
        None => silent.iter().find(|name| skipped(name)).map(|name| (&name.value, &name.loc))?,
    };
    let why = ran(name).and_then(|check| check.reason.clone());
    let why = why.or_else(|| case.findings.first().map(|finding| finding.message.clone())).unwrap_or_default();
    Some(
        Problem::spec("not-run", format!("`{}` does not run `{name}`", escape(&test.title)))
            .label(at, "not run")
            .note(why)
            .help(test.command()),
    )
}

/// A test's expectation beside the outcome.
struct Held<'t> {
    test: &'t Planned<'t>,
    case: &'t CaseOutcome,
    severities: &'t BTreeMap<String, Severity>,
}

impl Held<'_> {
    /// The first way in which the outcome is not what must come out.
    fn mismatch(&self) -> Option<(State, Problem)> {
        let Expectation { reports, silent, .. } = &self.test.expectation;
        let unsaid = reports.iter().find(|name| !self.reports(name));
        if let Some(name) = unsaid {
            let what = format!("`{}` does not report `{}`", escape(&self.test.title), name.value);
            return Some((State::Missing, self.problem("missing", what).label(&name.loc, "must be reported")));
        }
        if let Some(name) = silent.iter().find(|name| self.reports(name)) {
            let what = format!("`{}` reports `{}`", escape(&self.test.title), name.value);
            return Some((State::Noisy, self.problem("noisy", what).label(&name.loc, "must stay silent")));
        }
        self.verdict().or_else(|| self.order())
    }

    fn verdict(&self) -> Option<(State, Problem)> {
        let wanted = match self.test.expectation.verdict {
            Wanted::Any => return None,
            Wanted::NoPass if self.case.verdict != Verdict::Pass => return None,
            Wanted::This(verdict) if self.case.verdict == verdict => return None,
            Wanted::NoPass => "not PASS".to_owned(),
            Wanted::This(verdict) => verdict.to_string(),
        };
        let (state, code) = match (self.case.verdict, self.test.expectation.verdict) {
            (Verdict::Pass, _) => (State::Missing, "missing"),
            (_, Wanted::This(Verdict::Pass)) => (State::Noisy, "noisy"),
            _ => (State::Wrong, "wrong"),
        };
        let what = format!("`{}` is {}", escape(&self.test.title), self.case.verdict);
        Some((state, self.problem(code, what).label(&self.test.expectation.at, format!("must be {wanted}"))))
    }

    /// Common issues are named from the first diagnosis on.
    fn order(&self) -> Option<(State, Problem)> {
        let issues = self.test.expectation.reports.iter().filter(|name| !self.severities.contains_key(&name.value));
        let mut least = None;
        for (at, issue) in issues.enumerate() {
            let rank = rank(self.case, issue)?;
            if (at == 0 && rank > 0) || least.is_some_and(|least| rank <= least) {
                let first = if at == 0 { "is not the first diagnosis" } else { "stands above the one before it" };
                let what = format!("`{}`: `{}` {first}", escape(&self.test.title), issue.value);
                return Some((State::Wrong, self.problem("wrong", what).label(&issue.loc, "must stand here")));
            }
            least = Some(rank);
        }
        None
    }

    fn reports(&self, name: &Spanned<String>) -> bool {
        found(self.case, name, self.severities) || rank(self.case, name).is_some()
    }

    /// With what came out instead and how to see it whole.
    fn problem(&self, code: &'static str, what: String) -> Problem {
        let mut problem = Problem::spec(code, what).help(self.test.command());
        let said = text(self.case, self.test.expectation.rule.as_deref());
        let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("note[")).collect();
        let shown = lines.iter().take(SHOWN).map(|line| format!("it says: {line}"));
        problem.notes.extend(shown);
        if lines.len() > SHOWN {
            problem.notes.push(format!("and {} more", lines.len() - SHOWN));
        }
        problem
    }
}

/// Lines of a report that stand beside a failed test.
const SHOWN: usize = 6;

fn compare(tested: &mut Tested, test: &Planned<'_>, file: Option<&Recorded>, now: &str) {
    let title = escape(&test.title);
    match file.and_then(|file| file.section(&test.section)) {
        Some(then) if then == now => {}
        // A rule that stays silent, as it must.
        None if now.is_empty() => {}
        Some(then) => {
            tested.state = State::Wrong;
            tested.difference = Some(recorded::difference(then, now));
            tested.problems = vec![
                Problem::spec("wrong", format!("`{title}` says something else than recorded"))
                    .label(&test.expectation.at, "of this test")
                    .help("if that is right: align test --bless"),
            ];
        }
        None => {
            tested.state = State::NoSnapshot;
            tested.difference = Some(recorded::difference("", now));
            tested.problems = vec![
                Problem::spec("no-snapshot", format!("nothing is recorded of `{title}`"))
                    .label(&test.expectation.at, "of this test")
                    .help("if this is right: align test --bless"),
            ];
        }
    }
}
