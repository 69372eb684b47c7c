//! One iteration of the mock, out of a summary: which kernels, how often, and for how long.

use super::super::selection::{Instance, LeftOut, Method, NotFound, Selection, SelectionNote};
use super::super::stretches::Stretches;
use super::kernels::{self, Kernel, e2e_sequence};
use super::matching::Match;
use super::{Doubt, Summed};
use crate::diag::{Severity, Side, escape, plural, shorten};
use crate::kernel::{Families, Identity, Level, keeps_base};
use crate::limits::{ITERATIONS_LEAST, SUMMARY_REST};
use crate::spec::Case;
use crate::trace::rows::{NO_CORRELATION, OpRow};
use crate::trace::{OpKind, Presence, Summary, SummaryRow, Trace, TraceBuilder};

const WHOLE: &str = "`--format csv` keeps them whole";

/// What an iteration is made from.
pub(super) struct Sides<'a> {
    pub(super) case: &'a Case,
    pub(super) mock: &'a Trace,
    pub(super) summary: &'a Summary,
    pub(super) e2e: &'a Trace,
    /// Without copies and sets.
    pub(super) e2e_side: &'a Selection,
    pub(super) families: &'a Families,
}

pub(super) struct Built {
    pub(super) trace: Trace,
    pub(super) selection: Selection,
    pub(super) summed: Summed,
}

/// One launch of the iteration.
struct Launch<'a> {
    identity: &'a Identity,
    short: &'a str,
    row: &'a SummaryRow,
}

pub(super) fn build(sides: &Sides<'_>) -> Result<Built, Box<NotFound>> {
    let kernels = kernels::kernels(sides);
    let Some(counted) = iterations(sides, &kernels) else { return Err(nothing_in_common(sides, &kernels)) };
    let mut plan =
        Plan { iterations: counted.iterations, launches: Vec::new(), doubts: Vec::new(), left_out: Vec::new() };
    let mut free: Vec<Vec<&SummaryRow>> = kernels.iter().map(|kernel| plan.launches_of(kernel)).collect();
    plan.doubt_names(sides, &kernels);
    plan.doubt_counts(sides, &kernels, &counted);
    // A summary has no order: the E2E's is as good as any.
    for (name, shape) in e2e_sequence(sides) {
        let at = kernels.iter().position(|kernel| kernel.is(name));
        let Some((kernel, rows)) = at.and_then(|at| Some((&kernels[at], free.get_mut(at)?))) else { continue };
        let of_shape =
            rows.iter().position(|row| row.shape.is_some_and(|s| (s.grid, s.block) == (shape.grid, shape.block)));
        if rows.is_empty() {
            continue;
        }
        let row = rows.swap_remove(of_shape.unwrap_or(0));
        plan.launches.push(Launch { identity: name, short: kernel.short, row });
    }
    for (kernel, rows) in kernels.iter().zip(free) {
        let rest = rows.into_iter().map(|row| Launch { identity: kernel.name(), short: kernel.short, row });
        plan.launches.extend(rest);
    }
    Ok(plan.finish(sides, &counted.by))
}

/// How many iterations were summed up.
struct Counted {
    iterations: u64,
    /// By which kernel or entry one can tell.
    by: String,
    /// Whether launches of others may be among those by which one can tell.
    open: bool,
}

/// How many iterations were summed up, by the kernel that ran least often of those that make the op what it is, since
/// set-up can only add launches.
fn iterations(sides: &Sides<'_>, kernels: &[Kernel<'_>]) -> Option<Counted> {
    let entries = &sides.case.kernels;
    let critical: Vec<_> = entries.iter().filter(|entry| entry.critical).collect();
    let listed = if critical.is_empty() { entries.iter().collect() } else { critical };
    let meant = |entry: &crate::spec::KernelEntry| {
        let is_meant = |name: &Identity| entry.patterns.iter().any(|pattern| pattern.matches(name, sides.families));
        let of_entry = kernels.iter().filter(|kernel| kernel.e2e.iter().any(|(name, _)| is_meant(name)));
        of_entry.collect::<Vec<_>>()
    };
    let of_entry = |entry: &&crate::spec::KernelEntry| {
        let (mock, e2e) = meant(entry).iter().fold((0, 0), |sum, kernel| (sum.0 + kernel.count, sum.1 + kernel.each()));
        (e2e > 0 && mock >= e2e).then(|| (mock / e2e, format!("`{}`", entry.name.value)))
    };
    let of_kernel = |kernel: &Kernel<'_>| {
        let whole = kernel.matched.is_some() && kernel.count >= kernel.each();
        whole.then(|| (kernel.count / kernel.each().max(1), named(kernel)))
    };
    if let Some((iterations, by)) = listed.iter().filter_map(of_entry).min_by_key(|found| found.0) {
        let open = listed.iter().flat_map(|entry| meant(entry)).any(|kernel| kernel.open);
        return Some(Counted { iterations, by, open });
    }
    let (iterations, by) = kernels.iter().filter_map(of_kernel).min_by_key(|found| found.0)?;
    Some(Counted { iterations, by, open: kernels.iter().any(|kernel| kernel.open && kernel.matched.is_some()) })
}

