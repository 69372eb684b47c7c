//! Cells to rows: what a line of a report says.

use super::cells::Cell;
use super::column::{Column, Columns, Report};
use super::number::Decimal;
use crate::diag::{escape, shorten};
use crate::kernel::is_cut_off;
use std::ops::Range;

/// What is wrong in a table, and where in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) at: Range<usize>,
}

impl Fault {
    pub(super) fn new(what: impl Into<String>, at: Range<usize>) -> Self {
        Self { what: what.into(), at }
    }
}

/// All launches of one kernel (with one launch shape, where the report parts them). Times in ns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KernelRow {
    pub(super) name: String,
    pub(super) launch: Option<([u32; 3], [u32; 3])>,
    pub(super) count: u64,
    pub(super) total: i64,
    pub(super) median: Option<f64>,
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) share: Option<Share>,
}

/// A part of the time of all rows, in percent, and how far it may have been rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub(super) percent: f64,
    pub(super) rounding: f64,
}

/// One GPU operation. Times in ns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OperationRow {
    pub(super) name: String,
    pub(super) start: i64,
    pub(super) duration: i64,
    pub(super) correlation: Option<i64>,
    /// 0 where it is not known, as the block is then.
    pub(super) grid: [u32; 3],
    pub(super) block: [u32; 3],
    pub(super) registers: u32,
    /// 0 where it is not known to a few percent.
    pub(super) bytes: u64,
    pub(super) gpu: Option<String>,
    pub(super) device: u16,
    pub(super) stream: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    Kernel(KernelRow),
    Operation(OperationRow),
}

/// Steps of its column that a size must have for the rounding not to matter: 2 %.
const SURE_STEPS: i64 = 50;

/// Reads lines of one table.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    pub(super) columns: &'t Columns,
    /// The coarsest step to which times were rounded, in ns.
    pub(super) step: u64,
}

impl Reader<'_> {
    /// # Errors
    /// The first cell that cannot be read.
    pub(super) fn row(&mut self, cells: &[Cell<'_>], line: &Range<usize>) -> Result<Row, Fault> {
        if cells.len() != self.columns.len() {
            let what = format!("a row of {} cells under {} columns", cells.len(), self.columns.len());
            return Err(Fault::new(what, line.clone()));
        }
        let line = Cells { columns: self.columns, cells, line };
        match self.columns.report {
            Report::Operations => self.operation(&line).map(Row::Operation),
            Report::Kernels | Report::KernelsByShape => self.kernel(&line).map(Row::Kernel),
        }
    }

    fn kernel(&mut self, line: &Cells<'_>) -> Result<KernelRow, Fault> {
        let launch = match self.columns.report {
            Report::KernelsByShape => Some((line.dimensions(Column::Grid)?, line.dimensions(Column::Block)?)),
            _ => None,
        };
        let count = line.whole(Column::Instances)?;
        let total = self.time(line, Column::Total)?;
        let fail = |column, what: &str| Err(Fault::new(what, line.at(column)));
        let Some(count) = u64::try_from(count).ok().filter(|&count| count > 0) else {
            return fail(Column::Instances, "a kernel that was never launched");
        };
        let median = match line.some(Column::Median) {
            Some(cell) => Some(number(cell)?.times_exactly(self.columns.nanoseconds(Column::Median))),
            None => None,
        };
        let or_total = |found: Option<i64>| found.unwrap_or(total / count as i64);
        let min = or_total(self.time_if_there(line, Column::Minimum)?);
        let max = or_total(self.time_if_there(line, Column::Maximum)?);
        if min > max {
            return fail(Column::Minimum, "a minimum above the maximum");
        }
        // Rounded numbers may be apart by as much as all of them were rounded.
        let slack = i128::from(count) * i128::from(self.step.saturating_sub(1));
        let (least, most) = (i128::from(count) * i128::from(min), i128::from(count) * i128::from(max));
        if i128::from(total) < least - slack || i128::from(total) > most + slack {
            return fail(Column::Total, "a total that so many launches cannot come to");
        }
        let share = line.some(Column::Share).map(number).transpose()?;
        let share = share.map(|share| Share { percent: share.times_exactly(1), rounding: share.rounding() });
        Ok(KernelRow { name: line.name()?, launch, count, total, median, min, max, share })
    }

    fn operation(&mut self, line: &Cells<'_>) -> Result<OperationRow, Fault> {
        let start = self.time(line, Column::Start)?;
        let duration = self.time(line, Column::Duration)?;
        if duration < 0 {
            return Err(Fault::new("a negative duration", line.at(Column::Duration)));
        }
        // A table cuts off what is wider than its column; a shape is known whole or not at all.
        let is_whole = !(0..3).any(|i| line.is_cut_off(Column::GridOf(i)) || line.is_cut_off(Column::BlockOf(i)));
        let (grid, block) = match is_whole {
            true => (line.three(Column::GridOf)?, line.three(Column::BlockOf)?),
            false => ([0; 3], [0; 3]),
        };
        let (gpu, device) = line.some(Column::Device).map_or((None, 0), |cell| device(&cell.text));
        Ok(OperationRow {
            name: line.name()?,
            start,
            duration,
            correlation: line.whole_if_there(Column::Correlation)?,
            grid,
            block,
            registers: line.small(Column::Registers)?,
            bytes: self.bytes(line)?,
            gpu,
            device,
            stream: line.small(Column::Stream)?,
        })
    }

    fn time(&mut self, line: &Cells<'_>, column: Column) -> Result<i64, Fault> {
        let time = self.time_if_there(line, column)?;
        time.ok_or_else(|| Fault::new("a time is missing", line.at(column)))
    }

    fn time_if_there(&mut self, line: &Cells<'_>, column: Column) -> Result<Option<i64>, Fault> {
        let Some(cell) = line.some(column) else { return Ok(None) };
        let (number, unit) = (number(cell)?, self.columns.nanoseconds(column));
        self.step = self.step.max(number.step(unit));
        let time = number.times(unit).ok_or_else(|| Fault::new("a time out of range", cell.at.clone()))?;
        Ok(Some(time))
    }

    fn bytes(&self, line: &Cells<'_>) -> Result<u64, Fault> {
        let Some(cell) = line.some(Column::Bytes).filter(|_| !line.is_cut_off(Column::Bytes)) else { return Ok(0) };
        let (number, unit) = (number(cell)?, self.columns.bytes());
        let bytes = number.times(unit).ok_or_else(|| Fault::new("a size out of range", cell.at.clone()))?;
        let step = number.step(unit) as i64;
        let is_sure = step == 1 || bytes >= step.saturating_mul(SURE_STEPS);
        Ok(u64::try_from(bytes).ok().filter(|_| is_sure).unwrap_or(0))
    }
}

