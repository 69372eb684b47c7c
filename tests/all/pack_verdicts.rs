//! What a packed trace comes to is what the trace comes to that it was made from.

use crate::support::pairs::{Pair, RUNS, golden, judge, shown};
use align::diag::{Severity, Verdict};
use align::kernel::Glob;
use align::outcome::{CaseOutcome, Outcome};
use align::pack::{Options, pack, secrets};
use align::pipeline::Session;
use align::spec::{Case, SideSpec};
use align::trace::open;
use proptest::prelude::*;
use rayon::prelude::*;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Golden traces are packed already. This one is as a profiler writes it: with calls that launch nothing, marks, names that
/// nothing uses, processes without a part in it, and its machine's environment.
fn untidy(name: &str, folder: &Path) -> PathBuf {
    let path = folder.join(format!("{name}.sqlite"));
    std::fs::copy(golden(name), &path).unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "BEGIN;
        INSERT INTO StringIds SELECT max(id) + 1, 'USER=alice' || char(0) || 'API_KEY=sUperSecret1' FROM StringIds;
        INSERT INTO StringIds SELECT max(id) + 1, 'cudaEventQuery_v3020' FROM StringIds;
        CREATE TABLE notes (text TEXT);
        INSERT INTO notes VALUES ('/home/alice/train.py --token sUperSecret2');
        INSERT INTO PROCESSES (globalPid, pid, name) VALUES (281474993487872, 999999, 'mail-client');",
    )
    .unwrap();
    let has = |table: &str| {
        db.query_row("SELECT count(*) FROM sqlite_schema WHERE name = ?1", [table], |row| row.get::<_, i64>(0)) == Ok(1)
    };
    let again = |table: &str, change: &str| {
        db.execute_batch(&format!(
            "CREATE TEMP TABLE more AS SELECT * FROM {table} WHERE rowid % 3 = 0; UPDATE more SET {change};
            INSERT INTO {table} SELECT * FROM more; DROP TABLE more;"
        ))
        .unwrap();
    };
    if has("CUPTI_ACTIVITY_KIND_RUNTIME") {
        let calls = "correlationId = correlationId + 500000000, nameId = (SELECT max(id) FROM StringIds)";
        again("CUPTI_ACTIVITY_KIND_RUNTIME", calls);
    }
    if has("NVTX_EVENTS") {
        again("NVTX_EVENTS", "eventType = 34, end = NULL");
    }
    db.execute_batch("COMMIT").unwrap();
    path
}

fn case_of<'s>(specs: &'s [align::pipeline::Loaded], pair: &Pair) -> &'s Case {
    specs[0].spec.cases.iter().find(|case| case.name.value == pair.case).unwrap()
}

/// The outcome as JSON, without paths.
fn said(case: &CaseOutcome) -> String {
    let (mock, e2e) = (&case.mock.trace, &case.e2e.trace);
    let text = serde_json::to_string_pretty(case).unwrap().replace(mock.as_str(), "MOCK").replace(e2e.as_str(), "E2E");
    text.replace(concat!(env!("CARGO_MANIFEST_DIR"), "/"), "")
}

#[test]
fn every_pair_is_judged_alike_whole_and_packed() {
    let session = Session::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let names: BTreeSet<&str> = RUNS.iter().flat_map(|(pair, _)| [pair.mock, pair.e2e]).collect();
    let packed: BTreeMap<&str, PathBuf> = names
        .into_par_iter()
        .map(|name| {
            let (whole, packed) = (untidy(name, folder.path()), folder.path().join(format!("{name}.packed.sqlite")));
            pack(&whole, &packed, &Options::default()).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
            assert!(!secrets(&whole).unwrap().is_empty());
            assert_eq!(secrets(&packed).unwrap(), [], "{name}");
            (name, packed)
        })
        .collect();
    let differ = |(pair, outcome): &(Pair, Outcome)| {
        let of_packed = judge(&session, pair, &packed[pair.mock], &packed[pair.e2e]);
        let (whole, packed) = (said(&outcome.cases[0]), said(&of_packed));
        let line = whole.lines().zip(packed.lines()).find(|(whole, packed)| whole != packed);
        (whole != packed).then(|| format!("{}: {line:?}", pair.title()))
    };
    assert_eq!(RUNS.par_iter().filter_map(differ).collect::<Vec<_>>(), Vec::<String>::new());
}

