//! A run as a line of the table, which says all that the picture shows.

use super::super::case::{VerdictView, verdict_view};
use super::{ratio_of, short, time};
use crate::diag::{duration, percent};
use crate::outcome::{TrendRun, TrendSide};
use serde::Serialize;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Row {
    time: String,
    is_this: bool,
    verdict: VerdictView,
    ratio: String,
    interval: String,
    allowed: String,
    mock: String,
    e2e: String,
    versions: Vec<String>,
    traces: Vec<String>,
    align: String,
}

pub(super) fn row(run: &TrendRun, is_this: bool) -> Row {
    let side = |side: &TrendSide| match side.median_ns {
        Some(ns) => format!("{} of {}", duration(ns), side.instances),
        None => "–".to_owned(),
    };
    let (ratio, interval) = ratio_of(run);
    Row {
        time: time(run),
        is_this,
        verdict: verdict_view(run.verdict),
        ratio,
        interval,
        allowed: run.tolerance.map_or("–".to_owned(), |tolerance| format!("±{}", percent(tolerance))),
        mock: side(&run.mock),
        e2e: side(&run.e2e),
        versions: once("mock", versions(&run.mock), "E2E", versions(&run.e2e)),
        traces: once("mock", file(&run.mock.trace), "E2E", file(&run.e2e.trace)),
        align: short(&run.align),
    }
}

/// What both sides share is said once.
fn once(mock: &str, of_mock: String, e2e: &str, of_e2e: String) -> Vec<String> {
    if of_mock == of_e2e {
        return vec![of_mock];
    }
    let of =
        |name: &str, text: String| format!("{name} {}", if text.is_empty() { "not known".to_owned() } else { text });
    vec![of(mock, of_mock), of(e2e, of_e2e)]
}

fn versions(side: &TrendSide) -> String {
    let mut words: Vec<String> = side.gpus.iter().take(4).map(|gpu| short(gpu)).collect();
    words.extend(side.driver.as_deref().map(|driver| format!("driver {}", short(driver))));
    words.extend(side.cuda.as_deref().map(|cuda| format!("CUDA {}", short(cuda))));
    words.extend(side.framework.as_deref().map(short));
    words.join(", ")
}

/// A trace without its folders, which are the same in most rows.
fn file(trace: &str) -> String {
    short(trace.rsplit(['/', '\\']).next().unwrap_or_default())
}
