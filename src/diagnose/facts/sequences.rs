//! Facts of the two sequences: what stands on one side only, in another place, or against another kernel.

use super::swapped::Swapped;
use super::{alone, count, dtypes, is_by_shape, said};
use crate::compare::{Comparison, Difference, Facts};
use crate::diag::{Side, plural};
use crate::kernel::Level;
use crate::limits::{OTHER_OP_ALIGNED, OTHER_OP_KINDS};
use crate::select::Symbol;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Families of kernels that never belong to an op: they say nothing about how the mock is built.
const FOREIGN: [&str; 3] = ["debug", "random", "cache_flush"];

pub(super) fn add(comparison: &Comparison, facts: &mut Facts) {
    let order = if comparison.summed.is_some() { "" } else { " in the same order" };
    facts.flag("names-equal", comparison.names_equal(), format!("both sides launch the same kernels{order}"));
    let share = comparison.aligned_share(Level::Normalised);
    facts.set("aligned-share", share, format!("{:.0} % of the kernels align", share * 100.0));
    let (both, all) = kinds(comparison);
    let text = format!(
        "{:.0} % of the kernels align, and of {all} kinds of kernels {both} run{} on both sides",
        share * 100.0,
        if both == 1 { "s" } else { "" }
    );
    let other_kinds = (both as f64) < OTHER_OP_KINDS * all as f64;
    facts.flag("another-op", share < OTHER_OP_ALIGNED && other_kinds, text);
    pairs(comparison, facts);
    let swapped = Swapped::of(comparison);
    for (side, word) in [(Side::E2e, "missing"), (Side::Mock, "extra")] {
        one_sided(comparison, side, word, &swapped, facts);
    }
    let both = |suffix: &str| facts.value(&format!("missing{suffix}")) + facts.value(&format!("extra{suffix}"));
    let (companions, all) = (both("-companions"), both(""));
    let swapped = swapped.len();
    let (one, many) = (
        "kernel on either side only is another one of the other side's family, of which a library picks by shape",
        "kernels on either side only are others of the other side's families, of which a library picks by shape",
    );
    count(facts, "swapped", swapped, one, many);
    let (one, many) =
        ("kernel accompanies another one on one side only", "kernels accompany another one on one side only");
    count(facts, "companions", companions as usize, one, many);
    let (one, many) = ("kernel stands on one side only", "kernels stand on one side only");
    count(facts, "one-sided", (all - companions) as usize - 2 * swapped, one, many);
}

/// How many families that say something about the op run on both sides, and on either.
fn kinds(comparison: &Comparison) -> (usize, usize) {
    let lexicon = &comparison.selected.lexicon;
    let of = |side: Side| -> BTreeSet<&str> {
        let sequence = comparison.selection(side).sequence.iter();
        let telling = sequence.filter(|&&s| !lexicon.is_glue(s) && !lexicon.is_around(s) && !lexicon.is_companion(s));
        telling.filter_map(|&s| comparison.family_name(s)).collect()
    };
    let (mock, e2e) = (of(Side::Mock), of(Side::E2e));
    (mock.intersection(&e2e).count(), mock.union(&e2e).count())
}

/// Kernels that stand against another one, or elsewhere.
fn pairs(comparison: &Comparison, facts: &mut Facts) {
    let by_difference = |d: Difference| comparison.open_positions().filter(|(_, p)| p.difference() == d).count();
    let variants = by_difference(Difference::Variant);
    let another = "as another variant (other template or tile)";
    count(facts, "variants", variants, &format!("kernel runs {another}"), &format!("kernels run {another}"));
    let (one, many) = ("kernel has another one in its place", "kernels have others in their place");
    count(facts, "substituted", by_difference(Difference::Substituted), one, many);
    let core = |side: Side, i: usize| comparison.selected.lexicon.is_core(comparison.symbol_at(side, i));
    // Where all of the work is in another type, the same function under that type's name is no other work.
    let none_in_common = dtypes::have_none_in_common(comparison);
    let function = |side: Side, i: usize| untyped(&comparison.identity(comparison.symbol_at(side, i)).function);
    let retyped = |m: usize, e: usize| none_in_common && function(Side::Mock, m) == function(Side::E2e, e);
    let replaced = comparison.substituted().filter(|(p, m, e)| {
        let by_shape = is_by_shape(comparison, Side::Mock, *m) && is_by_shape(comparison, Side::E2e, *e);
        let cores = core(Side::Mock, *m) || core(Side::E2e, *e);
        p.difference() == Difference::Substituted && !by_shape && !cores && !retyped(*m, *e)
    });
    let (one, many) =
        ("kernel besides GEMMs has another one in its place", "kernels besides GEMMs have others in their place");
    count(facts, "replaced", replaced.count(), one, many);
    let moved = by_difference(Difference::Moved) / 2;
    count(facts, "moved", moved, "kernel stands elsewhere in the order", "kernels stand elsewhere in the order");
}

