//! What ranks are called, once all of them are known.

use super::identity::{Found, RankId};
use super::numbers::numbers;
use super::result::RankResult;
use crate::diag::{Side, escape};
use crate::limits::RANKS_NUMBERED;
use std::path::Path;

/// So many ranks are named by their files.
const NAMED: usize = 4;

/// The names of the ranks of a side.
pub(super) struct Numbering {
    /// In step with the results: the rank's number, where the numbers are those of ranks.
    pub(super) numbers: Vec<Option<u64>>,
    files: Vec<String>,
    /// How it is known which rank a trace is of.
    pub(super) words: &'static str,
}

impl Numbering {
    pub(super) fn of(results: &[RankResult], side: Side) -> Self {
        let ids: Vec<RankId> = results.iter().map(|result| result.trace(side).id).collect();
        let trusted = trusted(&ids);
        let number = |id: &RankId| id.number.filter(|_| trusted.contains(&id.found));
        let file = |result: &RankResult| {
            let path = Path::new(&result.trace(side).path);
            escape(&path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()))
        };
        Self {
            numbers: ids.iter().map(number).collect(),
            files: results.iter().map(file).collect(),
            words: words(&ids, &trusted),
        }
    }

    /// `rank 3`, or the file's name.
    pub(super) fn name(&self, at: usize) -> String {
        match self.numbers.get(at).copied().flatten() {
            Some(number) => format!("rank {number}"),
            None => self.files.get(at).cloned().unwrap_or_default(),
        }
    }

    /// `ranks 0-7, 12`, or files' names.
    pub(super) fn names(&self, at: &[usize]) -> String {
        let mut numbered: Vec<u64> = at.iter().filter_map(|&at| self.numbers.get(at).copied().flatten()).collect();
        numbered.sort_unstable();
        let files: Vec<&str> =
            at.iter().filter(|&&at| self.numbers[at].is_none()).map(|&at| self.files[at].as_str()).collect();
        let mut parts = Vec::new();
        match numbered.len() {
            0 => {}
            1 => parts.push(format!("rank {}", numbered[0])),
            _ => parts.push(format!("ranks {}", numbers(&numbered))),
        }
        parts.extend(files.iter().take(NAMED).map(|file| (*file).to_owned()));
        if files.len() > NAMED {
            parts.push(format!("{} more", files.len() - NAMED));
        }
        parts.join(", ")
    }
}

/// The ways to find a number that give those of ranks here.
fn trusted(ids: &[RankId]) -> Vec<Found> {
    let of = |found: Found| {
        let mut numbers: Vec<u64> = ids.iter().filter(|id| id.found == found).filter_map(|id| id.number).collect();
        numbers.sort_unstable();
        let given = numbers.len();
        numbers.dedup();
        (numbers, given)
    };
    let mut trusted = vec![Found::Named];
    let (numbered, _) = of(Found::Numbered);
    if numbered.last().is_some_and(|&last| numbered.len() as f64 >= RANKS_NUMBERED * (last as f64 + 1.0)) {
        trusted.push(Found::Numbered);
    }
    // Where every process sees one device alone, each has number 0.
    let (devices, given) = of(Found::Device);
    if devices.len() == given {
        trusted.push(Found::Device);
    }
    trusted
}

fn words(ids: &[RankId], trusted: &[Found]) -> &'static str {
    let all = |found: Found| ids.iter().all(|id| id.found == found) && trusted.contains(&found);
    let numbered = |id: &RankId| id.number.is_some() && trusted.contains(&id.found);
    if all(Found::Named) {
        "as the files' names say"
    } else if all(Found::Numbered) {
        "by the last number of the files' names"
    } else if all(Found::Device) {
        "by the device in each trace"
    } else if ids.iter().all(numbered) {
        "by numbers in names and devices in traces"
    } else {
        "no rank numbers in their names: gaps cannot be seen"
    }
}