fn named(kernel: &Kernel<'_>) -> String {
    format!("`{}`", shorten(&escape(&kernel.name().base), 48))
}

fn nothing_in_common(sides: &Sides<'_>, kernels: &[Kernel<'_>]) -> Box<NotFound> {
    let what = "no kernel of the summary is one of the E2E's instance, or too few launches of it for one".to_owned();
    let candidates = kernels.iter().take(6).map(|kernel| shorten(&escape(&kernel.identity.base), 90)).collect();
    let at = sides.case.mock.each.first().map(|each| each.loc.clone());
    Box::new(NotFound { side: Side::Mock, tried: vec![(sides.summary.report.to_owned(), what)], candidates, at })
}

/// What becomes of each kernel.
struct Plan<'a> {
    iterations: u64,
    launches: Vec<Launch<'a>>,
    doubts: Vec<Doubt>,
    left_out: Vec<LeftOut>,
}

impl<'a> Plan<'a> {
    /// The launches of a kernel in one iteration, as far as one can tell.
    fn launches_of(&mut self, kernel: &Kernel<'a>) -> Vec<&'a SummaryRow> {
        let (each, rest) = (kernel.count / self.iterations, kernel.count % self.iterations);
        let few = self.iterations < ITERATIONS_LEAST as u64;
        let in_e2e = kernel.each();
        let said = || format!("{} ran {} times in {} iterations", named(kernel), kernel.count, self.iterations);
        let mut launches = each;
        if kernel.matched.is_none() && (each == 0 || rest > 0 || few || kernel.open) {
            // A kernel that runs less often than there are iterations is set-up.
            launches = 0;
            if each > 0 || kernel.count * 2 >= self.iterations {
                let doubt = format!("{}: whether they are part of one cannot be told", said());
                self.doubt("extra-kernel", doubt);
            }
            self.left_out(kernel.count);
        } else if kernel.matched.is_some() && each > in_e2e && (rest > 0 || few || kernel.open) {
            launches = in_e2e;
            let doubt = format!("{}, and {in_e2e} in an instance of the E2E: set-up may have added some", said());
            self.doubt("extra-kernel", doubt);
            self.left_out(kernel.count - launches * self.iterations);
        } else if rest > 0 {
            if rest as f64 > SUMMARY_REST * kernel.count as f64 {
                let doubt = format!("{}, which is no whole number each", said());
                self.doubt("kernel-count", doubt);
            }
            self.left_out(rest);
        }
        self.rows(kernel, launches)
    }

    /// So many launches, of the rows in proportion; those that do not go into whole iterations are of the most frequent.
    fn rows(&self, kernel: &Kernel<'a>, launches: u64) -> Vec<&'a SummaryRow> {
        let launches = usize::try_from(launches).unwrap_or(usize::MAX).min(crate::limits::INSTANCE_KERNELS + 1);
        let mut rows: Vec<&SummaryRow> = Vec::new();
        for &row in &kernel.rows {
            let each = usize::try_from(row.count / self.iterations).unwrap_or(usize::MAX);
            rows.extend(std::iter::repeat_n(row, each.min(launches.saturating_sub(rows.len()))));
        }
        if let Some(&most) = kernel.rows.iter().max_by_key(|row| row.count) {
            rows.resize(launches, most);
        }
        rows
    }

    fn left_out(&mut self, launches: u64) {
        let reason = "launches beyond whole iterations, taken for set-up";
        let count = usize::try_from(launches).unwrap_or(usize::MAX);
        match self.left_out.first_mut() {
            Some(known) => known.count = known.count.saturating_add(count),
            None => self.left_out.push(LeftOut { reason: reason.to_owned(), count, unlike: false }),
        }
    }

    /// The first doubt of a check is its reason; how many more there are is not said.
    fn doubt(&mut self, check: &'static str, reason: String) {
        self.doubts.push(Doubt { check, reason, either: false });
    }

    /// Where it is open which rows are of which kernel, so are counts and times.
    fn doubt_counts(&mut self, sides: &Sides<'_>, kernels: &[Kernel<'_>], counted: &Counted) {
        let mut either =
            |check, reason: &str| self.doubts.push(Doubt { check, reason: reason.to_owned(), either: true });
        if counted.open {
            let reason = format!(
                "the report cut names off: how often {} ran, which tells the number of iterations, is not sure ({WHOLE})",
                counted.by
            );
            either("extra-kernel", &reason);
            either("latency-ratio", &reason);
            // A kernel of which there is no row is missing, however many iterations there were.
            if e2e_sequence(sides).all(|(name, _)| kernels.iter().any(|kernel| kernel.is(name))) {
                either("missing-critical-kernel", &reason);
                either("kernel-count", &reason);
            }
        }
        if let Some(kernel) = kernels.iter().find(|kernel| kernel.open && kernel.matched.is_some()) {
            let reason = format!(
                "the report cut names off: which launches {} has, and which others that begin so, is not sure ({WHOLE})",
                named(kernel)
            );
            either("latency-ratio", &reason);
            either("launch-shape", &reason);
        }
    }

    /// Names that were cut off agree only so far.
    fn doubt_names(&mut self, sides: &Sides<'_>, kernels: &[Kernel<'_>]) {
        let coarse = sides.case.identity.value <= Level::Base;
        let says_enough = |kernel: &&Kernel<'_>| coarse && !kernel.open && keeps_base(kernel.identity, kernel.name());
        let begins = kernels.iter().filter(|kernel| kernel.matched == Some(Match::Begins));
        let begins: Vec<&Kernel<'_>> = begins.filter(|kernel| !says_enough(kernel)).collect();
        let Some(first) = begins.first() else { return };
        let rest =
            if begins.len() > 1 { format!(" and {} more", plural(begins.len() - 1, "kernel")) } else { String::new() };
        let reason = format!("the report cut names off: {}{rest} agree only as far as they go ({WHOLE})", named(first));
        self.doubt("kernel-name", reason);
    }

