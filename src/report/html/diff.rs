//! The page of a diff: what moves most first, each change as a bar, sequences beside each other.

use super::case::VerdictView;
use super::policy::policy;
use super::text::{line, message, number, whole_name};
use super::{HEAD, escaped, page_of};
use crate::diag::{duration, percent, plural};
use crate::outcome::{DiffOutcome, DiffSide, FamilyDiff, KernelDiff, SequenceDiff, SequenceStep, StepState, TimeState};
use crate::report::diff::{
    change, differs, in_common, ratio, repeated, shapes, side, sign, state, summary, times, total,
};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const STYLE: &str = concat!(include_str!("assets/page.css"), include_str!("assets/diff.css"));
const TEMPLATES: &[(&str, &str)] = &[HEAD, ("diff.html", include_str!("assets/diff.html"))];

/// Rows of a table at most, so that a diff of any size stays a page; what runs on one side alone always stays.
const ROWS: usize = 600;
/// Steps of sequences at most, all together.
const STEPS: usize = 1_200;

#[derive(Debug, PartialEq, Serialize)]
struct DiffPage {
    verdict: VerdictView,
    summary: String,
    sides: Vec<SideView>,
    within: Vec<String>,
    tolerance: String,
    families: Vec<FamilyView>,
    families_more: usize,
    kernels: Vec<KernelView>,
    kernels_more: usize,
    sequences: Vec<SequenceView>,
}

#[derive(Debug, PartialEq, Serialize)]
struct SideView {
    name: &'static str,
    trace: String,
    about: String,
    notes: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize)]
struct FamilyView {
    name: String,
    a: String,
    b: String,
    change: String,
    bar: Bar,
}

#[derive(Debug, PartialEq, Serialize)]
struct KernelView {
    name: String,
    whole: String,
    family: String,
    a: String,
    b: String,
    ratio: String,
    change: String,
    bar: Bar,
    class: &'static str,
    words: String,
    shapes: Vec<String>,
}

/// A change from the middle of a cell to the right, where it takes longer, or to the left.
#[derive(Debug, PartialEq, Serialize)]
struct Bar {
    x: String,
    width: String,
    class: &'static str,
}

