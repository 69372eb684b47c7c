//! What is so, in named numbers: the vocabulary of the common-issues table. Each is listed with
//! its meaning in [`FACTS`](super::FACTS).

use crate::check::Context;
use crate::compare::{Comparison, Difference, Facts, ShapeVerdict};
use crate::diag::{Side, duration, signed_percent};
use crate::kernel::Level;
use crate::limits::{GAP_SHARE, UNIFORM_SPREAD};
use crate::select::Symbol;
use crate::stats::{mad, median};
use std::collections::BTreeMap;

/// The facts of a compared case.
pub fn facts(context: &Context<'_>) -> Facts {
    let comparison = context.comparison;
    let mut facts = Facts::default();
    sequences(comparison, &mut facts);
    cores(comparison, &mut facts);
    dtypes(comparison, &mut facts);
    shapes(comparison, &mut facts);
    latency(comparison, &mut facts);
    launches(comparison, &mut facts);
    provenance(comparison, &mut facts);
    facts
}

/// Counts of kernels that stand on one side only, in all and by family.
fn sequences(comparison: &Comparison, facts: &mut Facts) {
    facts.flag("names-equal", comparison.names_equal(), "both sides launch the same kernels in the same order");
    let share = comparison.aligned_share(Level::Normalised);
    facts.set("aligned-share", share, format!("{:.0} % of the kernels align", share * 100.0));
    let by_difference = |d: Difference| comparison.open_positions().filter(|(_, p)| p.difference() == d).count();
    let (variants, substituted) = (by_difference(Difference::Variant), by_difference(Difference::Substituted));
    count(facts, "variants", variants, "kernels run as another variant (other template or tile)");
    count(facts, "substituted", substituted, "kernels have another one in their place");
    count(facts, "moved", by_difference(Difference::Moved) / 2, "kernels stand elsewhere in the order");
    for (side, word, said) in [(Side::E2e, "missing", "in the E2E only"), (Side::Mock, "extra", "in the mock only")] {
        let only: Vec<Symbol> = comparison
            .open_positions()
            .filter(|(_, p)| !p.moved && p.on(side.other()).is_none())
            .filter_map(|(_, p)| p.on(side))
            .map(|i| comparison.symbol_at(side, i))
            .collect();
        count(facts, word, only.len(), &format!("kernels {said}"));
        let mut families: BTreeMap<&str, usize> = BTreeMap::new();
        for &symbol in &only {
            *families.entry(comparison.family_name(symbol).unwrap_or("unknown")).or_default() += 1;
        }
        for (family, n) in families {
            count(facts, &format!("{word}.{family}"), n, &format!("{family} kernels {said}"));
        }
        let glue = only.iter().filter(|&&s| comparison.selected.lexicon.is_glue(s)).count();
        count(facts, &format!("{word}-glue"), glue, &format!("kernels {said} that are mere glue"));
    }
}

/// Whether the heart of the op is another kernel: replaced in its place, or gone while other work stands in.
fn cores(comparison: &Comparison, facts: &mut Facts) {
    let lexicon = &comparison.selected.lexicon;
    let core = |side: Side, i: usize| lexicon.is_core(comparison.symbol_at(side, i));
    let name =
        |side: Side, i: usize| crate::diag::shorten(&comparison.identity(comparison.symbol_at(side, i)).base, 60);
    let replaced = comparison
        .substituted()
        .find(|(p, m, e)| p.difference() == Difference::Substituted && (core(Side::Mock, *m) || core(Side::E2e, *e)));
    if let Some((_, m, e)) = replaced {
        let text = format!("`{}` runs where the E2E runs `{}`", name(Side::Mock, m), name(Side::E2e, e));
        facts.set("core-replaced", 1.0, text);
        return;
    }
    let missing = comparison.only_on(Side::E2e).into_iter().find(|&i| core(Side::E2e, i));
    let extra = comparison.only_on(Side::Mock);
    let time = |&i: &usize| comparison.op_at(Side::Mock, i).map_or(0, |op| comparison.mock.ops.duration(op));
    let stands_in = extra.iter().copied().max_by_key(|i| (core(Side::Mock, *i), time(i)));
    if let (Some(missing), Some(stands_in)) = (missing, stands_in) {
        let text = format!("`{}` is gone, `{}` runs instead", name(Side::E2e, missing), name(Side::Mock, stands_in));
        facts.set("core-replaced", 1.0, text);
    }
}

