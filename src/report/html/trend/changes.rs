//! Where drivers, CUDA, GPUs and frameworks change between runs.

use super::{short, time};
use crate::outcome::{TrendRun, TrendSide};
use serde::Serialize;

/// What changed before a run.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Change {
    /// The run's place, from 0.
    pub(super) at: usize,
    pub(super) number: usize,
    /// The new versions, for the picture.
    pub(super) short: String,
    pub(super) when: String,
    /// Old and new ones, in words.
    pub(super) texts: Vec<String>,
}

type Versions = [Option<String>; 4];
const NAMES: [&str; 4] = ["GPU", "driver", "CUDA", "framework"];

/// Against what each side last said: a run that says nothing of a version changes nothing.
pub(super) fn changes(runs: &[TrendRun]) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let mut known: [Versions; 2] = Default::default();
    for (at, run) in runs.iter().enumerate() {
        let now = [of(&run.mock), of(&run.e2e)];
        let (mut words, mut texts) = (Vec::new(), Vec::new());
        for (field, name) in NAMES.into_iter().enumerate() {
            let moved = [0, 1].map(|side| moved(&known[side][field], &now[side][field]));
            let [mock, e2e] = &moved;
            let mut say = |side: &str, (old, new): &(String, String)| {
                // A framework says its own name.
                let name = if name == "framework" { String::new() } else { format!("{name} ") };
                words.push(format!("{side}{name}{new}"));
                texts.push(format!("{side}{name}{old} → {new}"));
            };
            match (mock, e2e) {
                (Some(mock), Some(e2e)) if mock == e2e => say("", mock),
                _ => {
                    mock.iter().for_each(|change| say("mock: ", change));
                    e2e.iter().for_each(|change| say("E2E: ", change));
                }
            }
        }
        for (known, now) in known.iter_mut().flatten().zip(now.into_iter().flatten()) {
            *known = now.or(known.take());
        }
        if !texts.is_empty() {
            let number = found.len() + 1;
            found.push(Change {
                at,
                number,
                short: crate::diag::shorten(&words.join(", "), 30),
                when: time(run),
                texts,
            });
        }
    }
    found
}

fn moved(old: &Option<String>, new: &Option<String>) -> Option<(String, String)> {
    let (old, new) = (old.as_ref()?, new.as_ref()?);
    (old != new).then(|| (old.clone(), new.clone()))
}

fn of(side: &TrendSide) -> Versions {
    let gpus: Vec<String> = side.gpus.iter().take(4).map(|gpu| short(gpu)).collect();
    let said = |text: &Option<String>| text.as_deref().map(short);
    [(!gpus.is_empty()).then(|| gpus.join(" and ")), said(&side.driver), said(&side.cuda), said(&side.framework)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::super::super::super::sample;
    use super::*;

    fn texts(change: impl Fn(usize, &mut TrendRun)) -> Vec<(usize, String)> {
        let mut runs = sample::followed(sample::passing()).trend.unwrap().runs;
        for (at, run) in runs.iter_mut().enumerate() {
            for side in [&mut run.mock, &mut run.e2e] {
                (side.driver, side.cuda, side.framework) = (Some("1".to_owned()), None, None);
                side.gpus.clear();
            }
            change(at, run);
        }
        changes(&runs).into_iter().map(|change| (change.at, change.texts.join("; "))).collect()
    }

    #[test]
    fn a_change_is_said_once_for_both_sides_and_apart_for_one() {
        assert_eq!(texts(|_, _| ()), []);
        let both = texts(|at, run| {
            if at >= 2 {
                (run.mock.driver, run.e2e.driver) = (Some("2".to_owned()), Some("2".to_owned()));
            }
        });
        assert_eq!(both, [(2, "driver 1 → 2".to_owned())]);
        let one = texts(|at, run| run.mock.driver = Some(if at == 1 { "2" } else { "1" }.to_owned()));
        assert_eq!(one, [(1, "mock: driver 1 → 2".to_owned()), (2, "mock: driver 2 → 1".to_owned())]);
    }

    #[test]
    fn a_run_that_says_nothing_changes_nothing() {
        let silent = texts(|at, run| {
            if at == 1 {
                run.mock.driver = None;
            }
            run.e2e.framework = (at != 0).then(|| "vllm 0.24.0".to_owned());
        });
        assert_eq!(silent, []);
    }
}
