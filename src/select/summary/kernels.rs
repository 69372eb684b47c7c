//! Rows of a summary to kernels, each beside what it is in an instance of the E2E.

use super::iteration::Sides;
use super::matching::{self, Match};
use crate::kernel::{Identity, is_cut_off};
use crate::trace::{NameId, Shape, SummaryRow};

/// All rows of one kernel; of several, where names were cut off and nobody can tell which row is of which.
pub(super) struct Kernel<'a> {
    /// Of its first row.
    pub(super) identity: &'a Identity,
    pub(super) short: &'a str,
    pub(super) rows: Vec<&'a SummaryRow>,
    pub(super) count: u64,
    /// The kernels of the E2E's instance that it is, with how often each runs there.
    pub(super) e2e: Vec<(&'a Identity, u64)>,
    /// How far the names say so.
    pub(super) matched: Option<Match>,
    /// Whether rows of kernels that are no part of an instance may be among its rows.
    pub(super) open: bool,
}

impl Kernel<'_> {
    /// How often it runs in an instance of the E2E.
    pub(super) fn each(&self) -> u64 {
        self.e2e.iter().map(|(_, count)| count).sum()
    }

    /// Under the E2E's name, if it is one of its instance's.
    pub(super) fn name(&self) -> &Identity {
        self.e2e.first().map_or(self.identity, |(name, _)| name)
    }

    pub(super) fn is(&self, name: &Identity) -> bool {
        self.e2e.iter().any(|(known, _)| same(known, name))
    }
}

pub(super) fn same(a: &Identity, b: &Identity) -> bool {
    a.normalised == b.normalised
}

/// The kernels of an instance of the E2E, with their shapes, in order.
pub(super) fn e2e_sequence<'a>(sides: &'a Sides<'_>) -> impl Iterator<Item = (&'a Identity, &'a Shape)> {
    let ops = sides.e2e_side.instances.first().map_or(&[][..], |instance| instance.ops.as_slice());
    let trace = sides.e2e;
    ops.iter().map(|&op| (trace.names.identity(trace.ops.name(op)), trace.shape(trace.ops.shape(op))))
}

/// The summary's kernels in its order, each with what it is in the E2E's instance. A name that was cut off may be each
/// kernel that begins so, unless another row has that one whole.
pub(super) fn kernels<'a>(sides: &'a Sides<'_>) -> Vec<Kernel<'a>> {
    let mut e2e: Vec<(&Identity, u64)> = Vec::new();
    for (name, _) in e2e_sequence(sides) {
        match e2e.iter_mut().find(|(known, _)| same(known, name)) {
            Some((_, count)) => *count += 1,
            None => e2e.push((name, 1)),
        }
    }
    let mut kernels = by_name(sides);
    for kernel in &mut kernels {
        let is_same = |(name, _): &(&Identity, u64)| matching::of(kernel.identity, name) == Some(Match::Same);
        if let Some(at) = e2e.iter().position(is_same) {
            kernel.e2e.push(e2e.remove(at));
            kernel.matched = Some(Match::Same);
        }
    }
    for (name, count) in e2e {
        let begins = |kernel: &Kernel<'_>| {
            let fits =
                |row: &&SummaryRow| matching::of(sides.mock.names.identity(row.name), name) == Some(Match::Begins);
            kernel.matched != Some(Match::Same) && kernel.rows.iter().any(fits)
        };
        let fit: Vec<usize> = (0..kernels.len()).filter(|&at| begins(&kernels[at])).collect();
        let Some((&first, others)) = fit.split_first() else { continue };
        for &other in others.iter().rev() {
            let other = kernels.remove(other);
            kernels[first].join(other);
        }
        let kernel = &mut kernels[first];
        kernel.open |= !kernel.e2e.is_empty();
        kernel.e2e.push((name, count));
        kernel.matched = Some(Match::Begins);
    }
    kernels
}

/// Rows of one name are of one kernel. A report that does not part kernels by shape has one row a kernel, so that two of
/// the same name, which was cut off, are two.
fn by_name<'a>(sides: &'a Sides<'_>) -> Vec<Kernel<'a>> {
    let mut kernels: Vec<(NameId, Kernel<'_>)> = Vec::new();
    for row in &sides.summary.rows {
        let identity = sides.mock.names.identity(row.name);
        let cut_off = is_cut_off(&identity.exact);
        let known = kernels.iter_mut().find(|(name, _)| *name == row.name).filter(|_| !cut_off || row.shape.is_some());
        match known {
            Some((_, kernel)) => {
                kernel.rows.push(row);
                kernel.count += row.count;
                kernel.open |= cut_off;
            }
            None => {
                // Kernels with one base name are added up where base names are reported.
                let open = !cut_off && !identity.exact.contains(['<', '(']) && is_base_of_several(sides, identity);
                let short = sides.mock.names.short(row.name);
                let (count, rows) = (row.count, vec![row]);
                kernels.push((row.name, Kernel { identity, short, rows, count, e2e: Vec::new(), matched: None, open }));
            }
        }
    }
    kernels.into_iter().map(|(_, kernel)| kernel).collect()
}

/// Whether a name is only the base of kernels that have more of it.
fn is_base_of_several(sides: &Sides<'_>, name: &Identity) -> bool {
    e2e_sequence(sides).any(|(kernel, _)| matching::of(name, kernel) == Some(Match::Begins))
}

impl<'a> Kernel<'a> {
    /// Two of which nobody can tell which is which.
    fn join(&mut self, other: Kernel<'a>) {
        self.rows.extend(other.rows);
        self.count += other.count;
        self.e2e.extend(other.e2e);
        self.open = true;
    }
}
