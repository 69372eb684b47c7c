//! The rows of a report to a trace, or to the summary of one.

use super::column::Report;
use super::row::{KernelRow, OperationRow};
use super::table::Table;
use crate::diag::{Loc, Problem, SourceFile, duration, escape, plural};
use crate::kernel::is_cut_off;
use crate::limits::STATS_STEP;
use crate::trace::capability::Presence;
use crate::trace::names::{COPY_KINDS, OpKind};
use crate::trace::ops::Shape;
use crate::trace::rows::{NO_CORRELATION, OpRow};
use crate::trace::summary::{Summary, SummaryRow};
use crate::trace::{Trace, TraceBuilder};
use std::borrow::Cow;
use std::sync::Arc;

pub(super) fn trace(file: &Arc<SourceFile>, table: &Table, all: &[Table]) -> Result<Trace, Problem> {
    let mut builder = TraceBuilder::new(&file.name);
    builder.warnings.extend(passed_over(table, all));
    let is_list = table.report == Report::Operations;
    if is_list && table.step > STATS_STEP {
        let message = format!("times in a report of `nsys stats` are rounded to {}", duration(table.step as f64));
        return Err(Problem::trace("stats-rounded", message)
            .label(&Loc::new(file, table.at.clone()), "too coarse for the order of operations")
            .help("make the report with `--timeunit nsec`"));
    }
    if mostly_mangled(table) {
        return Err(Problem::trace("stats-mangled", "kernels have mangled names in a report of `nsys stats`")
            .label(&Loc::new(file, table.at.clone()), "no name below says what its kernel is")
            .help("make the report without `:mangled`"));
    }
    if table.step > 1 {
        builder.warnings.push(format!("times are rounded to {} by the report", duration(table.step as f64)));
    }
    let cut_off = names(table).filter(|name| is_cut_off(&marked(name))).count();
    if cut_off > 0 {
        let rows = plural(cut_off, "row");
        let what = format!("the report cut names off, in {rows}: kernels are compared as far as names go");
        builder.warnings.push(format!("{what} (`--format csv` keeps them whole)"));
    }
    let capabilities = &mut builder.capabilities;
    capabilities.launch_shapes = table.has_shapes;
    capabilities.kernels = Presence::Filled;
    if is_list {
        operations(&table.operations, &mut builder);
    } else {
        builder.summary = Some(summary(table, &mut builder));
    }
    builder.seal_ops();
    Ok(builder.finish())
}

/// Which report is read, where there are several.
fn passed_over(table: &Table, all: &[Table]) -> Option<String> {
    let mut others: Vec<&str> =
        all.iter().map(|other| other.report).filter(|&other| other != table.report).map(Report::name).collect();
    others.sort_unstable();
    others.dedup();
    (!others.is_empty()).then(|| {
        let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
        format!("of several reports `{}` is read, which says more than {}", table.report.name(), others.join(" and "))
    })
}

fn names(table: &Table) -> impl Iterator<Item = &String> {
    table.kernels.iter().map(|row| &row.name).chain(table.operations.iter().map(|row| &row.name))
}

/// The name with a sign where it was cut off without one: a bracket in it is open.
fn marked(name: &str) -> Cow<'_, str> {
    let mut open = [0i64; 4];
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let of = |bracket: char, kind: usize| (letter == bracket).then_some(kind);
        // `<` stands behind a word, unless it is an operator.
        let is_template = (before.is_alphanumeric() || before == '_') && !matches!(letters.peek(), Some('<' | '='));
        let opens = of('(', 0).or(of('[', 1)).or(of('{', 2)).or(of('<', 3).filter(|_| is_template));
        let closes = of(')', 0).or(of(']', 1)).or(of('}', 2)).or(of('>', 3).filter(|_| before != '-'));
        opens.into_iter().for_each(|kind| open[kind] += 1);
        closes.into_iter().for_each(|kind| open[kind] -= 1);
        before = letter;
    }
    if open.iter().any(|&open| open > 0) && !is_cut_off(name) && !name.contains("operator<") {
        return Cow::Owned(format!("{name}…"));
    }
    Cow::Borrowed(name)
}

/// Names of which nothing can be told, in most rows; a few may have no other name.
fn mostly_mangled(table: &Table) -> bool {
    let (mut mangled, mut all) = (0usize, 0usize);
    for name in names(table) {
        all += 1;
        mangled += usize::from(name.starts_with("_Z"));
    }
    mangled * 2 > all
}

fn summary(table: &Table, builder: &mut TraceBuilder) -> Summary {
    let rows = table.kernels.iter().map(|row| {
        let KernelRow { name, launch, count, total, median, min, max, .. } = row;
        SummaryRow {
            name: builder.names.intern(&marked(name), "", OpKind::Kernel),
            shape: launch.map(|(grid, block)| Shape { grid, block, ..Shape::default() }),
            count: *count,
            total_ns: *total,
            median_ns: *median,
            min_ns: *min,
            max_ns: *max,
        }
    });
    Summary { report: table.report.name(), rows: rows.collect(), step_ns: table.step }
}

