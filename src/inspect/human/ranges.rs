//! The collapsed tree of NVTX ranges.

use super::Page;
use super::table::Table;
use crate::diag::{escape, shorten};
use crate::inspect::model::RangeSummary;
use crate::inspect::words::{counted, thousands, time};

impl Page<'_> {
    pub(super) fn ranges(&self) -> String {
        if self.inspection.ranges.is_empty() {
            return String::new();
        }
        let mut table =
            Table::new(&["  range", "times", "launched", "GPU time", "captured here, replayed", "GPU time"]);
        self.level(&mut table, &self.inspection.ranges, "", 0);
        self.title("NVTX ranges", "* stands for a number") + table.render(self).as_str()
    }

    /// Ranges with GPU work a line each, the others together on one.
    fn level(&self, table: &mut Table, ranges: &[RangeSummary], around: &str, depth: usize) {
        let indent = "  ".repeat(depth + 1);
        if depth >= self.layout.depth {
            let hidden = counted(size(ranges), "range", "ranges");
            table.note(indent.len(), format!("… {hidden} deeper"));
            return;
        }
        let any_work = self.inspection.totals.kernels + self.inspection.totals.memory_operations > 0;
        let (busy, idle): (Vec<_>, Vec<_>) = ranges.iter().partition(|r| !any_work || works(r));
        for range in &busy {
            let some = |n: u64| if n == 0 { String::new() } else { thousands(n) };
            let spent = |n: u64, ns: i64| if n == 0 { String::new() } else { time(ns) };
            let cells = vec![
                format!("{indent}{}", relative(&range.name, around)),
                format!("×{}", thousands(range.occurrences)),
                some(range.operations),
                spent(range.operations, range.total_ns),
                some(range.replayed_operations),
                spent(range.replayed_operations, range.replayed_ns),
            ];
            table.row(None, cells);
            if !range.children.is_empty() {
                self.level(table, &range.children, &range.name, depth + 1);
            }
        }
        if !idle.is_empty() {
            let (most, longest) = if self.layout.verbose { (idle.len(), usize::MAX) } else { (3, 40) };
            let names: Vec<String> =
                idle.iter().take(most).map(|r| shorten(&relative(&r.name, around), longest)).collect();
            let left = idle.len().saturating_sub(most);
            let more = if left > 0 { format!(" and {left} more") } else { String::new() };
            table.note(indent.len(), format!("without GPU work: {}{more}", names.join(", ")));
        }
    }
}

fn works(range: &RangeSummary) -> bool {
    range.operations + range.replayed_operations > 0
}

fn size(ranges: &[RangeSummary]) -> u64 {
    ranges.iter().map(|range| 1 + size(&range.children)).sum()
}

/// A module's path without the path of the module around it.
fn relative(name: &str, around: &str) -> String {
    match name.strip_prefix(around) {
        Some(rest) if rest.starts_with('.') && !around.is_empty() => escape(rest),
        _ if name.is_empty() => "(no name)".to_owned(),
        _ => escape(name),
    }
}
