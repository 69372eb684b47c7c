//! The same bytes from any number of threads, in every format of a report.

use crate::repeated::{BY_SEQUENCE, repeated};
use align::outcome::Outcome;
use align::pipeline::{Options, Overrides, Session};
use align::report::{Format, Style, render};
use rayon::ThreadPoolBuilder;
use std::path::PathBuf;

/// Every format of what so many threads make of `judge`.
fn reports(threads: usize, judge: impl Fn() -> Outcome + Send + Sync) -> Vec<(Format, String)> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let outcome = pool.install(judge);
    Format::ALL.into_iter().map(|format| (format, render(&outcome, format, &Style::default()))).collect()
}

fn assert_same_for_any_number_of_threads(judge: impl Fn() -> Outcome + Send + Sync) {
    let alone = reports(1, &judge);
    for threads in [2, 8] {
        for ((format, expected), (_, found)) in alone.iter().zip(reports(threads, &judge)) {
            assert!(*expected == found, "{format} of {threads} threads differs from that of one");
        }
    }
}

#[test]
fn reports_of_shipped_specs_are_the_same_for_any_number_of_threads() {
    let session = Session::shipped().unwrap();
    let paths = ["specs/attention.toml", "specs/hf/attention.toml", "specs/layer.toml"].map(PathBuf::from);
    let (specs, problems) = session.load(&paths);
    assert!(problems.is_empty(), "{problems:?}");
    assert_same_for_any_number_of_threads(|| session.check(&specs, &Overrides::default(), &Options::default()).outcome);
}

/// A stream that is searched in several pieces.
#[test]
fn reports_of_a_long_search_are_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::shipped().unwrap();
    let spec = folder.path().join("spec.toml");
    let e2e = repeated(folder.path(), "hf_e2e_no_nvtx", 30);
    std::fs::write(&spec, BY_SEQUENCE).unwrap();
    let (specs, problems) = session.load(&[spec]);
    assert!(problems.is_empty(), "{problems:?}");
    let mock = PathBuf::from("snapshots/traces/hf_mock_attn_decode_no_nvtx.sqlite");
    let overrides = Overrides { mock: Some(mock), e2e: Some(e2e), ..Overrides::default() };
    assert_same_for_any_number_of_threads(|| {
        let outcome = session.check(&specs, &overrides, &Options::default()).outcome;
        assert_eq!(outcome.cases.iter().map(|case| case.e2e.instances).collect::<Vec<_>>(), [30 * 40]);
        outcome
    });
}