fn operations(rows: &[OperationRow], builder: &mut TraceBuilder) {
    // The report names no process: all operations are taken for those of one.
    let process = builder.process(0);
    let mut memory = Presence::Empty;
    for row in rows {
        let kind = kind(&row.name);
        if kind != OpKind::Kernel {
            memory = Presence::Filled;
        }
        let name = builder.names.intern(&marked(&full_name(&row.name, kind)), "", kind);
        if let Some(gpu) = row.gpu.as_deref().map(escape)
            && !builder.provenance.gpus.contains(&gpu)
        {
            builder.provenance.gpus.push(gpu);
        }
        builder.push_op(OpRow {
            start: row.start,
            end: row.start.saturating_add(row.duration),
            process,
            device: row.device,
            stream: row.stream,
            correlation: row.correlation.unwrap_or(NO_CORRELATION),
            name,
            shape: Shape {
                grid: row.grid,
                block: row.block,
                registers: row.registers,
                bytes: row.bytes,
                ..Shape::default()
            },
            node: None,
        });
    }
    builder.provenance.gpus.sort();
    builder.capabilities.memory_operations = memory;
    if !rows.iter().any(|row| kind(&row.name) == OpKind::Kernel) {
        builder.capabilities.kernels = Presence::Empty;
    }
}

fn kind(name: &str) -> OpKind {
    if name.starts_with("[CUDA memcpy") {
        OpKind::Memcpy
    } else if name.starts_with("[CUDA memset") {
        OpKind::Memset
    } else {
        OpKind::Kernel
    }
}

/// Older reports write directions short: `[CUDA memcpy DtoD]`.
fn full_name(name: &str, kind: OpKind) -> String {
    let direction = name.strip_prefix("[CUDA memcpy ").and_then(|rest| rest.strip_suffix(']'));
    let Some((from, to)) = direction.filter(|_| kind == OpKind::Memcpy).and_then(|short| short.split_once("to")) else {
        return name.to_owned();
    };
    let initial = |word: &str| word.chars().next().map(String::from).unwrap_or_default();
    let is_meant = |full: &&&str| {
        full.split_once("-to-").is_some_and(|(a, b)| !a.contains(' ') && initial(a) == from && initial(b) == to)
    };
    COPY_KINDS.iter().find(is_meant).map_or_else(|| name.to_owned(), |full| format!("[CUDA memcpy {full}]"))
}

/// Whether two reports count the same kernels, and as long, as far as they were rounded.
pub(super) fn is_of_same_capture(a: &Table, b: &Table) -> bool {
    let ((counts, totals), (other_counts, other_totals)) = (sums(a), sums(b));
    let slack = i128::from(counts) * i128::from(a.step.max(b.step).saturating_sub(1));
    counts == other_counts && (totals - other_totals).abs() <= slack
}

/// How often kernels were launched, and how long they took in all, in ns.
fn sums(table: &Table) -> (u64, i128) {
    let of_operations = table.operations.iter().filter(|row| kind(&row.name) == OpKind::Kernel);
    let of_operations = of_operations.map(|row| (1, i128::from(row.duration)));
    let of_kernels = table.kernels.iter().map(|row| (row.count, i128::from(row.total)));
    let add = |sum: (u64, i128), row: (u64, i128)| (sum.0.saturating_add(row.0), sum.1 + row.1);
    of_operations.chain(of_kernels).fold((0, 0), add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_an_open_bracket_was_cut_off() {
        for name in include_str!("../../../../tests/data/kernel-names.txt").lines() {
            assert_eq!(marked(name), name);
        }
        for cut in ["void f<int", "void f<int>(int, a::b", "void f<(anonymous na", "f<int, a::[lambda(int"] {
            assert_eq!(marked(cut), format!("{cut}…"));
        }
        for whole in ["f<(a) < (b)>", "f<&a::operator->>", "a::operator<(int)", "f<int…", "g<(1<<2)>"] {
            assert_eq!(marked(whole), whole);
        }
    }

    #[test]
    fn short_directions_of_copies_are_written_out() {
        let of = |name: &str| full_name(name, kind(name));
        assert_eq!(of("[CUDA memcpy DtoD]"), "[CUDA memcpy Device-to-Device]");
        assert_eq!(of("[CUDA memcpy HtoD]"), "[CUDA memcpy Host-to-Device]");
        assert_eq!(of("[CUDA memcpy Host-to-Device]"), "[CUDA memcpy Host-to-Device]");
        assert_eq!(of("[CUDA memcpy XtoD]"), "[CUDA memcpy XtoD]");
        assert_eq!(of("[CUDA memset]"), "[CUDA memset]");
        assert_eq!(of("DtoD"), "DtoD");
    }
}
