//! From two traces to a draft that was checked on them.

use super::e2e_side::E2eSide;
use super::entries::entries;
use super::known;
use super::marks::Labels;
use super::mock_side::{self, MEASURED};
use super::paths::from_spec;
use super::plan::{Each, Plan};
use super::refusal;
use super::request::Request;
use super::titles;
use super::trial::{Trial, Trials};
use super::write::{Sheet, write};
use crate::compare::Comparison;
use crate::diag::{Problem, Side, SourceFile, Verdict, signed_percent};
use crate::kernel::KernelPattern;
use crate::limits::{INFER_TOLERANCE, TOLERANCE};
use crate::outcome::CaseOutcome;
use crate::pipeline::{Options, Session};
use crate::spec::UNEXPLAINED;
use crate::trace::Trace;
use crate::trace::framework::{Framework, Phase, framework, phase};
use std::path::Path;
use std::sync::Arc;

/// How often a draft is checked and put right: tolerances, differences, what they uncover, what became stale.
const ROUNDS: usize = 6;

/// A drafted spec and what `align check` says of it on the traces it was drafted from.
#[derive(Debug, Clone)]
pub struct Draft {
    pub text: String,
    pub outcome: CaseOutcome,
    /// Kernel entries, and how many of them are critical.
    pub kernels: usize,
    pub critical: usize,
    /// What the differences look like: an issue of the table, and its fix.
    pub cause: Option<(String, String)>,
    /// Known differences and tolerances that need a reason.
    pub known: usize,
    pub tolerances: usize,
}

/// Drafts a spec.
///
/// # Errors
/// A trace cannot be read or shows no GPU work; the op is not found, or several works fit and no flag says which; the
/// two sides are not the same op.
pub fn draft(session: &Session, request: &Request) -> Result<Draft, Vec<Problem>> {
    neighbours(session, request).map_err(|problem| vec![problem])?;
    let (mock, e2e) = traces(session, request)?;
    let unfit = refusal::unfit(&mock, &e2e);
    if !unfit.is_empty() {
        return Err(unfit);
    }
    if let Some(problem) = refusal::swapped(&mock, &e2e) {
        return Err(vec![problem]);
    }
    let trials = Trials { session, mock: &mock, e2e: &e2e, words: words(&mock, request), asked: request.asked() };
    let (plan, trial) = plan(&trials, request).map_err(|problem| vec![problem])?;
    if let Some(problem) = refusal::same_instances(&trial.comparison) {
        return Err(vec![problem]);
    }
    let mut sheet = sheet(request, plan, &trial);
    refine(session, request, &trials, &trial.comparison, &mut sheet)
}

/// Patterns of kernels can only be read with the families at hand.
fn neighbours(session: &Session, request: &Request) -> Result<(), Problem> {
    for (flag, text) in [("--after", &request.after), ("--before", &request.before)] {
        if let Some(text) = text {
            KernelPattern::new(text, session.families())
                .map_err(|e| Problem::spec("bad-pattern", format!("`{flag} {}`: {e}", crate::diag::escape(text))))?;
        }
    }
    Ok(())
}

fn traces(session: &Session, request: &Request) -> Result<(Arc<Trace>, Arc<Trace>), Vec<Problem>> {
    let same =
        |a: &Path, b: &Path| std::fs::canonicalize(a).ok().is_some_and(|a| std::fs::canonicalize(b).ok() == Some(a));
    let open = |path: &Path| {
        let trace = session.open(path)?;
        trace.needs_operations("a spec is drafted from single launches")?;
        Ok(trace)
    };
    if same(&request.mock, &request.e2e) {
        let trace = open(&request.mock).map_err(|problem| vec![problem])?;
        return Ok((Arc::clone(&trace), trace));
    }
    match rayon::join(|| open(&request.mock), || open(&request.e2e)) {
        (Ok(mock), Ok(e2e)) => Ok((mock, e2e)),
        (mock, e2e) => Err([mock.err(), e2e.err()].into_iter().flatten().collect()),
    }
}

/// What the mock's ranges and its file's name say, in lower case.
fn words(mock: &Trace, request: &Request) -> String {
    let file = request.mock.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let within = request.mock_within.iter().map(String::as_str);
    let ranges = mock.names.ranges().iter().map(|r| r.text.as_str()).filter(|_| request.mock_within.is_empty());
    within.chain(ranges).chain([file.as_str()]).collect::<Vec<_>>().join("\n").to_lowercase()
}

