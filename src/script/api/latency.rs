//! `latency`: the instance's time, mock against E2E.

use super::member::Api;
use super::value::{Failure, Named, failure};
use crate::compare::Comparison;
use crate::stats::Interval;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) struct Latency(pub(super) Arc<Comparison>);

impl Named for Latency {
    const NAME: &'static str = "latency";
}

impl Latency {
    fn interval(&self) -> Result<Interval, Failure> {
        self.0.instance.interval.ok_or_else(|| failure("too few instances to say; ask `latency.known` first"))
    }
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.kind::<Latency>(|latency| {
        latency
            .get("known", "Whether there are enough instances on both sides.", |l| l.0.instance.interval.is_some())
            .get("ratio", "Median of the mock over median of the E2E; an error unless `known`.", |l| {
                l.interval().map(|interval| interval.ratio)
            })
            .get("low", "The lower end of its 95 % interval; an error unless `known`.", |l| {
                l.interval().map(|interval| interval.low)
            })
            .get("high", "The upper end of its 95 % interval; an error unless `known`.", |l| {
                l.interval().map(|interval| interval.high)
            });
    });
}
