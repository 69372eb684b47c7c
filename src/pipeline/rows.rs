//! The summary table: one row a kernel, in the order of the sequence.

use crate::check::Context;
use crate::compare::{Difference, Position, ShapeVerdict};
use crate::diag::Side;
use crate::outcome::{Row, RowMatch};
use crate::stats::median;
use crate::trace::OpKind;

pub(super) fn rows(context: &Context<'_>) -> Vec<Row> {
    let comparison = context.comparison;
    let mut rows: Vec<(Key, Row, Vec<f64>, Vec<f64>)> = Vec::new();
    for (at, position) in comparison.positions.iter().enumerate() {
        let key = Key::of(context, position);
        let slot = match rows.iter().position(|(k, ..)| *k == key) {
            Some(slot) => slot,
            None => {
                rows.push((key, row(context, position), Vec::new(), Vec::new()));
                rows.len() - 1
            }
        };
        let (_, row, mock, e2e) = &mut rows[slot];
        row.mock_calls += u32::from(position.mock.is_some());
        row.e2e_calls += u32::from(position.e2e.is_some());
        mock.extend(time(context, Side::Mock, at, position));
        e2e.extend(time(context, Side::E2e, at, position));
        let differs = comparison.shapes.iter().any(|s| s.position == at && s.verdict == ShapeVerdict::Differ);
        if differs && row.state == RowMatch::Match {
            row.state = RowMatch::OtherShape;
        }
    }
    rows.into_iter()
        .map(|(_, mut row, mock, e2e)| {
            row.mock_ns = median(&mock);
            row.e2e_ns = median(&e2e);
            row.state = match (row.mock_calls, row.e2e_calls) {
                (_, 0) => RowMatch::Extra,
                (0, _) => RowMatch::Missing,
                (m, e) if m != e => RowMatch::OtherCount,
                _ => row.state,
            };
            row
        })
        .collect()
}

/// Positions of one kernel share a row; a pair of different kernels has its own.
#[derive(PartialEq)]
enum Key {
    Kernel(u32),
    Pair(u32, u32),
}

impl Key {
    fn of(context: &Context<'_>, position: &Position) -> Self {
        let symbol = |side: Side| position.on(side).map(|i| context.comparison.symbol_at(side, i));
        match (symbol(Side::Mock), symbol(Side::E2e)) {
            (Some(m), Some(e)) if m != e => Self::Pair(m, e),
            (Some(symbol), _) | (None, Some(symbol)) => Self::Kernel(symbol),
            (None, None) => Self::Kernel(u32::MAX),
        }
    }
}

fn row(context: &Context<'_>, position: &Position) -> Row {
    let comparison = context.comparison;
    let base = |side: Side, index: usize| {
        let symbol = comparison.symbol_at(side, index);
        let memory = comparison
            .op_at(side, index)
            .is_some_and(|op| comparison.trace(side).names.kind(comparison.trace(side).ops.name(op)) != OpKind::Kernel);
        let identity = comparison.identity(symbol);
        if memory { identity.exact.clone() } else { identity.base.clone() }
    };
    let (side, index) = match (position.mock, position.e2e) {
        (Some(m), _) => (Side::Mock, m),
        (None, Some(e)) => (Side::E2e, e),
        (None, None) => (Side::Mock, 0),
    };
    let exact = |side: Side, index: usize| comparison.identity(comparison.symbol_at(side, index)).exact.clone();
    let other = position.e2e.filter(|_| position.mock.is_some() && !position.same());
    let entry = context.entry(side, index);
    Row {
        entry: entry.map(|e| e.name.value.clone()),
        kernel: base(side, index),
        exact: exact(side, index),
        e2e_kernel: other.map(|e| base(Side::E2e, e)),
        e2e_exact: other.map(|e| exact(Side::E2e, e)),
        family: comparison.family_name(comparison.symbol_at(side, index)).map(str::to_owned),
        critical: entry.is_some_and(|e| e.critical),
        mock_calls: 0,
        mock_ns: None,
        e2e_calls: 0,
        e2e_ns: None,
        state: match position.difference() {
            Difference::Same | Difference::Moved => RowMatch::Match,
            Difference::Variant | Difference::Substituted => RowMatch::OtherKernel,
            Difference::Missing => RowMatch::Missing,
            Difference::Extra => RowMatch::Extra,
        },
    }
}

/// The median over all instances where the position stands on both sides, else the representative's.
fn time(context: &Context<'_>, side: Side, at: usize, position: &Position) -> Option<f64> {
    let comparison = context.comparison;
    let index = position.on(side)?;
    if let Some(kernel) = comparison.kernels.iter().find(|k| k.position == at) {
        return Some(if side == Side::Mock { kernel.mock_median_ns } else { kernel.e2e_median_ns });
    }
    comparison.op_at(side, index).map(|op| comparison.trace(side).ops.duration(op) as f64)
}
