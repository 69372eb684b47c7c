//! Where the op is in the E2E: the module whose work agrees best with the mock's, in the step that the mock is of;
//! without such a module the mock's own sequence.

use super::ambiguity;
use super::marks::{self, Label, Labels, Step};
use super::mock_side::{ITERATIONS, MEASURED};
use super::modules;
use super::plan::{Each, Place, Plan};
use super::request::Request;
use super::trial::{Fit, Trial, Trials};
use crate::diag::{Problem, Severity, Side};
use crate::limits::{CLASS_SHARE, INFER_AGREEMENT, INFER_NEAR, cost};
use crate::select::{Lexicon, Method, Symbol};
use crate::sequence::{align_cost, primitive_period};
use crate::trace::Trace;
use crate::trace::framework::Phase;

/// One module or range, in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Choice {
    label: usize,
    step: Step,
}

/// A choice whose kernels are near to the mock's.
struct Marked {
    choice: Choice,
    agreement: f64,
    /// The frequent ones.
    sequences: Vec<Vec<Symbol>>,
}

/// The E2E's side of the search.
pub(super) struct E2eSide<'a> {
    pub(super) trials: &'a Trials<'a>,
    pub(super) request: &'a Request,
    pub(super) labels: &'a Labels,
    /// The mock's kernels of one instance, as its own marks cut them.
    pub(super) mock: &'a [Symbol],
}