fn plan(trials: &Trials<'_>, request: &Request) -> Result<(Plan, Trial), Problem> {
    let (mock, as_base) = mock_side::place(trials.mock, request)?;
    let mut plan = Plan { mock, ..Plan::default() };
    if as_base && let Some(framework) = seen_framework(trials) {
        plan.base = Some(match framework {
            Framework::Vllm => "base/vllm",
            Framework::Transformers => "base/transformers",
        });
        plan.mock.each.clear();
        if plan.mock.within == [MEASURED] {
            plan.mock.within.clear();
        }
    }
    let labels = Labels::new(trials.e2e);
    let sequence = mock_sequence(trials, &plan)?;
    let (mut plan, trial) = E2eSide { trials, request, labels: &labels, mock: &sequence }.place(&plan)?;
    let pieces = sequence.len() / trial.comparison.selection(Side::Mock).sequence.len().max(1);
    plan.mock.repeats = (pieces > 1).then_some(pieces);
    Ok((plan, trial))
}

/// The mock's kernels, as its own marks cut them: the mock compared with itself.
fn mock_sequence(trials: &Trials<'_>, plan: &Plan) -> Result<Vec<crate::select::Symbol>, Problem> {
    let alone = Plan { e2e: Default::default(), ..plan.clone() };
    let itself = Trials {
        session: trials.session,
        mock: trials.mock,
        e2e: trials.mock,
        words: String::new(),
        asked: [trials.asked[0]; 2],
    };
    let mut whole = alone;
    (whole.mock.repeats, whole.e2e.repeats) = (Some(1), Some(1));
    whole.e2e.each = vec![Each::Like { after: None, before: None }];
    let trial = itself.run(&whole).map_err(|why| super::ambiguity::not_found(Some(&why), &itself))?;
    // The same names in the numbering of both traces.
    let lexicon = crate::select::Lexicon::new(trials.mock, trials.e2e, trials.families());
    let first = trial.comparison.selection(Side::Mock).instances.first().cloned().unwrap_or_default();
    Ok(lexicon.symbols(Side::Mock, trials.mock, &first.ops))
}

fn seen_framework(trials: &Trials<'_>) -> Option<Framework> {
    let texts = [trials.e2e, trials.mock].into_iter().flat_map(|t| t.names.ranges());
    let mut found: Vec<Framework> = texts.filter_map(|r| framework(&r.text)).collect();
    let kernels = [trials.e2e, trials.mock]
        .into_iter()
        .any(|t| t.names.ids().any(|id| t.names.identity(id).exact.contains("vllm::")));
    found.extend(kernels.then_some(Framework::Vllm));
    found.into_iter().min()
}

fn sheet(request: &Request, plan: Plan, trial: &Trial) -> Sheet {
    let comparison = &trial.comparison;
    let families: Vec<&str> =
        comparison.selection(Side::E2e).sequence.iter().filter_map(|&s| comparison.family_name(s)).collect();
    let step: Option<Phase> = plan.e2e.within.iter().rev().find_map(|w| phase(&w.replace('*', "1")));
    let guessed = titles::op(&families, step).map(str::to_owned);
    let op = request.op.clone().or(guessed).unwrap_or_else(|| "op".to_owned());
    let framework = match plan.base {
        Some("base/vllm") => Framework::Vllm.name(),
        Some("base/transformers") => Framework::Transformers.name(),
        _ => "my",
    };
    Sheet {
        name: request.name.clone().unwrap_or_else(|| format!("{framework}/{op}")),
        op,
        op_guessed: request.op.is_none(),
        owner: request.owner.clone(),
        doc: doc(&plan, comparison),
        mock_trace: from_spec(&request.mock, request.output.as_deref()),
        e2e_trace: from_spec(&request.e2e, request.output.as_deref()),
        plan,
        entries: entries(comparison, &trial.varied),
        varied: trial.varied.clone(),
        ..Sheet::default()
    }
}

/// What one instance is, and on which GPU its kernels were seen: they differ from one to another.
fn doc(plan: &Plan, comparison: &Comparison) -> String {
    let what = match plan.e2e.each.first() {
        Some(Each::Module { path, .. }) => format!("One call of `{path}`."),
        Some(Each::Range(name)) => format!("One range `{name}`."),
        _ => "One execution of the mock's kernel sequence.".to_owned(),
    };
    let gpus = &comparison.e2e.provenance.gpus;
    let on = if gpus.is_empty() { String::new() } else { format!(" on {}", gpus.join(", ")) };
    crate::diag::escape(&format!("{what} Patterns read from one trace{on}."))
}