fn dtypes(comparison: &Comparison, facts: &mut Facts) {
    let differences = comparison.dtype_differences();
    if let Some((_, mock, e2e)) = differences.first() {
        let text = format!("{} kernels compute in {mock:?} in the mock and in {e2e:?} in the E2E", differences.len());
        facts.set("dtype-differs", differences.len() as f64, text.to_lowercase());
    }
    let quantises = |side: Side| {
        let sequence = &comparison.selection(side).sequence;
        sequence.iter().filter(|&&s| comparison.family_name(s) == Some("quant")).count()
    };
    let (mock, e2e) = (quantises(Side::Mock), quantises(Side::E2e));
    if (mock == 0) != (e2e == 0) {
        let side = if mock == 0 { "E2E" } else { "mock" };
        facts.set("quantised-one-side", 1.0, format!("only the {side} launches quantisation kernels"));
    }
}

fn shapes(comparison: &Comparison, facts: &mut Facts) {
    let differ: Vec<_> = comparison.shapes.iter().filter(|s| s.verdict == ShapeVerdict::Differ).collect();
    count(facts, "shapes-differ", differ.len(), "kernels of the same name are launched with another shape");
    let gemm = |side: Side, i: usize| {
        matches!(comparison.family_name(comparison.symbol_at(side, i)), Some("gemm" | "gemm_splitk" | "moe_gemm"))
    };
    let gemms = comparison.substituted().filter(|(_, m, e)| gemm(Side::Mock, *m) && gemm(Side::E2e, *e)).count();
    count(facts, "gemm-variants", gemms, "GEMMs run as another kernel of the library");
}

fn latency(comparison: &Comparison, facts: &mut Facts) {
    let instance = &comparison.instance;
    let (mock, e2e) = (instance.mock_median_ns, instance.e2e_median_ns);
    if mock <= 0.0 || e2e <= 0.0 {
        return;
    }
    let ratio = mock / e2e;
    facts.set(
        "latency.ratio",
        ratio,
        format!(
            "one instance takes {} in the mock and {} in the E2E ({})",
            duration(mock),
            duration(e2e),
            signed_percent(ratio)
        ),
    );
    for (side, times) in [(Side::Mock, &instance.mock_ns), (Side::E2e, &instance.e2e_ns)] {
        if let (Some(centre), Some(spread)) = (median(times), mad(times)) {
            let share = spread / centre;
            facts.set(format!("{side}.spread"), share, format!("the {side}'s times scatter by {:.1} %", share * 100.0));
        }
    }
    if let Some(first) = &comparison.first
        && first.is_cache_warm()
    {
        facts.set(
            "cold-first-execution",
            first.first_ns / first.steady_ns,
            format!(
                "the mock's biggest kernel took {} on its first execution, {} ever after; the E2E's takes {}",
                duration(first.first_ns),
                duration(first.steady_ns),
                duration(first.e2e_ns)
            ),
        );
    }
    carriers(comparison, facts, e2e - mock);
    uniform(comparison, facts);
}

/// Which families carry the difference in time: the share of it that their kernels make up.
fn carriers(comparison: &Comparison, facts: &mut Facts, difference: f64) {
    let mut families: BTreeMap<&str, f64> = BTreeMap::new();
    for kernel in &comparison.kernels {
        let Some(m) = comparison.positions[kernel.position].mock else { continue };
        let family = comparison.family_name(comparison.symbol_at(Side::Mock, m)).unwrap_or("unknown");
        *families.entry(family).or_default() += kernel.e2e_median_ns - kernel.mock_median_ns;
    }
    for (family, carried) in families {
        let share = if difference == 0.0 { 0.0 } else { carried / difference };
        if share > 0.0 {
            facts.set(
                format!("carried.{family}"),
                share,
                format!("{family} kernels carry {:.0} % of the difference in time", share.min(1.0) * 100.0),
            );
        }
    }
}