impl E2eSide<'_> {
    /// The plan with the E2E's place filled in, and what it finds.
    ///
    /// # Errors
    /// The op is not in the E2E, or several works fit and no flag says which.
    pub(super) fn place(&self, plan: &Plan) -> Result<(Plan, Trial), Problem> {
        let lexicon = Lexicon::new(self.trials.mock, self.trials.e2e, self.trials.families());
        let outer = self.labels.find(MEASURED).filter(|_| self.request.e2e_within.is_empty());
        if self.request.e2e_module.is_none() && self.request.after.is_none() && self.request.before.is_none() {
            let choices = self.by_marks(&lexicon, outer);
            if let Some((plan_by_mark, trial, step)) = self.best_mark(plan, outer, &choices)? {
                let unmarked = self.steps_without_modules(step);
                let elsewhere = unmarked.map(|steps| self.best_step(plan, outer, &[like()], steps));
                return Ok(match elsewhere {
                    Some(Ok((plan, other))) if other.fit() > trial.fit() => (plan, other),
                    _ => (plan_by_mark, trial),
                });
            }
        }
        let each = match &self.request.e2e_module {
            Some(module) => vec![Each::Module { path: module.clone(), without: Vec::new() }],
            None => vec![Each::Like { after: self.request.after.clone(), before: self.request.before.clone() }],
        };
        self.best_step(plan, outer, &each, self.steps())
    }

    /// The steps to look in: those of one phase each; none where a flag says where to look.
    fn steps(&self) -> Vec<Step> {
        if !self.request.e2e_within.is_empty() {
            return vec![None];
        }
        let steps = marks::steps(self.trace(), self.labels).into_keys();
        let steps: Vec<Step> =
            steps.filter(|&label| self.labels.get(label).phase != Some(Phase::Mixed)).map(Some).collect();
        if steps.is_empty() { vec![None] } else { steps }
    }

    /// Steps in which no module is marked, where the one chosen has some: replayed from graphs that were captured
    /// before the trace began, the op may still be the mock's.
    fn steps_without_modules(&self, chosen: Step) -> Option<Vec<Step>> {
        chosen?;
        let marked = marks::steps_with_modules(self.trace(), self.labels);
        let steps: Vec<Step> = self.steps().into_iter().filter(|s| s.is_some_and(|s| !marked.contains(&s))).collect();
        (!steps.is_empty()).then_some(steps)
    }

    fn trace(&self) -> &Trace {
        self.trials.e2e
    }

    /// Modules and ranges whose work is as near to the mock's as the nearest, or nearly.
    fn by_marks(&self, lexicon: &Lexicon, outer: Option<usize>) -> Vec<Marked> {
        let period = primitive_period(self.mock).max(1);
        let mocks = [self.mock, &self.mock[..period.min(self.mock.len())]];
        let longest = self.mock.len() * 4 + 64;
        let groups = marks::groups(self.trace(), self.labels, lexicon, outer, longest);
        let groups = if groups.is_empty() && outer.is_some() {
            marks::groups(self.trace(), self.labels, lexicon, None, longest)
        } else {
            groups
        };
        let mut choices: Vec<Marked> = Vec::new();
        for ((label, step), group) in &groups {
            let least = (group.occurrences as f64 * CLASS_SHARE).ceil() as usize;
            let frequent: Vec<&(Vec<Symbol>, usize)> =
                group.sequences.iter().filter(|(_, n)| *n >= least).take(3).collect();
            let agreement = frequent
                .iter()
                .flat_map(|(sequence, _)| mocks.iter().map(|mock| agreement(lexicon, mock, sequence)))
                .fold(0.0, f64::max);
            // A mock in the same trace is no part of the model.
            let of_mock = |label: &Label| label.glob == MEASURED || ITERATIONS.contains(&label.glob.as_str());
            let label_of = self.labels.get(*label);
            if agreement >= INFER_AGREEMENT && label_of.phase.is_none() && !of_mock(label_of) {
                let sequences = frequent.iter().map(|(sequence, _)| sequence.clone()).collect();
                choices.push(Marked { choice: Choice { label: *label, step: *step }, agreement, sequences });
            }
        }
        // A batch that mixes phases is no step of either, where there are others.
        let mixed = |c: &Marked| c.choice.step.is_some_and(|s| self.labels.get(s).phase == Some(Phase::Mixed));
        if choices.iter().any(|c| !mixed(c)) {
            choices.retain(|c| !mixed(c));
        }
        let best = choices.iter().map(|c| c.agreement).fold(0.0, f64::max);
        choices.retain(|c| c.agreement + INFER_NEAR >= best);
        choices
    }

    /// The choice that fits best when it is tried; `None` if none holds.
    fn best_mark(
        &self,
        plan: &Plan,
        outer: Option<usize>,
        choices: &[Marked],
    ) -> Result<Option<(Plan, Trial, Step)>, Problem> {
        let mut tried = self.try_marks(plan, outer, choices);
        let fit = |choice: &Choice, trial: &Trial| Fit { hint: self.hint(choice), ..trial.fit() };
        tried.sort_by_key(|t| std::cmp::Reverse(fit(&t.0, &t.2)));
        let Some((choice, _, trial)) = tried.first() else { return Ok(None) };
        let best = fit(choice, trial);
        if best.agreement < (INFER_AGREEMENT * 1000.0) as u32 {
            return Ok(None);
        }
        let equal: Vec<&(Choice, Plan, Trial)> = tried.iter().filter(|t| fit(&t.0, &t.2) == best).collect();
        let rivals: Vec<&(Choice, Plan, Trial)> =
            equal.iter().copied().filter(|t| !t.2.same_work(trial) && t.0 != *choice).collect();
        if !rivals.is_empty() {
            let flags = std::iter::once(&tried[0]).chain(rivals).map(|t| self.flags(&t.0, &t.1)).collect();
            return Err(ambiguity::several_modules(flags));
        }
        // Of ranges around the same work the innermost says most.
        let deepest = equal.into_iter().max_by_key(|t| (is_whole(&t.1), self.labels.get(t.0.label).glob.len()));
        let Some((choice, plan, trial)) = deepest else { return Ok(None) };
        let mut plan = plan.clone();
        plan.e2e.notes.extend(self.others(choice, &tried));
        Ok(Some((plan, trial.clone(), choice.step)))
    }

    /// What each choice selects; those that select nothing are left away.
    fn try_marks(&self, plan: &Plan, outer: Option<usize>, choices: &[Marked]) -> Vec<(Choice, Plan, Trial)> {
        let mut tried: Vec<(Choice, Plan, Trial)> = Vec::new();
        for marked in choices {
            let choice = marked.choice;
            let label = self.labels.get(choice.label);
            let each = if label.is_module {
                let path = modules::glob(self.labels, label);
                vec![Each::Module { path, without: Vec::new() }, like()]
            } else {
                vec![Each::Range(label.glob.clone()), like()]
            };
            let within = self.within(outer, choice.step);
            for plan in
                modules::with_and_without(self.trials, self.labels, plan, Place { within, each, ..Place::default() })
            {
                if let Ok(mut trial) = self.trials.run(&plan) {
                    // What is left out by name is in the sequences still.
                    if is_whole(&plan) {
                        trial.varied.clone_from(&marked.sequences);
                    }
                    tried.push((choice, plan, trial));
                }
            }
        }
        tried
    }

    /// The other candidates, for a comment.
    fn others(&self, chosen: &Choice, tried: &[(Choice, Plan, Trial)]) -> Vec<String> {
        let mut globs: Vec<String> = Vec::new();
        for (choice, ..) in tried.iter().filter(|t| t.0.label != chosen.label) {
            let label = self.labels.get(choice.label);
            let glob = if label.is_module { modules::glob(self.labels, label) } else { label.glob.clone() };
            if !globs.contains(&glob) {
                globs.push(glob);
            }
        }
        if globs.is_empty() {
            return Vec::new();
        }
        let list: Vec<String> = globs.iter().take(4).map(|g| format!("`{g}`")).collect();
        vec![format!("Also near, but not as well: {}; `--e2e-module` picks one.", list.join(", "))]
    }

    fn flags(&self, choice: &Choice, plan: &Plan) -> String {
        let label = self.labels.get(choice.label);
        let within = plan.e2e.within.last().map(|w| format!(" --e2e-within '{w}'")).unwrap_or_default();
        match plan.e2e.each.first() {
            Some(Each::Module { path, .. }) => format!("--e2e-module '{path}'{within}"),
            _ => format!("range `{}`{within}", label.glob),
        }
    }

    /// The step in which the mock fits best, for a given `each`.
    fn best_step(
        &self,
        plan: &Plan,
        outer: Option<usize>,
        each: &[Each],
        steps: Vec<Step>,
    ) -> Result<(Plan, Trial), Problem> {
        let mut tried: Vec<(Step, Plan, Trial)> = Vec::new();
        let mut refused = None;
        for step in steps {
            let place = Place { within: self.within(outer, step), each: each.to_vec(), ..Place::default() };
            for plan in modules::with_and_without(self.trials, self.labels, plan, place) {
                match self.trials.run(&plan) {
                    Ok(trial) => tried.push((step, plan, trial)),
                    Err(why) => refused = refused.or(Some(why)),
                }
            }
        }
        let fit = |step: &Step, trial: &Trial| Fit { hint: self.step_hint(*step), ..trial.fit() };
        tried.sort_by_key(|t| std::cmp::Reverse(fit(&t.0, &t.2)));
        match tried.into_iter().next() {
            Some((_, plan, trial)) => {
                let unsure = trial.comparison.selection(Side::E2e).notes.iter().any(|n| n.severity == Severity::Error);
                if unsure && let Some(problem) = ambiguity::surroundings(&trial) {
                    return Err(problem);
                }
                Ok((sequence_note(plan, &trial), trial))
            }
            None => Err(ambiguity::not_found(refused.as_deref(), self.trials)),
        }
    }

    /// `measured` where the E2E has it, then the step.
    fn within(&self, outer: Option<usize>, step: Step) -> Vec<String> {
        if !self.request.e2e_within.is_empty() {
            return self.request.e2e_within.clone();
        }
        [outer, step].into_iter().flatten().map(|label| self.labels.get(label).glob.clone()).collect()
    }

    /// How many words of a module's own name, and of its step's, the mock's ranges and file name hold.
    fn hint(&self, choice: &Choice) -> u32 {
        let label = self.labels.get(choice.label);
        let last = label.glob.rsplit('*').next().unwrap_or_default();
        let words = last.split('.').filter(|w| w.len() > 1);
        words.filter(|w| self.trials.said_by_mock(w)).count() as u32 + self.step_hint(choice.step)
    }

    fn step_hint(&self, step: Step) -> u32 {
        let word = |label: &Label| match label.phase {
            Some(Phase::Prefill) => "prefill",
            Some(Phase::Decode) => "decode",
            _ => "mixed",
        };
        step.map_or(0, |label| u32::from(self.trials.said_by_mock(word(self.labels.get(label)))))
    }
}