/// A function's name without the types in it: `Sum_bf16_RING` is `Sum_f16_RING` in another type.
fn untyped(function: &str) -> String {
    ["bf16", "f16", "f32"].iter().fold(function.to_owned(), |name, dtype| name.replace(dtype, ""))
}

/// Counts of kernels that stand on one side only, in all and by family.
fn one_sided(comparison: &Comparison, side: Side, word: &str, swapped: &Swapped, facts: &mut Facts) {
    let indices = alone(comparison, side);
    let symbols =
        |indices: &[usize]| -> Vec<Symbol> { indices.iter().map(|&i| comparison.symbol_at(side, i)).collect() };
    let only = symbols(&indices);
    let own = symbols(&own(comparison, side, &indices, swapped.on(side)));
    let mut set = |name: String, n: usize, what: &str, tail: &str| {
        let one = format!("{what}kernel in the {} only{tail}", said(side));
        count(facts, &name, n, &one, &one.replacen("kernel", "kernels", 1));
    };
    let lexicon = &comparison.selected.lexicon;
    set(word.to_owned(), only.len(), "", &listed(comparison, &only));
    set(format!("{word}-own"), own.len(), "", &listed(comparison, &own));
    set(format!("{word}-companions"), only.iter().filter(|&&s| lexicon.is_companion(s)).count(), "accompanying ", "");
    set(format!("{word}-glue"), only.iter().filter(|&&s| lexicon.is_glue(s)).count(), "mere glue ", "");
    for (family, n) in families(comparison, &only) {
        set(format!("{word}.{family}"), n, &format!("{family} "), "");
    }
    let copies = indices.iter().filter(|&&i| is_host_copy(comparison, side, i)).count();
    let one = format!("copy between host and device in the {} only", said(side));
    count(facts, &format!("{word}-host-copies"), copies, &one, &one.replacen("copy", "copies", 1));
}

/// Those that tell another way to do the op: no companions, no copies from or to the host, none that another one of the
/// library's answers, and in the mock nothing that never belongs to an op, nor the copies that come with it.
fn own(comparison: &Comparison, side: Side, indices: &[usize], swapped: &BTreeSet<usize>) -> Vec<usize> {
    let lexicon = &comparison.selected.lexicon;
    let family = |i: usize| comparison.family_name(comparison.symbol_at(side, i)).unwrap_or_default();
    let foreign = |i: usize| side == Side::Mock && FOREIGN.contains(&family(i));
    let any_foreign = indices.iter().any(|&i| foreign(i));
    let is_own = |&i: &usize| {
        let companion = lexicon.is_companion(comparison.symbol_at(side, i)) || is_host_copy(comparison, side, i);
        let debugging = foreign(i) || any_foreign && comparison.is_memory(side, i);
        !companion && !debugging && !swapped.contains(&i)
    };
    indices.iter().copied().filter(is_own).collect()
}

fn families<'a>(comparison: &'a Comparison, symbols: &[Symbol]) -> BTreeMap<&'a str, usize> {
    let mut families = BTreeMap::new();
    for &symbol in symbols {
        *families.entry(comparison.family_name(symbol).unwrap_or("unknown")).or_default() += 1;
    }
    families
}

/// ": elementwise 6, rotary 2", the most frequent first.
fn listed(comparison: &Comparison, symbols: &[Symbol]) -> String {
    const SHOWN: usize = 5;
    let mut families: Vec<(&str, usize)> = families(comparison, symbols).into_iter().collect();
    families.sort_by_key(|&(name, n)| (Reverse(n), name));
    let rest = families.len().saturating_sub(SHOWN);
    let mut said: Vec<String> = families.iter().take(SHOWN).map(|(name, n)| format!("{name} {n}")).collect();
    if rest > 0 {
        said.push(format!("and {} more", plural(rest, "kind")));
    }
    format!(": {}", said.join(", "))
}

fn is_host_copy(comparison: &Comparison, side: Side, index: usize) -> bool {
    let name = &comparison.identity(comparison.symbol_at(side, index)).exact;
    name.starts_with("[CUDA memcpy") && (name.contains("Host-to-Device") || name.contains("Device-to-Host"))
}
