//! A plan tried on the traces: what it selects, and how well the two sides fit.

use super::plan::Plan;
use crate::compare::{Comparison, ShapeVerdict};
use crate::diag::{Severity, Side, SourceFile};
use crate::kernel::{Families, Level};
use crate::limits::{INFER_OTHER_SHAPE, cost};
use crate::pipeline::Session;
use crate::select::{NotFound, Symbol, select};
use crate::trace::Trace;
use std::path::Path;
use std::sync::Arc;

/// Both traces, and what plans are tried with.
pub(super) struct Trials<'a> {
    pub(super) session: &'a Session,
    pub(super) mock: &'a Arc<Trace>,
    pub(super) e2e: &'a Arc<Trace>,
    /// What the mock says of itself in words: range names and its file's name, in lower case.
    pub(super) words: String,
    /// Whether flags say where to look: in the mock, in the E2E.
    pub(super) asked: [bool; 2],
}

/// What a plan found.
#[derive(Clone)]
pub(super) struct Trial {
    pub(super) comparison: Arc<Comparison>,
    /// The frequent kernel sequences inside the E2E's module, where one was taken; else none.
    pub(super) varied: Vec<Vec<Symbol>>,
}

/// How well the sides fit, the more telling first; greater is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// No sign that the selection is wrong.
    pub(super) sound: bool,
    /// Kernels that are the same, weighed by their share of their own side's time, in thousandths.
    pub(super) agreement: u32,
    /// Kernels of the same name with another launch shape count against.
    pub(super) same_shapes: i64,
    /// Words that the mock shares with the module's name.
    pub(super) hint: u32,
}

impl Trials<'_> {
    pub(super) fn families(&self) -> &Arc<Families> {
        self.session.families()
    }

    pub(super) fn said_by_mock(&self, word: &str) -> bool {
        self.words.contains(&word.to_lowercase())
    }

    /// # Errors
    /// What was tried on the side on which nothing was found.
    pub(super) fn run(&self, plan: &Plan) -> Result<Trial, Box<NotFound>> {
        self.run_text(&plan.trial())
    }

    /// # Errors
    /// As [`Trials::run`].
    pub(super) fn run_text(&self, text: &str) -> Result<Trial, Box<NotFound>> {
        let file = SourceFile::new("trial.toml", text);
        let nothing = |why: String| {
            Box::new(NotFound {
                side: Side::Mock,
                tried: vec![("the draft".to_owned(), why)],
                candidates: Vec::new(),
                at: None,
            })
        };
        let loaded = self
            .session
            .load_text(&file, Path::new(""))
            .map_err(|problems| nothing(problems.first().map_or_else(String::new, |p| p.message.clone())))?;
        let case = loaded.spec.cases.first().ok_or_else(|| nothing("no case".to_owned()))?;
        let selected = select(case, self.mock, self.e2e, self.families())?;
        let families = Arc::clone(self.families());
        let comparison = Comparison::new(Arc::clone(self.mock), Arc::clone(self.e2e), families, selected, case, &[]);
        Ok(Trial { comparison: Arc::new(comparison), varied: Vec::new() })
    }
}

impl Trial {
    pub(super) fn fit(&self) -> Fit {
        let comparison = &self.comparison;
        let notes = Side::BOTH.into_iter().flat_map(|side| &comparison.selection(side).notes);
        let other = comparison.shapes.iter().filter(|s| s.verdict == ShapeVerdict::Differ).count();
        Fit {
            sound: !notes.into_iter().any(|n| n.severity == Severity::Error),
            agreement: (agreement(comparison) * 1000.0).round() as u32,
            same_shapes: -(other as i64),
            hint: 0,
        }
    }

    /// Whether two trials found the same pieces of the E2E.
    pub(super) fn same_work(&self, other: &Self) -> bool {
        self.comparison.selection(Side::E2e).instances == other.comparison.selection(Side::E2e).instances
    }
}

/// The share of the two sides' time, in [0, 1], whose kernels are the same on both: what is left to compare if all else
/// is excused.
pub(super) fn compared_share(comparison: &Comparison) -> f64 {
    weighed(comparison, |_, level| if level >= Level::Normalised { 1.0 } else { 0.0 })
}

/// How alike the two sides are, in [0, 1]. Each kernel counts by its share of its own side's time, so that ten residual
/// additions weigh less than a GEMM; how fast the sides are against each other does not count.
fn agreement(comparison: &Comparison) -> f64 {
    let other_shape: Vec<usize> =
        comparison.shapes.iter().filter(|s| s.verdict == ShapeVerdict::Differ).map(|s| s.position).collect();
    // A pair spends its share of what two kernels without a partner would.
    let spends = |cost: u32| 1.0 - f64::from(cost) / f64::from(2 * cost::ABSENT);
    weighed(comparison, |at, level| match level {
        Level::Exact | Level::Normalised if other_shape.contains(&at) => INFER_OTHER_SHAPE,
        Level::Exact | Level::Normalised => spends(cost::SAME),
        Level::Base => spends(cost::BASE),
        Level::Family => spends(cost::FAMILY),
    })
}

/// The sum over all pairs of kernels; `likeness` is given the position and the level at which they agree.
fn weighed(comparison: &Comparison, likeness: impl Fn(usize, Level) -> f64) -> f64 {
    let weights = Side::BOTH.map(|side| weights(comparison, side));
    let weight = |side: usize, index: Option<usize>| index.and_then(|i| weights[side].get(i)).copied().unwrap_or(0.0);
    let pairs = comparison.positions.iter().enumerate().filter_map(|(at, p)| Some((at, p, p.level?)));
    pairs.map(|(at, p, level)| likeness(at, level) * (weight(0, p.mock) + weight(1, p.e2e)) / 2.0).sum()
}

/// Per kernel of a side's instance its share of the time.
fn weights(comparison: &Comparison, side: Side) -> Vec<f64> {
    let trace = comparison.trace(side);
    let instance = comparison.selection(side).instances.first();
    let times: Vec<f64> =
        instance.map_or_else(Vec::new, |i| i.ops.iter().map(|&op| trace.ops.duration(op) as f64).collect());
    let total: f64 = times.iter().sum::<f64>().max(1.0);
    times.into_iter().map(|time| time / total).collect()
}
