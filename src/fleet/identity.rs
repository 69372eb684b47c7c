//! Which rank a trace is of, and how that is known.

use crate::trace::Trace;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::LazyLock;

/// How a rank's number was found, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// The file's name, or its folder's, says `rank`: `rank3`, `rank_03`, `r3`.
    Named,
    /// The name ends in a number: `run.3.sqlite`, `%q{SLURM_PROCID}`.
    Numbered,
    /// The name ends in the number of a process of the trace (`%p`), which says nothing of ranks.
    Process,
    /// The one device that the trace has work on.
    Device,
    Nothing,
}

/// Which rank a trace is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RankId {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<u64>,
    pub found: Found,
}

impl RankId {
    /// By the file's name alone where the trace could not be read.
    pub fn of(path: &Path, trace: Option<&Trace>) -> Self {
        let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().to_lowercase());
        let name = text(path.file_name()).unwrap_or_default();
        let folder = text(path.parent().and_then(Path::file_name)).unwrap_or_default();
        if let Some(number) = named(&name).or_else(|| named(&folder)) {
            return Self { number: Some(number), found: Found::Named };
        }
        if let Some(number) = last_number(&name) {
            let is_pid = |trace: &Trace| trace.processes.iter().any(|process| u64::from(process.pid) == number);
            let found = if trace.is_some_and(is_pid) { Found::Process } else { Found::Numbered };
            return Self { number: Some(number), found };
        }
        match trace.and_then(|trace| trace.ops.only_device()) {
            Some(device) => Self { number: Some(u64::from(device)), found: Found::Device },
            None => Self { number: None, found: Found::Nothing },
        }
    }

    /// Whether the number is one of a numbering of ranks.
    pub(super) fn is_number_of_rank(self) -> bool {
        self.number.is_some() && self.found != Found::Process
    }
}

/// `rank3`, `rank_03`, `rank-3`, `rank=3` anywhere, `r3` as a word.
fn named(name: &str) -> Option<u64> {
    static FORMS: LazyLock<Option<[Regex; 2]>> = LazyLock::new(|| {
        let word = Regex::new(r"rank[-_.=]?(\d{1,9})").ok()?;
        Some([word, Regex::new(r"(?:^|[^a-z0-9])r(\d{1,9})(?:[^a-z0-9]|$)").ok()?])
    });
    FORMS.iter().flatten().find_map(|form| form.captures(name)?.get(1)?.as_str().parse().ok())
}

/// The last number of a name in front of its endings, where it stands by itself: `run.3.sqlite`, `run_03.json.gz`, `3.trace`.
fn last_number(name: &str) -> Option<u64> {
    static FORM: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:^|[-_.=])(\d{1,18})(?:\.[a-z][-a-z0-9]*){0,2}$").ok());
    FORM.as_ref()?.captures(name)?.get(1)?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> (Option<u64>, Found) {
        let id = RankId::of(Path::new(path), None);
        (id.number, id.found)
    }

    #[test]
    fn a_name_that_says_rank_is_surest() {
        for name in ["rank3.sqlite", "run_rank_03.sqlite", "a/Rank-3.trace", "h100-r3.json.gz", "rank3/trace.sqlite"] {
            assert_eq!(of(name), (Some(3), Found::Named), "{name}");
        }
        assert_eq!(of("r12_2026.sqlite"), (Some(12), Found::Named));
        assert_eq!(of("rank3_of_64.sqlite"), (Some(3), Found::Named));
    }

    #[test]
    fn a_number_at_the_end_is_one() {
        for name in ["run.3.sqlite", "run_3.json.gz", "3.trace", "h100-8x-3.sqlite", "run.0003"] {
            assert_eq!(of(name), (Some(3), Found::Numbered), "{name}");
        }
    }

    #[test]
    fn other_digits_are_none() {
        for name in
            ["h100.sqlite", "model_v2.sqlite", "trace.sqlite", "qwen2.sqlite", "rank.sqlite", "4090super.sqlite"]
        {
            assert_eq!(of(name), (None, Found::Nothing), "{name}");
        }
    }
}
