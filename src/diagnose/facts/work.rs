//! Facts of the amount and kind of work: quantisation, launch shapes, GEMM variants.

use super::{count, is_by_shape, said};
use crate::compare::{Comparison, Facts, ShapeVerdict};
use crate::diag::Side;
use crate::kernel::{Dtype, dtype};
use crate::limits::BLOCKS_APART;
use crate::stats::median;

pub(super) fn add(comparison: &Comparison, facts: &mut Facts) {
    quantisation(comparison, facts);
    shapes(comparison, facts);
    let gemms = comparison
        .substituted()
        .filter(|(_, m, e)| is_gemm(comparison, Side::Mock, *m) && is_gemm(comparison, Side::E2e, *e));
    let (one, many) = ("GEMM runs as another kernel of the library", "GEMMs run as other kernels of the library");
    count(facts, "gemm-variants", gemms.count(), one, many);
}

/// Of what a library picks by shape, the work that is more than glue.
fn is_gemm(comparison: &Comparison, side: Side, index: usize) -> bool {
    is_by_shape(comparison, side, index) && !comparison.selected.lexicon.is_glue(comparison.symbol_at(side, index))
}

/// One side alone quantises, or alone computes in fp8.
fn quantisation(comparison: &Comparison, facts: &mut Facts) {
    let launched =
        |side: Side, what: &dyn Fn(u32) -> bool| comparison.selection(side).sequence.iter().any(|&symbol| what(symbol));
    let quantises = |symbol| comparison.family_name(symbol) == Some("quant");
    let in_fp8 = |symbol| dtype(comparison.identity(symbol)) == Some(Dtype::Fp8);
    let alone = |what: &dyn Fn(u32) -> bool| match (launched(Side::Mock, what), launched(Side::E2e, what)) {
        (true, false) => Some(Side::Mock),
        (false, true) => Some(Side::E2e),
        _ => None,
    };
    let text = match (alone(&quantises), alone(&in_fp8)) {
        (Some(a), Some(b)) if a == b => {
            format!("only the {} launches quantisation kernels and computes in fp8", said(a))
        }
        (Some(side), _) => format!("only the {} launches quantisation kernels", said(side)),
        (None, Some(side)) => format!("only the {} computes in fp8", said(side)),
        (None, None) => return,
    };
    facts.set("quantised-one-side", 1.0, text);
}

fn shapes(comparison: &Comparison, facts: &mut Facts) {
    let differ: Vec<_> = comparison.shapes.iter().filter(|s| s.verdict == ShapeVerdict::Differ).collect();
    let factors: Vec<f64> = differ
        .iter()
        .filter_map(|s| Some((s.mock.first()?.blocks() as f64, s.e2e.first()?.blocks() as f64)))
        .filter(|(_, e2e)| *e2e > 0.0)
        .map(|(mock, e2e)| mock / e2e)
        .collect();
    // Of copies and sets only the bytes are known.
    let factor = median(&factors).filter(|f| (f - 1.0).abs() > BLOCKS_APART);
    let factor = factor.map_or(String::new(), |f| format!(", blocks {f:.1} times the E2E's"));
    let one = format!("kernel of the same name is launched with another shape{factor}");
    let many = format!("kernels of the same name are launched with another shape{factor}");
    count(facts, "shapes-differ", differ.len(), &one, &many);
}