/// The cells of one line, by their columns.
struct Cells<'a> {
    columns: &'a Columns,
    cells: &'a [Cell<'a>],
    line: &'a Range<usize>,
}

impl Cells<'_> {
    fn cell(&self, column: Column) -> Option<&Cell<'_>> {
        self.columns.position(column).and_then(|at| self.cells.get(at))
    }

    /// A cell that is not empty.
    fn some(&self, column: Column) -> Option<&Cell<'_>> {
        self.cell(column).filter(|cell| !cell.text.trim().is_empty() && cell.text.trim() != "-")
    }

    fn is_cut_off(&self, column: Column) -> bool {
        self.cell(column).is_some_and(|cell| is_cut_off(&cell.text))
    }

    fn at(&self, column: Column) -> Range<usize> {
        self.cell(column).map_or_else(|| self.line.clone(), |cell| cell.at.clone())
    }

    fn whole_if_there(&self, column: Column) -> Result<Option<i64>, Fault> {
        let Some(cell) = self.some(column) else { return Ok(None) };
        let whole = number(cell)?.times(1);
        whole.map(Some).ok_or_else(|| Fault::new("a number out of range", cell.at.clone()))
    }

    fn whole(&self, column: Column) -> Result<i64, Fault> {
        let whole = self.whole_if_there(column)?;
        whole.ok_or_else(|| Fault::new("a number is missing", self.at(column)))
    }

    /// 0 where it is empty.
    fn small(&self, column: Column) -> Result<u32, Fault> {
        let whole = self.whole_if_there(column)?.unwrap_or(0);
        u32::try_from(whole).map_err(|_| Fault::new("a number out of range", self.at(column)))
    }

    fn three(&self, column: fn(usize) -> Column) -> Result<[u32; 3], Fault> {
        Ok([self.small(column(0))?, self.small(column(1))?, self.small(column(2))?])
    }

    /// `132    1    1`.
    fn dimensions(&self, column: Column) -> Result<[u32; 3], Fault> {
        let text = self.cell(column).map_or("", |cell| cell.text.as_ref());
        let numbers: Vec<u32> = text.split_whitespace().filter_map(|word| word.replace(',', "").parse().ok()).collect();
        let three = <[u32; 3]>::try_from(numbers).ok().filter(|_| text.split_whitespace().count() == 3);
        three.ok_or_else(|| Fault::new("three numbers are expected", self.at(column)))
    }

    fn name(&self) -> Result<String, Fault> {
        let name = self.cell(Column::Name).map(|cell| cell.text.trim()).unwrap_or_default();
        if name.chars().all(|c| matches!(c, '…' | '.')) {
            let what =
                if name.is_empty() { "a kernel without a name" } else { "a kernel of whose name nothing is left" };
            return Err(Fault::new(what, self.at(Column::Name)));
        }
        Ok(name.to_owned())
    }
}

fn number(cell: &Cell<'_>) -> Result<Decimal, Fault> {
    Decimal::parse(&cell.text).ok_or_else(|| {
        let shown = shorten(&escape(cell.text.trim()), 40);
        let what = match is_cut_off(cell.text.trim()) {
            true => {
                format!("`{shown}` is cut off: nsys made its column too narrow (`--format csv` keeps numbers whole)")
            }
            false => format!("`{shown}` is no number"),
        };
        Fault::new(what, cell.at.clone())
    })
}

/// `NVIDIA H100 80GB HBM3 (0)`: the model, and the ordinal in its process.
fn device(text: &str) -> (Option<String>, u16) {
    let text = text.trim();
    let parts = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    match parts.and_then(|(model, ordinal)| Some((model.trim(), ordinal.parse().ok()?))) {
        Some((model, ordinal)) => ((!model.is_empty()).then(|| model.to_owned()), ordinal),
        None => (Some(text.to_owned()), 0),
    }
}