/// All kernels slower or faster by the same factor: the clock, not the work.
fn uniform(comparison: &Comparison, facts: &mut Facts) {
    let ratios: Vec<f64> = comparison
        .kernels
        .iter()
        .filter(|k| k.mock_median_ns > 0.0 && k.e2e_median_ns > 0.0)
        .map(|k| k.mock_median_ns / k.e2e_median_ns)
        .collect();
    let (low, high) = ratios.iter().fold((f64::INFINITY, 0.0f64), |(l, h), &r| (l.min(r), h.max(r)));
    facts.flag(
        "uniform-ratio",
        ratios.len() >= 3 && high <= low * (1.0 + UNIFORM_SPREAD),
        format!("all {} kernels differ by nearly the same factor ({low:.2} to {high:.2})", ratios.len()),
    );
}

fn launches(comparison: &Comparison, facts: &mut Facts) {
    for side in Side::BOTH {
        let mode = comparison.mode(side);
        facts.set(format!("{side}.graph-share"), mode.graph_share, format!("the {side} is {}", mode.words()));
        facts.set(
            format!("{side}.instances"),
            comparison.selection(side).instances.len() as f64,
            format!("{} instances in the {side}", comparison.selection(side).instances.len()),
        );
        let overlap = overlap_with_others(comparison, side);
        facts.flag(
            &format!("{side}.overlapped"),
            overlap > GAP_SHARE,
            format!("{:.0} % of the {side}'s instance time overlaps work on another stream", overlap * 100.0),
        );
    }
}

/// The share of the instances' span in which another stream of the same device works too.
fn overlap_with_others(comparison: &Comparison, side: Side) -> f64 {
    let trace = comparison.trace(side);
    let selection = comparison.selection(side);
    let Some(first) = selection.instances.first().and_then(|i| i.ops.first()) else { return 0.0 };
    let model = trace.op(*first);
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut streams: Vec<u32> = Vec::new();
    for instance in &selection.instances {
        let start = instance.ops.iter().map(|&op| trace.op(op).start).min();
        let end = instance.ops.iter().map(|&op| trace.op(op).end).max();
        if let (Some(start), Some(end)) = (start, end) {
            spans.push((start, end));
        }
        for &op in &instance.ops {
            let stream = trace.op(op).stream;
            if !streams.contains(&stream) {
                streams.push(stream);
            }
        }
    }
    spans.sort_unstable();
    let total: i64 = spans.iter().map(|(s, e)| e - s).sum();
    let mut shared = 0i64;
    for op in (0..trace.len() as u32).map(|i| trace.op(i)) {
        if op.process != model.process || op.device != model.device || streams.contains(&op.stream) {
            continue;
        }
        let mut at = spans.partition_point(|s| s.1 <= op.start);
        while let Some(&(start, end)) = spans.get(at).filter(|s| s.0 < op.end) {
            shared += op.end.min(end) - op.start.max(start);
            at += 1;
        }
    }
    if total == 0 { 0.0 } else { shared as f64 / total as f64 }
}

fn provenance(comparison: &Comparison, facts: &mut Facts) {
    let (mock, e2e) = (&comparison.mock.provenance, &comparison.e2e.provenance);
    let differ = !mock.gpus.is_empty() && !e2e.gpus.is_empty() && mock.gpus != e2e.gpus;
    facts.flag("gpu-differs", differ, format!("mock on {}, E2E on {}", mock.gpus.join(", "), e2e.gpus.join(", ")));
}

fn count(facts: &mut Facts, name: &str, n: usize, what: &str) {
    if n > 0 {
        let what =
            if n == 1 { what.replacen("kernels", "kernel", 1).replacen(" are ", " is ", 1) } else { what.to_owned() };
        facts.set(name, n as f64, format!("{n} {what}"));
    }
}
