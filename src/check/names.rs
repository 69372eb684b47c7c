//! Kernel names in messages.

use super::Context;
use crate::diag::{Evidence, Finding, Side, escape, shorten};

/// Characters of a kernel's name in a message.
const NAME: usize = 64;

/// The kernel at an index of a side's sequence, short enough to read.
pub(super) fn short(context: &Context<'_>, side: Side, index: usize) -> String {
    let identity = context.comparison.identity(context.comparison.symbol_at(side, index));
    let name = if identity.base.starts_with('[') { &identity.exact } else { &identity.base };
    shorten(&escape(name), NAME)
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
            let at = context.comparison.trace(side).kernel_ref(op);
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
