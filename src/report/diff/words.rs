//! The words that every format of a diff shares.

use super::super::wrap::line;
use crate::diag::{duration, plural, signed_percent};
use crate::outcome::{
    DiffCounts, DiffOutcome, DiffSide, KernelDiff, Launch, Repeated, ShapeChange, ShapeCount, StepState, TimeState,
    Times, Total,
};

/// How a kernel stands, in the order of what matters: `slower, 8 more calls, other launch shapes`.
pub(in crate::report) fn state(kernel: &KernelDiff) -> String {
    let mut words: Vec<String> = Vec::new();
    match kernel.state {
        TimeState::New => words.push("new".to_owned()),
        TimeState::Gone => words.push("gone".to_owned()),
        TimeState::Slower => words.push("slower".to_owned()),
        TimeState::Faster => words.push("faster".to_owned()),
        TimeState::Unclear => words.push("unclear".to_owned()),
        TimeState::TooFew => words.push("too few to tell".to_owned()),
        TimeState::Same => {}
    }
    if let (Some(a), Some(b)) = (&kernel.a, &kernel.b) {
        let calls = |n: usize, what: &str| plural(n, &format!("{what} call"));
        match b.count.cmp(&a.count) {
            std::cmp::Ordering::Greater => words.push(calls(b.count - a.count, "more")),
            std::cmp::Ordering::Less => words.push(calls(a.count - b.count, "fewer")),
            std::cmp::Ordering::Equal => {}
        }
    }
    words.extend(kernel.shapes.as_ref().map(|_| "other launch shapes".to_owned()));
    if words.is_empty() { "same".to_owned() } else { words.join(", ") }
}

/// Whether a row says anything but that all is as before.
pub(in crate::report) fn differs(kernel: &KernelDiff) -> bool {
    kernel.state != TimeState::Same || kernel.recounted() || kernel.shapes.is_some()
}

/// `16x 21.10 us`: executions and their median.
pub(in crate::report) fn times(times: Option<&Times>) -> String {
    times.map_or_else(|| "-".to_owned(), |times| format!("{}x {}", times.count, duration(times.median_ns)))
}

pub(in crate::report) fn total(total: &Total) -> String {
    if total.count == 0 { "-".to_owned() } else { format!("{}x {}", total.count, duration(total.sum_ns as f64)) }
}

/// A change of GPU time with its sign.
pub(in crate::report) fn change(ns: i64) -> String {
    let text = duration(ns as f64);
    if ns > 0 { format!("+{text}") } else { text }
}

/// `+5.2% [+4.9%, +5.5%]`.
pub(in crate::report) fn ratio(kernel: &KernelDiff) -> String {
    kernel.interval.as_ref().map_or_else(String::new, |interval| {
        format!(
            "{} [{}, {}]",
            signed_percent(interval.ratio),
            signed_percent(interval.low),
            signed_percent(interval.high)
        )
    })
}

/// What the whole comes to, in one line.
pub(in crate::report) fn summary(outcome: &DiffOutcome) -> String {
    let (a, b) = (outcome.a.total.sum_ns, outcome.b.total.sum_ns);
    let relative = if a > 0 { format!(" ({})", signed_percent(b as f64 / a as f64)) } else { String::new() };
    let moved = change(b.saturating_sub(a));
    format!("GPU time {} -> {}, {moved}{relative}; {}", duration(a as f64), duration(b as f64), counts(&outcome.counts))
}

fn counts(counts: &DiffCounts) -> String {
    let kinds = [
        (counts.new, "new"),
        (counts.gone, "gone"),
        (counts.slower, "slower"),
        (counts.faster, "faster"),
        (counts.recounted, "called more or less often"),
        (counts.reshaped, "with other launch shapes"),
        (counts.unclear, "unclear"),
    ];
    let mut words: Vec<String> = kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if counts.sequences > 0 {
        words.push(plural(counts.sequences, "changed sequence"));
    }
    if words.is_empty() { "no kernel differs".to_owned() } else { words.join(", ") }
}

/// What a trace is: its operations, processes and versions.
pub(in crate::report) fn side(side: &DiffSide) -> String {
    let versions: Vec<String> = side.provenance.gpus.iter().map(|gpu| line(gpu)).collect();
    let processes: Vec<String> =
        side.processes.iter().map(|process| format!("pid {}: {}", process.pid, total(&process.total))).collect();
    let of = if processes.len() > 1 { format!(" ({})", processes.join(", ")) } else { String::new() };
    let on = if versions.is_empty() { String::new() } else { format!(" on {}", versions.join(", ")) };
    format!("{} operations, {}{of}{on}", side.total.count, duration(side.total.sum_ns as f64))
}

/// `132x1x1 blocks of 256x1x1, 168 registers, 150528 bytes shared`, and how often.
fn shape(shape: &ShapeCount) -> String {
    let Launch { grid: [gx, gy, gz], block: [bx, by, bz], registers, .. } = shape.launch;
    let shared = u64::from(shape.launch.static_shared_bytes) + u64::from(shape.launch.dynamic_shared_bytes);
    format!("{}x {gx}x{gy}x{gz} blocks of {bx}x{by}x{bz}, {registers} registers, {shared} bytes shared", shape.count)
}

/// A line a shape, each with its side.
pub(in crate::report) fn shapes(change: &ShapeChange) -> Vec<String> {
    let listed = |side: &'static str, shapes: &[ShapeCount]| {
        shapes.iter().map(|one| format!("only {side}: {}", shape(one))).collect::<Vec<_>>()
    };
    let mut lines = [listed("a", &change.only_a), listed("b", &change.only_b)].concat();
    if change.unshown > 0 {
        lines.push(format!("and {}", plural(change.unshown, "further shape")));
    }
    lines
}

/// Where a sequence repeats.
pub(in crate::report) fn repeated(side: &str, unit: Option<&Repeated>) -> String {
    unit.map_or_else(
        || format!("{side}: nothing like it"),
        |unit| {
            format!(
                "{side}: {} {} on stream {} of pid {}, {} each, {} of the GPU time",
                plural(unit.operations, "operation"),
                if unit.repeats == 1 { "once".to_owned() } else { format!("repeated {} times", unit.repeats) },
                unit.stream,
                unit.pid,
                duration(unit.ns),
                if unit.share < 0.01 { "under 1%".to_owned() } else { format!("{:.0}%", unit.share * 100.0) }
            )
        },
    )
}

/// The sign in front of a step, as in a diff of texts.
pub(in crate::report) fn sign(state: StepState) -> char {
    match state {
        StepState::Same => ' ',
        StepState::Variant => '~',
        StepState::OnlyA => '-',
        StepState::OnlyB => '+',
    }
}