    fn finish(self, sides: &Sides<'_>, by: &str) -> Built {
        let mut builder = TraceBuilder::new(sides.mock.path.as_str());
        builder.provenance = sides.mock.provenance.clone();
        builder.capabilities = sides.mock.capabilities.clone();
        builder.capabilities.kernels = Presence::Filled;
        builder.warnings.clone_from(&sides.mock.warnings);
        builder.summary = Some(Summary { rows: Vec::new(), ..sides.summary.clone() });
        let process = builder.process(0);
        let mut start = 0i64;
        for launch in &self.launches {
            let name = builder.names.intern(&launch.identity.exact, launch.short, OpKind::Kernel);
            let time = launch.row.median_ns.unwrap_or(launch.row.mean_ns()).round() as i64;
            let end = start.saturating_add(time);
            let shape = launch.row.shape.unwrap_or_default();
            builder.push_op(OpRow {
                start,
                end,
                process,
                device: 0,
                stream: 0,
                correlation: NO_CORRELATION,
                name,
                shape,
                node: None,
            });
            // One at least, so that the order stays.
            start = end.max(start.saturating_add(1));
        }
        builder.seal_ops();
        let trace = builder.finish();
        let summed = Summed {
            iterations: self.iterations,
            means_ns: self.launches.iter().map(|launch| launch.row.mean_ns()).collect(),
            has_medians: self.launches.iter().all(|launch| launch.row.median_ns.is_some()),
            doubts: self.doubts,
        };
        let ops = Stretches::all(trace.len() as u32);
        let iterations = plural(usize::try_from(self.iterations).unwrap_or(usize::MAX), "iteration");
        let note = SelectionNote {
            severity: Severity::Note,
            message: format!(
                "the mock is a summary (`{}`) of {iterations}, as often as {by} ran: it has no order and no single launch",
                sides.summary.report
            ),
            help: Some("give the export that it was made from to check order, gaps and the spread of times".to_owned()),
            at: None,
        };
        let selection = Selection {
            side: Side::Mock,
            method: Method::Summary,
            how: format!("the counts of `{}`, divided by {iterations}", sides.summary.report),
            confidence: 1.0,
            phase_known: true,
            instances: vec![Instance { ops: ops.iter().collect() }],
            sequence: Vec::new(),
            ranks: Vec::new(),
            left_out: self.left_out,
            notes: vec![note],
            second: None,
            scope: ops,
        };
        Built { trace, selection, summed }
    }
}