/// Checks the draft and puts right what the check shows, until nothing more can be.
fn refine(
    session: &Session,
    request: &Request,
    trials: &Trials<'_>,
    comparison: &Comparison,
    sheet: &mut Sheet,
) -> Result<Draft, Vec<Problem>> {
    let mut outcome = check(session, request, trials, sheet)?;
    if let Some(problem) = refusal::too_different(comparison, &outcome) {
        return Err(vec![problem]);
    }
    sheet.cause = outcome.diagnoses.first().cloned();
    for _ in 0..ROUNDS {
        let fatal = refusal::of_outcome(&outcome);
        if !fatal.is_empty() {
            return Err(fatal);
        }
        let comparison = trials
            .run_text(&write(sheet))
            .map_err(|why| vec![super::ambiguity::not_found(Some(&why), trials)])?
            .comparison;
        let found = entries(&comparison, &sheet.varied);
        if found != sheet.entries {
            sheet.entries = found;
            outcome = check(session, request, trials, sheet)?;
            continue;
        }
        if outcome.verdict == Verdict::Pass && !known::drop_stale(&mut sheet.known, &outcome) {
            break;
        }
        let before = (sheet.known.clone(), sheet.latency.clone());
        if sheet.known.is_empty() {
            sheet.known = known::of_kernels(&comparison);
        }
        if sheet.known == before.0 {
            widen_or_declare(sheet, &outcome, &comparison);
        }
        if (&sheet.known, &sheet.latency) == (&before.0, &before.1) {
            break;
        }
        outcome = check(session, request, trials, sheet)?;
    }
    sheet.outcome = Some(outcome.clone());
    let text = write(sheet);
    let critical = sheet.entries.listed.iter().filter(|e| e.critical).count();
    Ok(Draft {
        text,
        outcome,
        kernels: sheet.entries.listed.len(),
        critical,
        cause: sheet.cause.as_ref().map(|c| (c.issue.clone(), c.fix.clone())).filter(|_| !sheet.known.is_empty()),
        known: sheet.known.len(),
        tolerances: usize::from(sheet.latency.is_some()),
    })
}

/// A latency just outside the default gets a tolerance that says why; every other error becomes a known difference.
fn widen_or_declare(sheet: &mut Sheet, outcome: &CaseOutcome, comparison: &Comparison) {
    let limit = 1.0 + INFER_TOLERANCE;
    let near =
        outcome.latency.as_ref().and_then(|l| l.interval.as_ref()).filter(|i| i.low >= 1.0 / limit && i.high <= limit);
    let outside = |i: &&crate::outcome::Interval| i.low < 1.0 / (1.0 + TOLERANCE) || i.high > 1.0 + TOLERANCE;
    if let Some(interval) = near.filter(outside).filter(|_| sheet.latency.is_none()) {
        let reason = format!(
            "{UNEXPLAINED} Measured {} [{}, {}], {} against {} instances",
            signed_percent(interval.ratio),
            signed_percent(interval.low),
            signed_percent(interval.high),
            outcome.mock.instances,
            outcome.e2e.instances,
        );
        sheet.latency = Some((INFER_TOLERANCE, reason));
        return;
    }
    for finding in &outcome.findings {
        if let Some(known) = known::of_finding(finding, outcome, comparison).filter(|k| !sheet.known.contains(k)) {
            sheet.known.push(known);
        }
    }
}

/// What `align check` says of the draft as it stands.
fn check(
    session: &Session,
    request: &Request,
    trials: &Trials<'_>,
    sheet: &Sheet,
) -> Result<CaseOutcome, Vec<Problem>> {
    let text = write(sheet);
    let (folder, name) = match &request.output {
        Some(output) => (output.parent().unwrap_or(Path::new("")), output.display().to_string()),
        None => (Path::new(""), "the draft".to_owned()),
    };
    let loaded = session.load_text(&SourceFile::new(name, text), folder)?;
    let open = [(request.mock.as_path(), trials.mock), (request.e2e.as_path(), trials.e2e)];
    let mut run = session.check_open(&[loaded], &Options::default(), &open);
    if run.outcome.cases.is_empty() {
        return Err(std::mem::take(&mut run.problems));
    }
    Ok(run.outcome.cases.swap_remove(0))
}