#[derive(Debug, PartialEq, Serialize)]
struct SequenceView {
    title: String,
    differs: bool,
    sides: [String; 2],
    steps: Vec<StepView>,
    steps_more: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct StepView {
    sign: char,
    class: &'static str,
    a: String,
    a_time: String,
    b: String,
    b_time: String,
}

pub(in crate::report) fn render_diff(outcome: &DiffOutcome) -> String {
    let page = model(outcome);
    let written = page_of(
        TEMPLATES,
        "diff.html",
        context! {
            page => Value::from(Serde(&page)),
            policy => policy(STYLE, ""),
            style => Value::from_safe_string(STYLE.to_owned()),
        },
    );
    written.unwrap_or_else(|error| escaped(&error))
}

fn model(outcome: &DiffOutcome) -> DiffPage {
    let differs_at_all = outcome.counts.differs();
    let (class, sign, word) = if differs_at_all { ("doubt", "≠", "DIFFERS") } else { ("pass", "=", "SAME") };
    let most = |changes: &mut dyn Iterator<Item = i64>| changes.map(i64::unsigned_abs).max().unwrap_or(0);
    let widest = most(&mut outcome.families.iter().map(|family| family.change_ns));
    let families: Vec<FamilyView> = outcome.families.iter().take(ROWS).map(|f| family(f, widest)).collect();
    let kernels = kernels(outcome);
    let mut left = STEPS;
    DiffPage {
        verdict: VerdictView { word: word.to_owned(), class, sign },
        summary: line(&summary(outcome)),
        sides: vec![side_view("a", &outcome.a), side_view("b", &outcome.b)],
        within: outcome.within.iter().map(|range| line(range)).collect(),
        tolerance: percent(outcome.tolerance),
        families_more: outcome.families.len() - families.len(),
        families,
        kernels_more: outcome.kernels.len() - kernels.len(),
        kernels,
        sequences: outcome.sequences.iter().map(|of| sequence(of, &mut left)).collect(),
    }
}

fn side_view(name: &'static str, of: &DiffSide) -> SideView {
    SideView {
        name,
        trace: line(&of.trace),
        about: line(&side(of)),
        notes: of.notes.iter().map(|note| message(note)).collect(),
    }
}

fn family(of: &FamilyDiff, widest: u64) -> FamilyView {
    FamilyView {
        name: line(&of.name),
        a: total(&of.a),
        b: total(&of.b),
        change: change(of.change_ns),
        bar: bar(of.change_ns, widest),
    }
}

/// What differs, then as much of what does not as there is room for.
fn kernels(outcome: &DiffOutcome) -> Vec<KernelView> {
    let widest = outcome.kernels.iter().map(|kernel| kernel.change_ns.unsigned_abs()).max().unwrap_or(0);
    let alone = |kernel: &KernelDiff| matches!(kernel.state, TimeState::New | TimeState::Gone);
    let (differing, alike): (Vec<_>, Vec<_>) = outcome.kernels.iter().partition(|kernel| differs(kernel));
    let shown = differing.into_iter().chain(alike).enumerate();
    shown.filter(|(at, kernel)| *at < ROWS || alone(kernel)).map(|(_, of)| kernel(of, widest)).collect()
}

fn kernel(of: &KernelDiff, widest: u64) -> KernelView {
    let class = match of.state {
        TimeState::New => "extra",
        TimeState::Gone => "missing",
        TimeState::Slower | TimeState::Faster => "moved",
        TimeState::Unclear | TimeState::TooFew => "doubt",
        TimeState::Same if differs(of) => "shape",
        TimeState::Same => "match",
    };
    KernelView {
        name: line(&of.name),
        whole: whole_name(&of.exact),
        family: of.family.as_deref().map(line).unwrap_or_default(),
        a: times(of.a.as_ref()),
        b: times(of.b.as_ref()),
        ratio: ratio(of),
        change: change(of.change_ns),
        bar: bar(of.change_ns, widest),
        class,
        words: state(of),
        shapes: of.shapes.as_ref().map(shapes).unwrap_or_default(),
    }
}

fn bar(change_ns: i64, widest: u64) -> Bar {
    let width = change_ns.unsigned_abs() as f64 / widest.max(1) as f64 * 50.0;
    let (x, class) = if change_ns < 0 { (50.0 - width, "less") } else { (50.0, "longer") };
    Bar { x: format!("{}%", number(x)), width: format!("{}%", number(width)), class }
}

fn sequence(of: &SequenceDiff, left: &mut usize) -> SequenceView {
    let shown = of.steps.len().min(*left);
    *left -= shown;
    SequenceView {
        title: match of.differs() {
            true => format!("A repeating sequence changed: {}", in_common(of)),
            false => format!("A repeating sequence is the same: {}", plural(of.steps.len(), "step")),
        },
        differs: of.differs(),
        sides: [repeated("a", of.a.as_ref()), repeated("b", of.b.as_ref())],
        steps: of.steps.iter().take(shown).map(step).collect(),
        steps_more: of.steps.len() - shown,
    }
}

fn step(of: &SequenceStep) -> StepView {
    let name = |times: &Option<crate::outcome::StepTimes>| times.as_ref().map(|t| line(&t.name)).unwrap_or_default();
    let time = |times: &Option<crate::outcome::StepTimes>| {
        times.as_ref().map_or_else(|| "–".to_owned(), |times| duration(times.ns))
    };
    let class = match of.state {
        StepState::Same => "match",
        StepState::Variant => "shape",
        StepState::OnlyA => "missing",
        StepState::OnlyB => "extra",
    };
    StepView { sign: sign(of.state), class, a: name(&of.a), a_time: time(&of.a), b: name(&of.b), b_time: time(&of.b) }
}
