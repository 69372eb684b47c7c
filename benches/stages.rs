//! The time of each stage on real traces, repeated along the time axis.
//!
//! ```sh
//! cargo bench --bench stages
//! ```

#![allow(clippy::expect_used, reason = "a benchmark that cannot run has nothing to report")]

#[path = "support/input.rs"]
mod input;
#[path = "support/scale.rs"]
mod scale;

use align::compare::Comparison;
use align::pipeline::{Options, Overrides, Session};
use align::select::{Selected, select};
use align::trace::open;
use divan::Bencher;
use divan::counter::ItemsCount;
use input::{BY_RANGES, BY_SEQUENCE, Input, Open};
use std::sync::Arc;

/// Repetitions of a model's trace of 2,600 operations.
const TIMES: [u32; 3] = [1, 20, 200];

fn main() {
    divan::main();
}

fn selected(open: &Open) -> Selected {
    let case = &open.spec.spec.cases[0];
    select(case, &open.mock.1, &open.e2e.1, open.session.families()).expect("the op is found")
}

mod read {
    use super::*;

    #[divan::bench(args = TIMES, sample_count = 10)]
    fn with_ranges(bencher: Bencher<'_, '_>, times: u32) {
        let path = BY_RANGES.e2e(times);
        let operations = open(&path).map_or(0, |trace| trace.len());
        bencher.counter(ItemsCount::new(operations)).bench(|| open(&path));
    }
}

mod selection {
    use super::*;

    fn select_by(bencher: Bencher<'_, '_>, input: &Input, times: u32) {
        let open = input.open(times);
        bencher.counter(ItemsCount::new(open.e2e.1.len())).bench(|| selected(&open));
    }

    #[divan::bench(args = TIMES, sample_count = 10)]
    fn by_ranges(bencher: Bencher<'_, '_>, times: u32) {
        select_by(bencher, &BY_RANGES, times);
    }

    #[divan::bench(args = TIMES, sample_count = 10)]
    fn by_sequence(bencher: Bencher<'_, '_>, times: u32) {
        select_by(bencher, &BY_SEQUENCE, times);
    }
}

#[divan::bench(args = TIMES, sample_count = 10)]
fn compare(bencher: Bencher<'_, '_>, times: u32) {
    let open = BY_RANGES.open(times);
    let case = &open.spec.spec.cases[0];
    bencher.counter(ItemsCount::new(open.e2e.1.len())).with_inputs(|| selected(&open)).bench_values(|selected| {
        let families = Arc::clone(open.session.families());
        Comparison::new(Arc::clone(&open.mock.1), Arc::clone(&open.e2e.1), families, selected, case, &[])
    });
}

mod whole {
    use super::*;

    /// Everything after reading.
    #[divan::bench(args = TIMES, sample_count = 10)]
    fn check_of_open_traces(bencher: Bencher<'_, '_>, times: u32) {
        let open = BY_RANGES.open(times);
        let traces = [(open.mock.0.as_path(), &open.mock.1), (open.e2e.0.as_path(), &open.e2e.1)];
        bencher
            .counter(ItemsCount::new(open.e2e.1.len()))
            .bench(|| open.session.check_open(std::slice::from_ref(&open.spec), &Options::default(), &traces));
    }

    /// From the shipped files to the outcome.
    #[divan::bench(args = TIMES, sample_count = 10)]
    fn check(bencher: Bencher<'_, '_>, times: u32) {
        let operations = open(&BY_RANGES.e2e(times)).map_or(0, |trace| trace.len());
        bencher.counter(ItemsCount::new(operations)).bench(|| {
            let session = Session::shipped().expect("the shipped files are right");
            let spec = BY_RANGES.spec(&session, times);
            session.check(&[spec], &Overrides::default(), &Options::default())
        });
    }

    #[divan::bench(sample_count = 10)]
    fn start() -> Session {
        Session::shipped().expect("the shipped files are right")
    }
}
