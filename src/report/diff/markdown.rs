//! For pull requests: the summary first, what is long folded.

use super::super::Style;
use super::super::markdown::text::{code, sentence};
use super::human::in_common;
use super::words::{change, differs, ratio, repeated, shapes, side, sign, state, summary, times, total};
use crate::diag::{duration, percent, plural};
use crate::outcome::{DiffOutcome, KernelDiff, SequenceDiff, SequenceStep, TimeState};
use std::fmt::Write;

/// Rows of kernels at most, unless verbose: a code host cuts long comments off. What runs on one side alone always stays.
const ROWS: usize = 40;

pub(super) fn render(outcome: &DiffOutcome, style: &Style) -> String {
    let mut out = format!("## {}\n\n", sentence(&summary(outcome)));
    for (name, of) in [("a", &outcome.a), ("b", &outcome.b)] {
        let _ = writeln!(out, "- {name}: {}, {}", code(&of.trace), sentence(&side(of)));
        for note in &of.notes {
            let _ = writeln!(out, "  - {}", sentence(note));
        }
    }
    if !outcome.within.is_empty() {
        let ranges: Vec<String> = outcome.within.iter().map(|range| code(range)).collect();
        let _ = writeln!(out, "- within {}", ranges.join(" &gt; "));
    }
    let within = percent(outcome.tolerance);
    let _ = writeln!(out, "- a median counts as moved where its whole interval lies outside ±{within}");
    kernels(&mut out, outcome, style);
    let rows: String = outcome
        .families
        .iter()
        .map(|f| format!("| {} | {} | {} | {} |\n", sentence(&f.name), total(&f.a), total(&f.b), change(f.change_ns)))
        .collect();
    folded(&mut out, "By family", &format!("| family | a | b | change |\n|---|---:|---:|---:|\n{rows}"));
    for sequence in &outcome.sequences {
        steps(&mut out, sequence);
    }
    out
}

fn kernels(out: &mut String, outcome: &DiffOutcome, style: &Style) {
    let differing: Vec<&KernelDiff> = outcome.kernels.iter().filter(|k| style.verbose || differs(k)).collect();
    if differing.is_empty() {
        return;
    }
    let always = |kernel: &KernelDiff| matches!(kernel.state, TimeState::New | TimeState::Gone);
    let shown = |(at, kernel): &(usize, &&KernelDiff)| style.verbose || *at < ROWS || always(kernel);
    let rows: Vec<String> = differing.iter().enumerate().filter(shown).map(|(_, kernel)| row(kernel)).collect();
    let _ = write!(out, "\n| kernel | a | b | median | sum | |\n|---|---:|---:|---:|---:|---|\n{}", rows.concat());
    let left = outcome.kernels.len() - rows.len();
    if left > 0 {
        let _ = writeln!(out, "\n{} not shown.", plural(left, "row"));
    }
    let mut reshaped = String::new();
    for kernel in differing {
        for shape in kernel.shapes.iter().flat_map(shapes) {
            let _ = writeln!(reshaped, "- {}: {}", code(&kernel.name), sentence(&shape));
        }
    }
    folded(out, "Launch shapes", &reshaped);
}

fn row(kernel: &KernelDiff) -> String {
    let cells = [times(kernel.a.as_ref()), times(kernel.b.as_ref()), ratio(kernel), change(kernel.change_ns)];
    let cells: Vec<String> = cells.iter().map(|cell| sentence(cell)).collect();
    format!("| {} | {} | {} |\n", code(&kernel.name), cells.join(" | "), state(kernel))
}

fn steps(out: &mut String, sequence: &SequenceDiff) {
    let title = if sequence.differs() { "A repeating sequence changed" } else { "A repeating sequence is the same" };
    let row = |step: &SequenceStep| {
        let cell = |times: &Option<crate::outcome::StepTimes>| {
            times.as_ref().map_or_else(|| "| |".to_owned(), |t| format!("| {} | {}", code(&t.name), duration(t.ns)))
        };
        format!("| `{}` {} {} |\n", sign(step.state), cell(&step.a), cell(&step.b))
    };
    let rows: String = sequence.steps.iter().map(row).collect();
    let table = match rows.is_empty() {
        true => String::new(),
        false => format!("\n| | a | | b | |\n|---|---|---:|---|---:|\n{rows}"),
    };
    let sides = [("a", sequence.a.as_ref()), ("b", sequence.b.as_ref())].map(|(side, unit)| repeated(side, unit));
    let body = format!("- {}\n- {}\n{table}", sentence(&sides[0]), sentence(&sides[1]));
    folded(out, &format!("{title}: {}", in_common(sequence)), &body);
}

fn folded(out: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _ = write!(out, "\n<details><summary>{title}</summary>\n\n{body}\n</details>\n");
    }
}
