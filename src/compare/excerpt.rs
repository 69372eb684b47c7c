//! The kernel sequence of one instance, both sides, as text: what carets point into.

use super::Comparison;
use super::positions::Difference;
use crate::diag::told_apart;
use crate::diag::{Excerpt, Mark, Side, duration, escape, shorten};

/// Lines kept before and after a labelled one.
const AROUND: usize = 2;
/// Characters of a kernel's name in an excerpt.
const NAME: usize = 56;

/// The aligned sequence with `labels` (index into the positions, and what is said there). Stretches without
/// a label are folded.
pub fn excerpt(comparison: &Comparison, labels: &[(usize, String)]) -> Excerpt {
    let mut excerpt = Excerpt { title: "one instance".to_owned(), ..Excerpt::default() };
    let mut folded = 0usize;
    for at in 0..comparison.positions.len() {
        if !labels.iter().any(|(label, _)| label.abs_diff(at) <= AROUND) {
            folded += 1;
            continue;
        }
        fold(&mut excerpt, &mut folded);
        for (_, text) in labels.iter().filter(|(label, _)| *label == at) {
            excerpt.labels.push((excerpt.lines.len(), text.clone()));
            excerpt.positions.push(at);
        }
        excerpt.lines.push(line(comparison, at));
    }
    fold(&mut excerpt, &mut folded);
    excerpt
}

fn fold(excerpt: &mut Excerpt, folded: &mut usize) {
    if *folded > 0 {
        let s = if *folded == 1 { "" } else { "s" };
        excerpt.lines.push((Mark::Same, format!("    … {folded} kernel{s}")));
        *folded = 0;
    }
}

fn line(comparison: &Comparison, at: usize) -> (Mark, String) {
    let position = &comparison.positions[at];
    let mark = match position.difference() {
        Difference::Same => Mark::Same,
        Difference::Variant | Difference::Substituted => Mark::Changed,
        Difference::Missing => Mark::Missing,
        Difference::Extra => Mark::Extra,
        Difference::Moved if position.mock.is_some() => Mark::Extra,
        Difference::Moved => Mark::Missing,
    };
    let names: Vec<(String, String)> = Side::BOTH
        .into_iter()
        .filter_map(|side| position.on(side).map(|index| comparison.identity(comparison.symbol_at(side, index))))
        .take(if mark == Mark::Changed { 2 } else { 1 })
        .map(|identity| {
            let short = if identity.base.starts_with('[') { &identity.exact } else { &identity.base };
            (escape(short), escape(&identity.exact))
        })
        .collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(short, exact)| (short.as_str(), exact.as_str())).collect();
    let text = told_apart(&names, NAME).iter().map(|name| shorten(name, NAME)).collect::<Vec<_>>().join("  ->  ");
    let time = |side: Side, index: Option<usize>| {
        let op = index.and_then(|i| comparison.op_at(side, i));
        op.map_or("-".to_owned(), |op| duration(comparison.trace(side).ops.duration(op) as f64))
    };
    let sign = match mark {
        Mark::Same => ' ',
        Mark::Extra => '+',
        Mark::Missing => '-',
        Mark::Changed => '~',
    };
    let (mock, e2e) = (time(Side::Mock, position.mock), time(Side::E2e, position.e2e));
    (mark, format!("{sign} {at:>3}  {text:<NAME$}  {mock:>10}  {e2e:>10}"))
}
