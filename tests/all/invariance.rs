//! Verdicts survive what does not matter: other names of ranges and modules, other process and stream ids, other
//! layer counts, another time scale, shuffled rows, no NVTX at all.

use crate::support::pairs;
use align::diag::Severity;
use align::pipeline::Session;
use pairs::{ATTENTION, OTHERS, Pair, golden, holds, judge, shown};
use proptest::prelude::*;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// A change of a trace that must not change its verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    /// To names that begin with this letter.
    RenameRanges(char),
    DropRanges,
    /// Process ids higher by this.
    OtherProcess(i64),
    /// Stream ids times this.
    OtherStreams(i64),
    /// Times this.
    Slower(i64),
    /// Rows in the order of their multiples of this, modulo a prime.
    Shuffle(i64),
    /// By this many ns.
    Earlier(i64),
    FewerLayers,
}

const CHANGES: [Change; 8] = [
    Change::RenameRanges('z'),
    Change::DropRanges,
    Change::OtherProcess(77),
    Change::OtherStreams(3),
    Change::Slower(2),
    Change::Shuffle(7919),
    Change::Earlier(1_000_000_000_000),
    Change::FewerLayers,
];

impl Change {
    fn touches_marks(self) -> bool {
        matches!(self, Change::RenameRanges(_) | Change::DropRanges)
    }
}

const GPU: [&str; 3] = ["CUPTI_ACTIVITY_KIND_KERNEL", "CUPTI_ACTIVITY_KIND_MEMCPY", "CUPTI_ACTIVITY_KIND_MEMSET"];
const TIMED: [&str; 6] =
    [GPU[0], GPU[1], GPU[2], "CUPTI_ACTIVITY_KIND_RUNTIME", "NVTX_EVENTS", "CUDA_GRAPH_NODE_EVENTS"];

fn tables(db: &Connection, of: &[&str]) -> Vec<String> {
    let mut statement = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let all: Vec<String> = statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    all.into_iter().filter(|t| of.contains(&t.as_str())).collect()
}

fn apply(change: Change, db: &Connection) {
    let run = |sql: &str| db.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    match change {
        Change::RenameRanges(_) if tables(db, &["NVTX_EVENTS"]).is_empty() => {}
        Change::RenameRanges(letter) => run(&format!(
            "UPDATE NVTX_EVENTS SET text = '{letter}one ' || coalesce(textId, rowid) , textId = NULL WHERE eventType IN (59, 60) AND textId IS NOT NULL;
             UPDATE NVTX_EVENTS SET text = '{letter}one ' || hex(text) WHERE eventType IN (59, 60) AND text NOT LIKE '{letter}one %';"
        )),
        Change::DropRanges => run("DROP TABLE IF EXISTS NVTX_EVENTS"),
        Change::OtherProcess(higher) => {
            let shift = higher << 24;
            for t in tables(db, &GPU) {
                run(&format!("UPDATE {t} SET globalPid = globalPid + {shift}"));
            }
            for t in tables(db, &TIMED[3..]) {
                run(&format!("UPDATE {t} SET globalTid = globalTid + {shift}"));
            }
        }
        Change::OtherStreams(factor) => {
            for t in tables(db, &GPU) {
                run(&format!("UPDATE {t} SET streamId = streamId * {factor} + 100"));
            }
        }
        Change::Slower(factor) => {
            for t in tables(db, &TIMED) {
                run(&format!("UPDATE {t} SET start = start * {factor}, \"end\" = \"end\" * {factor}"));
            }
        }
        Change::Shuffle(by) => {
            for t in tables(db, &TIMED) {
                run(&format!(
                    "CREATE TEMP TABLE shuffled AS SELECT * FROM {t} ORDER BY (rowid * {by}) % 10007, rowid; DELETE FROM {t};
                     INSERT INTO {t} SELECT * FROM shuffled; DROP TABLE shuffled;"
                ));
            }
        }
        // The model loses its last layer, where modules are marked at launch.
        Change::FewerLayers => {
            let launched = "SELECT r.correlationId FROM CUPTI_ACTIVITY_KIND_RUNTIME r JOIN NVTX_EVENTS n
                 ON n.globalTid = r.globalTid AND r.start BETWEEN n.start AND n.end
                 LEFT JOIN StringIds s ON s.id = n.textId WHERE coalesce(n.text, s.value) LIKE '%layers.3%'";
            if tables(db, &["NVTX_EVENTS"]).is_empty() {
                return;
            }
            for t in tables(db, &GPU) {
                run(&format!("DELETE FROM {t} WHERE correlationId IN ({launched})"));
            }
        }
        Change::Earlier(ns) => {
            for t in tables(db, &TIMED) {
                run(&format!("UPDATE {t} SET start = start - {ns}, \"end\" = \"end\" - {ns}"));
            }
        }
    }
}

