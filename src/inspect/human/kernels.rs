//! Kernels by family and name, and memory operations.

use super::table::Table;
use super::{Ink, Page};
use crate::diag::told_apart;
use crate::diag::{duration, escape};
use crate::inspect::model::KernelSummary;
use crate::inspect::words::{counted, percent, thousands, time};
use crate::kernel::Identity;

impl Page<'_> {
    pub(super) fn kernels(&self) -> String {
        let kernels = &self.inspection.kernels;
        if kernels.is_empty() {
            return String::new();
        }
        let shown = match self.layout.top {
            0 => kernels.len(),
            top => top.min(kernels.len()),
        };
        let whole = kernels.iter().fold(0i64, |sum, k| sum.saturating_add(k.total_ns));
        let names = shown_names(kernels);
        let mut table = Table::new(&["  family, kernel", "count", "total", "share", "median", "min", "max"]);
        for family in &self.inspection.families {
            let title = family.family.as_deref().map_or("no family".to_owned(), escape);
            let sums = vec![
                format!("  {title}"),
                thousands(family.count),
                time(family.total_ns),
                percent(family.total_ns, whole),
            ];
            table.row(Some(Ink::Title), sums);
            for (kernel, name) in kernels.iter().zip(&names).take(shown).filter(|(k, _)| k.family == family.family) {
                table.row(
                    None,
                    vec![
                        format!("    {name}"),
                        thousands(kernel.count),
                        time(kernel.total_ns),
                        percent(kernel.total_ns, whole),
                        kernel.median_ns.map_or("unknown".to_owned(), duration),
                        time(kernel.min_ns),
                        time(kernel.max_ns),
                    ],
                );
                if self.layout.verbose && escape(&kernel.name) != *name {
                    table.whole(format!("      {}", escape(&kernel.name)));
                }
            }
        }
        let mut summary = counted(kernels.len() as u64, "name", "names");
        if !self.layout.verbose {
            summary += "; --verbose shows them whole, as a spec's `match` reads them";
        }
        self.title("Kernels", &summary)
            + table.render(self).as_str()
            + self.kernels_left_out(&kernels[shown..]).as_str()
    }

    fn kernels_left_out(&self, rest: &[KernelSummary]) -> String {
        if rest.is_empty() {
            return String::new();
        }
        let count = rest.iter().map(|k| k.count).sum();
        let total = rest.iter().fold(0i64, |sum, k| sum.saturating_add(k.total_ns));
        let words = format!(
            "  … {} more names: {}, {}; `--top 0` shows all",
            thousands(rest.len() as u64),
            counted(count, "kernel", "kernels"),
            time(total)
        );
        self.paint(Ink::Faint, &words) + "\n"
    }

    pub(super) fn memory_operations(&self) -> String {
        let operations = &self.inspection.memory_operations;
        if operations.is_empty() {
            return String::new();
        }
        let mut table = Table::new(&["  operation", "count", "total", "median", "min", "max", "moved"]);
        for operation in operations {
            table.row(
                None,
                vec![
                    format!("  {}", escape(&operation.name)),
                    thousands(operation.count),
                    time(operation.total_ns),
                    duration(operation.median_ns),
                    time(operation.min_ns),
                    time(operation.max_ns),
                    bytes(operation.total_bytes),
                ],
            );
        }
        self.title("Memory operations", "") + table.render(self).as_str()
    }
}

/// Columns for a name that several kernels share.
const SHARED_NAME: usize = 52;

/// Names short enough to read: bare names as they are, C++ ones by what they do and what wraps it, and by what
/// differs where several kernels would read the same.
fn shown_names(kernels: &[KernelSummary]) -> Vec<String> {
    let names: Vec<(String, String)> = kernels.iter().map(|k| (escape(&readable(k)), escape(&k.name))).collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(short, whole)| (short.as_str(), whole.as_str())).collect();
    told_apart(&names, SHARED_NAME)
}

fn readable(kernel: &KernelSummary) -> String {
    if kernel.name.contains(['<', '(', ' ']) {
        let base = Identity::new(&kernel.name, &kernel.short_name).base;
        match base.split_once('.') {
            Some((wrapper, _)) => format!("{} ({wrapper})", last_part(&base)),
            None => base,
        }
    } else {
        kernel.name.clone()
    }
}

/// What a kernel does, without the wrappers around it: `MulFunctor` of `elementwise_kernel.BinaryFunctor.MulFunctor`.
pub(super) fn last_part(base: &str) -> &str {
    base.rsplit_once('.').map_or(base, |(_, last)| last)
}

fn bytes(n: u64) -> String {
    match n {
        0 => String::new(),
        1..0x400 => format!("{n} B"),
        0x400..0x10_0000 => format!("{:.1} KiB", n as f64 / 1024.0),
        0x10_0000..0x4000_0000 => format!("{:.1} MiB", n as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", n as f64 / 1_073_741_824.0),
    }
}
