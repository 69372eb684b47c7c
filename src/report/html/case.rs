//! One case as the page shows it.

use super::families::Families;
use super::finding::{self, FindingView};
use super::plot::{Plot, Times, plot};
use super::sequence::{self, Line, ShapeLine};
use super::text::{line, message, whole_name};
use super::timeline::{self, Drawing};
use super::trend::{self, TrendView};
use super::{Budget, data};
use crate::diag::{SourceFile, Verdict, duration, percent, signed_percent};
use crate::outcome::{CaseOutcome, Diagnosis, KernelTimes, KnownOutcome, KnownState, Row, RowMatch, SideOutcome};
use crate::report::verdict;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct CaseView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) verdict: VerdictView,
    pub(super) sentence: String,
    pub(super) spec: String,
    pub(super) about: Vec<String>,
    pub(super) latency: Option<LatencyView>,
    pub(super) diagnoses: Vec<DiagnosisView>,
    pub(super) sides: Vec<SideView>,
    pub(super) drawing: Option<Drawing>,
    #[serde(skip)]
    pub(super) data: Option<data::CaseData>,
    pub(super) findings: Vec<FindingView>,
    pub(super) known_findings: Vec<FindingView>,
    pub(super) sequence: Vec<Line>,
    pub(super) sequence_more: usize,
    pub(super) rows: Vec<RowView>,
    pub(super) rows_more: usize,
    pub(super) shapes: Vec<ShapeLine>,
    pub(super) shapes_more: usize,
    pub(super) instance_plot: Option<Plot>,
    pub(super) kernel_plots: Vec<KernelPlot>,
    pub(super) kernel_plots_more: usize,
    pub(super) trend: Option<TrendView>,
    pub(super) known: Vec<KnownView>,
    pub(super) unjudged: Vec<CheckView>,
    pub(super) judged: Vec<CheckView>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct VerdictView {
    pub(super) word: String,
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct LatencyView {
    pub(super) mock: String,
    pub(super) e2e: String,
    pub(super) ratio: Option<String>,
    pub(super) interval: Option<String>,
    pub(super) limit: String,
    pub(super) reason: Option<String>,
    pub(super) busy: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct DiagnosisView {
    pub(super) issue: String,
    pub(super) title: String,
    pub(super) cause: String,
    pub(super) fix: String,
    pub(super) evidence: Vec<String>,
    pub(super) link: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct SideView {
    pub(super) name: &'static str,
    pub(super) trace: String,
    pub(super) found: String,
    pub(super) notes: Vec<String>,
    pub(super) provenance: String,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct RowView {
    pub(super) kernel: String,
    pub(super) whole: String,
    pub(super) other: Option<String>,
    pub(super) entry: String,
    pub(super) family: String,
    pub(super) mock_calls: u32,
    pub(super) mock: String,
    pub(super) e2e_calls: u32,
    pub(super) e2e: String,
    pub(super) state: &'static str,
    pub(super) words: &'static str,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct KernelPlot {
    pub(super) position: usize,
    pub(super) kernel: String,
    pub(super) mock: String,
    pub(super) e2e: String,
    pub(super) ratio: String,
    pub(super) interval: String,
    pub(super) plot: Plot,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct KnownView {
    pub(super) state: &'static str,
    pub(super) doubt: bool,
    pub(super) reason: String,
    pub(super) impact: String,
    pub(super) owner: String,
    pub(super) until: String,
    pub(super) link: String,
    pub(super) place: String,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct CheckView {
    pub(super) name: String,
    pub(super) verdict: VerdictView,
    pub(super) why: String,
}

pub(super) fn view(
    at: usize,
    case: &CaseOutcome,
    sources: &[Arc<SourceFile>],
    families: &Families,
    budget: &Budget,
) -> CaseView {
    let timeline = case.timeline.as_ref().map(|timeline| timeline::thin(timeline, budget.bars));
    let drawn = timeline.as_ref().filter(|_| budget.draws(case));
    let finding = |f| finding::view(f, drawn, sources);
    let (known, open): (Vec<_>, Vec<_>) = case.findings.iter().partition(|f| f.known.is_some());
    let (sequence, sequence_more) = timeline.as_ref().map(|t| sequence::lines(t, budget.lines)).unwrap_or_default();
    let (shapes, shapes_more) = timeline.as_ref().map(|t| sequence::shapes(t, budget.lines)).unwrap_or_default();
    let (kernel_plots, kernel_plots_more) = kernel_plots(case, budget);
    let (unjudged, judged): (Vec<_>, Vec<_>) =
        case.checks.iter().partition(|c| matches!(c.verdict, Verdict::Skipped | Verdict::Inconclusive));
    let check = |c: &crate::outcome::CheckOutcome| CheckView {
        name: line(&c.name),
        verdict: verdict_view(c.verdict),
        why: c.reason.as_deref().map(message).unwrap_or_default(),
    };
    CaseView {
        id: format!("case-{at}"),
        title: line(&case.title()),
        verdict: verdict_view(case.verdict),
        sentence: verdict::text(case),
        spec: line(&case.file),
        about: about(case),
        latency: latency(case),
        diagnoses: case.diagnoses.iter().map(diagnosis).collect(),
        sides: vec![side("mock", &case.mock), side("E2E", &case.e2e)],
        drawing: drawn.map(|timeline| timeline::draw(timeline, families)),
        data: drawn.map(data::CaseData::of),
        findings: open.into_iter().map(finding).collect(),
        known_findings: known.into_iter().map(finding).collect(),
        sequence,
        sequence_more,
        rows: rows(case, budget),
        rows_more: case.rows.len().saturating_sub(budget.lines),
        shapes,
        shapes_more,
        instance_plot: instance_plot(case).filter(|_| budget.draws(case)),
        kernel_plots,
        kernel_plots_more,
        trend: trend::view(case, budget),
        known: case.known.iter().map(known_view).collect(),
        unjudged: unjudged.into_iter().map(check).collect(),
        judged: judged.into_iter().map(check).collect(),
    }
}

pub(super) fn verdict_view(verdict: Verdict) -> VerdictView {
    let (class, sign) = match verdict {
        Verdict::Pass => ("pass", "✓"),
        Verdict::Fail => ("fail", "✗"),
        Verdict::Inconclusive => ("doubt", "?"),
        Verdict::Skipped => ("skip", "–"),
    };
    VerdictView { word: verdict.to_string(), class, sign }
}

fn about(case: &CaseOutcome) -> Vec<String> {
    let mut about = Vec::new();
    about.extend((!case.op.is_empty()).then(|| format!("op {}", line(&case.op))));
    about.extend(case.owner.as_deref().map(|owner| format!("owner {}", line(owner))));
    about
}

fn latency(case: &CaseOutcome) -> Option<LatencyView> {
    let latency = case.latency.as_ref()?;
    let interval = latency.interval.as_ref();
    let busy = || format!("mock {}, E2E {}", duration(latency.mock_busy_ns), duration(latency.e2e_busy_ns));
    Some(LatencyView {
        mock: duration(latency.mock_median_ns),
        e2e: duration(latency.e2e_median_ns),
        ratio: interval.map(|i| signed_percent(i.ratio)),
        interval: interval.map(|i| format!("[{}, {}]", signed_percent(i.low), signed_percent(i.high))),
        limit: percent(latency.tolerance),
        reason: latency.reason.as_deref().map(message),
        busy: latency.kernels_overlap().then(busy),
    })
}

fn diagnosis(diagnosis: &Diagnosis) -> DiagnosisView {
    DiagnosisView {
        issue: line(&diagnosis.issue),
        title: message(&diagnosis.title),
        cause: message(&diagnosis.cause),
        fix: message(&diagnosis.fix),
        evidence: diagnosis.evidence.iter().map(|text| message(text)).collect(),
        link: diagnosis.link.as_deref().map(line),
    }
}

fn side(name: &'static str, side: &SideOutcome) -> SideView {
    let from = &side.provenance;
    let mut words: Vec<String> = from.gpus.iter().map(|gpu| line(gpu)).collect();
    words.extend(from.driver.as_deref().map(|driver| format!("driver {}", line(driver))));
    words.extend(from.cuda.as_deref().map(|cuda| format!("CUDA {}", line(cuda))));
    words.extend(from.profiler.as_deref().map(line));
    let mut notes: Vec<String> = side.ranks.iter().map(|ranks| line(&ranks.words())).collect();
    if side.instances > 0 && side.confidence < 1.0 {
        notes.push(format!("{:.0}% sure", side.confidence * 100.0));
    }
    if side.graph_share > 0.0 {
        notes.push(format!("{:.0}% launched from CUDA graphs", side.graph_share * 100.0));
    }
    notes.extend(side.left_out.iter().map(|left| format!("left out: {} ({})", left.count, line(&left.reason))));
    notes.extend(side.second.as_deref().map(line));
    let found = match side.instances {
        0 => "no instance".to_owned(),
        n => {
            let how = if side.how.is_empty() { String::new() } else { format!(" by {}", line(&side.how)) };
            let plural = crate::diag::plural;
            format!("{} of {}{how}", plural(n, "instance"), plural(side.kernels, "kernel"))
        }
    };
    SideView { name, trace: line(&side.trace), found, notes, provenance: words.join(", ") }
}

/// What differs first, if not all can be shown.
fn rows(case: &CaseOutcome, budget: &Budget) -> Vec<RowView> {
    let mut order: Vec<&Row> = case.rows.iter().collect();
    if order.len() > budget.lines {
        order.sort_by_key(|row| row.state == RowMatch::Match);
        order.truncate(budget.lines);
    }
    order.into_iter().map(row).collect()
}

fn row(row: &Row) -> RowView {
    let time = |ns: Option<f64>| ns.map_or("–".to_owned(), duration);
    let (state, words) = match row.state {
        RowMatch::Match => ("match", "match"),
        RowMatch::OtherShape => ("shape", "other launch shape"),
        RowMatch::OtherKernel => ("other", "other kernel"),
        RowMatch::OtherCount => ("other", "other count"),
        RowMatch::Extra => ("extra", "only in the mock"),
        RowMatch::Missing => ("missing", "only in the E2E"),
    };
    let entry = row.entry.as_deref().map(line).unwrap_or_default();
    RowView {
        kernel: line(&row.kernel),
        whole: whole_name(&row.exact),
        other: row.e2e_kernel.as_deref().map(line),
        entry: if row.critical { format!("{entry} (critical)") } else { entry },
        family: row.family.as_deref().map(line).unwrap_or_default(),
        mock_calls: row.mock_calls,
        mock: time(row.mock_ns),
        e2e_calls: row.e2e_calls,
        e2e: time(row.e2e_ns),
        state,
        words,
    }
}

fn instance_plot(case: &CaseOutcome) -> Option<Plot> {
    let (latency, times) = (case.latency.as_ref()?, &case.distributions.as_ref()?.instance);
    let (mock, e2e) = (times.mock.as_ref(), times.e2e.as_ref());
    plot(&Times { mock, e2e, interval: latency.interval, tolerance: latency.tolerance })
}

/// Kernels that move the instance most, in the order of the sequence, and how many others there are.
fn kernel_plots(case: &CaseOutcome, budget: &Budget) -> (Vec<KernelPlot>, usize) {
    let Some(distributions) = &case.distributions else { return (Vec::new(), 0) };
    let median = |d: &Option<crate::outcome::Distribution>| d.as_ref().map_or(0.0, |d| d.median_ns());
    let moved = |kernel: &KernelTimes| (median(&kernel.mock) - median(&kernel.e2e)).abs();
    let mut order: Vec<&KernelTimes> = distributions.kernels.iter().collect();
    order.sort_by(|a, b| moved(b).total_cmp(&moved(a)).then(a.position.cmp(&b.position)));
    order.truncate(if budget.draws(case) { budget.plots } else { 0 });
    order.sort_by_key(|kernel| kernel.position);
    let plots: Vec<KernelPlot> = order.into_iter().filter_map(kernel_plot).collect();
    let more = distributions.kernels.len() - plots.len() + distributions.kernels_unshown;
    (plots, more)
}

fn kernel_plot(kernel: &KernelTimes) -> Option<KernelPlot> {
    let time =
        |d: &Option<crate::outcome::Distribution>| d.as_ref().map_or("–".to_owned(), |d| duration(d.median_ns()));
    let (mock, e2e) = (kernel.mock.as_ref(), kernel.e2e.as_ref());
    let times = Times { mock, e2e, interval: kernel.interval, tolerance: kernel.tolerance };
    Some(KernelPlot {
        position: kernel.position,
        kernel: line(&kernel.kernel),
        mock: time(&kernel.mock),
        e2e: time(&kernel.e2e),
        ratio: kernel.interval.map(|i| signed_percent(i.ratio)).unwrap_or_default(),
        interval: kernel
            .interval
            .map(|i| format!("[{}, {}]", signed_percent(i.low), signed_percent(i.high)))
            .unwrap_or_default(),
        plot: plot(&times)?,
    })
}

fn known_view(known: &KnownOutcome) -> KnownView {
    let state = match known.state {
        KnownState::Covers => "covers findings",
        KnownState::Unused => "covers nothing here",
        KnownState::Stale => "stale: covers nothing",
        KnownState::Expired => "expired",
        KnownState::Exceeded => "exceeded: the difference is greater",
        KnownState::OutOfScope => "about other cases, GPUs or versions",
        KnownState::Undecided => "not applied",
    };
    let said = |text: &Option<String>| text.as_deref().map(line).unwrap_or_default();
    KnownView {
        state,
        doubt: matches!(
            known.state,
            KnownState::Stale | KnownState::Expired | KnownState::Exceeded | KnownState::Undecided
        ),
        reason: message(&known.reason),
        impact: said(&known.impact),
        owner: said(&known.owner),
        until: said(&known.until),
        link: said(&known.link),
        place: format!("{}:{}", line(&known.place.file), known.place.line),
    }
}
