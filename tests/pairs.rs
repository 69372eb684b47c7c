//! The honesty of the shipped specs: every aligned pair passes, every wrong variant fails with its own cause first.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test")]

#[path = "support/pairs.rs"]
mod pairs;

use align::pipeline::Session;
use pairs::{ATTENTION, OTHERS, golden, judge, shown};

#[test]
fn every_pair_shows_what_it_must() {
    let session = Session::shipped().expect("the shipped files are right");
    let mut wrong = Vec::new();
    for pair in ATTENTION.iter().chain(OTHERS) {
        let outcome = judge(&session, pair, &golden(pair.mock), &golden(pair.e2e));
        let shown = shown(&outcome);
        if shown != pair.must {
            let messages: Vec<&str> = outcome.findings.iter().map(|f| f.message.as_str()).collect();
            wrong.push(format!(
                "{} | {} by {}/{}: {shown}, must be {}: {messages:#?}",
                pair.mock, pair.e2e, pair.spec, pair.case, pair.must
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
