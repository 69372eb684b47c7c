//! What the header of a table says: which report it is, and where its columns stand.

/// The reports that are read, the richer ones last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Report {
    Kernels,
    KernelsByShape,
    Operations,
}

impl Report {
    /// As `nsys stats --report` names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kernels => "cuda_gpu_kern_sum",
            Self::KernelsByShape => "cuda_gpu_kern_gb_sum",
            Self::Operations => "cuda_gpu_trace",
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Of the time of all rows, in percent.
    Share,
    Total,
    Instances,
    Average,
    Median,
    Minimum,
    Maximum,
    Grid,
    Block,
    Name,
    Start,
    Duration,
    Correlation,
    /// One dimension of the grid.
    GridOf(usize),
    BlockOf(usize),
    Registers,
    Bytes,
    Device,
    Stream,
    /// Known, and not needed.
    Unneeded,
}

/// A column's title in lower case and without its unit.
fn column(title: &str) -> Option<Column> {
    Some(match title {
        "time" => Column::Share,
        "total time" => Column::Total,
        "instances" => Column::Instances,
        "avg" | "average" => Column::Average,
        "med" | "median" => Column::Median,
        "min" | "minimum" => Column::Minimum,
        "max" | "maximum" => Column::Maximum,
        "gridxyz" => Column::Grid,
        "blockxyz" => Column::Block,
        "name" => Column::Name,
        "start" => Column::Start,
        "duration" => Column::Duration,
        "corrid" => Column::Correlation,
        "grdx" => Column::GridOf(0),
        "grdy" => Column::GridOf(1),
        "grdz" => Column::GridOf(2),
        "blkx" => Column::BlockOf(0),
        "blky" => Column::BlockOf(1),
        "blkz" => Column::BlockOf(2),
        "reg/trd" => Column::Registers,
        "bytes" | "size" => Column::Bytes,
        "device" => Column::Device,
        "strm" => Column::Stream,
        "stddev" | "stcsmem" | "dymsmem" | "throughput" | "srcmemkd" | "dstmemkd" | "ctx" | "greenctx" => {
            Column::Unneeded
        }
        _ => return None,
    })
}

/// The columns of a table, from its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) report: Report,
    columns: Vec<Column>,
    /// In step with `columns`: what the unit of a time or size comes to, in ns or bytes. 0 without a unit.
    units: Vec<u64>,
}

impl Columns {
    /// `None` for a table of another report: such a one has a column that these lack, or lacks one.
    pub(super) fn of<'a>(titles: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let (mut columns, mut units) = (Vec::new(), Vec::new());
        for title in titles {
            let (title, unit) = parts(title);
            let known = column(&title)?;
            if known != Column::Unneeded && columns.contains(&known) {
                return None;
            }
            columns.push(known);
            units.push(unit);
        }
        let has = |column: &Column| columns.contains(column);
        let summary = [Column::Total, Column::Instances, Column::Name];
        let report = if [Column::Start, Column::Duration, Column::Name].iter().all(has) {
            Report::Operations
        } else if !summary.iter().all(has) || has(&Column::Start) {
            return None;
        } else if has(&Column::Grid) && has(&Column::Block) {
            Report::KernelsByShape
        } else {
            Report::Kernels
        };
        Some(Self { report, columns, units })
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn position(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|&known| known == column)
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.position(column).is_some()
    }

    /// What one of a column of times comes to, in ns. Old tables name the unit once, beside the total.
    pub(super) fn nanoseconds(&self, column: Column) -> u64 {
        let unit = |column| self.position(column).and_then(|at| self.units.get(at)).copied().filter(|&unit| unit > 0);
        unit(column).or_else(|| unit(Column::Total)).unwrap_or(1)
    }

    /// What one of the column of sizes comes to, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.position(Column::Bytes).and_then(|at| self.units.get(at)).copied().filter(|&unit| unit > 0).unwrap_or(1)
    }
}

/// A title in lower case, and what its unit comes to.
fn parts(title: &str) -> (String, u64) {
    let title = title.trim().to_lowercase();
    let Some((name, unit)) = title.strip_suffix(')').and_then(|title| title.rsplit_once('(')) else {
        return (title, 0);
    };
    let of_unit = match unit.trim() {
        "ns" | "nsec" => 1,
        "us" | "usec" | "µs" | "μs" => 1_000,
        "ms" | "msec" => 1_000_000,
        "s" | "sec" => 1_000_000_000,
        "b" | "byte" | "bytes" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => 0,
    };
    (name.trim_end().to_owned(), of_unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(header: &str) -> Option<Report> {
        Columns::of(header.split(',')).map(|columns| columns.report)
    }

    #[test]
    fn headers_of_every_era_are_known() {
        assert_eq!(report("Time(%),Total Time (ns),Instances,Average,Minimum,Maximum,Name"), Some(Report::Kernels));
        assert_eq!(
            report("Time(%),Total Time (ns),Instances,Average (ns),Minimum (ns),Maximum (ns),StdDev (ns),Name"),
            Some(Report::Kernels)
        );
        assert_eq!(
            report("Time (%),Total Time (us),Instances,Avg (us),Med (us),Min (us),Max (us),StdDev (us),Name"),
            Some(Report::Kernels)
        );
        assert_eq!(
            report(
                "Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),GridXYZ,BlockXYZ,Name"
            ),
            Some(Report::KernelsByShape)
        );
        assert_eq!(
            report("Start (ns),Duration (ns),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Reg/Trd,Device,Ctx,Strm,Name"),
            Some(Report::Operations)
        );
    }

    #[test]
    fn headers_of_other_reports_are_not() {
        let others = [
            "Time (%),Total Time (ns),Num Calls,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Name",
            "Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Style,Range",
            "Time (%),Total Time (ns),Count,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Operation",
            "Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Category,Operation",
            "Time (%),Total Time (ns),Instances,Instances,Name",
            "Start (ns),Duration (ns),Name,Result,CorrID,Pid,Tid,T-Pri,Thread Name",
            "",
        ];
        for other in others {
            assert_eq!(report(other), None, "{other}");
        }
    }

    #[test]
    fn a_unit_holds_for_its_column_and_the_totals_for_those_without() {
        let columns = Columns::of(["Total Time (us)", "Instances", "Average", "Min (ms)", "Name"]);
        let units = columns.map(|c| [Column::Total, Column::Average, Column::Minimum].map(|of| c.nanoseconds(of)));
        assert_eq!(units, Some([1_000, 1_000, 1_000_000]));
    }
}
