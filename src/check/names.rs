//! Kernel names in messages.

use super::Context;
use crate::diag::{Evidence, Finding, Side, escape, nearest_many, shorten};

/// Characters of a kernel's name in a message.
pub(super) const NAME: usize = 64;

/// The kernel at an index of a side's sequence, short enough to read.
pub(super) fn short(context: &Context<'_>, side: Side, index: usize) -> String {
    let identity = context.comparison.identity(context.comparison.symbol_at(side, index));
    let name = if identity.base.starts_with('[') { &identity.exact } else { &identity.base };
    shorten(&escape(name), NAME)
}

/// Two kernels in one place, so that one sees what differs: their base names, or, where these are equal, the
/// demangled names from a little before they part.
pub(super) fn apart(context: &Context<'_>, mock: usize, e2e: usize) -> (String, String) {
    let (a, b) = (short(context, Side::Mock, mock), short(context, Side::E2e, e2e));
    if a != b {
        return (a, b);
    }
    let (a, b) = (exact(context, Side::Mock, mock), exact(context, Side::E2e, e2e));
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let tail = |name: &str| {
        let skipped = if name.chars().count() > NAME { same.saturating_sub(NAME / 4) } else { 0 };
        let tail: String = name.chars().skip(skipped).collect();
        format!("{}{}", if skipped > 0 { "…" } else { "" }, shorten(&escape(&tail), NAME))
    };
    (tail(&a), tail(&b))
}

/// What to write into `match` for a kernel: a glob around the word that says what it does, where its name holds
/// it, else the function's own name.
pub(super) fn pattern_for(context: &Context<'_>, side: Side, index: usize) -> String {
    let identity = context.comparison.identity(context.comparison.symbol_at(side, index));
    let word = identity.base.rsplit('.').next().unwrap_or_default();
    let text =
        if identity.exact.contains(word) && !word.is_empty() { format!("*{word}*") } else { identity.function.clone() };
    shorten(&escape(&text), NAME)
}

/// For a pattern that matches nothing: patterns for the side's kernels, the nearest ones if any is near.
pub(super) fn patterns_instead(context: &Context<'_>, side: Side, wrong: &str) -> String {
    let kernels = 0..context.comparison.selection(side).sequence.len();
    let mut patterns: Vec<String> = Vec::new();
    for pattern in kernels.map(|i| pattern_for(context, side, i)) {
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    let bare = |text: &str| text.trim_matches(['*', '/']).to_owned();
    let words: Vec<String> = patterns.iter().map(|p| bare(p)).collect();
    let near = nearest_many(&bare(wrong), words.iter().map(String::as_str), 3);
    let shown: Vec<&String> = if near.is_empty() {
        patterns.iter().take(8).collect()
    } else {
        patterns.iter().filter(|p| near.contains(&bare(p).as_str())).collect()
    };
    shown.iter().map(|p| format!("`match = \"{p}\"`")).collect::<Vec<_>>().join(", ")
}

/// The demangled name, as known differences are matched against.
pub(super) fn exact(context: &Context<'_>, side: Side, index: usize) -> String {
    context.comparison.identity(context.comparison.symbol_at(side, index)).exact.clone()
}

/// "3 kernels (`a` twice, `b`)": distinct names with how often, at most four.
pub(super) fn list(context: &Context<'_>, side: Side, indices: &[usize]) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for &index in indices {
        let name = short(context, side, index);
        match counted.iter_mut().find(|(n, _)| *n == name) {
            Some((_, n)) => *n += 1,
            None => counted.push((name, 1)),
        }
    }
    let shown: Vec<String> = counted
        .iter()
        .take(4)
        .map(|(name, n)| if *n == 1 { format!("`{name}`") } else { format!("`{name}` x{n}") })
        .collect();
    let more = counted.len().saturating_sub(4);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// "1 kernel" or "n kernels".
pub(super) fn kernels(n: usize) -> String {
    crate::diag::plural(n, "kernel")
}

/// Adds where the first of these kernels is to be found in the profiler.
pub(super) fn locate(context: &Context<'_>, mut finding: Finding, side: Side, indices: &[usize]) -> Finding {
    for &index in indices.iter().take(3) {
        if let Some(op) = context.comparison.op_at(side, index) {
            let at = context.comparison.place_of(side, op);
            finding = finding.evidence(Evidence::on(side, short(context, side, index)).at(at));
        }
    }
    finding.kernels(indices.iter().map(|&i| exact(context, side, i)))
}

/// Adds the input shapes that a framework wrote beside the module, where it did.
pub(super) fn with_inputs(context: &Context<'_>, mut finding: Finding) -> Finding {
    for side in Side::BOTH {
        if let Some(inputs) = context.comparison.module_inputs(side) {
            finding = finding.evidence(Evidence::on(side, shorten(&escape(&inputs), 160)));
        }
    }
    finding
}
