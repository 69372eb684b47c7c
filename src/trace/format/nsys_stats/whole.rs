//! Whether rows of a summary are missing, as far as their shares of the time tell.

use super::row::KernelRow;
use super::table::Table;
use crate::diag::{Loc, Problem, SourceFile};
use crate::limits::STATS_CUT;
use std::sync::Arc;

/// # Errors
/// Rows that were taken away, or rows of several tables.
pub(super) fn check(file: &Arc<SourceFile>, table: &Table) -> Result<(), Problem> {
    let problem = |message: String| {
        let loc = Loc::new(file, table.at.clone());
        Err(Problem::trace("stats-cut", message)
            .label(&loc, "the shares below say so")
            .help("store the whole report: a kernel that was cut away cannot be compared"))
    };
    match Shares::of(&table.kernels, table.step) {
        Shares::Whole => Ok(()),
        Shares::Missing(percent) => {
            let percent = (percent * 10.0).floor() / 10.0;
            problem(format!(
                "rows are missing from a report of `nsys stats`: those it has take {percent} % of the time"
            ))
        }
        Shares::Several => problem(
            "rows of a report of `nsys stats` are not of one table: they take other shares of the time".to_owned(),
        ),
    }
}

/// What the shares of rows say of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shares {
    /// Nothing is missing, or too little to be seen.
    Whole,
    /// The rows that are there take so many percent.
    Missing(f64),
    /// No table has these shares.
    Several,
}

impl Shares {
    /// Each share with its time bounds the time of all rows; the largest do so best. Times are rounded to `step`, in ns.
    fn of(rows: &[KernelRow], step: u64) -> Self {
        let step = step.saturating_sub(1) as f64;
        let (mut low, mut high) = (0f64, f64::INFINITY);
        let (mut sum, mut percent, mut rounding, mut shares) = (0f64, 0f64, 0f64, 0usize);
        for row in rows {
            let time = row.total as f64;
            sum += time;
            let Some(share) = row.share else { continue };
            // What arithmetic with fractions adds to the rounding.
            let half = share.rounding * (1.0 + 1e-6) + 1e-9;
            low = low.max((time - step) * 100.0 / (share.percent + half));
            if share.percent > half {
                high = high.min((time + step) * 100.0 / (share.percent - half));
            }
            percent += share.percent;
            rounding += share.rounding;
            shares += 1;
        }
        let slack = step * rows.len() as f64 + sum * 1e-9;
        if shares < rows.len() || sum <= 0.0 {
            Self::Whole
        } else if sum - slack > high || low > high * (1.0 + 1e-9) {
            Self::Several
        } else if sum + slack < low {
            Self::Missing(percent.min(sum * 100.0 / low))
        } else if percent < 100.0 - rounding - STATS_CUT {
            Self::Missing(percent)
        } else {
            Self::Whole
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Share;
    use super::*;

    fn rows(rows: &[(f64, i64)]) -> Vec<KernelRow> {
        let row = |&(percent, total): &(f64, i64)| KernelRow {
            name: "a".to_owned(),
            launch: None,
            count: 1,
            total,
            median: None,
            min: total,
            max: total,
            share: (percent >= 0.0).then_some(Share { percent, rounding: 0.05 }),
        };
        rows.iter().map(row).collect()
    }

    fn of(all: &[(f64, i64)]) -> Shares {
        Shares::of(&rows(all), 1)
    }

    #[test]
    fn a_row_that_is_missing_is_seen_in_the_shares_of_the_others() {
        let whole = [(60.0, 600_000), (39.5, 395_000), (0.5, 4_999), (0.0, 1)];
        assert_eq!(of(&whole), Shares::Whole);
        assert_eq!(of(&whole[..3]), Shares::Whole, "one of a millionth rounds away");
        assert!(matches!(of(&whole[..2]), Shares::Missing(percent) if percent < 99.7));
        assert!(matches!(of(&whole[1..]), Shares::Missing(percent) if percent < 45.0));
        // Many small ones are seen too, though each of their shares is within what rounding takes from all.
        let mut many = vec![(80.0, 8_000_000)];
        many.extend([(0.1, 10_000); 200]);
        assert_eq!(of(&many), Shares::Whole);
        assert!(matches!(of(&many[..150]), Shares::Missing(_)));
    }

    #[test]
    fn rows_of_several_tables_are_seen() {
        assert_eq!(of(&[(100.0, 600), (100.0, 600)]), Shares::Several);
        assert_eq!(of(&[(90.0, 900), (10.0, 300)]), Shares::Several);
    }

    #[test]
    fn without_shares_nothing_is_said() {
        assert_eq!(of(&[(-1.0, 600), (-1.0, 5)]), Shares::Whole);
        assert_eq!(of(&[(0.0, 0)]), Shares::Whole);
        assert_eq!(of(&[]), Shares::Whole);
    }
}
