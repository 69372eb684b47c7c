//! What `nsys stats` would print of a trace.

use align::trace::{OpKind, Trace};
use std::collections::BTreeMap;

/// The header and rows of what `nsys stats` would report of a trace's kernels, added up.
pub(crate) fn summary(trace: &Trace, by_shape: bool) -> Vec<Vec<String>> {
    let mut rows: BTreeMap<(String, [u32; 3], [u32; 3]), Vec<i64>> = BTreeMap::new();
    for op in (0..trace.len() as u32).filter(|&op| trace.names.kind(trace.ops.name(op)) == OpKind::Kernel) {
        let name = trace.names.identity(trace.ops.name(op)).exact.clone();
        let shape = trace.shape(trace.ops.shape(op));
        let (grid, block) = if by_shape { (shape.grid, shape.block) } else { ([0; 3], [0; 3]) };
        rows.entry((name, grid, block)).or_default().push(trace.ops.duration(op));
    }
    let shapes = if by_shape { "GridXYZ,BlockXYZ," } else { "" };
    let header = format!("Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),{shapes}Name");
    let mut out = vec![header.split(',').map(str::to_owned).collect::<Vec<_>>()];
    for ((name, grid, block), mut times) in rows {
        times.sort_unstable();
        let (count, total) = (times.len(), times.iter().sum::<i64>());
        let median = (times[(count - 1) / 2] + times[count / 2]) as f64 / 2.0;
        let (least, most, mean) = (times[0], times[count - 1], total as f64 / count as f64);
        let three = |of: [u32; 3]| format!("{:4} {:4} {:4}", of[0], of[1], of[2]);
        let shapes = if by_shape { vec![three(grid), three(block)] } else { Vec::new() };
        let [total, count, mean, median] =
            [total.to_string(), count.to_string(), format!("{mean:.1}"), format!("{median:.1}")];
        out.push([vec![total, count, mean, median, least.to_string(), most.to_string()], shapes, vec![name]].concat());
    }
    out
}

/// The same of `cuda_gpu_trace`, which lists every operation.
pub(crate) fn list(trace: &Trace) -> Vec<Vec<String>> {
    let header =
        "Start (ns),Duration (ns),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Reg/Trd,Bytes (B),Device,Strm,Name".split(',');
    let mut out = vec![header.map(str::to_owned).collect::<Vec<_>>()];
    for op in 0..trace.len() as u32 {
        let (shape, view) = (trace.shape(trace.ops.shape(op)), trace.op(op));
        let sizes = [shape.grid, shape.block].concat().into_iter().map(i64::from);
        let numbers = [trace.ops.start(op), trace.ops.duration(op), view.correlation].into_iter().chain(sizes);
        let numbers = numbers.chain([i64::from(shape.registers), shape.bytes as i64]).map(|n| n.to_string());
        let name = trace.names.identity(trace.ops.name(op)).exact.clone();
        let gpu = trace.provenance.gpus.first().map_or("GPU", String::as_str);
        let device = [format!("{gpu} ({})", view.device), view.stream.to_string(), name];
        out.push(numbers.chain(device).collect());
    }
    out
}

pub(crate) fn csv(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| match cell.contains([',', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.clone(),
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// As a text table, in which names have at most so many letters.
pub(crate) fn columns(rows: &[Vec<String>], most: usize) -> String {
    let cut = |cell: &String| match cell.chars().count() > most {
        true => cell.chars().take(most - 1).chain(['…']).collect(),
        false => cell.clone(),
    };
    let last = rows[0].len() - 1;
    let rows: Vec<Vec<String>> = rows.iter().map(|row| [&row[..last], &[cut(&row[last])][..]].concat()).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap();
    let line = |cells: &[String]| {
        let cells = cells.iter().enumerate().map(|(at, cell)| match at == last {
            true => cell.clone(),
            false => format!("{cell:>width$}", width = width(at)),
        });
        format!(" {}\n", cells.collect::<Vec<_>>().join("  "))
    };
    let rule: Vec<String> = (0..=last).map(|at| "-".repeat(width(at))).collect();
    let body: String = rows[1..].iter().map(|row| line(row)).collect();
    format!("{}{}{body}\n", line(&rows[0]), line(&rule))
}