/// A copy of a golden trace with changes made, one after the other.
fn changed(folder: &Path, name: &str, changes: &[Change]) -> PathBuf {
    let path = folder.join(format!("{name}.{changes:?}.sqlite"));
    if !path.exists() {
        std::fs::copy(golden(name), &path).unwrap();
        let db = Connection::open(&path).unwrap();
        db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").unwrap();
        changes.iter().for_each(|&change| apply(change, &db));
    }
    path
}

/// Whether changes may be made to a pair: of some pairs the verdict is about the marks.
fn fits(pair: &Pair, changes: &[Change]) -> bool {
    // Which phase is meant only ranges tell: without them the mock's own phase is found, and a warning says so.
    let about_phase = pair.must == "other-phase";
    let about_marks =
        about_phase || pair.mock.contains("no_nvtx") || pair.e2e.contains("no_gpu") || pair.e2e.contains("level");
    let marks = changes.iter().any(|c| c.touches_marks());
    let fixed = pair.e2e.contains("whole") || pair.mock.contains("two");
    !(fixed || marks && about_marks)
}

/// What a pair shows after changes, and whether that is right.
fn survives(session: &Session, folder: &Path, pair: &Pair, changes: &[Change]) -> Result<(), String> {
    let (mock, e2e) = (changed(folder, pair.mock, changes), changed(folder, pair.e2e, changes));
    let outcome = judge(session, pair, &mock, &e2e);
    if changes == [Change::FewerLayers] && pair.e2e.ends_with("e2e_eager") {
        assert_eq!(outcome.e2e.instances % 3, 0, "three of four layers are left: {} {}", pair.mock, pair.e2e);
    }
    let shown = shown(&outcome);
    // Without marks the kernel that rewinds this mock's cache between iterations cannot be told from the op: it is
    // one more difference, not a pass.
    let rewinds = pair.mock.contains("static_no_graph") && changes.iter().any(|c| c.touches_marks());
    let graph = outcome.findings.iter().any(|f| f.code == "cuda-graph-consistency" && f.severity == Severity::Error);
    if holds(&outcome, pair) || (rewinds && graph && shown == "extra-kernels") {
        return Ok(());
    }
    let findings: Vec<String> = outcome.findings.iter().map(|f| format!("{}: {}", f.code, f.message)).collect();
    Err(format!(
        "{changes:?} {} | {} ({}): {shown}, must be {}\n  mock: {} x{}\n  e2e: {} x{} conf {:.2}\n  {}",
        pair.mock,
        pair.e2e,
        pair.case,
        pair.must,
        outcome.mock.how,
        outcome.mock.instances,
        outcome.e2e.how,
        outcome.e2e.instances,
        outcome.e2e.confidence,
        findings.join("\n  ")
    ))
}

#[test]
fn verdicts_survive_what_does_not_matter() {
    let session = Session::shipped().expect("the shipped files are right");
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for change in CHANGES {
        for pair in ATTENTION.iter().filter(|pair| fits(pair, &[change])) {
            wrong.extend(survives(&session, folder.path(), pair, &[change]).err());
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Pairs of the other specs, under all changes at once that leave the marks alone.
#[test]
fn verdicts_of_every_spec_survive_what_does_not_matter() {
    let session = Session::shipped().expect("the shipped files are right");
    let folder = tempfile::tempdir().unwrap();
    let changes: Vec<Change> =
        CHANGES.into_iter().filter(|change| !change.touches_marks() && *change != Change::FewerLayers).collect();
    let pairs = OTHERS.iter().filter(|pair| fits(pair, &changes));
    let wrong: Vec<String> = pairs.filter_map(|pair| survives(&session, folder.path(), pair, &changes).err()).collect();
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        prop::char::range('a', 'z').prop_map(Change::RenameRanges),
        Just(Change::DropRanges),
        (1_i64..100_000).prop_map(Change::OtherProcess),
        (1_i64..1000).prop_map(Change::OtherStreams),
        (2_i64..=5).prop_map(Change::Slower),
        (1_i64..10_007).prop_map(Change::Shuffle),
        (-1_000_000_000_000_i64..1_000_000_000_000).prop_map(Change::Earlier),
        Just(Change::FewerLayers),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn verdicts_survive_several_changes_at_once(
        pair in prop::sample::select(ATTENTION.iter().collect::<Vec<_>>()), changes in prop::collection::vec(any_change(), 2..5),
    ) {
        prop_assume!(fits(pair, &changes));
        let session = Session::shipped().expect("the shipped files are right");
        let folder = tempfile::tempdir().unwrap();
        let survived = survives(&session, folder.path(), pair, &changes);
        prop_assert!(survived.is_ok(), "{}", survived.unwrap_err());
    }
}