/// The ranges that a side's spec looks in, from the innermost one on.
fn inside(side: &SideSpec) -> Vec<Glob> {
    side.within.last().map(|within| within.value.clone()).into_iter().collect()
}

/// What fails a case or explains it, without what is said of the rest of a trace.
fn weighty(case: &CaseOutcome) -> (Verdict, String, Vec<(String, String)>) {
    let about_the_rest = ["selection", "coverage", "trace-provenance"];
    let findings = case.findings.iter().filter(|f| f.severity == Severity::Error);
    let findings = findings.filter(|finding| !about_the_rest.contains(&finding.code.as_str()));
    (case.verdict, shown(case), findings.map(|f| (f.code.clone(), f.message.clone())).collect())
}

/// Packed to what lies within the ranges that the spec names, on both sides.
#[test]
fn what_a_spec_does_not_look_at_may_be_packed_away() {
    let session = Session::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let judged = RUNS.par_iter().enumerate().filter(|(at, _)| at % 3 == 0).map(|(at, (pair, outcome))| {
        let (specs, _) = session.load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join(pair.spec)]);
        let case = case_of(&specs, pair);
        let narrow = |side: &SideSpec, name: &str| {
            let options = Options { ranges: inside(side), ..Options::default() };
            let packed = folder.path().join(format!("{at}.{}.sqlite", side.side));
            // A trace without such a range is refused; it is judged as it is.
            pack(&golden(name), &packed, &options).map_or_else(|_| golden(name), |_| packed)
        };
        let (mock, e2e) = (narrow(&case.mock, pair.mock), narrow(&case.e2e, pair.e2e));
        let smaller = std::fs::metadata(&e2e).unwrap().len() < std::fs::metadata(golden(pair.e2e)).unwrap().len();
        let (whole, part) = (weighty(&outcome.cases[0]), weighty(&judge(&session, pair, &mock, &e2e)));
        (smaller, (whole != part).then(|| format!("{}: {whole:?} became {part:?}", pair.title())))
    });
    let judged: Vec<(bool, Option<String>)> = judged.collect();
    let smaller = judged.iter().filter(|(smaller, _)| *smaller).count();
    assert!(smaller > 10, "only {smaller} traces were narrowed");
    assert_eq!(judged.into_iter().filter_map(|(_, differs)| differs).collect::<Vec<_>>(), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Packed to some steps of the E2E: fewer instances can leave open what more decide, and turn nothing round.
    #[test]
    fn fewer_instances_turn_no_verdict_round(pick in any::<prop::sample::Index>(), from in 0.0f64..0.6, share in 0.3f64..1.0) {
        let session = Session::shipped().unwrap();
        let (pair, outcome) = pick.get(&RUNS);
        let (specs, _) = session.load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join(pair.spec)]);
        let trace = open(&golden(pair.e2e)).unwrap();
        let Some(step) = inside(&case_of(&specs, pair).e2e).pop() else { return Ok(()) };
        let is_step = |range: &u32| step.matches(&trace.names.range(trace.ranges.name(*range)).text);
        let mut steps: Vec<i64> = (0..trace.ranges.len() as u32).filter(is_step).map(|r| trace.ranges.start(r)).collect();
        steps.sort_unstable();
        if steps.len() < 2 { return Ok(()) }
        let first = (steps.len() as f64 * from) as usize;
        let last = (first + 1 + (steps.len() as f64 * share) as usize).min(steps.len());
        let window = (steps[first], steps.get(last).map_or(i64::MAX, |next| next - 1));
        let folder = tempfile::tempdir().unwrap();
        let packed = folder.path().join("packed.sqlite");
        let options = Options { window: Some(window), ..Options::default() };
        if pack(&golden(pair.e2e), &packed, &options).is_err() { return Ok(()) }
        let (whole, part) = (&outcome.cases[0], judge(&session, pair, &golden(pair.mock), &packed));
        let turned = matches!((whole.verdict, part.verdict), (Verdict::Pass, Verdict::Fail) | (Verdict::Fail, Verdict::Pass));
        prop_assert!(!turned, "{} {window:?}: {:?} became {:?}", pair.title(), weighty(whole), weighty(&part));
    }
}
