//! GPU operations by name and family: counts, sums, order statistics.

use super::model::{FamilySummary, KernelSummary, MemorySummary};
use crate::kernel::{Families, Identity};
use crate::trace::{NameId, OpKind, Trace};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

pub(super) struct Tables {
    pub(super) kernels: Vec<KernelSummary>,
    pub(super) memory: Vec<MemorySummary>,
    pub(super) families: Vec<FamilySummary>,
}

pub(super) fn tables(trace: &Trace, families: &Families, ops: &[u32]) -> Tables {
    let mut kernels = Vec::new();
    let mut memory = Vec::new();
    for mut row in rows(trace, ops) {
        let Some(spread) = Spread::of(&mut row.durations) else { continue };
        let name = &trace.names.identity(row.id).exact;
        match trace.names.kind(row.id) {
            OpKind::Kernel => kernels.push(spread.kernel(trace, families, row.id)),
            OpKind::Memcpy | OpKind::Memset => memory.push(spread.memory(name.clone(), row.bytes)),
        }
    }
    kernels.sort_by(|a, b| (Reverse(a.total_ns), &a.name).cmp(&(Reverse(b.total_ns), &b.name)));
    memory.sort_by(|a, b| (Reverse(a.total_ns), &a.name).cmp(&(Reverse(b.total_ns), &b.name)));
    let families = by_family(&kernels);
    Tables { kernels, memory, families }
}

/// All operations of one printed name.
struct Row {
    id: NameId,
    durations: Vec<i64>,
    bytes: u64,
}

/// One row a printed name, in the order of names: two short names may stand for one demangled name.
fn rows(trace: &Trace, ops: &[u32]) -> Vec<Row> {
    let mut index: FxHashMap<&str, usize> = FxHashMap::default();
    let mut rows: Vec<Row> = Vec::new();
    let mut row_of: Vec<usize> = Vec::with_capacity(trace.names.len());
    for id in trace.names.ids() {
        row_of.push(*index.entry(&trace.names.identity(id).exact).or_insert_with(|| {
            rows.push(Row { id, durations: Vec::new(), bytes: 0 });
            rows.len() - 1
        }));
    }
    for &op in ops {
        let view = trace.op(op);
        let row = &mut rows[row_of[view.name.0 as usize]];
        row.durations.push(view.duration());
        row.bytes = row.bytes.saturating_add(trace.shape(view.shape).bytes);
    }
    rows
}

struct Spread {
    count: u64,
    total: i64,
    median: f64,
    min: i64,
    max: i64,
}

impl Spread {
    /// `None` of nothing; reorders the values.
    fn of(values: &mut [i64]) -> Option<Self> {
        let (min, max) = (*values.iter().min()?, *values.iter().max()?);
        let total = values.iter().fold(0i64, |sum, &v| sum.saturating_add(v));
        let count = values.len();
        let (below, &mut upper, _) = values.select_nth_unstable(count / 2);
        let median = match below.iter().max() {
            Some(&lower) if count.is_multiple_of(2) => (lower as f64 + upper as f64) / 2.0,
            _ => upper as f64,
        };
        Some(Self { count: count as u64, total, median, min, max })
    }

    fn kernel(self, trace: &Trace, families: &Families, id: NameId) -> KernelSummary {
        let identity: &Identity = trace.names.identity(id);
        KernelSummary {
            name: identity.exact.clone(),
            short_name: trace.names.short(id).to_owned(),
            family: families.name_of(identity).map(str::to_owned),
            count: self.count,
            total_ns: self.total,
            median_ns: Some(self.median),
            min_ns: self.min,
            max_ns: self.max,
        }
    }

    fn memory(self, name: String, total_bytes: u64) -> MemorySummary {
        MemorySummary {
            name,
            count: self.count,
            total_ns: self.total,
            median_ns: self.median,
            min_ns: self.min,
            max_ns: self.max,
            total_bytes,
        }
    }
}

/// By total time; kernels of no family stand last.
pub(super) fn by_family(kernels: &[KernelSummary]) -> Vec<FamilySummary> {
    let mut found: Vec<FamilySummary> = Vec::new();
    for kernel in kernels {
        match found.iter_mut().find(|f| f.family == kernel.family) {
            Some(family) => {
                family.names += 1;
                family.count += kernel.count;
                family.total_ns = family.total_ns.saturating_add(kernel.total_ns);
            }
            None => found.push(FamilySummary {
                family: kernel.family.clone(),
                names: 1,
                count: kernel.count,
                total_ns: kernel.total_ns,
            }),
        }
    }
    found.sort_by(|a, b| {
        (a.family.is_none(), Reverse(a.total_ns), &a.family).cmp(&(b.family.is_none(), Reverse(b.total_ns), &b.family))
    });
    found
}
