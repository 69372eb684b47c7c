//! What a run's cases came to in earlier runs.

use super::drift::drift;
use super::read::History;
use super::record::{CaseRecord, Record};
use crate::limits::TREND_RUNS;
use crate::outcome::{Outcome, Trend, TrendRun};

/// Gives each case of a run its trend, if it was judged before. `now` is that run's record.
pub fn compare(history: &History, now: &Record, outcome: &mut Outcome) {
    let (mut earlier, later): (Vec<&Record>, Vec<&Record>) =
        history.records.iter().partition(|record| record.time <= now.time);
    // Of one second, the order of the file: the sort is stable.
    earlier.sort_by(|a, b| a.time.cmp(&b.time));
    for (case, own) in outcome.cases.iter_mut().zip(&now.cases) {
        let same = now.cases.iter().filter(|other| other.is_about(own)).count();
        let find = |record: &&Record| Some(run(record, find(record, own, same == 1)?));
        let mut runs: Vec<TrendRun> = earlier.iter().filter_map(find).collect();
        if runs.is_empty() {
            continue;
        }
        runs.push(run(now, own));
        let unshown = runs.len().saturating_sub(TREND_RUNS);
        runs.drain(..unshown);
        let later = later.iter().filter_map(find).count();
        let drift = drift(&runs);
        case.trend = Some(Trend { runs, unshown, later, drift });
    }
}

/// The case in another run. Its spec's file may have been moved, but tells apart cases of one name.
fn find<'r>(record: &'r Record, own: &CaseRecord, is_alone: bool) -> Option<&'r CaseRecord> {
    let mut named = record.cases.iter().filter(|case| case.is_about(own));
    let first = named.next()?;
    if is_alone && named.next().is_none() {
        return Some(first);
    }
    record.cases.iter().find(|case| case.is_about(own) && case.file == own.file)
}

fn run(record: &Record, case: &CaseRecord) -> TrendRun {
    TrendRun {
        time: record.time.clone(),
        align: record.align.clone(),
        verdict: case.verdict,
        ratio: case.ratio,
        tolerance: case.tolerance,
        mock: case.mock.clone(),
        e2e: case.e2e.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::outcome::CaseOutcome;
    use serde_json::json;

    /// A case of which nothing was compared.
    fn case(file: &str, trace: &str) -> CaseOutcome {
        let side = json!({
            "trace": trace, "how": "", "confidence": 0.0, "instances": 0, "kernels": 0, "graph_share": 0.0,
            "left_out": [], "provenance": { "gpus": [] },
        });
        let case = json!({
            "file": file, "spec": "a/b", "op": "gemm", "case": "c", "verdict": "pass", "refused": false, "mock": side,
            "e2e": side, "rows": [], "checks": [], "findings": [], "diagnoses": [], "known": [],
        });
        serde_json::from_value(case).unwrap()
    }

    fn at(hour: &str, cases: Vec<CaseOutcome>) -> Record {
        Record::of(&Outcome::of_cases(cases), &format!("2026-11-24T{hour}:00:00Z"))
    }

    /// The mock's traces in the trend of each case, and how many runs are later.
    fn trends(earlier: Vec<Record>, hour: &str, cases: Vec<CaseOutcome>) -> Vec<Option<(Vec<String>, usize)>> {
        let mut outcome = Outcome::of_cases(cases);
        let now = Record::of(&outcome, &format!("2026-11-24T{hour}:00:00Z"));
        compare(&History { records: earlier }, &now, &mut outcome);
        let trend =
            |case: CaseOutcome| case.trend.map(|t| (t.runs.into_iter().map(|r| r.mock.trace).collect(), t.later));
        outcome.cases.into_iter().map(trend).collect()
    }

    fn is(traces: &[&str], later: usize) -> Option<(Vec<String>, usize)> {
        Some((traces.iter().map(|trace| (*trace).to_owned()).collect(), later))
    }

    #[test]
    fn runs_stand_in_the_order_of_their_times_and_this_one_is_the_last() {
        let earlier =
            || vec![at("03", vec![case("a", "3")]), at("01", vec![case("a", "1")]), at("09", vec![case("a", "9")])];
        assert_eq!(trends(earlier(), "05", vec![case("a", "now")]), [is(&["1", "3", "now"], 1)]);
        assert_eq!(trends(earlier(), "00", vec![case("a", "now")]), [None], "nothing is earlier");
    }

    #[test]
    fn a_moved_file_is_the_same_case_and_one_of_two_is_told_by_its_file() {
        let earlier = || vec![at("01", vec![case("old", "1")]), at("02", vec![case("a", "2"), case("b", "3")])];
        assert_eq!(trends(earlier(), "05", vec![case("a", "now")]), [is(&["1", "2", "now"], 0)]);
        let two = trends(earlier(), "05", vec![case("b", "x"), case("c", "y")]);
        assert_eq!(two, [is(&["3", "x"], 0), None]);
    }

    #[test]
    fn of_many_runs_the_latest_are_listed_and_the_others_counted() {
        let records = vec![at("01", vec![case("a", "1")]); 10_000];
        let mut outcome = Outcome::of_cases(vec![case("a", "now")]);
        let now = at("02", vec![case("a", "now")]);
        compare(&History { records }, &now, &mut outcome);
        let trend = outcome.cases[0].trend.take().unwrap();
        assert_eq!((trend.runs.len(), trend.unshown), (TREND_RUNS, 10_001 - TREND_RUNS));
    }
}
