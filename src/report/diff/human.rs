//! For people: totals, families, kernels by what they cost, shapes, and layers as a diff.

use super::super::Style;
use super::super::paint::Tone;
use super::super::wrap::{fit, line, pad, pad_left};
use super::words::{change, differs, ratio, repeated, shapes, side, sign, state, summary, times, total};
use crate::diag::{duration, percent, plural};
use crate::outcome::{DiffOutcome, KernelDiff, SequenceDiff, SequenceStep, StepState, StepTimes, TimeState};
use std::fmt::Write;

/// Kernels that differ, and kernels that do not, that are shown without `--verbose`. What runs on one side alone always is.
const DIFFERING: usize = 30;
const ALIKE: usize = 5;
const FAMILIES: usize = 12;
/// The least columns of a name.
const NAME: usize = 24;

pub(super) fn render(outcome: &DiffOutcome, style: &Style) -> String {
    let said = style.paint(if outcome.counts.differs() { Tone::Doubt } else { Tone::Good }, &summary(outcome));
    if style.quiet {
        return if outcome.counts.differs() { said + "\n" } else { String::new() };
    }
    let mut out = String::new();
    for (name, of) in [("a", &outcome.a), ("b", &outcome.b)] {
        let _ = writeln!(out, "  {name}  {}\n     {}", line(&of.trace), side(of));
        for note in of.notes.iter().take(if style.verbose { usize::MAX } else { 3 }) {
            let _ = writeln!(out, "     {}", style.paint(Tone::Doubt, &format!("note: {}", line(note))));
        }
    }
    if !outcome.within.is_empty() {
        let ranges: Vec<String> = outcome.within.iter().map(|range| format!("`{}`", line(range))).collect();
        let _ = writeln!(out, "  within {}", ranges.join(" > "));
    }
    families(&mut out, outcome, style);
    kernels(&mut out, outcome, style);
    for sequence in &outcome.sequences {
        steps(&mut out, sequence, style);
    }
    let _ = writeln!(out, "\n{said}");
    let within = percent(outcome.tolerance);
    let _ = writeln!(out, "a median counts as moved where its whole interval lies outside ±{within}");
    out
}

fn families(out: &mut String, outcome: &DiffOutcome, style: &Style) {
    let most = if style.verbose { usize::MAX } else { FAMILIES };
    let rows: Vec<[String; 4]> = outcome
        .families
        .iter()
        .take(most)
        .map(|family| [line(&family.name), total(&family.a), total(&family.b), change(family.change_ns)])
        .collect();
    table(out, ["family", "a", "b", "change"], &rows, style);
    left(out, outcome.families.len().saturating_sub(rows.len()), "family", "families");
}

fn kernels(out: &mut String, outcome: &DiffOutcome, style: &Style) {
    let mut seen = [0, 0];
    let mut chosen: Vec<&KernelDiff> = Vec::new();
    for kernel in &outcome.kernels {
        let differs = differs(kernel);
        seen[usize::from(differs)] += 1;
        let room = seen[usize::from(differs)] <= if differs { DIFFERING } else { ALIKE };
        if room || style.verbose || matches!(kernel.state, TimeState::New | TimeState::Gone) {
            chosen.push(kernel);
        }
    }
    let rows: Vec<[String; 6]> = chosen.iter().map(|kernel| row(kernel, style)).collect();
    table(out, ["kernel", "a", "b", "median", "sum", ""], &rows, style);
    left(out, outcome.kernels.len().saturating_sub(rows.len()), "kernel", "kernels");
    for kernel in chosen {
        let Some(change) = &kernel.shapes else { continue };
        let _ = writeln!(out, "\n  launch shapes of {}", fit(&line(&kernel.name), style.width.saturating_sub(20)));
        for shape in shapes(change) {
            let _ = writeln!(out, "    {shape}");
        }
    }
}

fn row(kernel: &KernelDiff, style: &Style) -> [String; 6] {
    let name = line(if style.verbose { &kernel.exact } else { &kernel.name });
    [name, times(kernel.a.as_ref()), times(kernel.b.as_ref()), ratio(kernel), change(kernel.change_ns), state(kernel)]
}

fn left(out: &mut String, left: usize, one: &str, many: &str) {
    if left > 0 {
        let what = if left == 1 { one } else { many };
        let _ = writeln!(out, "  {left} further {what}: --verbose shows all");
    }
}

/// Columns as wide as their texts; names are shortened to what is left, the last column's words stand as they are.
fn table<const N: usize>(out: &mut String, head: [&str; N], rows: &[[String; N]], style: &Style) {
    let widths: Vec<usize> = (0..N)
        .map(|at| rows.iter().map(|row| row[at].chars().count()).chain([head[at].chars().count()]).max().unwrap_or(0))
        .collect();
    let others: usize = widths.iter().skip(1).map(|width| width + 2).sum();
    let name = if style.verbose { widths[0] } else { widths[0].min(style.width.saturating_sub(others + 2).max(NAME)) };
    let written = |cells: Vec<String>| {
        let cells = cells.iter().enumerate().map(|(at, cell)| match at {
            0 => pad(&fit(cell, name), name),
            _ if at + 1 == N && N > 4 => cell.clone(),
            _ => pad_left(cell, widths[at]),
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let _ =
        writeln!(out, "\n{}", style.paint(Tone::Dim, &written(head.iter().map(|text| (*text).to_owned()).collect())));
    for row in rows {
        let _ = writeln!(out, "{}", written(row.to_vec()));
    }
}

fn steps(out: &mut String, sequence: &SequenceDiff, style: &Style) {
    let title = if sequence.differs() { "a repeating sequence changed" } else { "a repeating sequence is the same" };
    let _ = writeln!(out, "\n  {}", style.paint(Tone::Strong, title));
    let _ = writeln!(out, "    {}", repeated("a", sequence.a.as_ref()));
    let _ = writeln!(out, "    {}", repeated("b", sequence.b.as_ref()));
    if !sequence.differs() && !style.verbose {
        return;
    }
    for step in &sequence.steps {
        let tone = match step.state {
            StepState::Same => Tone::Plain,
            StepState::Variant => Tone::Hint,
            StepState::OnlyA => Tone::Bad,
            StepState::OnlyB => Tone::Good,
        };
        let _ = writeln!(out, "    {}", style.paint(tone, &step_line(step, style.width.saturating_sub(34))));
    }
}

fn step_line(step: &SequenceStep, room: usize) -> String {
    let name = |times: &Option<StepTimes>| times.as_ref().map_or_else(String::new, |times| line(&times.name));
    let (a, b) = (name(&step.a), name(&step.b));
    let names = if a == b || b.is_empty() {
        a
    } else if a.is_empty() {
        b
    } else {
        format!("{a} -> {b}")
    };
    let time = |times: &Option<StepTimes>| times.as_ref().map_or_else(|| "-".to_owned(), |times| duration(times.ns));
    let room = room.max(NAME);
    format!(
        "{} {}  {}  {}",
        sign(step.state),
        pad(&fit(&names, room), room),
        pad_left(&time(&step.a), 10),
        pad_left(&time(&step.b), 10)
    )
}

/// How many operations two sequences have in common; for the formats that fold them.
pub(in crate::report) fn in_common(sequence: &SequenceDiff) -> String {
    match (&sequence.a, &sequence.b) {
        (Some(_), None) => return "b has nothing like it".to_owned(),
        (None, Some(_)) => return "a has nothing like it".to_owned(),
        _ => {}
    }
    let same = sequence.steps.iter().filter(|step| step.state == StepState::Same).count();
    format!("the same in {} of {}", same, plural(sequence.steps.len(), "step"))
}