/// What a search by the mock's own sequence cannot see.
fn sequence_note(mut plan: Plan, trial: &Trial) -> Plan {
    if matches!(trial.comparison.selection(Side::E2e).method, Method::Sequence | Method::Expected) {
        plan.e2e.notes.push(
            "No range marks the op here: where it begins and ends is known from the mock alone. What the mock lacks at \
             its ends is not seen; list the op's first and last kernel."
                .to_owned(),
        );
    }
    plan
}

/// Whether the E2E's module is taken with all that is called inside.
fn is_whole(plan: &Plan) -> bool {
    !matches!(plan.e2e.each.first(), Some(Each::Module { without, .. }) if !without.is_empty())
}

fn like() -> Each {
    Each::Like { after: None, before: None }
}

/// How alike two sequences are, in [0, 1]: what one lacks costs as much as what it has more.
fn agreement(lexicon: &Lexicon, mock: &[Symbol], e2e: &[Symbol]) -> f64 {
    let most = (mock.len() + e2e.len()) as f64 * f64::from(cost::ABSENT);
    let spent = align_cost(mock.len(), e2e.len(), cost::ABSENT, |i, j| lexicon.substitution(mock[i], e2e[j]));
    if most == 0.0 { 0.0 } else { 1.0 - f64::from(spent) / most }
}
